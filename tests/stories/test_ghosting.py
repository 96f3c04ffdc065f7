"""A member who disappears, in the words of a coaching platform's guide: "let us know that you haven't been able to get
ahold of the member, and we'll reach out"; "after 1 month of you and 2 months of us" they are moved to churned.
"""

from pathlib import Path

from tests.stories.coaching import LONG, Platform, as_json, at, clock, did, platform


async def writes(place: Platform, person: str, text: str) -> None:
    """And it is recorded that they did, before time passes."""
    async with place.server.device(person, seconds=LONG) as device:
        await device.write(text)
    await place.server.parts.records.sweep()


async def disappears(place: Platform) -> None:
    """Mia meets tora on 12 January, and is not heard of any more; tora writes on the 14th and the 20th."""
    await place.matched()
    await place.pays("2026-01-05")
    await writes(place, "mia", "See you on Monday!")
    await place.meets("2026-01-13 17:00")
    for day in ("14", "20"):
        await place.comes_to(f"2026-01-{day} 10:00")
        await writes(place, "tora", "How are you?")


async def test_a_member_who_is_gone_is_churned_after_three_months(valkey_url: str, tmp_path: Path) -> None:
    """The mentor is asked first, tries for a month and support for two; then it leaves the mentor's list."""
    async with platform(valkey_url, tmp_path, "2026-01-12 09:00") as place:
        await disappears(place)
        await place.comes_to("2026-01-26 08:59")
        assert (await place.told("tora", "GET", "/cases"))["suggested"] == []
        await place.comes_to("2026-01-26 09:30")
        [asked] = await place.heard("tora", "ghosting.suggested")
        assert (at(asked["at"]), asked["conversation"]) == ("2026-01-26 09:00", "c1")
        [suggested] = (await place.told("tora", "GET", "/cases"))["suggested"]
        assert {"kind": "ghosting", "conversation": "c1"}.items() <= suggested.items()
        assert at(suggested["since"]) == "2026-01-12 09:00"
        assert (await place.told("mia", "GET", "/cases"))["suggested"] == []

        opened = await place.opens("tora", "gone", "ghosting", "Two weeks without a word.")
        assert (opened["state"], at(opened["due"]["at"])) == ("mentor_trying", "2026-02-26 00:00")
        assert opened["prompts"]
        assert (await place.told("tora", "GET", "/cases"))["suggested"] == []
        assert not await place.finds("mia", opened["id"])

        await place.comes_to("2026-02-26 00:01")
        assert (await place.case("sara", opened["id"]))["state"] == "support_trying"
        await place.acts("sara", opened["id"], "attempt", "Her phone is off.")
        await place.comes_to("2026-04-26 00:01")
        case = await place.case("sara", opened["id"])
        assert [(line["did"], at(line["at"])[:10]) for line in case["history"]] == [
            ("opened", "2026-01-26"),
            ("support_trying", "2026-02-26"),
            ("attempt", "2026-02-26"),
            ("reminder", "2026-04-19"),
            ("churned", "2026-04-26"),
            ("effect:end_conversation", "2026-04-26"),
            ("effect:stop_renewal", "2026-04-26"),
        ]
        assert case["history"][-1]["because"].startswith("paid_until 2026-05-05")
        ended = await place.conversation()
        assert (ended["status"], ended["ended_reason"]) == ("ended", "churned")
        coming = [each for each in await place.bookings() if each["starts_at"] > clock("2026-04-26 00:00")]
        assert {each["state"] for each in coming} == {"cancelled"}
        assert (await place.membership())["renews"] is False
        assert len(await place.heard("tora", "ghosting.suggested")) == 1
        [reminded] = [each for each in await place.heard("sara", "case.waiting") if each["data"]["did"] == "reminder"]
        assert "phone" not in as_json(reminded)


async def test_a_member_returns_on_the_last_day(valkey_url: str, tmp_path: Path) -> None:
    """ "It's often simply that the member has been busy": a word of theirs, and all goes on."""
    async with platform(valkey_url, tmp_path, "2026-01-12 09:00") as place:
        await disappears(place)
        await place.comes_to("2026-01-26 09:30")
        opened = await place.opens("tora", "gone", "ghosting")
        await place.comes_to("2026-04-25 23:30")
        assert (await place.case("sara", opened["id"]))["state"] == "support_trying"
        await writes(place, "mia", "I am so sorry, it was a long winter.")
        await place.comes_to("2026-04-27 12:00")
        case = await place.case("tora", opened["id"])
        assert did(case) == ["opened", "support_trying", "reminder", "returned"]
        returned = case["history"][-1]
        assert (at(returned["at"])[:16], returned["because"]) == ("2026-04-25 23:30", "message")
        assert (await place.conversation())["status"] == "open"
        assert (await place.membership())["renews"] is True
