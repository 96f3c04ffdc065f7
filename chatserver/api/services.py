"""What may be booked in a conversation, what each costs, and the numbers that apps say beside it."""

from collections.abc import Iterator
from typing import Literal

from msgspec import Struct

from chatserver.api.conversations import readable
from chatserver.api.operation import ApiContext, HttpAnswer, HttpCall, NoQuery, Operation
from chatserver.api.roles import EVERYBODY
from chatserver.conversations.conversation import ConversationRecord
from quotas.bookings import LENGTHS, BookingKind, Price, units_of
from quotas.money import Split, split
from quotas.plans import Service


class ServiceView(Struct, frozen=True):
    """A session that may be booked, for so many minutes. A price, and who gets what of it, where it is not the plan's.

    `units` are what it costs of the plan's, 0 where it costs none.
    """

    service: Service
    kind: BookingKind
    minutes: int
    units: int
    price: Price | None
    split: Split | None


class ServiceList(Struct, frozen=True):
    """What may be booked, as far as plan and prices tell, and what holds for every booking.

    Joining is possible from `join_minutes` before the start on, moving free of charge until `late_hours` before it.
    Within `grace_minutes` of booking, cancelling costs nothing; else `cancelled` says what becomes of the units where
    whoever asks cancels. `units_per_month` is null where the plan has no sessions, or gives them without limit.
    """

    conversation: str
    plan: str
    units_per_month: int | None
    services: list[ServiceView]
    join_minutes: int
    late_hours: int
    grace_minutes: int
    book_ahead_days: int
    cancelled: Literal["held", "returned"]


async def get_services(call: HttpCall[NoQuery, None]) -> HttpAnswer:
    context, policy = call.context, call.context.session_policy
    record = await readable(context, call.identity, call.id)
    sessions = context.provisioning.rulebook.plan(record.plan).sessions
    most = sessions.units_per_month if sessions else None
    by_mentor = policy.cancelled_by_mentor if call.identity.role == "mentor" else None
    answer = ServiceList(
        conversation=record.id,
        plan=record.plan,
        units_per_month=most if isinstance(most, int) else None,
        services=[*_of_the_plan(context, record), *await _of_the_mentor(context, record)],
        join_minutes=policy.join_minutes,
        late_hours=policy.late_hours,
        grace_minutes=policy.grace_minutes,
        book_ahead_days=policy.book_ahead_days,
        cancelled=by_mentor or policy.cancelled,
    )
    return HttpAnswer(200, answer)


def _of_the_plan(context: ApiContext, record: ConversationRecord) -> Iterator[ServiceView]:
    """Lengths that the plan's units of one month cover."""
    sessions = context.provisioning.rulebook.plan(record.plan).sessions
    if sessions is None:
        return
    for service in sessions.services:
        for minutes in LENGTHS:
            units = units_of(minutes)
            if sessions.units_per_month == "unlimited" or units <= sessions.units_per_month:
                yield ServiceView(service, "plan", minutes, units, None, None)


async def _of_the_mentor(context: ApiContext, record: ConversationRecord) -> list[ServiceView]:
    """Video calls outside the plan, at the mentor's prices."""
    prices = await context.prices.find(record.mentor)
    share = context.session_policy.mentor_share
    return [
        ServiceView("video_call", "extra", minutes, 0, price, split(price.amount, share))
        for minutes, price in sorted((prices or {}).items())
    ]


GET_SERVICES = Operation(
    method="GET",
    path="/v1/conversations/{id}/services",
    name="getServices",
    summary="What may be booked in a conversation and what it costs. Members and mentors see their own conversations'.",
    handler=get_services,
    query=NoQuery,
    roles=EVERYBODY,
    answers={200: (ServiceList, "What may be booked.")},
    refusals=(404,),
)
