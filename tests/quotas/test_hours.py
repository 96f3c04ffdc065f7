"""A mentor's hours as instants: weeks, days that differ, and what clock changes do."""

from datetime import date

import pytest

from quotas import instant
from quotas.hours import (
    DayException,
    MentorHours,
    Stretch,
    WeeklyStretch,
    clock_of,
    minutes_of,
    open_times,
    overlap,
)
from quotas.instant import DAY
from quotas.plans import Weekday


def weekly(*days: tuple[Weekday, str, str]) -> tuple[WeeklyStretch, ...]:
    return tuple(WeeklyStretch(day, stretch(start, end)) for day, start, end in days)


def stretch(start: str, end: str) -> Stretch:
    return Stretch(minutes_of(start), minutes_of(end))


def opened(hours: MentorHours, since: str, until: str) -> list[tuple[str, str]]:
    """In UTC, without seconds."""
    found = open_times(hours, instant.parse(since), instant.parse(until))
    return [(instant.text(start)[:16], instant.text(end)[:16]) for start, end in found]


OFFICE = MentorHours("Europe/Oslo", weekly(("monday", "09:00", "12:00"), ("monday", "13:00", "16:00")))


@pytest.mark.parametrize(("clock", "minutes"), [("00:00", 0), ("09:15", 555), ("23:45", 1425), ("24:00", 1440)])
def test_a_time_of_day(clock: str, minutes: int) -> None:
    assert minutes_of(clock) == minutes
    assert clock_of(minutes) == clock


@pytest.mark.parametrize(
    "clock", ["", "9:00", "09:10", "24:15", "25:00", "09:00:00", "0900", "09:60", "\u0660\u0669:00"]
)
def test_what_is_no_time_of_day(clock: str) -> None:
    with pytest.raises(ValueError, match=r"is not a local time on the quarter hour, from 00:00 to 24:00"):
        minutes_of(clock)


def test_stretches_that_overlap() -> None:
    """Those that adjoin do not."""
    assert not overlap(stretch("09:00", "12:00"), stretch("12:00", "13:00"))
    assert not overlap(stretch("12:00", "13:00"), stretch("09:00", "12:00"))
    assert overlap(stretch("09:00", "11:00"), stretch("10:45", "12:15"))
    assert overlap(stretch("09:00", "12:00"), stretch("10:00", "11:00"))


def test_a_week() -> None:
    """Mondays only; what is cut off by the interval is not there."""
    assert opened(OFFICE, "2026-01-05T09:30:00+01:00", "2026-01-12T10:00:00+01:00") == [
        ("2026-01-05T08:30", "2026-01-05T11:00"),
        ("2026-01-05T12:00", "2026-01-05T15:00"),
        ("2026-01-12T08:00", "2026-01-12T09:00"),
    ]


def test_days_that_differ() -> None:
    """A date without stretches is closed, one with stretches has them in place of its weekday's, in whatever order."""
    tuesday = DayException(date(2026, 1, 6), (stretch("18:00", "20:00"), stretch("08:00", "09:00")))
    hours = MentorHours("Europe/Oslo", OFFICE.weekly, (DayException(date(2026, 1, 5), ()), tuesday))
    assert opened(hours, "2026-01-05T00:00:00+01:00", "2026-01-12T00:00:00+01:00") == [
        ("2026-01-06T07:00", "2026-01-06T08:00"),
        ("2026-01-06T17:00", "2026-01-06T19:00"),
    ]


def test_what_adjoins_is_one_stretch_also_across_midnight() -> None:
    hours = MentorHours(
        "Europe/Oslo",
        weekly(("monday", "22:00", "23:00"), ("monday", "23:00", "24:00"), ("tuesday", "00:00", "01:00")),
    )
    assert opened(hours, "2026-01-05T00:00:00+01:00", "2026-01-07T00:00:00+01:00") == [
        ("2026-01-05T21:00", "2026-01-06T00:00")
    ]


SUNDAY = "Europe/Oslo", "2026-03-29T00:00:00+01:00", "2026-03-30T00:00:00+02:00"
AUTUMN = "Europe/Oslo", "2026-10-25T00:00:00+02:00", "2026-10-26T00:00:00+01:00"


@pytest.mark.parametrize(
    ("place", "start", "end", "found"),
    [
        # 02:00 to 03:00 is not there on 29 March: clocks go from 01:59 to 03:00 at 01:00 in UTC.
        (SUNDAY, "01:00", "02:30", [("2026-03-29T00:00", "2026-03-29T01:00")]),
        (SUNDAY, "02:30", "04:00", [("2026-03-29T01:00", "2026-03-29T02:00")]),
        (SUNDAY, "02:00", "03:00", []),
        # 02:00 to 03:00 comes twice on 25 October, from 00:00 and from 01:00 in UTC.
        (AUTUMN, "01:00", "04:00", [("2026-10-24T23:00", "2026-10-25T03:00")]),
        (AUTUMN, "02:00", "03:00", [("2026-10-25T00:00", "2026-10-25T02:00")]),
        (AUTUMN, "01:00", "02:30", [("2026-10-24T23:00", "2026-10-25T00:30")]),
        (AUTUMN, "02:30", "04:00", [("2026-10-25T00:30", "2026-10-25T03:00")]),
    ],
)
def test_clock_changes(place: tuple[str, str, str], start: str, end: str, found: list[tuple[str, str]]) -> None:
    zone, since, until = place
    hours = MentorHours(zone, weekly(("sunday", start, end)))
    assert opened(hours, since, until) == found


def test_nine_stays_nine() -> None:
    """The local time holds in summer and winter."""
    hours = MentorHours("Europe/Oslo", weekly(("friday", "09:00", "10:00")))
    found = opened(hours, "2026-03-27T00:00:00+01:00", "2026-04-04T00:00:00+02:00")
    assert [start for start, _ in found] == ["2026-03-27T08:00", "2026-04-03T07:00"]


def test_a_date_that_a_zone_jumped_over_has_no_hours() -> None:
    """Samoa had no Friday 30 December 2011."""
    apia = MentorHours("Pacific/Apia", weekly(("friday", "00:00", "24:00")))
    since = instant.parse("2011-12-28T00:00:00Z")
    assert open_times(apia, since, since + 5 * DAY) == []
