"""How renewals work, in the words of a coaching platform's guide: monthly and annual, and all renew by themselves."""

from pathlib import Path

from tests.http_endpoint import http_endpoint
from tests.stories.coaching import ANNUAL, Platform, at, hooked, platform


async def paid(place: Platform, member: str) -> str:
    found: str = (await place.membership(member))["paid_until"]
    return found


async def reminders(place: Platform, member: str) -> list[str]:
    """The instants at which they were reminded of a renewal that comes, the first one first."""
    return [at(each["at"]) for each in reversed(await place.heard(member, "membership.reminder"))]


async def test_monthly_and_annual_renew_by_themselves_across_short_months(valkey_url: str, tmp_path: Path) -> None:
    """Counted from the day on which it began, never from the renewal before: the 31st comes back after February."""
    async with http_endpoint() as shop, platform(valkey_url, tmp_path, "2028-02-29 09:00") as place:
        await place.hooks(shop, "membership.renewed")
        await place.matched()
        await place.matched("c2", "ola", "ulf")
        await place.matched("c3", "uma", "ulf")
        monthly = await place.pays("2028-01-31")
        annual = await place.pays("2028-02-29", ANNUAL, member="ola")
        await place.pays("2028-02-29", ANNUAL | {"payer": "business"}, member="uma")
        assert (monthly["paid_until"], monthly["renewal_price"]["amount"]) == ("2028-03-31", 24_000)
        # "Our annual membership is paid up front": the year's price; a month is a twelfth of it.
        assert (annual["paid_until"], annual["renewal_price"]["amount"], annual["monthly_price"]["amount"]) == (
            *("2029-02-28", 259_200),
            21_600,
        )
        for day, until in (
            ("2028-03-30", "2028-03-31"),
            ("2028-03-31", "2028-04-30"),
            ("2028-04-30", "2028-05-31"),
            ("2028-06-29", "2028-06-30"),
        ):
            await place.comes_to(f"{day} 00:01")
            assert await paid(place, "mia") == until, day
        assert await reminders(place, "mia") == ["2028-03-24 00:00", "2028-04-23 00:00", "2028-05-24 00:00"] + [
            "2028-06-23 00:00"
        ]
        assert await reminders(place, "ola") == []

        # Of a year's renewal one is reminded a month ahead. In a year without 29 February it falls on the 28th.
        await place.comes_to("2029-01-29 00:01")
        assert await reminders(place, "ola") == ["2029-01-29 00:00"]
        await place.comes_to("2029-02-28 00:01")
        assert (await paid(place, "mia"), await paid(place, "ola")) == ("2029-03-31", "2030-02-28")
        assert len(await reminders(place, "mia")) == 12
        # What a business pays for is not the member's to stop: they are told nothing. Whoever charges hears of all.
        assert await reminders(place, "uma") == []
        await shop.until(14)
        renewed = [each["data"] for each in hooked(shop)]
        assert [each["paid_until"] for each in renewed if each["member"] == "mia"][:4] == [
            *("2028-03-31", "2028-04-30", "2028-05-31", "2028-06-30"),
        ]
        [uma] = [each for each in renewed if each["member"] == "uma"]
        assert (uma["paid_until"], uma["renewed_until"], uma["amount"], uma["payer"]) == (
            *("2029-02-28", "2030-02-28"),
            *(259_200, "business"),
        )


async def test_who_stops_it_is_not_renewed(valkey_url: str, tmp_path: Path) -> None:
    """And who lets it go on again is."""
    async with platform(valkey_url, tmp_path, "2026-01-31 09:00") as place:
        await place.matched()
        await place.pays("2026-01-31")
        await place.told("robot", "PATCH", "/people/mia/membership", {"renews": False})
        await place.comes_to("2026-02-27 09:00")
        assert await reminders(place, "mia") == []
        await place.told("robot", "PATCH", "/people/mia/membership", {"renews": True})
        await place.comes_to("2026-02-28 09:00")
        assert await paid(place, "mia") == "2026-03-31"
