"""Subscription months: they tile time, whatever the anchor's day and whatever clocks do."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from quotas import instant
from quotas.calendar import Calendar
from quotas.instant import DAY
from quotas.periods import first_day, period, period_at
from tests.quotas.histories import PLACES
from tests.quotas.moments import OSLO, bounded

ZONES = sorted({zone for zone, _, _ in PLACES} | {"UTC", "America/New_York", "Australia/Sydney"})
FIRST, LAST = date(2024, 1, 1), date(2032, 12, 31)
SINCE, UNTIL = instant.parse("2024-01-01T00:00:00Z"), instant.parse("2033-01-01T00:00:00Z")


@pytest.mark.parametrize(
    ("anchor", "number", "day"),
    [
        ("2026-01-31", 0, "2026-01-31"),
        ("2026-01-31", 1, "2026-02-28"),
        ("2026-01-31", 2, "2026-03-31"),
        ("2026-01-31", 3, "2026-04-30"),
        ("2024-01-30", 1, "2024-02-29"),
        ("2024-02-29", 12, "2025-02-28"),
        ("2024-02-29", 48, "2028-02-29"),
        ("2026-01-31", -2, "2025-11-30"),
        ("2026-12-15", 1, "2027-01-15"),
    ],
)
def test_a_period_begins_on_the_anchors_day_or_the_months_last(anchor: str, number: int, day: str) -> None:
    assert first_day(date.fromisoformat(anchor), number) == date.fromisoformat(day)


def test_a_period_begins_with_the_local_day() -> None:
    anchor = date(2026, 1, 31)
    found = period_at(anchor, OSLO, instant.parse("2026-03-30T23:59:59.999+02:00"))
    assert (found.number, instant.text(found.starts_at)) == (1, "2026-02-27T23:00:00.000Z")
    assert instant.text(found.ends_at) == "2026-03-30T22:00:00.000Z"
    assert period_at(anchor, OSLO, found.ends_at).number == 2


@pytest.mark.parametrize("zone", ZONES)
def test_periods_tile_time_for_every_day_of_a_month(zone: str) -> None:
    """2024 to 2032: each begins where the one before ends, on the anchor's day or the month's last."""
    calendar = Calendar(zone, (), "")
    for day in range(1, 32):
        anchor = date(2024, 1, day)
        ends_at = period(anchor, calendar, -1).ends_at
        for number in range(12 * 9):
            found = period(anchor, calendar, number)
            assert found.starts_at == ends_at < found.ends_at
            assert 27 * DAY < found.ends_at - found.starts_at < 32 * DAY
            ends_at = found.ends_at


@bounded
@given(st.sampled_from(ZONES), st.dates(FIRST, LAST), st.integers(SINCE, UNTIL))
def test_each_instant_lies_in_one_period(zone: str, anchor: date, at: int) -> None:
    calendar = Calendar(zone, (), "")
    found = period_at(anchor, calendar, at)
    assert found == period(anchor, calendar, found.number)
    assert found.starts_at <= at < found.ends_at
    assert period_at(anchor, calendar, found.starts_at) == period_at(anchor, calendar, found.ends_at - 1) == found
    assert period_at(anchor, calendar, found.starts_at - 1).number == found.number - 1


def test_a_date_that_a_zone_jumped_over() -> None:
    """Samoa had no 30 December 2011: what would begin there begins with the 31st."""
    apia = Calendar("Pacific/Apia", (), "")
    anchor = date(2011, 10, 30)
    before, after = period(anchor, apia, 1), period(anchor, apia, 2)
    assert before.ends_at == after.starts_at == apia.start_of(date(2011, 12, 31))
    assert period_at(anchor, apia, after.starts_at).number == 2
    assert period_at(anchor, apia, after.starts_at - 1).number == 1
    assert apia.day_of(after.starts_at) - timedelta(days=2) == date(2011, 12, 29)
