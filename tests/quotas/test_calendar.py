"""Days, weeks and closed days, also where clocks change at midnight."""

from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from quotas import instant
from quotas.calendar import HORIZON_DAYS, Calendar
from quotas.instant import DAY, HOUR, MINUTE
from quotas.plans import WEEKDAYS
from tests.quotas.moments import Moment, bounded, moments


def _at(text: str) -> int:
    return instant.of(datetime.fromisoformat(text).replace(tzinfo=UTC))


@pytest.mark.parametrize(
    ("zone", "day", "starts", "length"),
    [
        ("Europe/Oslo", "2026-01-05", "2026-01-04T23:00", 24 * HOUR),
        ("Europe/Oslo", "2026-03-29", "2026-03-28T23:00", 23 * HOUR),
        ("Europe/Oslo", "2026-10-25", "2026-10-24T22:00", 25 * HOUR),
        ("Asia/Kathmandu", "2026-01-12", "2026-01-11T18:15", 24 * HOUR),
        ("America/Santiago", "2025-09-07", "2025-09-07T04:00", 23 * HOUR),  # midnight is skipped
        ("America/Santiago", "2026-04-04", "2026-04-04T03:00", 25 * HOUR),  # 23:00 comes twice
        ("America/Havana", "2025-11-02", "2025-11-02T04:00", 25 * HOUR),  # midnight comes twice
        ("Asia/Beirut", "2026-03-29", "2026-03-28T22:00", 23 * HOUR),
        ("Australia/Lord_Howe", "2026-04-05", "2026-04-04T13:00", 24 * HOUR + 30 * MINUTE),
        ("America/St_Johns", "2009-11-01", "2009-11-01T02:30", 25 * HOUR),  # after 00:01 comes 23:01
        ("Pacific/Apia", "2011-12-30", "2011-12-30T10:00", 0),  # there was no such day
        ("Pacific/Apia", "2011-12-31", "2011-12-30T10:00", 24 * HOUR),
    ],
)
def test_a_day_lasts_from_its_first_instant_to_the_first_of_the_next(
    zone: str, day: str, starts: str, length: int
) -> None:
    calendar = Calendar(zone, (), "")
    today = date.fromisoformat(day)
    start = calendar.start_of(today)
    assert instant.text(start) == f"{starts}:00.000Z"
    assert calendar.start_of(date.fromordinal(today.toordinal() + 1)) - start == length
    if length:
        assert calendar.day_of(start) == calendar.day_of(start + length - 1) == today
        assert calendar.day_of(start - 1) < today < calendar.day_of(start + length)
        assert calendar.start_of_day(start + 1) == start
        assert calendar.end_of_day(start + 1) == start + length


def test_a_clock_that_turns_back_over_midnight_does_not_bring_yesterday_back() -> None:
    """St. John's, 2009: at 00:01 on Sunday it was 23:01 on Saturday again."""
    calendar = Calendar("America/St_Johns", (), "")
    second_saturday_evening = _at("2009-11-01T02:31")
    assert calendar.day_of(second_saturday_evening) == date(2009, 11, 1)


def test_a_clock_that_skips_midnight_and_the_minutes_before_it_begins_the_day_there() -> None:
    """Toronto, 1919: after 23:30 on Sunday came 00:30 on Monday."""
    calendar = Calendar("America/Toronto", (), "")
    assert calendar.start_of(date(1919, 3, 31)) == _at("1919-03-31T04:30")
    assert calendar.day_of(_at("1919-03-31T04:29")) == date(1919, 3, 30)


def test_a_day_that_a_zone_jumped_over_is_neither_open_nor_closed() -> None:
    """Samoa had no Friday 30 December 2011."""
    thursday, next_friday = _at("2011-12-29T20:00"), _at("2012-01-05T10:00")
    assert Calendar("Pacific/Apia", ("friday",), "").next_closed(thursday) == next_friday
    all_but_friday = tuple(day for day in WEEKDAYS if day != "friday")
    assert Calendar("Pacific/Apia", all_but_friday, "").next_open(thursday) == next_friday


def test_a_week_runs_from_monday_to_monday() -> None:
    calendar = Calendar("Europe/Oslo", (), "")
    week = calendar.week_of(_at("2026-01-05T08:00"))
    assert instant.text(calendar.week_start(week)) == "2026-01-04T23:00:00.000Z"
    assert calendar.week_of(_at("2026-01-11T22:59")) == week
    assert calendar.week_of(_at("2026-01-11T23:00")) == week + 1


def test_public_holidays_are_closed_where_a_country_is_set() -> None:
    """Easter 2026 in Norway: Thursday 2 April to Monday 6 April."""
    at = _at("2026-04-02T10:00")
    assert Calendar("Europe/Oslo", (), "").next_open(at) == at
    assert Calendar("Europe/Oslo", ("saturday",), "NO").next_open(at) == _at("2026-04-06T22:00")


def test_without_closed_days_the_next_one_is_the_horizon() -> None:
    at = _at("2026-01-05T08:00")
    assert Calendar("UTC", (), "").next_closed(at) == _at("2026-01-05T00:00") + HORIZON_DAYS * DAY


@bounded
@given(moments(), st.integers(0, 20 * DAY))
def test_open_time_is_what_the_wall_clock_shows(moment: Moment, length: int) -> None:
    until = moment.at + length
    assert moment.calendar.open_time(moment.at, until) == moment.minutes.counted(moment.at, until)


def test_no_open_time_passes_backwards() -> None:
    at = _at("2026-01-05T08:00")
    assert Calendar("UTC", (), "").open_time(at, at) == Calendar("UTC", (), "").open_time(at, at - DAY) == 0


def test_open_time_goes_on_beyond_the_horizon() -> None:
    at = _at("2026-01-05T08:00")
    assert Calendar("UTC", (), "").open_time(at, at + 1000 * DAY) == 1000 * DAY


@bounded
@given(moments())
def test_days_and_closed_days_are_what_the_wall_clock_shows(moment: Moment) -> None:
    calendar, minutes, at = moment.calendar, moment.minutes, moment.at
    assert calendar.day_of(at) == minutes.day(at)
    assert calendar.end_of_day(at) == minutes.next_change_of_day(at)
    assert calendar.next_open(at) == minutes.next_open(at)
    if moment.closes:
        assert calendar.next_closed(at) == minutes.next_closed(at)
    assert calendar.week_start(calendar.week_of(at)) <= at < calendar.week_start(calendar.week_of(at) + 1)
    assert calendar.day_of(calendar.week_start(calendar.week_of(at))) >= minutes.monday(at)
    assert calendar.week_of(at) == (minutes.monday(at).toordinal() - 1) // 7
