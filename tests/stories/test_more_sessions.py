"""Sessions beside the plan, in the words of a coaching platform's guide: one more, and one with another mentor."""

from pathlib import Path

from tests.stories.coaching import Answer, Platform, at, clock, did, platform
from tests.stories.test_one_to_ones import meet

QUOTED = {"amount": 15_000, "currency": "USD"}
CALL = {"service": "video_call", "minutes": 45, "kind": "one_off"}


async def one(place: Platform, id: str) -> Answer:
    return await place.told("sara", "GET", f"/bookings/{id}")


async def test_an_additional_session_of_a_member_who_pays(valkey_url: str, tmp_path: Path) -> None:
    """ "An additional session or two with you": the team says what that looks like, with the price."""
    async with platform(valkey_url, tmp_path, "2026-01-12 09:00") as place:
        await place.matched(subscription_from="2026-01-05")
        await place.pays("2026-01-05")
        asked = await place.opens("mia", "more", "extra_session", "Two more before my interview.", number=2)
        times = [clock("2026-01-15 10:00"), clock("2026-01-16 10:00")]
        facts = {"price": QUOTED, "starts_at": times}
        await place.acts("sara", asked["id"], "quoted", facts=facts)
        quoted = await place.case("mia", "more")
        assert (quoted["state"], quoted["due"]["then"], at(quoted["due"]["at"])) == (
            *("quoted", "lapsed"),
            "2026-01-26 09:00",
        )
        assert (await place.acts("mia", "more", "booked"))["state"] == "booked"
        for number, day in ((1, "15"), (2, "16")):
            made = await one(place, f"extra-{asked['id']}-{number}")
            assert (made["kind"], at(made["starts_at"]), made["price"]) == ("extra", f"2026-01-{day} 10:00", QUOTED)
        await meet(place, f"extra-{asked['id']}-1", "2026-01-15 10:00", "mia", "tora")
        await place.comes_to("2026-02-01 09:00")
        statement = await place.told("tora", "GET", "/mentors/tora/statements/2026-01")
        assert [(each["state"], each["price"], each["mentor"]) for each in statement["lines"]] == [
            ("held", 15_000, 13_500)
        ]

        # A quote that nobody answers lapses after 14 days; what was quoted is not booked.
        later = await place.opens("tora", "again", "extra_session", number=1)
        await place.acts("tora", "again", "quoted", facts={"price": QUOTED, "starts_at": [clock("2026-03-02 10:00")]})
        await place.comes_to("2026-02-15 09:01")
        assert (await place.case("mia", later["id"]))["state"] == "lapsed"
        assert len(await place.bookings()) == 2


async def test_a_single_extra_session_where_the_business_pays(valkey_url: str, tmp_path: Path) -> None:
    """ "Generally speaking we allow it; please check in for confirmation": approved, and nothing to pay."""
    async with platform(valkey_url, tmp_path, "2026-01-12 09:00") as place:
        await place.matched(subscription_from="2026-01-05")
        await place.pays("2026-01-05", {"renewal": "monthly", "price": QUOTED, "payer": "business"})
        asked = await place.opens("tora", "more", "extra_session", number=1)
        assert "quoted" not in asked["possible"]
        assert (await place.acts("sara", asked["id"], "approved"))["state"] == "approved"
        await place.acts("tora", "more", "booked", facts={"starts_at": [clock("2026-01-15 10:00")]})
        made = await one(place, f"extra-{asked['id']}-1")
        assert (made["kind"], made["price"], made["counts"]) == ("extra", None, False)


async def test_a_session_with_another_coach_costs_half_a_month(valkey_url: str, tmp_path: Path) -> None:
    """ "1/2 the monthly cost of what their current membership plan is"; a week later the two part."""
    async with platform(valkey_url, tmp_path, "2026-01-12 09:00") as place:
        await place.matched(subscription_from="2026-01-05")
        await place.matched("c2", "uma", "ulf")
        await place.pays("2026-01-05")
        asked = await place.opens("mia", "interview", "one_off_session", "To practise an interview.")
        guest = f"guest-{asked['id']}"
        approved = await place.acts("sara", asked["id"], "approved", facts={"mentor": "ulf"})
        assert approved["facts"]["price"] == {"amount": 12_000, "currency": "USD"}
        assert "interview" not in str(await place.case("ulf", asked["id"]))
        booked = await place.told(
            "ulf", "PUT", "/bookings/o1", CALL | {"conversation": guest, "starts_at": clock("2026-01-14 10:00")}
        )
        assert booked["price"] == {"amount": 12_000, "currency": "USD"}
        await place.comes_to("2026-01-12 09:01")
        assert (await place.case("mia", "interview"))["state"] == "booked"
        await place.told("ulf", "PATCH", "/bookings/o1", {"starts_at": clock("2026-01-15 10:00")})
        await place.comes_to("2026-01-14 12:00")
        assert (await place.case("mia", "interview"))["state"] == "booked"
        await place.comes_to("2026-01-15 10:00")
        for person in ("mia", "ulf"):
            await place.told(person, "POST", "/bookings/o1/join")
        await place.comes_to("2026-01-15 10:40")
        await place.told("ulf", "POST", "/bookings/o1/finish")
        await place.comes_to("2026-01-15 10:41")
        done = await place.case("mia", "interview")
        assert (done["state"], at(done["ended_at"]), done["facts"]["outcome"]) == (
            *("done", "2026-01-15 10:40"),
            "held",
        )
        await place.comes_to("2026-01-22 10:39")
        assert (await place.conversation(guest))["status"] == "open"
        await place.comes_to("2026-01-22 10:41")
        assert (await place.conversation(guest))["status"] == "ended"
        statement = await place.told("ulf", "GET", "/mentors/ulf/statements/2026-01")
        assert [(each["kind"], each["price"], each["mentor"]) for each in statement["lines"]] == [
            ("one_off", 12_000, 10_800)
        ]


async def test_a_session_with_another_coach_in_place_of_one(valkey_url: str, tmp_path: Path) -> None:
    """ "If it replaces one of your existing sessions, we will not charge for the extra session." """
    async with platform(valkey_url, tmp_path, "2026-01-12 09:00") as place:
        await place.matched(subscription_from="2026-01-05")
        await place.matched("c2", "uma", "ulf")
        await place.pays("2026-01-05")
        await place.meets("2026-01-20 10:00")
        replaced = "c1-series:20260120"
        asked = await place.opens("tora", "expert", "one_off_session", "She wants to hear an expert.")
        facts = {"mentor": "ulf", "replaces": replaced}
        await place.acts("sara", asked["id"], "approved", facts=facts)
        assert (await one(place, replaced))["state"] == "booked"
        body = CALL | {"conversation": f"guest-{asked['id']}", "starts_at": clock("2026-01-14 10:00")}
        assert (await place.told("ulf", "PUT", "/bookings/o1", body))["price"] is None
        await place.comes_to("2026-01-12 09:01")
        gone = await one(place, replaced)
        assert (gone["state"], gone["counts"], gone["billable"]) == ("cancelled", True, False)
        await place.comes_to("2026-01-14 10:46")
        done = await place.case("sara", asked["id"])
        assert (done["state"], done["facts"]["outcome"]) == ("done", "unattended")
        assert "effect:cancel_replaced" in did(done)
