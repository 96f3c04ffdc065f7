"""How often the two meet changes, in the words of a coaching platform's guide."""

from pathlib import Path

import pytest

from tests.http_endpoint import http_endpoint
from tests.stories.coaching import at, did, hooked, platform

BUSINESS = {"renewal": "monthly", "price": {"amount": 24_000, "currency": "USD"}, "payer": "business"}


@pytest.mark.parametrize(
    ("to", "reason", "price", "days"),
    [
        ("monthly", "cost", 12_000, ["02-10", "03-10"]),
        ("weekly", "support", 48_000, ["02-10", "02-17", "02-24", "03-03", "03-10"]),
    ],
)
async def test_a_member_who_pays_changes_cadence(
    valkey_url: str, tmp_path: Path, to: str, reason: str, price: int, days: list[str]
) -> None:
    """ "One per month: 1/2 the cost; weekly: 2x the cost": from the next period on, and so do renewals."""
    async with http_endpoint() as shop, platform(valkey_url, tmp_path, "2026-01-12 09:00") as place:
        await place.hooks(shop, "membership.renewed")
        await place.matched(subscription_from="2026-01-05")
        await place.pays("2026-01-05")
        await place.meets("2026-01-13 10:00")
        # "This is a great opportunity to get curious": the mentor's case has questions beside it.
        asked = await place.opens("tora", "cadence", "cadence_change", to=to, reason=reason)
        assert asked["prompts"]
        confirmed = await place.acts("mia", asked["id"], "confirmed")
        assert (confirmed["facts"]["applies_on"], confirmed["facts"]["price"]["amount"]) == ("2026-02-05", price)
        before = await place.membership()
        assert (before["monthly_price"]["amount"], before["renewal_price"]["amount"]) == (24_000, price)

        moved = await place.told(
            "tora", "PATCH", "/bookings/c1-series:20260224", {"starts_at": "2026-02-26T15:00:00.000Z"}
        )
        await place.comes_to("2026-02-05 00:01")
        applied = await place.case("sara", asked["id"])
        assert (applied["state"], at(applied["ended_at"])) == ("applied", "2026-02-05 00:00")
        assert moved["id"] in applied["history"][-1]["because"]
        after = await place.membership()
        assert (after["cadence"], after["monthly_price"]["amount"]) == (to, price)
        await place.comes_to("2026-02-05 00:02")
        [renewed] = [each["data"] for each in hooked(shop)]
        assert renewed["amount"] == price

        booked = [each for each in await place.bookings() if each["state"] == "booked"]
        starts = [at(each["starts_at"])[5:10] for each in booked]
        # Moved by hand, it keeps its place.
        assert "02-26" in starts
        weekly = [day for day in days if day != "02-24"]
        assert [day for day in starts if "02-05" < day <= "03-10" and day != "02-26"] == weekly


async def test_where_a_business_pays_support_says_first_whether_it_can_be(valkey_url: str, tmp_path: Path) -> None:
    """ "We have different arrangements with different businesses, and it's important we check first." """
    async with platform(valkey_url, tmp_path, "2026-01-12 09:00") as place:
        await place.matched(subscription_from="2026-01-05")
        await place.pays("2026-01-05", BUSINESS)
        await place.meets("2026-01-13 10:00")
        asked = await place.opens("mia", "cadence", "cadence_change", to="weekly", reason="support")
        too_soon = await place.asks("mia", "POST", "/cases/cadence/confirmed", {})
        assert (too_soon.status_code, too_soon.json()["reason"]) == (409, "not_now")
        await place.acts("sara", asked["id"], "approved")
        await place.acts("mia", "cadence", "confirmed")
        await place.comes_to("2026-02-05 00:01")
        assert did(await place.case("sara", asked["id"]))[-2:] == ["applied", "effect:apply_cadence"]
        assert (await place.membership())["cadence"] == "weekly"

        # "Not changing their regular cadence" after all: what was confirmed may be declined until it applies.
        again = await place.opens("mia", "back", "cadence_change", to="every_two_weeks", reason="time")
        await place.acts("sara", again["id"], "approved")
        await place.acts("mia", "back", "confirmed")
        assert (await place.membership())["next_cadence"] == "every_two_weeks"
        await place.acts("mia", "back", "declined")
        assert (await place.membership())["next_cadence"] is None
