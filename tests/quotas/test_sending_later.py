"""When a refused text goes out by itself, unless its writer says otherwise."""

import pytest

from quotas.instant import DAY
from quotas.sending_later import LONGEST_AHEAD, first_morning, next_morning, send_at_problem
from quotas.zones import zone_names
from tests.quotas.moments import oslo

# Instants are said in winter time.


@pytest.mark.parametrize(
    ("opens_at", "at"),
    [
        ("2026-01-12T00:00:00", "2026-01-12T08:00:00"),  # the Monday after a week
        ("2026-01-12T07:59:59.999", "2026-01-12T08:00:00"),
        ("2026-01-12T08:00:00", "2026-01-12T08:00:00"),
        ("2026-01-12T18:30:00", "2026-01-12T18:30:00"),  # a live chat that evening
        ("2026-03-29T23:00:00", "2026-03-30T07:00:00"),  # the day after the clocks went forward
        ("2026-03-29T00:00:00", "2026-03-29T07:00:00"),  # the day on which they do: seven hours later
        ("2026-10-24T23:00:00", "2026-10-25T08:00:00"),  # nine hours later
    ],
)
def test_it_goes_out_in_the_morning_of_the_day_that_opens(opens_at: str, at: str) -> None:
    assert first_morning(oslo(opens_at), "Europe/Oslo") == oslo(at)


def test_in_every_zone_it_is_on_that_day_and_not_before_it_opens() -> None:
    for zone in sorted(zone_names()):
        opens_at = oslo("2026-03-28T23:17:00")
        assert opens_at <= first_morning(opens_at, zone) < opens_at + DAY


def test_where_nothing_is_locked_the_next_morning_is_offered() -> None:
    assert next_morning(oslo("2026-01-12T07:59:59.999"), "Europe/Oslo") == oslo("2026-01-12T08:00:00")
    assert next_morning(oslo("2026-01-12T08:00:00"), "Europe/Oslo") == oslo("2026-01-13T08:00:00")
    assert next_morning(oslo("2026-03-28T20:00:00"), "Europe/Oslo") == oslo("2026-03-29T07:00:00")


def test_what_is_over_or_far_ahead_is_no_time_to_send() -> None:
    now = oslo("2026-01-12T08:00:00")
    assert send_at_problem(now + 1, now) is None
    assert send_at_problem(now + LONGEST_AHEAD, now) is None
    assert "over" in (send_at_problem(now, now) or "")
    assert "90 days" in (send_at_problem(now + LONGEST_AHEAD + 1, now) or "")
