"""Somebody is rude or inappropriate, in the words of a coaching platform's guide: "immediately let us know"."""

from pathlib import Path

import pytest

from chatserver.protocol.codes import Close
from tests.chatserver.realtime.devices import Device
from tests.chatserver.realtime.servers import token
from tests.stories.coaching import LONG, Platform, at, did, platform

pytestmark = pytest.mark.timeout(240)


async def write(place: Platform, person: str, text: str) -> str:
    """In c1; what it is answered: `accepted`, or why it is refused."""
    async with place.server.device(person, seconds=LONG) as device:
        answer = await device.write(text)
        return str(answer["reason"] if answer["type"] == "refused" else answer["type"])


async def test_a_mentor_who_is_reported_is_removed(valkey_url: str, tmp_path: Path) -> None:
    """Nobody writes from the report on; support looks at what was said, and the members go on with somebody else."""
    async with platform(valkey_url, tmp_path, "2026-03-02 09:00") as place:
        await place.matched()
        await place.matched("c2", "ola")
        await place.matched("c3", "uma", "ulf")
        await place.meets("2026-03-10 10:00")
        assert await write(place, "mia", "good morning") == "accepted"
        assert await write(place, "tora", "a rude word") == "accepted"

        # "Share what happened": it is alerted at once, and due in an hour.
        report = {"person": "tora", "messages": ["a rude word"], "suspend": True}
        ref = (await place.opens("mia", "report", "misconduct", "she was rude", **report))["id"]
        assert await place.heard("sara", "case.urgent")
        due = (await place.case("sara", ref))["due"]
        assert (due["what"], due["by"], at(due["at"])) == ("reviewing", "support", "2026-03-02 10:00")
        for person in ("mia", "tora"):
            assert await write(place, person, "hello?") == "suspended"
        assert not await place.finds("tora", ref)
        # Help stays.
        assert (await place.opens("tora", "why", "question", "Why can I not write?"))["state"] == "open"

        # It lasts for a day unless support confirms it; only the case lifts it.
        await place.comes_to("2026-03-02 11:00")
        await place.acts("sara", ref, "suspend")
        await place.comes_to("2026-03-03 12:00")
        lifted = await place.told("robot", "PATCH", "/conversations/c1", {"status": "open"})
        assert lifted["status"] == "suspended"
        found = (await place.told("sara", "GET", f"/cases/{ref}/evidence"))["messages"]
        assert [(each["text"], each["reported"]) for each in found] == [("good morning", False), ("a rude word", True)]

        # Removed: she is out at once, and her conversations end.
        old = {"Authorization": f"Bearer {token('tora', seconds=LONG)}"}
        async with place.server.device("tora", seconds=LONG) as tora:
            facts = {"evidence_until": "2026-03-20"}
            await place.acts("sara", ref, "removed", "it may come to court", facts=facts)
            assert await ended_by(tora) == Close.REVOKED
        answer = await place.asks_with(old, "GET", "/conversations/c1")
        assert answer.status_code == 401
        for id, status in (("c1", "ended"), ("c2", "ended"), ("c3", "open")):
            assert (await place.conversation(id))["status"] == status
        assert {each["state"] for each in await place.bookings()} == {"cancelled"}
        assert not any(each["counts"] for each in await place.bookings())
        seen = await place.case("mia", "report")
        assert (seen["state"], seen["history"], seen["facts"]) == ("removed", [], {})

        # Each of her members gets a switch: one goes on, one stays away.
        switches = (await place.told("sara", "GET", "/cases?kind=mentor_switch&open=true"))["cases"]
        by_member = {each["member"]: each["id"] for each in switches}
        assert set(by_member) == {"mia", "ola"}
        for member, case in by_member.items():
            assert not await place.finds(member, case)
            await place.acts("sara", case, "proposed", facts={"mentor": "ulf", "chemistry": False})
        await place.acts("mia", by_member["mia"], "switched")
        await place.acts("ola", by_member["ola"], "kept")
        after = await place.conversation(f"switch-{by_member['mia']}")
        assert (after["mentor"], after["plan"], after["status"]) == ("ulf", "coaching", "open")

        # What was sealed is kept until its day, and then gone by itself.
        await place.comes_to("2026-03-19 23:00")
        assert (await place.told("sara", "GET", f"/cases/{ref}/evidence"))["messages"]
        await place.comes_to("2026-03-20 00:01")
        assert (await place.told("sara", "GET", f"/cases/{ref}/evidence"))["messages"] == []
        assert did(await place.case("sara", ref))[-1] == "effect:drop_evidence"


async def test_a_report_that_is_dismissed_leaves_nothing_behind(valkey_url: str, tmp_path: Path) -> None:
    """The two go on where they were."""
    async with platform(valkey_url, tmp_path, "2026-03-02 09:00") as place:
        await place.matched()
        ref = (await place.opens("tora", "report", "misconduct", "he was rude", person="mia", suspend=True))["id"]
        assert await write(place, "mia", "hello?") == "suspended"
        await place.acts("sara", ref, "dismissed", "a misunderstanding")
        assert await write(place, "mia", "hello") == "accepted"
        assert await place.heard("mia", "conduct.warned") == []
        assert (await place.case("tora", "report"))["state"] == "dismissed"


async def ended_by(device: Device) -> int | None:
    """With which code the server closes it."""
    return (await device.end())[0]
