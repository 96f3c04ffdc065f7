"""Sessions that members cancel late or do not come to, in the words of a coaching platform's guide."""

from pathlib import Path

from tests.stories.coaching import Answer, Platform, did, platform
from tests.stories.test_one_to_ones import meet


async def cases(place: Platform, kind: str) -> list[Answer]:
    return [each for each in (await place.told("tora", "GET", "/cases"))["cases"] if each["kind"] == kind]


async def test_two_late_cancellations_in_a_row(valkey_url: str, tmp_path: Path) -> None:
    """ "If this happens frequently or twice in a row": support has a case, the mentor a word of where to get help."""
    async with platform(valkey_url, tmp_path, "2026-03-02 09:00") as place:
        await place.matched()
        await place.meets("2026-03-03 10:00", weeks=1)
        await meet(place, "c1-series:20260303", "2026-03-03 10:00", "mia", "tora")
        await place.comes_to("2026-03-10 08:00")
        await place.told("mia", "POST", "/bookings/c1-series:20260310/cancel", {})
        assert await cases(place, "late_cancellation") == []
        await place.comes_to("2026-03-17 08:00")
        await place.told("mia", "POST", "/bookings/c1-series:20260317/cancel", {})
        await place.comes_to("2026-03-17 08:01")
        [opened] = await cases(place, "late_cancellation")
        assert (opened["state"], opened["facts"]["booking"]) == ("open", "c1-series:20260317")
        seen = await place.case("tora", opened["id"])
        assert any("coach of coaches" in each for each in seen["prompts"])
        assert await place.heard("sara", "session.late_cancellation")
        assert not await place.finds("mia", opened["id"])
        # "You can bill for this time", both times; support gives one back all the same.
        await place.comes_to("2026-03-24 07:30")
        await place.told("mia", "POST", "/bookings/c1-series:20260324/cancel", {})
        again = await place.case("sara", opened["id"])
        assert did(again)[:2] == ["opened", "again"]
        assert (await place.acts("sara", opened["id"], "reviewed", "We talked."))["state"] == "reviewed"
        await place.comes_to("2026-04-01 09:00")
        statement = await place.told("tora", "GET", "/mentors/tora/statements/2026-03")
        assert [each["state"] for each in statement["lines"]] == ["held", "cancelled", "cancelled", "cancelled"]


async def test_a_member_who_does_not_come_to_the_first_one(valkey_url: str, tmp_path: Path) -> None:
    """ "Let them know you're sorry to have missed them and see if you can get another session scheduled." """
    async with platform(valkey_url, tmp_path, "2026-03-02 09:00") as place:
        await place.matched()
        first = {"conversation": "c1", "service": "video_call", "minutes": 45, "starts_at": "2026-03-03T15:00:00Z"}
        await place.told("tora", "PUT", "/bookings/first", first)
        await meet(place, "first", "2026-03-03 10:00", "tora")
        await place.comes_to("2026-03-03 10:12")
        await place.told("tora", "POST", "/bookings/first/no-show")
        await place.comes_to("2026-03-03 10:13")
        [opened] = await cases(place, "no_show")
        seen = await place.case("tora", opened["id"])
        assert seen["facts"]["first_session"]
        assert seen["prompts"] == ["You have not met yet: ask them to book another first session, and make that easy."]
        [sorry] = await place.heard("mia", "session.no_show")
        # Without a next one to name, the words ask to book another: "You are welcome to book a new time."
        assert sorry["data"]["next_session"] is None

        # They meet a week later; the next one that is missed is not the first any more.
        await place.acts("sara", opened["id"], "reviewed")
        for id, day, people in (("second", "10", ("mia", "tora")), ("third", "17", ("tora",))):
            await place.told("tora", "PUT", f"/bookings/{id}", first | {"starts_at": f"2026-03-{day}T14:00:00Z"})
            await meet(place, id, f"2026-03-{day} 10:00", *people)
        await place.comes_to("2026-03-17 10:12")
        await place.told("tora", "POST", "/bookings/third/no-show")
        await place.comes_to("2026-03-17 10:13")
        later = next(each for each in await cases(place, "no_show") if each["state"] == "open")
        assert later["facts"].get("first_session") is None
        assert "next session" in (await place.case("tora", later["id"]))["prompts"][0]
