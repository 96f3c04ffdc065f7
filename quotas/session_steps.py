"""What happens around a booking by itself, and when: worked out from its facts, like its state.

Source: sessions.md "What becomes of a booking", "Lateness and no-shows", and the kinds on the socket. A step depends on
nothing that happens after it: it is the same at its own instant and ever after, until somebody moves or cancels it.
"""

from collections.abc import Iterable, Iterator
from typing import Literal

from msgspec import Struct

from quotas.bookings import CALL_STAYS_OPEN, Booking, Side, is_excused, state_of
from quotas.instant import DAY, HOUR, MINUTE
from quotas.plans import SessionPolicy

ENDING = (5, 1)
"""Minutes before the booked end at which those who are there are told how long it lasts."""
CLOSE_REMINDERS = (0, 15)
"""Minutes after the booked end of a call that both joined at which the mentor is reminded to finish it."""
STRIKES_WITHIN = 90 * DAY
"""From start to start: three late cancellations or no-shows in this time are too many."""

StepName = Literal[
    "reminder",
    "starting",
    "started",
    "late",
    "candidate",
    "ending",
    "ended",
    "close_reminder",
    "closed",
    "lapsed",
    "mentor_absent",
    "unattended",
    "late_cancellation",
]
"""`candidate` and the last three are what support is to look at."""


class SessionStep(Struct, frozen=True):
    """One thing that happens at a booking once for each start that it is given. `at` in ms."""

    name: StepName
    at: int
    starts_at: int
    """The start that it belongs to."""
    of: str = ""
    """Which of several: the hours ahead of a reminder, the minutes of `ending` and `close_reminder`."""
    absent: Side | None = None
    """Who has not come, where the step is about that."""

    @property
    def mark(self) -> str:
        """What tells it from the booking's other steps of that name."""
        return f"{self.starts_at}/{self.of}" if self.of else str(self.starts_at)


def steps_between(booking: Booking, policy: SessionPolicy, after: int, until: int) -> list[SessionStep]:
    """What happens at it in (after, until] by what is known now, in order. Nothing at one that was cancelled."""
    return [step for step in _steps(booking, policy) if after < step.at <= until]


def next_step_at(booking: Booking, policy: SessionPolicy, after: int) -> int:
    """The first instant after `after` at which something may happen, also where that depends on who joins; 0: none."""
    if booking.cancelled is not None:
        return 0
    looks = [at for at in _looks(booking, policy) if at < books_end(booking)]
    return min((at for at in (*looks, *(step.at for step in _steps(booking, policy))) if at > after), default=0)


def books_end(booking: Booking) -> int:
    """Its end, which a no-show that is confirmed after it does not move."""
    by_itself = booking.ends_at
    if booking.service == "video_call" and booking.both_joined:
        by_itself += CALL_STAYS_OPEN
    return min(booking.finished_at or booking.no_show_at or by_itself, by_itself)


def absent_at(booking: Booking, at: int) -> Side | None:
    """Who had not joined by then, where the other had; None where both had, or nobody."""
    member, mentor = (0 < booking.joined_at(side) <= at for side in ("member", "mentor"))
    if member == mentor:
        return None
    return "mentor" if member else "member"


def _looks(booking: Booking, policy: SessionPolicy) -> tuple[int, int]:
    """When somebody who has not joined is late, and when missing."""
    late, missing = policy.no_show_minutes
    return booking.starts_at + late * MINUTE, booking.starts_at + missing * MINUTE


def _steps(booking: Booking, policy: SessionPolicy) -> list[SessionStep]:
    if booking.cancelled is not None:
        return []
    steps = [*_before(booking, policy), *_during(booking, policy), *_after(booking, policy)]
    return sorted(steps, key=lambda step: step.at)


def _step(booking: Booking, name: StepName, at: int, of: str = "", absent: Side | None = None) -> SessionStep:
    return SessionStep(name, at, booking.starts_at, of, absent)


def _before(booking: Booking, policy: SessionPolicy) -> Iterator[SessionStep]:
    """Only what comes after it was given this start: whoever gave it that knows."""
    for hours in sorted(set(policy.reminders_hours), reverse=True):
        if (at := booking.starts_at - round(hours * HOUR)) > booking.set_at:
            yield _step(booking, "reminder", at, f"{hours:g}")
    if (at := booking.starts_at - policy.join_minutes * MINUTE) > booking.set_at:
        yield _step(booking, "starting", at)


def _during(booking: Booking, policy: SessionPolicy) -> Iterator[SessionStep]:
    yield _step(booking, "started", booking.starts_at)
    ends_at, (late_at, missing_at) = books_end(booking), _looks(booking, policy)
    if late_at < ends_at and not is_excused(booking, late_at) and (absent := absent_at(booking, late_at)):
        yield _step(booking, "late", late_at, absent=absent)
    # Whoever comes to an empty room later than that waits for nobody: it is a candidate at once.
    candidate_at = min(max(missing_at, booking.mentor_joined_at), booking.ends_at)
    if absent_at(booking, candidate_at) == "member" and not is_excused(booking, candidate_at):
        yield _step(booking, "candidate", candidate_at, absent="member")
    for minutes in ENDING:
        if (at := booking.ends_at - minutes * MINUTE) < ends_at:
            yield _step(booking, "ending", at, str(minutes))


def _after(booking: Booking, policy: SessionPolicy) -> Iterator[SessionStep]:
    ends_at = books_end(booking)
    if booking.service == "video_call" and booking.both_joined:
        for minutes in CLOSE_REMINDERS:
            if (at := booking.ends_at + minutes * MINUTE) < ends_at:
                yield _step(booking, "close_reminder", at, str(minutes))
        if not booking.finished_at:
            yield _step(booking, "closed", ends_at)
    yield _step(booking, "ended", ends_at)
    if booking.both_joined or is_excused(booking, ends_at):
        return
    absent = absent_at(booking, ends_at)
    if absent is None:
        yield _step(booking, "unattended", ends_at)
    elif absent == "mentor":
        yield _step(booking, "mentor_absent", ends_at, absent=absent)
    elif not booking.no_show_at:
        yield _step(booking, "lapsed", booking.ends_at + policy.confirm_days * DAY, absent=absent)


# Strikes


def is_strike(booking: Booking) -> bool:
    """Whether the member cancelled it late, or did not come, for good."""
    return booking.cancelled.late if booking.cancelled is not None else bool(booking.no_show_at)


def opens_late_cancellation(
    strike: Booking, with_mentor: Iterable[Booking], policy: SessionPolicy, now: int
) -> SessionStep | None:
    """What support is to look at where this late cancellation or no-show of a member is one too many; None: nothing.

    `with_mentor` are all bookings of the member with this mentor. Two in a row by start, nothing held between, or three
    within 90 days.
    """
    by_start = sorted(
        [strike, *(each for each in with_mentor if each.id != strike.id)], key=lambda each: each.starts_at
    )
    place = by_start.index(strike)
    sides = (reversed(by_start[:place]), by_start[place + 1 :])
    if not (any(_meets_strike(side, policy, now) for side in sides) or _three_with(strike, by_start)):
        return None
    at = strike.cancelled.at if strike.cancelled is not None else strike.no_show_at
    return _step(strike, "late_cancellation", at, absent="member")


def _meets_strike(bookings: Iterable[Booking], policy: SessionPolicy, now: int) -> bool:
    """Whether one comes before anything that was held."""
    decided = (is_strike(each) for each in bookings if is_strike(each) or state_of(each, policy, now) == "held")
    return next(decided, False)


def _three_with(strike: Booking, by_start: list[Booking]) -> bool:
    strikes = [each for each in by_start if is_strike(each)]
    triples = zip(strikes, strikes[1:], strikes[2:], strict=False)
    return any(strike in three and three[2].starts_at - three[0].starts_at <= STRIKES_WITHIN for three in triples)
