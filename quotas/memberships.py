"""A member's membership: what it costs, until when it is paid, and when it renews by itself.

Source: cases.md "Membership". Anchored like the periods of sessions: a renewal falls on the day of `started_on`, or on
the last of a shorter month, always counted from `started_on`. Nothing need happen for a membership to have renewed:
what is paid follows from what was told and from now. This product charges nobody; it says what is due.
"""

from collections.abc import Iterator
from datetime import date, timedelta
from itertools import islice, takewhile
from typing import Literal

from msgspec import Struct
from msgspec.structs import replace

from quotas.bookings import Price
from quotas.calendar import Calendar
from quotas.money import Cadence, at_cadence, month_of_year
from quotas.periods import Period, first_day, period_at

Renewal = Literal["monthly", "annual"]
Payer = Literal["consumer", "business"]

MONTHS: dict[Renewal, int] = {"monthly": 1, "annual": 12}
REMINDER_DAYS: dict[Renewal, int] = {"monthly": 7, "annual": 30}
"""How many local days before it is due a renewal is reminded of."""

StepKind = Literal["reminder", "renewed"]


class Membership(Struct, frozen=True):
    """What was agreed with a member. Days are local to the member."""

    renewal: Renewal
    started_on: date
    """The anchor."""
    price: Price
    """Of a month, or of a year where it renews annually; where the plan has a cadence: for every two weeks."""
    payer: Payer
    cadence: Cadence | None = None
    paid_until: date | None = None
    """The first day that is not paid for, as it was told; None: unknown, hence the end of the current term."""
    renews: bool = True
    """Whether it renews by itself; else it is over on `paid_until`."""
    next_cadence: Cadence | None = None
    next_cadence_from: date | None = None
    """The cadence that it is going to have, and its first day; None: the cadence stays."""

    @property
    def monthly_price(self) -> int:
        """What a month costs at the agreed cadence."""
        month = month_of_year(self.price.amount) if self.renewal == "annual" else self.price.amount
        return at_cadence(month, self.cadence)

    def cadence_on(self, day: date) -> Cadence | None:
        """The cadence that holds on that day, as far as is agreed now."""
        return (
            self.next_cadence if self.next_cadence_from is not None and day >= self.next_cadence_from else self.cadence
        )

    def renewal_price_on(self, day: date) -> int:
        """What a renewal on that day costs: a month, or a year, at the cadence that then holds."""
        return at_cadence(self.price.amount, self.cadence_on(day))


class MembershipStep(Struct, frozen=True):
    """Something that falls due: at `at` (ms) the renewal of `paid_until` was to be reminded of, or took place."""

    kind: StepKind
    at: int
    paid_until: date
    """The day of the renewal: paid until then, before it."""
    renewed_until: date
    """The day of the next one: paid until then, after it."""


def term(membership: Membership, calendar: Calendar, number: int) -> Period:
    """The month or year with that number, from one renewal to the next; 0 begins on `started_on`."""
    starts_at, ends_at = (calendar.start_of(_renewal_day(membership, each)) for each in (number, number + 1))
    return Period(number, starts_at, ends_at)


def term_at(membership: Membership, calendar: Calendar, at: int) -> Period:
    """The term that contains the instant."""
    month = period_at(membership.started_on, calendar, at).number
    return term(membership, calendar, month // MONTHS[membership.renewal])


def paid_until(membership: Membership, calendar: Calendar, now: int) -> date:
    """The first day that is not paid for, as of `now`. One that has passed was renewed by itself, unless it may not."""
    given = membership.paid_until
    if given is not None and (not membership.renews or calendar.start_of(given) > now):
        return given
    return _renewal_day(membership, term_at(membership, calendar, now).number + 1)


def stopped(membership: Membership, calendar: Calendar, now: int) -> Membership:
    """Renewing no more: over at the end of what is paid as of `now`."""
    return replace(membership, paid_until=paid_until(membership, calendar, now), renews=False)


def reminder_day(membership: Membership, day: date) -> date:
    """The day on which the renewal of that day is reminded of."""
    return day - timedelta(days=REMINDER_DAYS[membership.renewal])


def steps_between(membership: Membership, calendar: Calendar, after: int, until: int) -> list[MembershipStep]:
    """What falls due later than `after` and at `until` at the latest, in its order."""
    found: list[MembershipStep] = []
    if membership.renews:
        for pair in takewhile(lambda pair: pair[0].at <= until, _renewals(membership, calendar, after)):
            found += pair
    return sorted((step for step in found if after < step.at <= until), key=lambda step: step.at)


def next_step_at(membership: Membership, calendar: Calendar, after: int) -> int | None:
    """When the next step falls due later than `after`; None where it renews no more."""
    if not membership.renews:
        return None
    # Where the first renewal is a day that was told, the second one's reminder may come before it.
    pairs = islice(_renewals(membership, calendar, after), 2)
    return min(step.at for pair in pairs for step in pair if step.at > after)


def late_reminder(membership: Membership, calendar: Calendar, now: int) -> MembershipStep | None:
    """The reminder of the coming renewal, due at once: its day had passed when this was told. None: its day comes."""
    if not membership.renews:
        return None
    reminder, _ = next(_renewals(membership, calendar, now))
    return replace(reminder, at=now) if reminder.at <= now else None


def _renewals(
    membership: Membership, calendar: Calendar, after: int
) -> Iterator[tuple[MembershipStep, MembershipStep]]:
    """The reminder and the renewal of each renewal later than `after`, without end."""
    day = paid_until(membership, calendar, after)
    number = term_at(membership, calendar, calendar.start_of(day)).number
    while True:
        number += 1
        after_it = _renewal_day(membership, number)
        reminded_at, renewed_at = calendar.start_of(reminder_day(membership, day)), calendar.start_of(day)
        yield (
            MembershipStep("reminder", reminded_at, day, after_it),
            MembershipStep("renewed", renewed_at, day, after_it),
        )
        day = after_it


def _renewal_day(membership: Membership, number: int) -> date:
    return first_day(membership.started_on, number * MONTHS[membership.renewal])
