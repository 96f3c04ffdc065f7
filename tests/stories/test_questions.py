"""Small things that support settles, in the words of a coaching platform's guide: questions, times, units."""

from pathlib import Path

from tests.stories.coaching import as_json, at, did, notes, platform


async def test_a_question_is_answered(valkey_url: str, tmp_path: Path) -> None:
    """The team is "always here to help": the two write to each other; support hears where nobody answers."""
    async with platform(valkey_url, tmp_path, "2026-01-12 09:00") as place:
        await place.matched()
        asked = await place.opens("mia", "pay", "question", "Can my employer pay for this?")
        assert (asked["state"], at(asked["due"]["at"]), asked["due"]["by"]) == ("open", "2026-01-14 09:00", "support")
        await place.acts("sara", asked["id"], "assign", assignee="sara")
        await place.acts("sara", asked["id"], "note", "Ask the accountants first.")
        await place.acts("sara", asked["id"], "note", "Who is your employer?", **{"for": "shared"})
        await place.acts("mia", "pay", "note", "Acme, in Boston.")
        mine = await place.case("mia", "pay")
        assert notes(mine) == ["Can my employer pay for this?", "Who is your employer?", "Acme, in Boston."]
        assert mine["possible"] == ["note", "withdraw"]
        assert not await place.finds("tora", asked["id"])

        assert await place.heard("sara", "case.waiting") == []
        await place.comes_to("2026-01-14 09:01")
        [overdue] = await place.heard("sara", "case.waiting")
        assert "employer" not in as_json(overdue)
        assert (await place.case("mia", "pay"))["state"] == "open"
        answered = await place.acts("sara", asked["id"], "answered", "Yes, and we write to them.", **{"for": "shared"})
        assert did(answered)[-2:] == ["overdue", "answered"]
        assert notes(await place.case("mia", "pay"))[-1] == "Yes, and we write to them."


async def test_the_two_find_no_time(valkey_url: str, tmp_path: Path) -> None:
    """Let the team know, it "will work with the member": of no common time, and of a member who wants none."""
    async with platform(valkey_url, tmp_path, "2026-01-12 09:00") as place:
        await place.matched()
        wrong = {"kind": "scheduling", "conversation": "c1", "facts": {"reason": "busy"}}
        refused = await place.asks("tora", "PUT", "/cases/time", wrong)
        assert (refused.status_code, "no_common_time, unwilling" in refused.text) == (422, True)
        opened = await place.opens("tora", "time", "scheduling", "I have mornings only.", reason="no_common_time")
        assert at(opened["due"]["at"]) == "2026-01-19 09:00"
        assert not await place.finds("mia", opened["id"])
        await place.acts("sara", opened["id"], "attempt", "She has a new calendar.", reached=True)
        settled = await place.acts("sara", opened["id"], "settled", "Tuesdays at seven.", **{"for": "shared"})
        assert did(settled) == ["opened", "attempt", "settled"]
        await place.meets("2026-01-20 07:00")
        assert [at(each["starts_at"]) for each in await place.bookings()][:2] == [
            "2026-01-20 07:00",
            "2026-02-03 07:00",
        ]

        second = await place.opens("tora", "none", "scheduling", reason="unwilling")
        assert second["prompts"]
        await place.comes_to("2026-01-19 09:01")
        [overdue] = await place.heard("sara", "case.waiting")
        assert overdue["data"]["kind"] == "scheduling"
        assert (await place.acts("tora", "none", "withdraw"))["state"] == "withdrawn"


async def test_units_are_corrected(valkey_url: str, tmp_path: Path) -> None:
    """A member who asks for a session back gets it by a case; who asks in vain does not."""
    async with platform(valkey_url, tmp_path, "2026-01-12 09:00") as place:
        await place.matched(plan="live", subscription_from="2026-01-05")

        async def left() -> int:
            found: int = (await place.told("mia", "GET", "/conversations/c1/credits"))["left"]
            return found

        assert await left() == 2
        asked = await place.opens("mia", "back", "credit_correction", "The line was dead.", units=1)
        assert not await place.finds("tora", asked["id"])
        corrected = await place.acts("sara", asked["id"], "corrected", facts={"units": 1})
        assert (corrected["state"], await left()) == ("corrected", 3)
        [entry] = (await place.told("sara", "GET", "/conversations/c1/credits"))["entries"]
        assert entry["units"] == 1
        assert "The line was dead." not in as_json(entry)

        again = await place.opens("tora", "more", "credit_correction", "She would like one more.", units=2)
        assert (await place.acts("sara", again["id"], "declined"))["state"] == "declined"
        assert await left() == 3
