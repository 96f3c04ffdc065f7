"""Shares of a price always add up, and no factor is taken of a factor."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from quotas.money import MOST, Cadence, Split, at_cadence, half, month_of_year, split
from tests.quotas.moments import bounded

amounts = st.integers(0, MOST)


@pytest.mark.parametrize(
    ("price", "share", "mentor", "platform"),
    [
        (50_000, 90, 45_000, 5_000),
        (99, 90, 90, 9),
        (1, 90, 1, 0),
        (9, 90, 9, 0),
        (10, 90, 9, 1),
        (0, 90, 0, 0),
        (101, 100, 101, 0),
        (101, 0, 0, 101),
        (999, 67, 670, 329),
    ],
)
def test_the_platform_has_whole_units_and_the_mentor_the_rest(
    price: int, share: int, mentor: int, platform: int
) -> None:
    assert split(price, share) == Split(mentor, platform)


@bounded
@given(amounts, st.integers(0, 100))
def test_shares_add_up(price: int, share: int) -> None:
    """To the price, neither below 0, and the mentor never gets less than their share."""
    parts = split(price, share)
    assert parts.mentor + parts.platform == price
    assert parts.mentor >= 0 <= parts.platform
    assert parts.mentor * 100 >= price * share


@pytest.mark.parametrize(
    ("cadence", "price", "costs"),
    [
        ("monthly", 99_901, 49_950),
        ("every_two_weeks", 99_901, 99_901),
        ("weekly", 99_901, 199_802),
        (None, 99_901, 99_901),
    ],
)
def test_cadences_are_factors_of_the_two_weekly_price(cadence: Cadence | None, price: int, costs: int) -> None:
    assert at_cadence(price, cadence) == costs


def test_from_monthly_to_weekly_nothing_is_lost() -> None:
    """Chained, 99901 would be 49950 a month, 99900 for two weeks and 199800 for each."""
    assert at_cadence(at_cadence(99_901, "monthly"), "weekly") == 99_900 != at_cadence(99_901, "every_two_weeks")
    assert at_cadence(99_901, "weekly") == 199_802


@pytest.mark.parametrize(("annual", "month"), [(1_200_000, 100_000), (1_199_999, 99_999), (11, 0)])
def test_a_month_of_a_year(annual: int, month: int) -> None:
    assert month_of_year(annual) == month
    assert half(month) == annual // 24
