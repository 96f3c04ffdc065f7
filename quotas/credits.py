"""Session credits of a period, worked out from its bookings and corrections; nothing is stored.

Source: sessions.md "Periods" and "Booking" (`correct`). One credit is a unit of 30 minutes.
"""

from collections.abc import Iterable
from typing import Literal

from msgspec import Struct

from quotas.admission import Status
from quotas.bookings import Booking, counts
from quotas.plans import SessionPolicy, Sessions


class Correction(Struct, frozen=True):
    """Units that support added to a period, or took from it. `at` in ms."""

    id: str
    conversation: str
    period: int
    units: int
    reason: str
    at: int


class Credits(Struct, frozen=True):
    """What a period allows and what of it is used, in units. `left` is None where the plan gives without limit."""

    allowance: int | None
    used: int
    corrected: int

    @property
    def left(self) -> int | None:
        """Never below 0."""
        return None if self.allowance is None else max(0, self.allowance + self.corrected - self.used)

    @property
    def over(self) -> int:
        """Used beyond the allowance, as after a change of plan."""
        return 0 if self.allowance is None else max(0, self.used - self.allowance - self.corrected)

    def covers(self, units: int) -> bool:
        """Whether so many more can be spent."""
        return self.left is None or units <= self.left


def credits_of(
    sessions: Sessions | None,
    period: int,
    bookings: Iterable[Booking],
    corrections: Iterable[Correction],
    policy: SessionPolicy,
    now: int,
) -> Credits | None:
    """The credits of that period at `now`, of one conversation's facts; None where the plan has no sessions."""
    if sessions is None:
        return None
    used = sum(each.units for each in bookings if each.period == period and counts(each, policy, now))
    corrected = sum(each.units for each in corrections if each.period == period)
    return Credits(None if sessions.units_per_month == "unlimited" else sessions.units_per_month, used, corrected)


def correction_refusal(
    status: Status, credits: Credits | None, units: int
) -> Literal["ended", "not_in_plan", "no_credits"] | None:
    """Why units may not be added or taken; the first reason that holds."""
    if status == "ended":
        return "ended"
    if credits is None:
        return "not_in_plan"
    if units < 0 and not credits.covers(-units):
        return "no_credits"
    return None
