"""Free starts: within the hours, far enough ahead, and clear of what is booked."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from quotas import instant
from quotas.bookings import LENGTHS, QUARTER
from quotas.hours import MentorHours, open_times
from quotas.instant import DAY, HOUR, MINUTE
from quotas.plans import WEEKDAYS
from quotas.slots import free_starts, is_offered
from tests.quotas.moments import bounded, oslo
from tests.quotas.test_hours import weekly

HOURS = MentorHours(
    "Europe/Oslo",
    weekly(("monday", "09:00", "11:00"), ("tuesday", "22:30", "24:00"), ("wednesday", "00:00", "00:30")),
    notice_hours=2,
)
NOW = oslo("2026-01-04T12:00:00")
MONDAY = oslo("2026-01-05T00:00:00")


def clocks(starts: list[int]) -> list[str]:
    return [instant.text(start + HOUR)[11:16] for start in starts]


def test_starts_on_the_quarter_hour_that_fit() -> None:
    found = free_starts(HOURS, 90, [], MONDAY, MONDAY + DAY, NOW)
    assert clocks(found) == ["09:00", "09:15", "09:30"]


def test_a_session_may_cross_midnight() -> None:
    """Where the hours do; a start before `until` may end after it."""
    found = free_starts(HOURS, 60, [], MONDAY + DAY, MONDAY + 2 * DAY, NOW)
    assert clocks(found) == ["22:30", "22:45", "23:00", "23:15", "23:30"]


def test_starts_are_in_the_interval() -> None:
    """From `since`, off the quarter or on it, to before `until`."""
    since = oslo("2026-01-05T09:15:00")
    assert clocks(free_starts(HOURS, 30, [], since + 1, since + HOUR, NOW)) == ["09:30", "09:45", "10:00"]
    assert clocks(free_starts(HOURS, 30, [], since, since + 1, NOW)) == ["09:15"]
    assert free_starts(HOURS, 30, [], since, since, NOW) == []
    assert free_starts(HOURS, 30, [], since, since - DAY, NOW) == []


def test_notice() -> None:
    """`notice_hours` ahead is far enough, a millisecond less is not."""
    now = oslo("2026-01-05T08:00:00")
    assert clocks(free_starts(HOURS, 30, [], MONDAY, MONDAY + DAY, now)) == ["10:00", "10:15", "10:30"]
    assert clocks(free_starts(HOURS, 30, [], MONDAY, MONDAY + DAY, now + 1)) == ["10:15", "10:30"]


@pytest.mark.parametrize(
    ("buffer", "found"),
    [(0, ["09:00", "09:15", "10:15", "10:30"]), (15, ["09:00", "10:30"]), (30, [])],
)
def test_bookings_and_the_buffer_around_them(buffer: int, found: list[str]) -> None:
    booked = oslo("2026-01-05T09:45:00"), oslo("2026-01-05T10:15:00")
    hours = replace(HOURS, buffer_minutes=buffer)
    assert clocks(free_starts(hours, 30, [booked], MONDAY, MONDAY + DAY, NOW)) == found


def test_what_the_member_has_booked_elsewhere_has_no_buffer() -> None:
    booked = oslo("2026-01-05T09:45:00"), oslo("2026-01-05T10:15:00")
    hours = replace(HOURS, buffer_minutes=60)
    found = free_starts(hours, 30, [], MONDAY, MONDAY + DAY, NOW, also_busy=[booked])
    assert clocks(found) == ["09:00", "09:15", "10:15", "10:30"]


@pytest.mark.parametrize(
    ("start", "minutes", "offered"),
    [
        ("09:00", 30, True),
        ("10:30", 30, True),
        ("10:45", 30, False),
        ("09:05", 30, False),
        ("08:45", 30, False),
        ("12:00", 30, False),
        # 09:45 to 10:15 is booked, with 15 minutes around it. Whoever wants that very time is told that it is taken.
        ("09:45", 30, True),
        ("09:30", 90, True),
        ("09:15", 30, False),
        ("10:15", 30, False),
    ],
)
def test_one_start(start: str, minutes: int, offered: bool) -> None:
    booked = oslo("2026-01-05T09:45:00"), oslo("2026-01-05T10:15:00")
    hours = replace(HOURS, buffer_minutes=15)
    assert is_offered(hours, minutes, [booked], oslo(f"2026-01-05T{start}:00"), NOW) is offered


def test_the_one_hole_in_a_full_calendar() -> None:
    """Open day and night, and booked for months but for one hour; what is booked is not gone through at each start."""
    days = [(each, "00:00", "24:00") for each in WEEKDAYS]
    hours = MentorHours("Europe/Oslo", weekly(*days), buffer_minutes=15, notice_hours=0)
    hole = MONDAY + 100 * DAY
    every = range(MONDAY, MONDAY + 200 * DAY, 30 * MINUTE)
    busy = [(start, start + 30 * MINUTE) for start in every if not hole <= start < hole + HOUR]
    found = free_starts(hours, 30, busy, MONDAY, MONDAY + 200 * DAY, NOW, also_busy=[(hole - DAY, hole)])
    assert found == [hole + 15 * MINUTE]


@bounded
@given(
    st.sampled_from(LENGTHS),
    st.integers(0, 60),
    st.lists(st.integers(0, 4 * 24 * 7), max_size=12),
    st.integers(0, 7 * 24 * 4),
)
def test_every_free_start_could_be_booked_and_no_other(
    minutes: int, buffer: int, quarters: list[int], ahead: int
) -> None:
    """Compared with a search of every quarter of a week, by what a slot is."""
    hours = replace(HOURS, buffer_minutes=buffer)
    now = MONDAY + ahead * QUARTER
    busy = [(MONDAY + each * QUARTER, MONDAY + each * QUARTER + 45 * MINUTE) for each in quarters]
    opened = open_times(hours, MONDAY, MONDAY + 8 * DAY)
    found = free_starts(hours, minutes, busy, MONDAY, MONDAY + 7 * DAY, now)
    for start in range(MONDAY, MONDAY + 7 * DAY, QUARTER):
        end = start + minutes * MINUTE
        is_free = (
            any(since <= start and end <= until for since, until in opened)
            and start >= now + 2 * HOUR
            and all(end + buffer * MINUTE <= since or until + buffer * MINUTE <= start for since, until in busy)
        )
        assert (start in found) is is_free
