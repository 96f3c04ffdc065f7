"""Subscription months: the periods in which session credits are counted.

Source: sessions.md "Periods". A period begins at the first instant of the local day *anchor + k months*, the day
clipped to the month's length and always counted from the anchor, never from the period before: 31 January,
28 February, 31 March.
"""

from calendar import monthrange
from datetime import date

from msgspec import Struct

from quotas.calendar import Calendar


class Period(Struct, frozen=True):
    """Month `number` of a subscription, [starts_at, ends_at) in ms. Numbers before the anchor are negative."""

    number: int
    starts_at: int
    ends_at: int


def first_day(anchor: date, number: int) -> date:
    """The local date on which that period begins."""
    year, month = divmod(anchor.year * 12 + anchor.month - 1 + number, 12)
    return date(year, month + 1, min(anchor.day, monthrange(year, month + 1)[1]))


def period(anchor: date, calendar: Calendar, number: int) -> Period:
    """The period with that number, in the calendar's zone."""
    starts_at = calendar.start_of(first_day(anchor, number))
    return Period(number, starts_at, calendar.start_of(first_day(anchor, number + 1)))


def period_at(anchor: date, calendar: Calendar, at: int) -> Period:
    """The period that contains the instant."""
    day = calendar.day_of(at)
    number = (day.year - anchor.year) * 12 + day.month - anchor.month
    # By the instant and not by the date: a zone may skip a date, which then begins where the next one does.
    if at < calendar.start_of(first_day(anchor, number)):
        number -= 1
    return period(anchor, calendar, number)
