"""Bookings over HTTP: made, moved, called off, and read."""

from collections.abc import Mapping
from typing import Annotated, Literal

from msgspec import UNSET, Meta, Struct, UnsetType, field
from msgspec.structs import asdict

from chatserver.api.authentication import not_allowed
from chatserver.api.booking_answers import booking_answer, own_booking, shown
from chatserver.api.conversations import readable
from chatserver.api.hours import no_mentor
from chatserver.api.operation import ApiContext, HttpAnswer, HttpCall, NoQuery, Operation
from chatserver.api.problem import invalid
from chatserver.api.roles import EVERYBODY, MENTOR_OR_SUPPORT
from chatserver.api.spans import span
from chatserver.conversations.conversation import ConversationKind
from chatserver.conversations.requests import FieldProblem, PersonId
from chatserver.protocol.sessions import BookingView, booking_view
from chatserver.sessions.outcomes import BookingRefused
from quotas import instant
from quotas.bookings import BookingKind, Price, start_problem
from quotas.currencies import currency_problem
from quotas.instant import DAY
from quotas.plans import Service
from quotas.session_book import WantedBooking

MOST_AMOUNT = 10**9
"""The largest price, in the currency's minor unit."""
MOST_DAYS = 731
"""How many days one list of bookings may span."""
MOST_MENTOR_DAYS = 62
"""The same of all that a mentor has booked."""
LOOK_BACK_DAYS = 1
"""Where a list begins that names no beginning: with what is running, or has just ended."""

Instant = Annotated[str, Meta(description="An RFC 3339 instant with its offset, such as 2026-03-03T10:00:00+01:00.")]
Start = Annotated[
    str,
    Meta(
        description="An RFC 3339 instant with its offset, on a quarter of an hour in UTC, "
        "such as 2026-03-03T10:15:00+01:00."
    ),
]
BookedMinutes = Annotated[Literal[30, 45, 60, 90], Meta(description="How long it lasts.")]


class WantedPrice(Struct, frozen=True, forbid_unknown_fields=True):
    """An amount in the currency's minor unit: 45000 NOK is 450 kroner."""

    amount: Annotated[int, Meta(ge=0, le=MOST_AMOUNT)]
    currency: Annotated[str, Meta(pattern=r"^[A-Z]{3}$(?!\n)", description="A code of ISO 4217, such as NOK.")]


class BookingDetails(Struct, frozen=True, forbid_unknown_fields=True):
    """What is to be booked. A booking of kind `plan` has no price; an `extra` one without has the mentor's listed one.

    A member books `plan`, at the listed price `extra`, first of all in a trial `chemistry`, and with a guest `one_off`:
    in slots only. A `one_off` is there once where a case waits for it, which says what it costs.
    """

    conversation: PersonId
    service: Service
    starts_at: Start
    minutes: BookedMinutes
    kind: BookingKind = "plan"
    price: WantedPrice | None = None


class BookingMove(Struct, frozen=True, forbid_unknown_fields=True):
    """Where to. It keeps credit, price and kind."""

    starts_at: Start


class BookingCancellation(Struct, frozen=True, forbid_unknown_fields=True):
    """`counts`, which support alone may say: whether the units stay spent; left out or null: as the policy has it."""

    counts: bool | None = None


StartingFrom = (
    Annotated[
        str,
        Meta(
            description="An RFC 3339 instant: those that start then or later; left out: "
            f"{24 * LOOK_BACK_DAYS} hours ago."
        ),
    ]
    | UnsetType
)


class BookingsQuery(Struct, frozen=True, forbid_unknown_fields=True):
    """Which bookings: those that start from `from` on and before `until`."""

    since: StartingFrom = field(name="from", default=UNSET)
    until: (
        Annotated[
            str,
            Meta(
                description=f"An RFC 3339 instant: those that start before it; left out: {MOST_DAYS} days after the "
                "beginning, which is the most."
            ),
        ]
        | UnsetType
    ) = UNSET


class MentorBookingsQuery(Struct, frozen=True, forbid_unknown_fields=True):
    """Which bookings: those that start from `from` on and before `until`."""

    since: StartingFrom = field(name="from", default=UNSET)
    until: (
        Annotated[
            str,
            Meta(
                description=f"An RFC 3339 instant: those that start before it; left out: {MOST_MENTOR_DAYS} days after "
                "the beginning, which is the most."
            ),
        ]
        | UnsetType
    ) = UNSET


class BookingList(Struct, frozen=True):
    """Bookings by their start, as they stand at `now`."""

    now: str
    bookings: list[BookingView]


def booking_problems(context: ApiContext, given: Mapping[str, object]) -> list[FieldProblem]:
    """What is wrong with each of these fields of a booking, as far as the field alone tells."""
    found = []
    if isinstance(start := given.get("starts_at"), str) and (problem := _start_problem(start)):
        found.append(FieldProblem("starts_at", problem))
    if isinstance(price := given.get("price"), dict):
        if isinstance(currency := price.get("currency"), str) and (problem := currency_problem(currency)):
            found.append(FieldProblem("price.currency", problem))
        if given.get("kind") == "plan":
            found.append(FieldProblem("price", "a booking of kind plan has none; leave it out, or name another kind"))
    return found


def _start_problem(start: str) -> str | None:
    try:
        return start_problem(instant.parse(start))
    except ValueError as error:
        return str(error)


async def put_booking(call: HttpCall[NoQuery, BookingDetails]) -> HttpAnswer:
    details, identity = call.body, call.identity
    price = asdict(details.price) if details.price else None
    if problems := booking_problems(call.context, {**asdict(details), "price": price}):
        raise invalid(problems)
    record = await readable(call.context, identity, details.conversation)
    of_kind: dict[ConversationKind, tuple[BookingKind, ...]] = {"trial": ("chemistry",), "guest": ("one_off",)}
    if identity.role == "member" and details.kind not in ("plan", "extra", *of_kind.get(record.kind, ())):
        raise not_allowed(
            f"a member books `plan` or `extra`, in a trial `chemistry`, and with a guest `one_off`; {details.kind!r} "
            "is booked by mentor, support or services"
        )
    wanted = WantedBooking(
        id=call.id,
        conversation=details.conversation,
        service=details.service,
        starts_at=instant.parse(details.starts_at),
        minutes=details.minutes,
        kind=details.kind,
        price=Price(details.price.amount, details.price.currency) if details.price else None,
    )
    outcome = await call.context.bookings.book(wanted, identity.role)
    if isinstance(outcome, BookingRefused):
        advice, now = call.context.advice, await call.context.clock()
        outcome = advice.with_plans(outcome, wanted.service, wanted.kind)
        outcome = await advice.with_starts(outcome, record.member, record.mentor, wanted.minutes, wanted.starts_at, now)
    return await booking_answer(call.context, outcome)


async def move_booking(call: HttpCall[NoQuery, BookingMove]) -> HttpAnswer:
    if problem := _start_problem(call.body.starts_at):
        raise invalid([FieldProblem("starts_at", problem)])
    old = await own_booking(call.context, call.identity, call.id)
    starts_at = instant.parse(call.body.starts_at)
    outcome = await call.context.bookings.move(call.id, starts_at, call.identity.role)
    if isinstance(outcome, BookingRefused):
        advice, now = call.context.advice, await call.context.clock()
        outcome = await advice.with_starts(outcome, old.member, old.mentor, old.minutes, starts_at, now)
    return await booking_answer(call.context, outcome)


async def cancel_booking(call: HttpCall[NoQuery, BookingCancellation]) -> HttpAnswer:
    await own_booking(call.context, call.identity, call.id)
    role, counts = call.identity.role, call.body.counts
    if counts is not None and role != "support":
        raise not_allowed("only support says whether the units stay spent; leave `counts` out")
    return await booking_answer(call.context, await call.context.bookings.cancel(call.id, role, counts))


async def get_booking(call: HttpCall[NoQuery, None]) -> HttpAnswer:
    return HttpAnswer(200, await shown(call.context, await own_booking(call.context, call.identity, call.id)))


async def get_bookings(call: HttpCall[BookingsQuery, None]) -> HttpAnswer:
    context = call.context
    record = await readable(context, call.identity, call.id)
    now = await context.clock()
    since, until = span(
        call.query.since,
        call.query.until,
        begins=now - LOOK_BACK_DAYS * DAY,
        days=MOST_DAYS,
        most_days=MOST_DAYS,
    )
    found = await context.bookings.of_conversation(record.id, since, until)
    views = [booking_view(each, context.session_policy, now) for each in found]
    return HttpAnswer(200, BookingList(instant.text(now), views))


async def get_mentor_bookings(call: HttpCall[MentorBookingsQuery, None]) -> HttpAnswer:
    """A mentor reads their own only; anyone else's are not there for them."""
    context, now = call.context, await call.context.clock()
    if call.identity.role == "mentor" and call.id != call.identity.user:
        raise no_mentor(call.id)
    if await context.prices.find(call.id) is None:
        raise no_mentor(call.id)
    since, until = span(
        call.query.since,
        call.query.until,
        begins=now - LOOK_BACK_DAYS * DAY,
        days=MOST_MENTOR_DAYS,
        most_days=MOST_MENTOR_DAYS,
    )
    found = await context.bookings.of_mentor(call.id, since, until)
    views = [booking_view(each, context.session_policy, now) for each in found]
    return HttpAnswer(200, BookingList(instant.text(now), views))


PUT_BOOKING = Operation(
    method="PUT",
    path="/v1/bookings/{id}",
    name="putBooking",
    summary="Book a session. The same again is the same booking. A member books slots, of kind plan or extra.",
    handler=put_booking,
    query=NoQuery,
    body=BookingDetails,
    check=booking_problems,
    roles=EVERYBODY,
    answers={200: (BookingView, "It was booked already."), 201: (BookingView, "It is booked.")},
    refusals=(403, 404, 409),
    refuses=True,
)

MOVE_BOOKING = Operation(
    method="PATCH",
    path="/v1/bookings/{id}",
    name="moveBooking",
    summary="Move a session to another start. A move to the start that it has changes nothing.",
    handler=move_booking,
    query=NoQuery,
    body=BookingMove,
    check=booking_problems,
    roles=EVERYBODY,
    answers={200: (BookingView, "The booking as it is now.")},
    refusals=(404,),
    refuses=True,
)

CANCEL_BOOKING = Operation(
    method="POST",
    path="/v1/bookings/{id}/cancel",
    name="cancelBooking",
    summary="Call a session off. Support may say whether its units stay spent.",
    handler=cancel_booking,
    query=NoQuery,
    body=BookingCancellation,
    roles=EVERYBODY,
    answers={200: (BookingView, "The booking as it is now.")},
    refusals=(403, 404),
    refuses=True,
)

GET_BOOKING = Operation(
    method="GET",
    path="/v1/bookings/{id}",
    name="getBooking",
    summary="A booking as it stands now. Members and mentors see their own.",
    handler=get_booking,
    query=NoQuery,
    answers={200: (BookingView, "The booking.")},
    refusals=(404,),
)

GET_BOOKINGS = Operation(
    method="GET",
    path="/v1/conversations/{id}/bookings",
    name="getBookings",
    summary="A conversation's bookings, by their start. Members and mentors see their own conversations'.",
    handler=get_bookings,
    query=BookingsQuery,
    answers={200: (BookingList, "The bookings.")},
    refusals=(404,),
)

GET_MENTOR_BOOKINGS = Operation(
    method="GET",
    path="/v1/mentors/{id}/bookings",
    name="getMentorBookings",
    summary="All that a mentor has booked, with whomever, by their start. Mentors see their own.",
    handler=get_mentor_bookings,
    query=MentorBookingsQuery,
    roles=MENTOR_OR_SUPPORT,
    answers={200: (BookingList, "The bookings.")},
    refusals=(404,),
)
