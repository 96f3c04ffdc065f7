"""Many pages of long texts at once: each is answered, the store's link stays, and others do not notice.

The stores have the limits that they come with: a connection that listens is closed where 32 MB wait for it.
"""

import asyncio
from contextlib import AsyncExitStack
from pathlib import Path

import httpx
import msgspec
import pytest

from chatserver.messages.history import MAX_PAGE_BYTES
from chatserver.realtime.connection import MAX_IN_FLIGHT
from chatserver.realtime.socket import MAX_UNSENT
from quotas.store.wire import OnAnswer
from tests.chatserver.realtime.devices import Device, seqs
from tests.chatserver.realtime.servers import HereServer, here, token
from tests.chatserver.realtime.test_bounds import deaf
from tests.engines import StoreProcess
from tests.plain_http import http_client

LONG = "x" * 15_000
COUNT = 20
FITTING = list(range(COUNT - MAX_PAGE_BYTES // len(LONG) + 1, COUNT + 1))
"""Of these, the newest that one page holds."""
MANY = 200
"""Pages: what is stored of them is twice what a store keeps for a connection."""
TALK = 30
"""Messages that others write to each other meanwhile."""


async def filled(server: HereServer) -> None:
    """Two conversations: one full of long texts, one of others."""
    await server.conversation("c1", "basic")
    await server.conversation("c2", "basic", member="ola")
    async with server.device("tora") as tora:
        for number in range(COUNT):
            await tora.write(LONG, id=f"{number}")


def frames_of(device: Device, count: int, **command: object) -> bytes:
    """The same command many times, to be written in one piece."""
    for _ in range(count):
        device.socket.protocol.send_text(msgspec.json.encode(command))
    return b"".join(device.socket.protocol.data_to_send())


async def link_of(server: HereServer) -> int:
    """Which connection to the store the server has: another one where the store has closed the first."""
    return int(await server.parts.store.request("CLIENT", "ID"))


async def talk(server: HereServer) -> None:
    """Two others write to each other, message by message."""
    async with server.device("ola") as ola, server.device("tora") as tora:
        for number in range(1, TALK + 1):
            answer = await ola.write(f"{number}", conversation="c2")
            assert (answer["type"], answer["seq"]) == ("accepted", number)
            assert seqs(await tora.messages(1)) == [number]


async def test_one_person_asks_for_many_pages_in_one_write(store_url: str, tmp_path: Path) -> None:
    """All of them come, and the others go on writing meanwhile."""
    async with here(store_url, tmp_path) as server:
        await filled(server)
        before = await link_of(server)
        async with server.device("mia") as mia:
            mia.socket.transport.write(frames_of(mia, MANY, type="history", conversation="c1", limit=200))
            talking = asyncio.create_task(talk(server))
            pages = [await mia.hears("history") for _ in range(MANY)]
        await talking
        assert [seqs(page["messages"]) for page in pages] == [FITTING] * MANY
        assert await link_of(server) == before


async def test_many_ask_for_a_page_at_once(valkey_url: str, tmp_path: Path) -> None:
    """Nobody means harm, and nobody gets less."""
    async with here(valkey_url, tmp_path, connections_before_hello=MANY + TALK) as server, AsyncExitStack() as stack:
        await filled(server)
        devices = [await stack.enter_async_context(server.device("mia")) for _ in range(MANY)]
        before = await link_of(server)
        for device in devices:
            await device.say("history", conversation="c1", limit=200)
        talking = asyncio.create_task(talk(server))
        pages = [await device.hears("history") for device in devices]
        await talking
        assert [seqs(page["messages"]) for page in pages] == [FITTING] * MANY
        assert await link_of(server) == before


async def test_many_resume_at_once(valkey_url: str, tmp_path: Path) -> None:
    """As after a restart: everybody lacks the same."""
    async with here(valkey_url, tmp_path, connections_before_hello=MANY + TALK) as server, AsyncExitStack() as stack:
        await filled(server)
        before = await link_of(server)
        devices = [await stack.enter_async_context(server.stranger()) for _ in range(MANY)]
        for device in devices:
            await device.say("hello", token=token("mia"), resume={"c1": 0})
        talking = asyncio.create_task(talk(server))
        for device in devices:
            assert seqs(await device.messages(COUNT)) == list(range(1, COUNT + 1))
        await talking
        assert await link_of(server) == before


async def test_many_pages_over_http_at_once(server: HereServer) -> None:
    """Services have no rate limit."""
    await filled(server)
    before = await link_of(server)
    headers = {"Authorization": f"Bearer {token('robot')}"}
    limits = httpx.Limits(max_connections=None)
    async with http_client(server.http, headers=headers, limits=limits) as api:
        talking = asyncio.create_task(talk(server))
        asked = [api.get("/v1/conversations/c1/messages", params={"limit": 200}) for _ in range(MANY // 4)]
        answers = await asyncio.gather(*asked)
        await talking
    assert [seqs(answer.json()["messages"]) for answer in answers] == [FITTING] * (MANY // 4)
    assert await link_of(server) == before


async def test_who_asks_for_much_and_does_not_read_is_waited_for(server: HereServer) -> None:
    """Pages are read as the reader takes them: little is kept here, nobody else waits, and none is lost."""
    await filled(server)
    async with deaf(server, "mia", {}) as slow, server.device("mia") as other:
        slow.socket.transport.write(frames_of(slow, MAX_IN_FLIGHT, type="history", conversation="c1", limit=200))
        await other.say("history", conversation="c1", limit=200)
        assert seqs((await other.hears("history"))["messages"]) == FITTING
        await talk(server)
        assert max(each.unsent for each in server.parts.hub.connections) <= MAX_UNSENT // 2
        slow.socket.transport.resume_reading()
        for _ in range(MAX_IN_FLIGHT):
            assert seqs((await slow.hears("history"))["messages"]) == FITTING


@pytest.mark.parametrize("broken", [False, True], ids=["whole frames", "behind a part of a frame"])
async def test_one_read_brings_no_more_than_the_bound(tmp_path: Path, broken: bool) -> None:
    """Commands that came in one piece wait for those before them, and are all answered in the end."""
    store = StoreProcess().start()
    try:
        async with here(store.url, tmp_path) as server:
            await server.conversation("c1", "basic")
            async with server.device("mia") as mia:
                [connection] = [each for each in server.parts.hub.connections if each.user == "mia"]
                store.pause()
                frames = frames_of(mia, 3 * MAX_IN_FLIGHT, type="check", conversation="c1")
                if broken:
                    mia.socket.transport.write(frames[:1])
                    await asyncio.sleep(0.05)
                mia.socket.transport.write(frames[1:] if broken else frames)
                while connection.in_flight < MAX_IN_FLIGHT:  # noqa: ASYNC110 - counted, not told
                    await asyncio.sleep(0.01)
                assert connection.in_flight == MAX_IN_FLIGHT
                store.resume()
                for _ in range(3 * MAX_IN_FLIGHT):
                    await mia.hears("composer")
                    assert connection.in_flight <= MAX_IN_FLIGHT
    finally:
        store.stop()


async def test_typing_is_in_flight_too(tmp_path: Path) -> None:
    """It has no answer; the store has."""
    store = StoreProcess().start()
    try:
        async with here(store.url, tmp_path) as server:
            await server.conversation("c1", "basic")
            async with server.device("mia") as mia, server.device("tora") as tora:
                [connection] = [each for each in server.parts.hub.connections if each.user == "mia"]
                store.pause()
                mia.socket.transport.write(frames_of(mia, 3 * MAX_IN_FLIGHT, type="typing", conversation="c1"))
                while connection.in_flight < MAX_IN_FLIGHT:  # noqa: ASYNC110 - counted, not told
                    await asyncio.sleep(0.01)
                assert connection.in_flight == MAX_IN_FLIGHT
                store.resume()
                for _ in range(3 * MAX_IN_FLIGHT):
                    await tora.hears("typing")
    finally:
        store.stop()


async def test_what_comes_with_the_hello_is_bounded_too(server: HereServer, monkeypatch: pytest.MonkeyPatch) -> None:
    """One write of a hello and many commands."""
    link, most = server.parts.store, 0
    send = link.send

    def watched(command: bytes, done: OnAnswer, slot: int = 0) -> None:
        nonlocal most
        most = max([most, *(connection.in_flight for connection in server.parts.hub.connections)])
        send(command, done, slot)

    monkeypatch.setattr(link, "send", watched)
    async with server.stranger() as mia:
        hello = frames_of(mia, 1, type="hello", token=token("mia"), resume={})
        mia.socket.transport.write(hello + frames_of(mia, 3 * MAX_IN_FLIGHT, type="check", conversation="c1"))
        await mia.hears("welcome")
        for _ in range(3 * MAX_IN_FLIGHT):
            await mia.hears("composer")
    assert most == MAX_IN_FLIGHT
