"""A mentor gives an exercise, and its member hands it in: messages by the rules, whatever one is connected with."""

import asyncio
from pathlib import Path
from typing import Any

import httpx
import pytest
from msgspec.structs import replace
from sqlalchemy import select

from chatserver.client import ChatClient, ChatError
from chatserver.conversations.requests import ConversationChange, PersonDetails, Written
from chatserver.mentoring.forms import ExerciseQuestion, SavedItem
from chatserver.mentoring.library import PLATFORM, ItemWritten
from chatserver.protocol.codec import Encoding
from chatserver.protocol.events import Accepted, Message, Role
from chatserver.records.tables import EXERCISES
from tests.chatserver.realtime.devices import Device, Event
from tests.chatserver.realtime.servers import HereServer, here, token
from tests.chatserver.realtime.test_sessions import book, said
from tests.plain_http import http_client
from tests.stories.clock import move_clock, when

Pair = tuple[HereServer, HereServer]
ENCODINGS: list[Encoding] = ["json", "msgpack"]
A_YEAR = 366 * 24 * 3600
WEEK = SavedItem(
    "exercise",
    "A week for {name}",
    "Each evening.",
    questions=[ExerciseQuestion("scale", "How was it?", days=7), ExerciseQuestion("text", "What helped?")],
)


async def saved(server: HereServer, owner: str = "tora") -> None:
    assert isinstance(await server.parts.mentoring.library.put(owner, "week", WEEK), ItemWritten)


async def give(tora: Device, id: str = "g1", **fields: Any) -> Event:
    """Say it, and wait for its answer."""
    await tora.say("give", conversation="c1", id=id, item="week", **fields)
    return await tora.answer(id)


async def hand_in(mia: Device, exercise: str, id: str = "h1") -> Event:
    await mia.say("hand_in", conversation="c1", id=id, exercise=exercise)
    return await mia.answer(id)


def api_of(server: HereServer, person: str) -> httpx.AsyncClient:
    role: Role = "member" if person == "mia" else "mentor"
    headers = {"Authorization": f"Bearer {token(person, role, seconds=A_YEAR)}"}
    return http_client(server.http, headers=headers)


async def fill(server: HereServer, exercise: str, *answers: dict[str, Any]) -> httpx.Response:
    async with api_of(server, "mia") as api:
        return await api.patch(f"/v1/conversations/c1/exercises/{exercise}", json={"answers": list(answers)})


async def exercises(server: HereServer, person: str) -> list[dict[str, Any]]:
    async with api_of(server, person) as api:
        found: list[dict[str, Any]] = (await api.get("/v1/conversations/c1/exercises")).json()["exercises"]
        return found


@pytest.mark.parametrize("encoding", ENCODINGS)
async def test_one_is_given_filled_in_and_handed_in_on_two_servers(servers: Pair, encoding: Encoding) -> None:
    """Both get both messages, their writer too; history, resume and HTTP say of which exercise they are."""
    one, other = servers
    await saved(one)
    async with one.device("mia") as mia, other.device("tora", encoding=encoding) as tora:
        accepted = await give(tora)
        assert accepted["seq"] == 1
        [heard], [own] = await mia.messages(1), await tora.messages(1)
        assert heard == own
        assert (heard["from"], heard["body"]) == ("tora", "A week for Mia\n\nEach evening.")
        id = heard["exercise"]
        assert (await give(tora))["seq"] == 1  # the same id again
        answered = await fill(other, id, {"question": 1, "day": 1, "value": 4}, {"question": 2, "value": "Walks"})
        assert (answered.status_code, answered.json()["answered"]) == (200, 2)
        [seen] = await exercises(one, "tora")
        assert (seen["state"], seen["answered"], seen["fields"], seen["answers"]) == ("begun", 2, 8, None)
        assert (await hand_in(mia, id))["seq"] == 2
        [handed_in] = await tora.messages(1)
        assert (handed_in["exercise"], handed_in["from"]) == (id, "mia")
        assert handed_in["body"].endswith("Dag 1: 4 (1 til 10)\n\n2. What helped?\nWalks")
        [seen] = await exercises(other, "tora")
        assert (seen["state"], seen["handed_in_seq"], len(seen["answers"])) == ("handed_in", 2, 2)
        assert (await fill(one, id, {"question": 2, "value": "More"})).json()["reason"] == "handed_in"
        assert (await hand_in(mia, id, "h2"))["code"] == "not_allowed"
        await tora.say("history", conversation="c1", limit=10)
        assert [each["exercise"] for each in (await tora.hears("history"))["messages"]] == [id, id]
        async with other.device("mia", {"c1": 0}, encoding=encoding) as later:
            assert [each["exercise"] for each in await later.messages(2)] == [id, id]


async def test_in_a_live_chat_it_is_joining(valkey_url: str, tmp_path: Path) -> None:
    """Who gives one is there, and so is who hands one in."""
    async with here(valkey_url, tmp_path, now=when("tuesday", "11:00")) as server:
        await server.conversation("c1", "live")
        await saved(server)
        await book(server, when("tuesday", "12:00"))
        async with server.device("mia") as mia, server.device("tora") as tora:
            await give(tora, "before")
            [given] = await mia.messages(1)
            await fill(server, given["exercise"], {"question": 2, "value": "Walks"})
            await move_clock(valkey_url, when("tuesday", "12:01"))
            assert (await give(tora))["type"] == "accepted"
            joined = (await said(mia, "joined"))["booking"]["joins"]
            assert (joined["mentor"] is None, joined["member"]) == (False, None)
            assert (await hand_in(mia, given["exercise"]))["type"] == "accepted"
            assert (await said(tora, "joined"))["booking"]["joins"] == joined
            assert (await said(tora, "joined"))["booking"]["joins"]["member"] is not None


async def test_it_is_handed_in_by_the_rules_of_the_plan(valkey_url: str, tmp_path: Path) -> None:
    """On Friday given, over the weekend filled in, on Monday handed in: that opens a window, and is a wait."""
    async with here(valkey_url, tmp_path, now=when("friday", "15:00")) as server:
        await server.conversation("c1", "light")
        await saved(server, PLATFORM)
        async with server.device("mia") as mia, server.device("tora") as tora:
            assert (await give(tora))["code"] == "not_found"
            await give(tora, shared=True)
            [given] = await mia.messages(1)
            id = given["exercise"]
            assert (await hand_in(mia, id))["code"] == "not_allowed"  # nothing is answered
            await move_clock(valkey_url, when("saturday", "10:00"))
            assert (await fill(server, id, {"question": 2, "value": "Sleep"})).status_code == 200
            refused = await hand_in(mia, id, "h2")
            assert (refused["type"], refused["reason"], refused["body"]) == ("refused", "closed", "")
            assert (await fill(server, id, {"question": 2, "value": "Sleep, and walks"})).status_code == 200
            await move_clock(valkey_url, when("monday", "09:00", weeks=1))
            accepted = await hand_in(mia, id, "h3")
            assert (accepted["type"], accepted["composer"]["windows_left"]) == ("accepted", 1)
            message = (await tora.messages(2))[1]
            assert message["body"].endswith("Sleep, and walks")
            assert (await tora.hears("reply"))["reply"]["waiting_since"]


async def test_who_may_not_is_told(server: HereServer) -> None:
    await saved(server)
    async with server.device("mia") as mia, server.device("tora") as tora:
        await mia.say("give", conversation="c1", id="x", item="week")
        assert (await mia.answer("x"))["code"] == "not_allowed"
        await give(tora)
        id = (await mia.messages(1))[0]["exercise"]
        assert (await hand_in(tora, id, "y"))["code"] == "not_allowed"
        assert (await hand_in(mia, "none", "z"))["code"] == "not_found"
        change = ConversationChange(status="ended")
        assert isinstance(await server.parts.provisioning.change_conversation("c1", change), Written)
        assert (await give(tora, "g2"))["reason"] == "ended"
        assert (await fill(server, id, {"question": 2, "value": "x"})).json()["reason"] == "ended"
        assert len(await exercises(server, "mia")) == 1


async def test_an_id_that_gave_one_gives_no_other(server: HereServer) -> None:
    """Nothing is left of the other one; the first is answered again, also where it was changed in the library."""
    await saved(server)
    library = server.parts.mentoring.library
    assert isinstance(await library.put("tora", "other", replace(WEEK, title="Another")), ItemWritten)
    async with server.device("tora") as tora:
        first = await give(tora)
        await tora.say("give", conversation="c1", id="g1", item="other")
        assert (await tora.answer("g1"))["code"] == "id_reused"
        assert isinstance(await library.put("tora", "week", replace(WEEK, title="Changed")), ItemWritten)
        assert (await give(tora))["seq"] == first["seq"]
    [only] = await exercises(server, "tora")
    assert only["title"] == "A week for Mia"


async def test_what_is_deleted_is_gone_from_the_exercise(server: HereServer) -> None:
    """What was handed in is a draft no more, and may be begun anew; what was given is not there."""
    await saved(server)
    async with server.device("mia") as mia, server.device("tora") as tora:
        await give(tora)
        id = (await mia.messages(1))[0]["exercise"]
        await fill(server, id, {"question": 2, "value": "Walks"})
        await hand_in(mia, id)
        await mia.say("edit", conversation="c1", id="e", about=2, body="Other")
        assert (await mia.answer("e"))["code"] == "not_allowed"
        await mia.say("delete", conversation="c1", id="d", about=2)
        assert (await mia.answer("d"))["type"] == "accepted"
        [mine] = await exercises(server, "mia")
        assert (mine["state"], mine["answers"]) == ("given", [])
        await fill(server, id, {"question": 2, "value": "Rest"})
        assert (await hand_in(mia, id, "h2"))["type"] == "accepted"
        await tora.say("delete", conversation="c1", id="d2", about=1)
        assert (await tora.answer("d2"))["type"] == "accepted"
        assert await exercises(server, "mia") == []
        async with server.parts.database.read() as connection:
            assert (await connection.execute(select(EXERCISES))).all() == []
        await tora.say("history", conversation="c1", limit=10)
        history = (await tora.hears("history"))["messages"]
        assert [each.get("exercise") for each in history] == [None, None, id]


async def test_the_client_gives_and_hands_in(server: HereServer) -> None:
    """What the server wrote for it comes by its events."""
    await saved(server)
    tora, mia = ChatClient(server.http, token("tora", "mentor")), ChatClient(server.http, token("mia"))
    async with tora, mia:
        assert isinstance(await tora.give("c1", "week"), Accepted)
        given = await message_of(tora)
        assert given.exercise is not None
        await fill(server, given.exercise, {"question": 2, "value": "Walks"})
        assert isinstance(await mia.hand_in("c1", given.exercise), Accepted)
        assert [(await message_of(mia)).seq, (await message_of(mia)).seq] == [1, 2]
        with pytest.raises(ChatError, match="handed in already"):
            await mia.hand_in("c1", given.exercise)
        with pytest.raises(ChatError, match="no exercise"):
            await tora.give("c1", "other", shared=True)


async def message_of(client: ChatClient) -> Message:
    """The next one."""
    async for event in client.events():
        if isinstance(event, Message):
            return event
    raise AssertionError("the chat has ended")


async def test_handed_in_on_two_devices_at_once_it_is_one_message(servers: Pair) -> None:
    """Whoever is second is told so, and may try again: the first may be refused yet."""
    one, other = servers
    await saved(one)
    async with one.device("mia") as phone, other.device("mia") as laptop, one.device("tora") as tora:
        for number in range(3):
            await give(tora, f"g{number}")
            id = (await phone.hears("message", id=f"g{number}"))["exercise"]
            await fill(one, id, {"question": 2, "value": "Sleep"})
            said = await asyncio.gather(hand_in(phone, id, f"p{number}"), hand_in(laptop, id, f"l{number}"))
            assert sorted(each.get("code", "accepted") for each in said) == ["accepted", "not_allowed"]
    [*_, last] = await exercises(one, "tora")
    assert (last["handed_in_seq"], last["state"]) == (6, "handed_in")


async def test_one_that_goes_into_no_message_is_not_given(server: HereServer) -> None:
    """Names take more room than their placeholders, and many questions have no answer that would fit."""
    named = SavedItem("exercise", "Week", "{name}" * 600, questions=[ExerciseQuestion("text", "How was it?")])
    asked = SavedItem("exercise", "Week", questions=[ExerciseQuestion("text", "\U0001f642" * 300)] * 30)
    assert isinstance(await server.parts.provisioning.put_person("mia", PersonDetails("member", "M" * 99)), Written)
    async with server.device("tora") as tora:
        for number, item in enumerate((named, asked)):
            assert isinstance(await server.parts.mentoring.library.put("tora", "week", item), ItemWritten)
            assert (await give(tora, f"g{number}"))["code"] == "text_too_long"
    assert await exercises(server, "tora") == []
