"""What is charged and who gets it: integers of the currency's minor unit, with the currency beside them.

Source: sessions.md "Money", cases.md "Membership". Whatever is divided is divided once, from the amount that was
agreed: a factor of a factor would lose what was rounded off twice.
"""

from typing import Literal

from msgspec import Struct

MOST = 10**12
"""The largest amount of anything: sums of millions of them are exact in every program that reads JSON."""

Cadence = Literal["monthly", "every_two_weeks", "weekly"]
"""How often the two meet, where a plan leaves that to be agreed."""


class Split(Struct, frozen=True):
    """Who gets how much of a price; both together are the price."""

    mentor: int
    platform: int


def split(price: int, mentor_share: int) -> Split:
    """`mentor_share` is per cent. What does not divide is the mentor's."""
    platform = price * (100 - mentor_share) // 100
    return Split(price - platform, platform)


def half(monthly_price: int) -> int:
    """Half a month's price: a one-off session with another mentor."""
    return monthly_price // 2


def at_cadence(price: int, cadence: Cadence | None) -> int:
    """What a price agreed for meeting every two weeks is at another cadence; None where the plan has none."""
    match cadence:
        case "monthly":
            return half(price)
        case "weekly":
            return price * 2
        case _:
            return price


def month_of_year(annual: int) -> int:
    """What a month costs of a year's price."""
    return annual // 12
