"""What it would cost to call a session off: apps say so first, and offer to move it."""

from typing import assert_never

from msgspec import Struct

from chatserver.api.booking_answers import no_booking, own_booking, refusal_of
from chatserver.api.operation import HttpAnswer, HttpCall, NoQuery, Operation
from chatserver.api.roles import EVERYBODY
from chatserver.conversations.requests import Missing
from chatserver.sessions.outcomes import BookingRefused, CancellationAhead


class CancellationView(Struct, frozen=True):
    """What cancelling the booking would mean, if whoever asks did it now.

    `late` is on short notice: it is paid. `units` stay spent, 0 for none. `movable` says whether they may still move
    it instead, which keeps the units.
    """

    booking: str
    late: bool
    units: int
    movable: bool


async def get_cancellation(call: HttpCall[NoQuery, None]) -> HttpAnswer:
    await own_booking(call.context, call.identity, call.id)
    outcome = await call.context.bookings.cancellation(call.id, call.identity.role)
    match outcome:
        case CancellationAhead(booking, late, counts, movable):
            units = booking.units if counts and booking.kind == "plan" else 0
            return HttpAnswer(200, CancellationView(booking.id, late, units, movable))
        case BookingRefused():
            raise await refusal_of(call.context, outcome)
        case Missing():
            raise no_booking(call.id)
        case never:
            assert_never(never)


GET_CANCELLATION = Operation(
    method="GET",
    path="/v1/bookings/{id}/cancellation",
    name="getCancellation",
    summary="What it would cost to call a session off now. Members and mentors see their own.",
    handler=get_cancellation,
    query=NoQuery,
    roles=EVERYBODY,
    answers={200: (CancellationView, "What it would mean.")},
    refusals=(404,),
    refuses=True,
)
