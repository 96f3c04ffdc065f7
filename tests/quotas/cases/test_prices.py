"""What a one-off session and another cadence cost."""

from datetime import date

import pytest

from quotas.bookings import Price
from quotas.cases.prices import price_at_cadence, price_of_one_off
from quotas.memberships import Membership
from quotas.money import Cadence

MONTHLY = Membership("monthly", date(2026, 1, 31), Price(99_901, "NOK"), "consumer", "every_two_weeks")
ANNUAL = Membership("annual", date(2026, 1, 31), Price(1_200_005, "EUR"), "business", "weekly")


@pytest.mark.parametrize(("membership", "one_off"), [(MONTHLY, Price(49_950, "NOK")), (ANNUAL, Price(100_000, "EUR"))])
def test_a_one_off_costs_half_of_what_a_month_does(membership: Membership, one_off: Price) -> None:
    assert price_of_one_off(membership) == one_off


@pytest.mark.parametrize(
    ("membership", "to", "price"),
    [
        (MONTHLY, "monthly", Price(49_950, "NOK")),
        (MONTHLY, "weekly", Price(199_802, "NOK")),
        (ANNUAL, "monthly", Price(50_000, "EUR")),
        (ANNUAL, "every_two_weeks", Price(100_000, "EUR")),
    ],
)
def test_another_cadence_is_priced_from_what_was_agreed(membership: Membership, to: Cadence, price: Price) -> None:
    """Never from what the cadence of now made of it."""
    assert price_at_cadence(membership, to) == price
