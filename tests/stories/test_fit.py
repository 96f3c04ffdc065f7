"""You do not feel that it is a fit, or a member is rude, in the words of a coaching platform's guide."""

from pathlib import Path

from tests.stories.coaching import as_json, at, did, notes, platform


async def test_expertise_that_is_not_what_the_member_needs(valkey_url: str, tmp_path: Path) -> None:
    """The mentor reaches out "to discuss": support talks to both, and the member is offered somebody else."""
    async with platform(valkey_url, tmp_path, "2026-03-02 09:00") as place:
        await place.matched()
        await place.matched("c9", "uma", "ulf")
        opened = await place.opens("tora", "fit", "poor_fit", "She needs an engineer.", reason="expertise")
        assert (opened["state"], at(opened["due"]["at"])) == ("reported", "2026-03-04 09:00")
        assert not await place.finds("mia", opened["id"])
        await place.acts("sara", opened["id"], "talking", "Let us speak on Thursday.", **{"for": "shared"})
        assert notes(await place.case("tora", "fit")) == ["She needs an engineer.", "Let us speak on Thursday."]
        await place.acts("sara", opened["id"], "handed_over")

        # A switch is open, of which the member hears once there is something to decide.
        [switch] = (await place.told("sara", "GET", "/cases?kind=mentor_switch&open=true"))["cases"]
        assert (switch["conversation"], switch["state"]) == ("c1", "requested")
        assert not await place.finds("mia", switch["id"])
        await place.acts("sara", switch["id"], "proposed", facts={"mentor": "ulf", "chemistry": False})
        offered = await place.case("mia", switch["id"])
        assert (offered["facts"], notes(offered)) == ({"mentor": "ulf", "chemistry": False}, [])
        await place.acts("mia", switch["id"], "switched")
        after = await place.conversation(f"switch-{switch['id']}")
        assert (after["mentor"], after["status"]) == ("ulf", "open")


async def test_a_member_who_does_not_seem_ready(valkey_url: str, tmp_path: Path) -> None:
    """ "A great opportunity to look inwards": questions to oneself, a talk, and the two go on."""
    async with platform(valkey_url, tmp_path, "2026-03-02 09:00") as place:
        await place.matched()
        opened = await place.opens("tora", "ready", "poor_fit", reason="readiness")
        assert opened["prompts"]
        await place.acts("sara", opened["id"], "talking")
        kept = await place.acts("tora", "ready", "kept", "We begin with what she likes.")
        assert (kept["state"], kept["possible"]) == ("kept", [])
        assert (await place.conversation())["status"] == "open"


async def test_a_member_who_is_rude_is_warned(valkey_url: str, tmp_path: Path) -> None:
    """ "Immediately let us know": the member is told of their conduct, and of no report."""
    async with platform(valkey_url, tmp_path, "2026-03-02 09:00") as place:
        await place.matched()
        ref = (await place.opens("tora", "rude", "misconduct", "He shouted at me.", person="mia"))["id"]
        await place.acts("sara", ref, "assign", assignee="sara")
        await place.acts("sara", ref, "reviewing", "I have called both.")
        await place.acts("sara", ref, "warned", "He is sorry.")
        assert "effect:warn_person" in did(await place.case("sara", ref))
        seen = await place.case("tora", "rude")
        assert (seen["state"], seen["history"], seen["facts"]) == ("warned", [], {})

        [warning] = await place.heard("mia", "conduct.warned")
        for word in (ref, "report", "misconduct", "tora", "c1", "shouted"):
            assert word not in as_json(warning)
        assert not await place.finds("mia", ref)
        assert (await place.conversation())["status"] == "open"
