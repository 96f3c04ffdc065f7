"""A mentor's statement of a month: every billable booking by its start, what came later to earlier ones, and sums.

Source: sessions.md "Money". A statement that was issued never changes. What turns out differently afterwards, as a
no-show that is confirmed in the next month, stands in the next one as a correction: a line that holds the difference.
"""

import re
from collections.abc import Iterable
from datetime import date

from msgspec import Struct
from msgspec.structs import replace

from quotas.bookings import Booking, BookingKind, BookingState, billable, state_of
from quotas.calendar import Calendar
from quotas.money import split
from quotas.periods import first_day
from quotas.plans import Service, SessionPolicy


class StatementLine(Struct, frozen=True):
    """A booking, or what has changed of it. Amounts in the currency's minor unit; None where there is none.

    Of a correction, `units` and amounts are differences, and `corrects` is the month in which the booking began.
    """

    booking: str
    conversation: str
    member: str
    service: Service
    kind: BookingKind
    starts_at: int
    minutes: int
    state: BookingState
    units: int
    currency: str | None = None
    price: int | None = None
    """What is charged; None for sessions of the plan, and for those that nobody pays."""
    mentor: int | None = None
    """What the mentor gets: their share of the price, or pay by the policy; None: left to the platform."""
    platform: int | None = None
    corrects: date | None = None
    """The first day of that month."""


class StatementSum(Struct, frozen=True):
    """The amounts of all lines in one currency."""

    currency: str
    price: int
    mentor: int
    platform: int


class Statement(Struct, frozen=True):
    """What a mentor earned in the month that begins with the day `month` in `zone`: [since, until) in ms."""

    mentor: str
    month: date
    zone: str
    since: int
    until: int
    lines: list[StatementLine]
    corrections: list[StatementLine]

    @property
    def entries(self) -> list[StatementLine]:
        """The lines, and the corrections."""
        return [*self.lines, *self.corrections]

    @property
    def sums(self) -> list[StatementSum]:
        """By currency."""
        found: dict[str, StatementSum] = {}
        for each in self.entries:
            if each.currency is not None:
                so_far = found.get(each.currency, StatementSum(each.currency, 0, 0, 0))
                found[each.currency] = StatementSum(
                    each.currency,
                    so_far.price + (each.price or 0),
                    so_far.mentor + (each.mentor or 0),
                    so_far.platform + (each.platform or 0),
                )
        return [found[currency] for currency in sorted(found)]

    @property
    def units(self) -> int:
        return sum(each.units for each in self.entries)

    @property
    def without_amount(self) -> int:
        """How many sessions are left to the platform."""
        return sum(1 if each.units > 0 else -1 for each in self.entries if each.currency is None)


def month_of(text: str) -> date | None:
    """The first day of a month such as 2026-01; None where it is none, or lies outside 1971 to 2198."""
    if not re.fullmatch(r"\d{4}-\d{2}", text, re.ASCII) or not "1971" <= text[:4] <= "2198":
        return None
    return date(int(text[:4]), int(text[5:]), 1) if "01" <= text[5:] <= "12" else None


def month_text(month: date) -> str:
    """As it is written: 2026-01."""
    return f"{month:%Y-%m}"


def next_month(month: date) -> date:
    """The first day of the month after it."""
    return first_day(month, 1)


def month_at(calendar: Calendar, at: int) -> date:
    """The first day of the month that contains the instant."""
    return calendar.day_of(at).replace(day=1)


def statement(
    mentor: str,
    month: date,
    bookings: Iterable[Booking],
    issued: Iterable[Statement],
    *,
    zone: str,
    calendar: Calendar,
    policy: SessionPolicy,
    now: int,
) -> Statement:
    """What is true at `now` of the mentor's bookings, beside what was `issued` before, the first one first.

    Bookings of later months are passed over. One that began in an earlier month, or in one that was told already, as
    after a change of zone, is a correction where it is not as it was told.
    """
    since, until = calendar.start_of(month), calendar.start_of(next_month(month))
    told: dict[str, StatementLine] = {}
    for entry in (entry for earlier in issued for entry in earlier.entries):
        if entry.units > 0:
            told[entry.booking] = entry
        else:
            del told[entry.booking]
    lines: list[StatementLine] = []
    corrections: list[StatementLine] = []
    for each in sorted(bookings, key=lambda booking: (booking.starts_at, booking.id)):
        if each.starts_at >= until:
            continue
        line = line_of(each, policy, now) if billable(each, policy, now) else None
        before = told.get(each.id)
        if before is None and each.starts_at >= since:
            lines += [line] if line else []
        elif _facts(before) != _facts(line):
            began_in = month_at(calendar, each.starts_at)
            if before:
                corrections.append(_taken_back(before, state_of(each, policy, now), began_in))
            if line:
                corrections.append(replace(line, corrects=began_in))
    return Statement(mentor, month, zone, since, until, lines, corrections)


def line_of(booking: Booking, policy: SessionPolicy, now: int) -> StatementLine:
    """A billable booking with its amounts: its price and who gets it, or the pay by the policy for one of the plan."""
    line = StatementLine(
        booking=booking.id,
        conversation=booking.conversation,
        member=booking.member,
        service=booking.service,
        kind=booking.kind,
        starts_at=booking.starts_at,
        minutes=booking.minutes,
        state=state_of(booking, policy, now),
        units=booking.units,
    )
    if price := booking.price:
        parts = split(price.amount, policy.mentor_share)
        return replace(line, currency=price.currency, price=price.amount, mentor=parts.mentor, platform=parts.platform)
    if booking.kind == "plan" and (pay := policy.session_pay):
        return replace(line, currency=pay.currency, mentor=pay.amount * booking.units)
    return line


def _facts(line: StatementLine | None) -> tuple[object, ...] | None:
    """What may turn out differently. Not what follows from the policy: a new one changes nothing that was told."""
    return None if line is None else (line.units, line.price, line.currency if line.price is not None else None)


def _taken_back(line: StatementLine, state: BookingState, began_in: date) -> StatementLine:
    return replace(
        line,
        state=state,
        units=-line.units,
        price=_negative(line.price),
        mentor=_negative(line.mentor),
        platform=_negative(line.platform),
        corrects=began_in,
    )


def _negative(amount: int | None) -> int | None:
    return None if amount is None else -amount
