"""Bookings: the facts of an appointment, the state that follows from them and from now, and what may be done with it.

Source: sessions.md "Booking" and "What becomes of a booking". Nothing need happen for a booking to be running, held or
unattended: its state is worked out at the instant at which somebody asks.
"""

from typing import Literal

from msgspec import Struct
from msgspec.structs import replace

from quotas.admission import Status
from quotas.instant import DAY, HOUR, MINUTE
from quotas.plans import Service, SessionPolicy, Sessions

QUARTER = 15 * MINUTE
"""Bookings start on the quarter hour, in UTC."""
LENGTHS = (30, 45, 60, 90)
"""Minutes that a booking may last."""
LONGEST = LENGTHS[-1] * MINUTE
UNIT_MINUTES = 30
CALL_STAYS_OPEN = 2 * HOUR
"""How long after its booked end a video call that both joined ends in the books, where nobody finishes it."""

BookingKind = Literal["plan", "extra", "one_off", "chemistry"]
"""What pays for it: the plan's credits, the mentor's price, a case, or nothing."""
Actor = Literal["member", "mentor", "support", "service"]
"""Who does something with a booking."""
Side = Literal["member", "mentor"]
BookingState = Literal[
    "booked", "running", "held", "no_show_candidate", "no_show", "mentor_absent", "unattended", "cancelled"
]
BookRefusal = Literal[
    "ended", "suspended", "paused", "in_past", "too_far", "not_in_plan", "no_credits", "outside_slots", "busy"
]
MoveRefusal = Literal[
    "not_booked", "already_started", "too_late", "suspended", "paused", "in_past", "too_far", "outside_slots", "busy"
]
CancelRefusal = Literal["not_booked", "already_started"]
JoinRefusal = Literal["not_open", "suspended"]
NoShowRefusal = Literal["not_open", "suspended", "paused"]


class Price(Struct, frozen=True):
    """What is charged, in the currency's minor unit (øre, cents) and its ISO 4217 code."""

    amount: int
    currency: str


class Cancellation(Struct, frozen=True):
    """Who cancelled, when (ms), whether on short notice, and whether the units stay spent."""

    at: int
    by: Actor | Literal["end"]
    """`end`: the conversation ended."""
    late: bool
    counts: bool


class Booking(Struct, frozen=True):
    """What is known of one appointment. Instants in ms; 0 for not yet."""

    id: str
    conversation: str
    member: str
    mentor: str
    service: Service
    kind: BookingKind
    starts_at: int
    minutes: int
    period: int
    """The period in which it was first to start, and whose credits it spends."""
    booked_at: int
    set_by: Actor
    """Who booked it for this start, or moved it there."""
    set_at: int
    price: Price | None = None
    cancelled: Cancellation | None = None
    member_joined_at: int = 0
    mentor_joined_at: int = 0
    finished_at: int = 0
    no_show_at: int = 0
    moved_from: int = 0
    sequence: int = 0
    """Grows with every change that calendars must hear of."""
    suspended_at: int = 0
    """When the first suspension of the conversation began that covers some of its booked time; it may be before it."""

    @property
    def units(self) -> int:
        """What it costs."""
        return units_of(self.minutes)

    @property
    def ends_at(self) -> int:
        """Its booked end."""
        return self.starts_at + self.minutes * MINUTE

    @property
    def both_joined(self) -> bool:
        return bool(self.member_joined_at and self.mentor_joined_at)

    @property
    def ended_at(self) -> int:
        """Its end in the books: finished, confirmed as a no-show, or by itself."""
        if early := self.finished_at or self.no_show_at:
            return early
        return self.ends_at + (CALL_STAYS_OPEN if self.service == "video_call" and self.both_joined else 0)

    def overlaps(self, starts_at: int, ends_at: int) -> bool:
        """Whether it occupies any of [starts_at, ends_at). One that was finished early still occupies its time."""
        return self.cancelled is None and self.starts_at < ends_at and starts_at < self.ends_at

    def joined_at(self, side: Side) -> int:
        return self.member_joined_at if side == "member" else self.mentor_joined_at


# States


def state_of(booking: Booking, policy: SessionPolicy, now: int) -> BookingState:
    """The state at `now`."""
    if booking.cancelled is not None:
        return "cancelled"
    if booking.no_show_at:
        return "no_show"
    if now < booking.starts_at:
        return "booked"
    if now < booking.ended_at:
        return "no_show_candidate" if _member_is_missing(booking, policy, now) else "running"
    if booking.both_joined:
        return "held"
    if is_excused(booking, now):
        return "unattended"
    if booking.member_joined_at:
        return "mentor_absent"
    if booking.mentor_joined_at and now < booking.ends_at + policy.confirm_days * DAY:
        return "no_show_candidate"
    return "unattended"


def _member_is_missing(booking: Booking, policy: SessionPolicy, now: int) -> bool:
    only_the_mentor = booking.mentor_joined_at and not booking.member_joined_at
    missing = bool(only_the_mentor) and now >= booking.starts_at + policy.no_show_minutes[1] * MINUTE
    return missing and not is_excused(booking, now)


def is_excused(booking: Booking, at: int) -> bool:
    """Whether nobody is late or absent at it at that instant: some of it lies in a suspension that had begun."""
    return 0 < booking.suspended_at <= at


def counts(booking: Booking, policy: SessionPolicy, now: int) -> bool:
    """Whether its units are spent."""
    if booking.kind != "plan":
        return False
    if booking.cancelled is not None:
        return booking.cancelled.counts
    return state_of(booking, policy, now) not in ("mentor_absent", "unattended")


def billable(booking: Booking, policy: SessionPolicy, now: int) -> bool:
    """Whether the mentor is paid for it."""
    if booking.kind == "chemistry":
        return False
    if booking.cancelled is not None:
        return booking.cancelled.late
    return state_of(booking, policy, now) in ("held", "no_show")


def is_short_notice(booking: Booking, policy: SessionPolicy, status: Status, now: int) -> bool:
    """Whether a member who moves or cancels it now is late.

    Not in a pause or suspension, and not where somebody else set this start on as short a notice.
    """
    notice = policy.late_hours * HOUR
    if status in ("paused", "suspended") or booking.starts_at - now >= notice:
        return False
    return booking.set_by == "member" or booking.starts_at - booking.set_at >= notice


def is_slip(booking: Booking, policy: SessionPolicy, now: int) -> bool:
    """Whether it was booked so lately that to cancel it is to correct a mistake."""
    return now - booking.booked_at < policy.grace_minutes * MINUTE


# Doings: why not, and what becomes of the facts


def units_of(minutes: int) -> int:
    """What a session of that length costs: 30 minutes → 1, 45 and 60 → 2, 90 → 3."""
    return -(-minutes // UNIT_MINUTES)


def start_problem(starts_at: int) -> str | None:
    """Why no booking can start then, as what follows the field's name; None where it can. An error, not a refusal."""
    return "must lie on a quarter of an hour in UTC: at :00, :15, :30 or :45" if starts_at % QUARTER else None


def minutes_problem(minutes: int) -> str | None:
    """As `start_problem`, of a length."""
    return None if minutes in LENGTHS else f"must be one of {', '.join(map(str, LENGTHS))}"


def place_problem(starts_at: int, minutes: int) -> str | None:
    """The first of both, of the fields `start` and `minutes`."""
    if problem := start_problem(starts_at):
        return f"`start` {problem}"
    return f"`minutes` {problem}" if (problem := minutes_problem(minutes)) else None


def _time_refusal(starts_at: int, policy: SessionPolicy, now: int) -> Literal["in_past", "too_far"] | None:
    if starts_at < now:
        return "in_past"
    return "too_far" if starts_at - now > policy.book_ahead_days * DAY else None


def book_refusal(
    booking: Booking,
    *,
    status: Status,
    sessions: Sessions | None,
    has_credits: bool,
    in_slots: bool,
    is_free: bool,
    policy: SessionPolicy,
    now: int,
    may_be_chemistry: bool = True,
) -> BookRefusal | None:
    """Why this booking may not be made; the first reason that holds.

    `sessions` are the plan's; `has_credits`, whether its period has the units; `in_slots`, whether it is a slot, or was
    booked by somebody who needs none; `is_free`, whether neither member nor mentor is in another booking then;
    `may_be_chemistry`, whether a free first call is to be had.
    """
    if status != "open":
        return status
    if refusal := _time_refusal(booking.starts_at, policy, now):
        return refusal
    if booking.kind == "plan":
        if sessions is None or booking.service not in sessions.services:
            return "not_in_plan"
        if not has_credits:
            return "no_credits"
    elif booking.service != "video_call" or (booking.kind == "chemistry" and not may_be_chemistry):
        return "not_in_plan"
    if not in_slots:
        return "outside_slots"
    return None if is_free else "busy"


def move_refusal(
    booking: Booking,
    starts_at: int,
    by: Actor,
    *,
    status: Status,
    in_slots: bool,
    is_free: bool,
    policy: SessionPolicy,
    now: int,
) -> MoveRefusal | None:
    """Why it may not be moved to `starts_at`; the first reason that holds. Neither plan nor credits are asked again."""
    if (over := cancel_refusal(booking, now)) is not None:
        return over
    if starts_at == booking.starts_at:
        return None  # It changes and sets nothing: so whoever got no answer asks again.
    if by == "member" and is_short_notice(booking, policy, status, now):
        return "too_late"
    if status == "paused" or status == "suspended":
        return status
    if refusal := _time_refusal(starts_at, policy, now):
        return refusal
    if not in_slots:
        return "outside_slots"
    return None if is_free else "busy"


def moved(booking: Booking, starts_at: int, by: Actor, now: int) -> Booking:
    """At another start; it keeps id, credit, price and kind. A move to the start it has changes and sets nothing."""
    if starts_at == booking.starts_at:
        return booking
    return replace(
        booking,
        starts_at=starts_at,
        set_by=by,
        set_at=now,
        moved_from=booking.starts_at,
        sequence=booking.sequence + 1,
        member_joined_at=0,
        mentor_joined_at=0,
    )


def cancel_refusal(booking: Booking, now: int) -> CancelRefusal | None:
    """Why it may not be cancelled."""
    if booking.cancelled is not None:
        return "not_booked"
    return "already_started" if now >= booking.starts_at else None


def cancelled(
    booking: Booking, by: Actor, policy: SessionPolicy, status: Status, now: int, counts: bool | None = None
) -> Booking:
    """Cancelled by somebody. `counts` is support's word on whether the units stay spent; None for the policy's."""
    slip = is_slip(booking, policy, now)
    late = by == "member" and not slip and is_short_notice(booking, policy, status, now)
    rule = policy.cancelled_by_mentor if by == "mentor" and policy.cancelled_by_mentor else policy.cancelled
    stays = not slip and (late or rule == "held")
    return _cancelled(booking, Cancellation(now, by, late, stays if counts is None else counts))


def ended_with_conversation(booking: Booking, now: int) -> Booking:
    """Cancelled because the conversation ended before it: not late, not counted. What has started goes on."""
    if cancel_refusal(booking, now) is not None:
        return booking
    return _cancelled(booking, Cancellation(now, "end", late=False, counts=False))


def _cancelled(booking: Booking, cancellation: Cancellation) -> Booking:
    return replace(booking, cancelled=cancellation, sequence=booking.sequence + 1)


def join_refusal(booking: Booking, side: Side, policy: SessionPolicy, status: Status, now: int) -> JoinRefusal | None:
    """Why that side may not join: too early, over for them, suspended. Who has joined may come back while it runs."""
    if booking.cancelled is not None or now < booking.starts_at - policy.join_minutes * MINUTE:
        return "not_open"
    until = booking.ended_at if booking.joined_at(side) else min(booking.ended_at, booking.ends_at)
    if now >= until:
        return "not_open"
    return "suspended" if status == "suspended" else None


def joined(booking: Booking, side: Side, now: int) -> Booking:
    """That side is there; only the first time counts."""
    if booking.joined_at(side):
        return booking
    return replace(booking, member_joined_at=now) if side == "member" else replace(booking, mentor_joined_at=now)


def finish_refusal(booking: Booking, policy: SessionPolicy, now: int) -> Literal["not_open"] | None:
    """Why it cannot be finished: it is not running, or one of the two has not joined."""
    return None if booking.both_joined and state_of(booking, policy, now) == "running" else "not_open"


def finished(booking: Booking, now: int) -> Booking:
    """Ended early, or a call closed."""
    return replace(booking, finished_at=now)


def no_show_refusal(booking: Booking, policy: SessionPolicy, status: Status, now: int) -> NoShowRefusal | None:
    """Why the member's absence cannot be confirmed."""
    if state_of(booking, policy, now) != "no_show_candidate":
        return "not_open"
    return status if status == "paused" or status == "suspended" else None


def no_show(booking: Booking, now: int) -> Booking:
    """Confirmed by mentor or support, for good; it ends the session."""
    return replace(booking, no_show_at=now)
