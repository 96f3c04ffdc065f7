"""Another mentor, in the words of a coaching platform's guide: a switch, one who leaves, and two to choose from."""

from pathlib import Path

import pytest

from tests.stories.coaching import LONG, Answer, Platform, clock, platform

pytestmark = pytest.mark.timeout(240)


async def write(place: Platform, person: str, text: str, conversation: str = "c1") -> Answer:
    async with place.server.device(person, seconds=LONG) as device:
        answer = await device.write(text, conversation=conversation)
        assert answer["type"] == "accepted", answer
        return answer


async def left(place: Platform, conversation: str) -> int:
    """How many units the member has this month."""
    found: int = (await place.told("mia", "GET", f"/conversations/{conversation}/credits"))["left"]
    return found


async def proposed(place: Platform, ref: str) -> None:
    await place.acts("sara", ref, "proposed", facts={"mentor": "ulf", "chemistry": False})


async def test_a_switch_takes_along_what_the_member_has(valkey_url: str, tmp_path: Path) -> None:
    """ "Freely switch to support them in the journey": units, windows and months; the old messages are theirs alone."""
    async with platform(valkey_url, tmp_path, "2026-03-03 09:00") as place:
        await place.matched("c9", "uma", "ulf")
        await place.matched(plan="live")
        await write(place, "mia", "a question")
        body = {"conversation": "c1", "service": "video_call", "starts_at": clock("2026-03-12 10:00"), "minutes": 30}
        await place.told("tora", "PUT", "/bookings/b1", body)
        await place.told(
            "sara", "POST", "/conversations/c1/credits/corrections", {"id": "k1", "units": 2, "reason": "an outage"}
        )
        ahead = await left(place, "c1")

        # "They're not getting enough value": to support directly, and none of it to the mentor.
        ref = (await place.opens("mia", "s1", "mentor_switch", "I want another view", reason="another view"))["id"]
        assert not await place.finds("tora", ref)
        await place.acts("sara", ref, "exploring", "we talked")
        await proposed(place, ref)
        await place.acts("mia", "s1", "switched")

        new = f"switch-{ref}"
        after = await place.told("mia", "GET", f"/conversations/{new}")
        assert (after["mentor"], after["plan"], after["status"]) == ("ulf", "live", "open")
        assert await left(place, new) == ahead + 1
        assert (await place.told("sara", "GET", "/bookings/b1"))["state"] == "cancelled"
        assert [each["id"] for each in after["unanswered"]["messages"]] == ["a question"]
        assert (await place.asks("ulf", "GET", "/conversations/c1/messages")).status_code == 404
        assert (await place.told("ulf", "GET", f"/conversations/{new}"))["unanswered"] is None
        seen_by_him = (await place.told("ulf", "GET", f"/conversations/{new}/messages"))["messages"]
        assert [each["body"] for each in seen_by_him if each["role"] != "system"] == []
        await write(place, "mia", "a question", new)
        assert (await place.told("mia", "GET", f"/conversations/{new}"))["unanswered"] is None

        # Who gets a new member hears so; the old mentor learns that it was done, and not why.
        [told] = await place.heard("ulf", "conversation.added")
        assert (told["conversation"], "another view" in str(told)) == (new, False)
        assert await place.heard("tora", "conversation.added") == []
        seen = await place.case("tora", ref)
        assert (seen["state"], seen["facts"].get("reason")) == ("switched", None)
        assert not any(line["note"] for line in seen["history"])


async def test_a_switch_takes_along_the_windows_of_the_week(valkey_url: str, tmp_path: Path) -> None:
    """A window that is open stays open until then, and what was used is used."""
    async with platform(valkey_url, tmp_path, "2026-03-03 09:00") as place:
        await place.matched("c9", "uma", "ulf")
        await place.matched(plan="light")
        await write(place, "mia", "a question")
        before = (await place.told("mia", "GET", "/conversations/c1"))["composer"]
        assert before["window_ends_at"] is not None
        ref = (await place.opens("mia", "s1", "mentor_switch"))["id"]
        await proposed(place, ref)
        await place.acts("mia", "s1", "switched")
        assert (await place.told("mia", "GET", f"/conversations/switch-{ref}"))["composer"] == before


async def test_a_mentor_leaves(valkey_url: str, tmp_path: Path) -> None:
    """Support hands their members over, each by a switch that the member decides on."""
    async with platform(valkey_url, tmp_path, "2026-03-03 09:00") as place:
        await place.matched("c9", "uma", "ulf")
        await place.matched()
        await place.matched("c2", "ola")
        await place.matched("t1", "uma", plan="trial", trial=True)
        assert (await place.asks("tora", "POST", "/mentors/tora/hand-over")).status_code == 403
        handed = await place.told("sara", "POST", "/mentors/tora/hand-over")
        assert ([each["member"] for each in handed["switches"]], handed["others"]) == (["mia", "ola"], ["t1"])
        assert await place.told("sara", "POST", "/mentors/tora/hand-over") == handed
        for each in handed["switches"]:
            assert not await place.finds(each["member"], each["case"])
            await proposed(place, each["case"])
            assert (await place.case(each["member"], each["case"]))["facts"]["mentor"] == "ulf"
            assert not await place.finds("tora", each["case"])
        for each in handed["switches"]:
            await place.acts(each["member"], each["case"], "switched")
        assert [(await place.conversation(id))["ended_reason"] for id in ("c1", "c2")] == ["switched", "switched"]
        again = await place.told("sara", "POST", "/mentors/tora/hand-over")
        assert (again["switches"], again["others"]) == ([], ["t1"])


async def test_two_mentors_of_whom_one_is_chosen(valkey_url: str, tmp_path: Path) -> None:
    """ "The first session you have is a Chemistry Call"; the other mentor hears kindly."""
    async with platform(valkey_url, tmp_path, "2026-03-02 09:00") as place:
        for id, mentor in (("t1", "tora"), ("t2", "ulf")):
            await place.matched(id, mentor=mentor, plan="trial", trial=True, chosen_plan="coaching")
            body = {"conversation": id, "service": "video_call", "minutes": 30, "kind": "chemistry"}
            day = "05" if id == "t1" else "17"
            booked = await place.told(
                mentor, "PUT", f"/bookings/{id}-call", body | {"starts_at": clock(f"2026-03-{day} 10:00")}
            )
            assert (booked["kind"], booked["price"]) == ("chemistry", None)
        await place.comes_to("2026-03-12 10:30")  # ten days later: clocks went forward
        assert await place.heard("mia", "trial.reminder")
        await place.comes_to("2026-03-13 09:00")
        await place.told("mia", "POST", "/conversations/t1/choose", {})
        chosen, other = await place.conversation("t1"), await place.conversation("t2")
        assert (chosen["plan"], chosen["trial"], chosen["status"]) == ("coaching", False, "open")
        assert (other["status"], other["ended_reason"]) == ("ended", "not_chosen")
        call = await place.told("sara", "GET", "/bookings/t2-call")
        assert (call["state"], call["counts"]) == ("cancelled", False)
        assert await place.heard("ulf", "trial.not_chosen")
        assert await place.heard("tora", "trial.not_chosen") == []
        [told] = await place.heard("tora", "conversation.added")
        assert told["conversation"] == "t1"
        assert await place.heard("ulf", "conversation.added") == []
        await place.comes_to("2026-03-17 09:00")
        assert await place.heard("sara", "trial.undecided") == []
