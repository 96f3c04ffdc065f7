"""Connections that say nothing, or say it slowly, are closed in time, and an address may hold only so many."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

import pytest
from websockets.asyncio.client import connect

from chatserver import server as listening
from chatserver.api import fields
from chatserver.realtime import entrance, greeting, socket
from tests.chatserver.client.peer import eventually
from tests.chatserver.realtime.devices import Device
from tests.chatserver.realtime.servers import HereServer, here, token

SOON = 0.4
"""Seconds that a connection has in these tests for its headers."""
REQUEST = b"GET /v1/openapi.json HTTP/1.1\r\nHost: test\r\n\r\n"
UPGRADE = (
    b"GET /v1/chat HTTP/1.1\r\nHost: test\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    b"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n"
)


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Ten seconds in use."""
    assert entrance.HEADERS_WITHIN == 10.0
    monkeypatch.setattr(entrance, "HEADERS_WITHIN", SOON)


class Raw:
    """A connection of bytes."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader = reader
        self.writer = writer

    async def ends(self, limit: float = 30.0) -> None:
        """Wait until the server closes; what it says meanwhile is dropped. Raises TimeoutError where it does not."""
        async with asyncio.timeout(limit):
            try:
                while await self.reader.read(65_536):
                    pass
            except ConnectionResetError:
                pass

    async def trickle(self, data: bytes) -> None:
        """A byte every 20 ms, for as long as the server listens."""
        try:
            for byte in data:
                self.writer.write(bytes([byte]))
                await self.writer.drain()
                await asyncio.sleep(0.02)
        except ConnectionError:
            return


Dial = Callable[[HereServer], Awaitable[Raw]]


@pytest.fixture
async def raw() -> AsyncIterator[Dial]:
    """Connects; at the end every connection is given up, as by a peer that has crashed."""
    made: list[Raw] = []

    async def dial(server: HereServer) -> Raw:
        made.append(Raw(*await asyncio.open_connection("127.0.0.1", server.port)))
        return made[-1]

    yield dial
    for connection in made:
        connection.writer.transport.abort()
    await asyncio.sleep(0)


async def test_who_says_nothing_is_closed(raw: Dial, server: HereServer, quick: None) -> None:
    await (await raw(server)).ends()


async def test_slow_headers_are_closed(raw: Dial, server: HereServer, quick: None) -> None:
    """However steadily they come."""
    connection = await raw(server)
    trickling = asyncio.create_task(connection.trickle(REQUEST[:-2] + b"X: " + b"x" * 1_000))
    await connection.ends()
    await trickling


async def test_slow_headers_of_a_later_request_are_closed(raw: Dial, server: HereServer, quick: None) -> None:
    """The time counts for each request of a connection that is kept alive."""
    connection = await raw(server)
    connection.writer.write(REQUEST)
    assert b"200 OK" in await connection.reader.readline()
    trickling = asyncio.create_task(connection.trickle(REQUEST[:-2] + b"X: " + b"x" * 1_000))
    await connection.ends()
    await trickling


async def test_a_body_that_nobody_waits_for_is_closed(raw: Dial, server: HereServer, quick: None) -> None:
    """A request without a token is answered before its body has come; the rest of it must not take for ever."""
    connection = await raw(server)
    connection.writer.write(
        b"PUT /v1/people/x HTTP/1.1\r\nHost: t\r\nContent-Type: application/json\r\nContent-Length: 9999\r\n\r\n{"
    )
    assert b"401" in await connection.reader.readline()
    trickling = asyncio.create_task(connection.trickle(b" " * 1_000))
    await connection.ends()
    await trickling


async def test_a_request_that_is_answered_slowly_is_not_closed(
    server: HereServer, quick: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The time is for what the app has to say; a welcomed connection may be silent for as long as it answers pings."""
    async with server.device("mia") as mia:
        await asyncio.sleep(3 * SOON)
        assert await mia.is_alive()


async def test_an_upgraded_connection_has_its_own_time(
    raw: Dial, server: HereServer, quick: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    """After the upgrade the five seconds for hello count; here they do not run out."""
    monkeypatch.setattr(greeting, "HELLO_WITHIN", 3_600.0)
    connection = await raw(server)
    connection.writer.write(UPGRADE)
    assert b"101" in await connection.reader.readline()
    await asyncio.sleep(2 * SOON)
    with pytest.raises(TimeoutError):
        await connection.ends(0.2)
    connection.writer.close()


async def test_an_address_holds_only_so_many_before_hello(
    raw: Dial, valkey_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One too many is closed at once; those that were welcomed, asked, or left have given their places back."""
    monkeypatch.setattr(entrance, "HEADERS_WITHIN", 3_600.0)  # nobody is closed for being silent
    monkeypatch.setattr(greeting, "HELLO_WITHIN", 3_600.0)
    async with here(valkey_url, tmp_path, connections_before_hello=3) as server:
        await server.conversation("c1", "basic")
        async with server.device("mia"), server.device("mia"), server.device("tora"), server.device("tora"):
            silent = [await raw(server), await raw(server)]
            upgraded = await raw(server)
            upgraded.writer.write(UPGRADE)
            assert b"101" in await upgraded.reader.readline()
            await (await raw(server)).ends()
            assert server.parts.metrics.rate_limited["connections"] == 1
            silent[0].writer.write(REQUEST)
            assert b"200 OK" in await silent[0].reader.readline()
            async with server.device("mia"):
                pass
            for connection in (*silent, upgraded):
                connection.writer.close()
                await connection.writer.wait_closed()
            await eventually(lambda: not server.parts.door._inside)
            three = [await raw(server) for _ in range(3)]
            await (await raw(server)).ends()
            for connection in three:
                connection.writer.close()
        await eventually(lambda: not server.parts.door._inside)


async def test_without_a_bound_any_number_may_wait(raw: Dial, valkey_url: str, tmp_path: Path) -> None:
    async with here(valkey_url, tmp_path, connections_before_hello=0) as server:
        connections = [await raw(server) for _ in range(150)]
        connections[-1].writer.write(REQUEST)
        assert b"200 OK" in await connections[-1].reader.readline()
        for connection in connections:
            connection.writer.close()


# Peers that are gone


@pytest.mark.parametrize("unread", [False, True], ids=["idle", "with much unread"])
async def test_a_half_open_connection_is_closed_by_pings(
    raw: Dial, valkey_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, unread: bool
) -> None:
    """A peer that stops answering is gone for the others too, also where bytes still wait for it."""
    assert listening.PING_EVERY == 40.0
    monkeypatch.setattr(listening, "PING_EVERY", 0.3)
    monkeypatch.setattr(socket, "LINGER", 0.2)
    async with here(valkey_url, tmp_path) as server:
        await server.conversation("c1", "basic")
        gone = await raw(server)
        gone.writer.write(UPGRADE)
        await gone.reader.readuntil(b"\r\n\r\n")
        hello = b'{"type":"hello","token":"%b"}' % token("mia").encode()
        gone.writer.write(b"\x81\xfe" + len(hello).to_bytes(2, "big") + b"\0\0\0\0" + hello)
        async with server.device("tora") as tora:
            if not tora.welcome["conversations"][0]["peer_online"]:
                await tora.hears("presence", user="mia", online=True)
            gone.writer.transport.pause_reading()  # type: ignore[attr-defined]  # a stream's transport can
            if unread:
                for n in range(20):
                    await tora.write("x" * 16_000, id=f"{n}")
            await tora.hears("presence", user="mia", online=False)
        assert [connection.user for connection in server.parts.hub.connections if connection.user == "mia"] == []
        assert server.parts.metrics.closed == {1011: 1}
        gone.writer.close()


async def test_a_flood_of_pings_that_nobody_reads_is_closed(server: HereServer) -> None:
    """Pongs wait for the reader as messages do, and are bounded as they are."""
    async with connect(f"ws://127.0.0.1:{server.port}/v1/chat", proxy=None, max_queue=None) as app_socket:
        await Device(app_socket, "json").greet(token("mia"), {})
        app_socket.transport.pause_reading()
        ping = b"\x89\xfd\0\0\0\0" + b"p" * 125
        for _ in range(2_000):
            app_socket.transport.write(ping * 100)
            await asyncio.sleep(0)
            if not server.parts.hub.connections:
                break
        async with asyncio.timeout(40):
            while server.parts.hub.connections:  # noqa: ASYNC110 - it ends within 10 seconds
                await asyncio.sleep(0.05)
        app_socket.transport.abort()


# Bodies and answers

PUT = (
    b"PUT /v1/people/x HTTP/1.1\r\nHost: t\r\nContent-Type: application/json\r\nContent-Length: 9999\r\n"
    b"Authorization: Bearer %b\r\n\r\n{"
)


@pytest.mark.parametrize("trickles", [False, True], ids=["stops", "trickles"])
async def test_a_body_that_does_not_come_is_ended(
    raw: Dial, server: HereServer, monkeypatch: pytest.MonkeyPatch, trickles: bool
) -> None:
    """However steadily it comes: 408, and the connection with it, whose rest would belong to that body."""
    assert fields.BODY_WITHIN == 10.0
    monkeypatch.setattr(fields, "BODY_WITHIN", SOON)
    connection = await raw(server)
    connection.writer.write(PUT % token("robot").encode())
    trickling = asyncio.create_task(connection.trickle(b" " * 1_000 if trickles else b""))
    answer = (await connection.reader.readuntil(b"}")).lower()
    assert answer.startswith(b"http/1.1 408 ")
    assert b"\r\nconnection: close\r\n" in answer
    assert b"\r\ncontent-type: application/problem+json\r\n" in answer
    assert b"urn:chatserver:problem:too-slow" in answer
    await connection.ends()
    await trickling


async def test_an_answer_that_nobody_reads_is_ended(
    raw: Dial, server: HereServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The server keeps no connection for somebody who asks and asks, and takes nothing."""
    assert entrance.READ_WITHIN == 10.0
    monkeypatch.setattr(entrance, "READ_WITHIN", SOON)
    connection = await raw(server)
    connection.writer.transport.pause_reading()  # type: ignore[attr-defined]  # a stream's transport can
    with pytest.raises(ConnectionError):
        async with asyncio.timeout(30):
            while True:
                connection.writer.write(REQUEST)
                await connection.writer.drain()
                await asyncio.sleep(0)
