"""Series: sessions at the same local time every so many weeks, worked out from a rule.

Source: sessions.md "Series". Local times that come twice or not at all are as `zones.first_instant` says: the first
one, the instant of the change. The first start is where the rule says, whichever of two equal local times that is.
"""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from itertools import takewhile

from dateutil.relativedelta import relativedelta
from dateutil.rrule import WEEKLY, rrule
from msgspec import Struct
from msgspec.structs import replace

from quotas.money import Cadence
from quotas.zones import first_instant, zone_of

EVERY_WEEKS: dict[Cadence, int] = {"weekly": 1, "every_two_weeks": 2, "monthly": 4}
"""How many weeks lie between sessions: at the same local time, as people plan them, so 13 a year and not 12."""
THREE = 3
"""So many sessions in a calendar month are one more than every two weeks are agreed to be."""
_ONE_WEEK = timedelta(weeks=1)


class SeriesRule(Struct, frozen=True):
    """From `first` (ms) on, every `every_weeks` weeks at that local time of `zone`, before `until` (ms; 0: no end)."""

    zone: str
    first: int
    minutes: int
    every_weeks: int
    until: int = 0


class FullMonth(Struct, frozen=True):
    """A calendar month, by its first day, that would hold three: its starts, and what it would hold a week later."""

    month: date
    starts: tuple[int, ...]
    shifted: tuple[int, ...]
    """The starts in that month where the rest of the series, from the first of `starts` on, is a week later."""
    ask_before: int
    """A calendar month ahead of its beginning, in ms."""


def starts(rule: SeriesRule, since: int, until: int) -> Iterator[int]:
    """The starts in [since, until), in order."""
    ends_at = min(until, rule.until) if rule.until else until
    return (start for start in takewhile(lambda start: start < ends_at, _all(rule)) if start >= since)


def shifted(rule: SeriesRule, since: int) -> SeriesRule:
    """The rest of the series, from its first start at or after `since` on, a week later."""
    first = next(start for start in _all(rule) if start >= since)
    return replace(rule, first=first_instant(_local(rule, first) + _ONE_WEEK))


def full_months(rule: SeriesRule, since: date, until: date) -> list[FullMonth]:
    """The months that hold three, from that of `since` to that of `until`."""
    found = []
    month = since.replace(day=1)
    while month <= until:
        inside = tuple(_in_month(rule, month))
        if len(inside) == THREE:
            later = shifted(rule, inside[0])
            ask_before = _begins(rule, month - relativedelta(months=1))
            found.append(FullMonth(month, inside, tuple(_in_month(later, month)), ask_before))
        month += relativedelta(months=1)
    return found


def local_day(rule: SeriesRule, at: int) -> date:
    """The date at that instant in the series' zone."""
    return _local(rule, at).date()


def _in_month(rule: SeriesRule, month: date) -> Iterator[int]:
    return starts(rule, _begins(rule, month), _begins(rule, month + relativedelta(months=1)))


def _begins(rule: SeriesRule, day: date) -> int:
    return first_instant(datetime(day.year, day.month, day.day, tzinfo=zone_of(rule.zone)))


def _all(rule: SeriesRule) -> Iterator[int]:
    yield rule.first
    places = iter(rrule(WEEKLY, interval=rule.every_weeks, dtstart=_local(rule, rule.first)))
    next(places)
    yield from map(first_instant, places)


def _local(rule: SeriesRule, at: int) -> datetime:
    return datetime.fromtimestamp(at / 1000, UTC).astimezone(zone_of(rule.zone))
