"""What happened at a booking, over HTTP: who came and went, and what fell due."""

from typing import Annotated, Any, Literal

from msgspec import Meta, Struct

from chatserver.api.booking_answers import own_booking
from chatserver.api.operation import HttpAnswer, HttpCall, NoQuery, Operation
from chatserver.api.roles import PAIR_OR_SUPPORT
from chatserver.sessions.session_event import EventName
from quotas.bookings import Actor
from quotas.instant import text


class BookingEvent(Struct, frozen=True):
    """One thing that happened. `at` is when it did or was due, `noted_at` when that was written down."""

    name: EventName
    at: str
    noted_at: str
    by: Annotated[
        Actor | Literal["end", "system"],
        Meta(description="Whose doing it was; `end`: it was called off because the conversation ended."),
    ]
    data: Annotated[dict[str, Any], Meta(description="What the booking was then, and more by the event's name.")]


class BookingEvents(Struct, frozen=True):
    """All that happened at a booking, in the order in which it was noted."""

    booking: str
    now: str
    events: list[BookingEvent]


async def get_booking_events(call: HttpCall[NoQuery, None]) -> HttpAnswer:
    context = call.context
    booking = await own_booking(context, call.identity, call.id)
    events = [
        BookingEvent(event.name, text(event.at), text(event.noted_at), event.by, event.data)
        for event in await context.bookings.events(booking.id)
    ]
    return HttpAnswer(200, BookingEvents(booking.id, text(await context.clock()), events))


GET_BOOKING_EVENTS = Operation(
    method="GET",
    path="/v1/bookings/{id}/events",
    name="getBookingEvents",
    summary="What happened at a booking: the evidence of who came and went. Members and mentors see their own.",
    handler=get_booking_events,
    query=NoQuery,
    roles=PAIR_OR_SUPPORT,
    answers={200: (BookingEvents, "What happened.")},
    refusals=(404,),
)
