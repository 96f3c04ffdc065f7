"""A membership is cancelled, in the words of a coaching platform's guide: reported, official, taken back, ended."""

from pathlib import Path

from tests.stories.coaching import as_json, at, did, notes, platform

KIND = "membership_cancellation"


async def test_reported_official_taken_back_and_ended(valkey_url: str, tmp_path: Path) -> None:
    """As soon as you hear of it, tell the team; for it to be official, the member must ask themselves."""
    async with platform(valkey_url, tmp_path, "2026-01-12 09:00") as place:
        await place.matched(subscription_from="2026-01-05")
        await place.pays("2026-01-05")
        await place.meets("2026-01-13 10:00")

        # "As soon as you hear from a member that they would like to cancel": a report changes nothing.
        reported = await place.opens("tora", "heard", KIND, "She says that it costs too much.")
        assert (reported["state"], reported["due"]["by"], reported["due"]["then"]) == ("reported", "member", "kept")
        assert any("only they can cancel" in each for each in reported["prompts"])
        assert (await place.membership())["renews"]
        assert not await place.finds("mia", reported["id"])

        # Two weeks without a word of the member: it stays as it is.
        await place.comes_to("2026-01-26 09:01")
        assert (await place.case("tora", "heard"))["state"] == "kept"

        # Again; and now "they need to" ask themselves, which makes the report official.
        again = await place.opens("tora", "heard-again", KIND, "She means it this time.")
        mine = await place.opens("mia", "enough", KIND, "I have found a job. Thank you!")
        assert mine["id"] == again["id"]
        assert (mine["state"], mine["facts"]["paid_until"], mine["facts"]["asked_on"]) == (
            *("official", "2026-02-05"),
            "2026-01-26",
        )
        stopped = await place.membership()
        assert (stopped["renews"], stopped["paid_until"]) == (False, "2026-02-05")
        # The mentor sees that it is so, and support which sessions lie beyond what is paid.
        assert (await place.case("tora", "heard-again"))["state"] == "official"
        named = [line for line in (await place.case("sara", mine["id"]))["history"] if "list_bookings" in line["did"]]
        assert "c1-series:20260210" in as_json(named)
        assert "c1-series:20260127" not in as_json(named)

        # "Until then the member may take it back."
        await place.comes_to("2026-02-04 20:00")
        assert (await place.acts("mia", "enough", "kept", "I stay."))["state"] == "kept"
        await place.comes_to("2026-02-05 09:00")
        renewed = await place.membership()
        assert (renewed["renews"], renewed["paid_until"]) == (True, "2026-03-05")

        # Support records what the member asked for on the phone; at the end of what is paid it is over.
        body = {"kind": KIND, "conversation": "c1", "opened_for": "member", "facts": {"asked_on": "2026-02-09"}}
        await place.comes_to("2026-02-10 09:00")
        by_phone = await place.told("sara", "PUT", "/cases/phone", body | {"note": "She called."})
        assert (by_phone["state"], by_phone["opened_by"], by_phone["facts"]["paid_until"]) == (
            *("official", "mia"),
            "2026-03-05",
        )
        assert (await place.case("mia", by_phone["id"]))["facts"]["asked_on"] == "2026-02-09"
        assert "She called." not in as_json(await place.case("tora", by_phone["id"]))

        await place.comes_to("2026-03-05 00:01")
        ended = await place.case("sara", "phone")
        assert (ended["state"], at(ended["ended_at"])) == ("ended", "2026-03-05 00:00")
        over = await place.conversation()
        assert (over["status"], over["ended_reason"]) == ("ended", "cancelled")
        gone = next(each for each in await place.bookings() if each["id"] == "c1-series:20260310")
        assert (gone["state"], gone["counts"]) == ("cancelled", False)
        assert not notes(await place.case("tora", by_phone["id"]))
        assert "ended" in did(ended)
