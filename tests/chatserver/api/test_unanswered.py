"""Whoever goes on with another mentor is offered to send on what nobody answered."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from chatserver.conversations.requests import ConversationChange, PersonDetails, Written
from chatserver.messages.unanswered import MOST
from chatserver.sessions.handing_on import HandedOn
from tests.chatserver.realtime.servers import HereServer, here, token
from tests.plain_http import http_client

COACHING = Path(__file__).parents[3] / "deploy" / "policies" / "coaching.toml"
"""Where members write as often as they like."""


@pytest.fixture
async def server(valkey_url: str, tmp_path: Path) -> AsyncIterator[HereServer]:
    """c1 of mia and tora; ulf is another mentor."""
    async with here(valkey_url, tmp_path, policy=COACHING) as server:
        assert isinstance(await server.parts.provisioning.put_person("ulf", PersonDetails("mentor", "Ulf")), Written)
        await server.conversation("c1", "coaching")
        yield server


async def write(server: HereServer, *lines: tuple[str, str], conversation: str = "c1") -> None:
    """Each by its person, one after the other."""
    for person, text in lines:
        async with server.device(person) as device:
            assert (await device.write(text, conversation=conversation))["type"] == "accepted"


async def hand_on(server: HereServer) -> None:
    assert isinstance(await server.parts.handing_on.hand_on("c1", "c2", "ulf"), HandedOn)


async def offered(server: HereServer, person: str, conversation: str = "c2") -> Any:
    """What the conversation's view offers them; None for nothing."""
    async with http_client(server.http) as api:
        headers = {"Authorization": f"Bearer {token(person)}"}
        answer = await api.get(f"/v1/conversations/{conversation}", headers=headers)
        assert answer.is_success, answer.text
        return answer.json()["unanswered"]


async def test_what_nobody_answered_is_offered_to_the_member(server: HereServer) -> None:
    """By its ids, until they have written to the new mentor: who reads it there is theirs to decide."""
    await write(server, ("mia", "one"), ("tora", "an answer"), ("mia", "two"), ("mia", "three"))
    await hand_on(server)
    found = await offered(server, "mia")
    assert found["conversation"] == "c1"
    assert [(each["id"], each["seq"]) for each in found["messages"]] == [("two", 3), ("three", 4)]
    for person in ("ulf", "sara", "robot"):
        assert await offered(server, person) is None
    assert await offered(server, "mia", "c1") is None
    await write(server, ("ulf", "welcome"), conversation="c2")
    assert await offered(server, "mia") == found
    await write(server, ("mia", "two"), conversation="c2")
    assert await offered(server, "mia") is None


async def test_where_all_was_answered_nothing_is_offered(server: HereServer) -> None:
    await write(server, ("mia", "one"), ("tora", "an answer"))
    await hand_on(server)
    assert await offered(server, "mia") is None


async def test_of_many_the_last_ones_are_offered(server: HereServer) -> None:
    """Also where there never was an answer, and where the mentor was removed."""
    async with server.device("mia") as mia:
        for number in range(MOST + 3):
            assert (await mia.write(f"m{number}"))["type"] == "accepted"
    removed = ConversationChange(status="ended", ended_reason="removed")
    assert isinstance(await server.parts.provisioning.change_conversation("c1", removed), Written)
    await hand_on(server)
    messages = (await offered(server, "mia"))["messages"]
    assert [each["id"] for each in messages] == [f"m{number}" for number in range(3, MOST + 3)]
