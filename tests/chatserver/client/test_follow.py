"""Support's client on a real server: it reads along in what it is told to, through reconnects: no gap, no double."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from random import Random

import pytest

from chatserver.client import ChatClient, ChatError
from chatserver.protocol.codes import Close
from chatserver.protocol.events import Message
from tests.chatserver.realtime.devices import Device
from tests.chatserver.realtime.servers import HereServer, here, token

NAMES = ("c1", "c2", "c3")


@pytest.fixture
async def server(valkey_url: str, tmp_path: Path) -> AsyncIterator[HereServer]:
    """Three conversations of mia and tora."""
    async with here(valkey_url, tmp_path) as server:
        for name in NAMES:
            await server.conversation(name, "basic")
        yield server


async def drop(server: HereServer, person: str) -> None:
    """End the person's connections, resumably."""
    for connection in list(server.parts.hub.connections):
        if connection.user == person:
            connection.end(Close.RESTARTING)


async def heard(chat: ChatClient, count: int) -> list[tuple[str, int]]:
    """Where the next `count` messages stand."""
    found: list[tuple[str, int]] = []
    async with asyncio.timeout(60):
        async for event in chat.events():
            if isinstance(event, Message):
                found.append((event.conversation, event.seq))
                if len(found) == count:
                    break
    return found


async def write(tora: Device, count: int, conversation: str = "c1") -> None:
    for _ in range(count):
        assert (await tora.write("x", id=f"{Random().random()}", conversation=conversation))["type"] == "accepted"


@pytest.mark.parametrize("encoding", ["json", "msgpack"])
async def test_it_reads_along_and_comes_back_to_it(server: HereServer, encoding: str) -> None:
    """What came while it was away follows; what it follows no longer does not come back."""
    async with (
        server.device("tora") as tora,
        ChatClient(server.http, token("sara"), encoding="json" if encoding == "json" else "msgpack") as sara,
    ):
        await write(tora, 3)
        assert sara.conversations == {}
        assert (await sara.follow("c1", resume=1)).last_seq == 3
        assert (await sara.follow("c2")).id == "c2"
        assert await heard(sara, 2) == [("c1", 2), ("c1", 3)]
        await drop(server, "sara")
        await write(tora, 2)
        await write(tora, 1, "c2")
        assert sorted(await heard(sara, 3)) == [("c1", 4), ("c1", 5), ("c2", 1)]
        assert (await sara.history("c1", limit=1)).messages[0].seq == 5
        assert sara.positions == {"c1": 5, "c2": 1}
        await sara.unfollow("c1")
        assert (list(sara.conversations), sara.positions) == (["c2"], {"c2": 1})
        await drop(server, "sara")
        await write(tora, 1)
        await write(tora, 1, "c2")
        assert await heard(sara, 1) == [("c2", 2)]
        await sara.follow("c1", resume=5)
        assert await heard(sara, 1) == [("c1", 6)]


async def test_what_cannot_be_followed_is_said(server: HereServer) -> None:
    """No such conversation, and whoever may not; nothing of it is taken up again later."""
    async with ChatClient(server.http, token("sara")) as sara, ChatClient(server.http, token("mia")) as mia:
        for chat, conversation, code in ((sara, "absent", "not_found"), (mia, "c1", "not_allowed")):
            with pytest.raises(ChatError) as fault:
                await chat.follow(conversation)
            assert fault.value.code == code
        with pytest.raises(ChatError, match="invalid_field"):
            await sara.follow("no name")
        await sara.unfollow("absent")
        assert sara.positions == {}


async def test_questions_beside_a_follow_get_their_own_answers(server: HereServer) -> None:
    """History that is asked for before the room is open fails; the follow does not fail with it."""
    async with ChatClient(server.http, token("sara")) as sara:
        await sara.online()
        following = asyncio.create_task(sara.follow("c1"))
        page = await asyncio.gather(sara.history("c1"), return_exceptions=True)
        assert isinstance(page[0], ChatError)
        assert (await following).id == "c1"
        await sara.history("c1")


class Along:
    """What support was handed over: seqs by conversation."""

    def __init__(self, chat: ChatClient, server: HereServer) -> None:
        self.chat = chat
        self.seen: dict[str, list[int]] = {name: [] for name in NAMES}
        self._server = server

    async def take(self) -> None:
        async for event in self.chat.events():
            if isinstance(event, Message):
                self.seen[event.conversation].append(event.seq)

    async def follow(self, name: str) -> None:
        await self.chat.follow(name, resume=len(self.seen[name]))

    async def do_anything(self, random: Random) -> None:
        """Follow, unfollow, or lose the connection."""
        name, chance = random.choice(NAMES), random.random()
        if chance < 0.2:
            await drop(self._server, "sara")
        elif chance < 0.5 and name in self.chat.positions:
            await self.chat.unfollow(name)
        else:
            await self.follow(name)
        await asyncio.sleep(random.random() * 0.02)


async def flow(tora: Device, random: Random, stop: asyncio.Event) -> dict[str, int]:
    """Write until the stop; how much in each conversation."""
    written = dict.fromkeys(NAMES, 0)
    while not stop.is_set():
        name = random.choice(NAMES)
        written[name] = (await tora.write("x", id=f"{sum(written.values())}", conversation=name))["seq"]
    return written


async def test_at_random_with_messages_flowing(server: HereServer) -> None:
    """Follow, unfollow and lost connections: what is handed over of each conversation is dense and in order."""
    random, stop = Random(5), asyncio.Event()
    async with server.device("tora") as tora, ChatClient(server.http, token("sara")) as sara:
        along = Along(sara, server)
        flowing, taking = asyncio.create_task(flow(tora, random, stop)), asyncio.create_task(along.take())
        for _ in range(60):
            await along.do_anything(random)
        stop.set()
        written = await flowing
        for name in NAMES:
            await along.follow(name)
        async with asyncio.timeout(60):
            while {name: len(along.seen[name]) for name in NAMES} != written:  # noqa: ASYNC110 - `take` fills it
                await asyncio.sleep(0.01)
        taking.cancel()
    assert along.seen == {name: list(range(1, written[name] + 1)) for name in NAMES}
