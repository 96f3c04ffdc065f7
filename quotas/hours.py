"""A mentor's hours: the times of each week at which sessions may be booked, and the days that differ.

Source: sessions.md "Slots", "Over HTTP". Times are local to the mentor's zone. A stretch lasts from the first instant
at which clocks there show `start` or later to the first at which they show `end` or later: where clocks are set
forward, what they skip is not there; where they are set back, the time that comes twice belongs to it both times, but
for a stretch that ends or begins within it, which does so at the first.
"""

import re
from collections.abc import Iterable, Iterator
from datetime import date, datetime, timedelta

from msgspec import Struct

from quotas.calendar import Calendar
from quotas.plans import WEEKDAYS, Weekday
from quotas.zones import first_instant, zone_of

DAY_MINUTES = 24 * 60
QUARTER_MINUTES = 15
_CLOCK = re.compile(r"([01][0-9]|2[0-4]):([0-5][0-9])")
_ONE_DAY = timedelta(days=1)

CLOCK_ALLOWED = "a local time on the quarter hour, from 00:00 to 24:00, such as 09:15"


class Stretch(Struct, frozen=True):
    """Open from `start` until before `end`, in minutes of a local day: 0 to 1440."""

    start: int
    end: int


class WeeklyStretch(Struct, frozen=True):
    """Open on that day of each week."""

    weekday: Weekday
    stretch: Stretch


class DayException(Struct, frozen=True):
    """What holds on that date in place of its weekday's stretches; without any it is closed."""

    day: date
    open: tuple[Stretch, ...]


class MentorHours(Struct, frozen=True):
    """When sessions with a mentor may be booked by their members."""

    zone: str
    weekly: tuple[WeeklyStretch, ...]
    exceptions: tuple[DayException, ...] = ()
    buffer_minutes: int = 0
    """How long before and after each booking nothing else may be."""
    notice_hours: int = 24
    """How far ahead of its start a member books."""


Interval = tuple[int, int]
"""[since, until) in ms."""


def minutes_of(clock: str) -> int:
    """The minutes of a day that a text such as 09:15 names; 24:00 is its end. Raises ValueError."""
    found = _CLOCK.fullmatch(clock)
    minutes = int(found[1]) * 60 + int(found[2]) if found else -1
    if minutes % QUARTER_MINUTES or not 0 <= minutes <= DAY_MINUTES:
        raise ValueError(f"{clock[:16]!r} is not {CLOCK_ALLOWED}")
    return minutes


def clock_of(minutes: int) -> str:
    """As clocks show it: 09:15; the end of a day is 24:00."""
    return f"{minutes // 60:02d}:{minutes % 60:02d}"


def overlap(first: Stretch, second: Stretch) -> bool:
    """Whether they have a time in common. Those that adjoin have not."""
    return first.start < second.end and second.start < first.end


def open_times(hours: MentorHours, since: int, until: int) -> list[Interval]:
    """When the mentor is open between the two instants, in order. What adjoins is one: a session may cross midnight."""
    calendar = Calendar(hours.zone, (), "")
    first = calendar.day_of(since)
    return _joined(
        (max(start, since), min(end, until))
        for start, end in _of_days(hours, first, calendar.day_of(until))
        if start < until and since < end
    )


def _of_days(hours: MentorHours, day: date, last: date) -> Iterator[Interval]:
    exceptions = {each.day: each.open for each in hours.exceptions}
    weekly: dict[int, list[Stretch]] = {}
    for each in hours.weekly:
        weekly.setdefault(WEEKDAYS.index(each.weekday), []).append(each.stretch)
    while day <= last:
        stretches = exceptions.get(day, weekly.get(day.weekday(), ()))
        for stretch in sorted(stretches, key=lambda stretch: stretch.start):
            yield _at(hours.zone, day, stretch.start), _at(hours.zone, day, stretch.end)
        day += _ONE_DAY


def _at(zone: str, day: date, minutes: int) -> int:
    days, rest = divmod(minutes, DAY_MINUTES)
    day += days * _ONE_DAY
    return first_instant(datetime(day.year, day.month, day.day, rest // 60, rest % 60, tzinfo=zone_of(zone)))


def _joined(intervals: Iterable[Interval]) -> list[Interval]:
    """Without the empty ones; each that begins where the one before ends is a part of it."""
    found: list[Interval] = []
    for start, end in intervals:
        if start >= end:
            continue
        if found and found[-1][1] == start:
            found[-1] = found[-1][0], end
        else:
            found.append((start, end))
    return found
