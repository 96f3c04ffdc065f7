"""Keep-alives: everyone has a turn in every round, and who gave no sign of life since the last one is gone."""

import asyncio
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest
from websockets.frames import Frame, Opcode

from chatserver import server as listening
from chatserver.realtime.connection import Connection
from chatserver.realtime.keep_alive import TURNS, KeepAlive
from chatserver.realtime.socket import ChatSocket
from tests.chatserver.realtime.servers import HereServer, here, token

UPGRADE = (
    b"GET /v1/chat HTTP/1.1\r\nHost: test\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    b"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n"
)
PING = b"\x89\0"
PONG = b"\x8a\x80\0\0\0\0"


async def until(condition: Callable[[], object]) -> None:
    async with asyncio.timeout(60):
        while not condition():  # noqa: ASYNC110 - what is waited for has no event
            await asyncio.sleep(0.01)


# The rounds


class Counting:
    """A peer that counts its turns."""

    turns = 0

    def take_turn(self) -> None:
        self.turns += 1


async def test_everyone_has_a_turn_in_every_round() -> None:
    """They are spread evenly, and who left a group has no more turns; without anybody the timer ends."""
    keep_alive = KeepAlive(0.1)
    peers = [Counting() for _ in range(3 * TURNS)]
    groups = [keep_alive.add(peer) for peer in peers]
    assert {len(group) for group in groups} == {3}
    await until(lambda: min(peer.turns for peer in peers) >= 3)
    turns = [peer.turns for peer in peers]
    assert max(turns) - min(turns) <= 1
    gone, had = peers[0], peers[0].turns
    groups[0].discard(gone)
    await until(lambda: peers[1].turns >= had + 3)
    assert gone.turns == had
    for peer, group in zip(peers, groups, strict=True):
        group.discard(peer)
    await until(lambda: keep_alive._timer is None)
    keep_alive.add(gone)
    await until(lambda: gone.turns > had)


# A peer on the wire


class Peer:
    """A welcomed app that speaks bytes, and the server's end of it."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader = reader
        self.writer = writer
        self.end: ChatSocket

    def say(self, text: bytes) -> None:
        self.writer.write(Frame(Opcode.TEXT, text).serialize(mask=True))

    async def hears(self) -> bytes:
        """The next frame, whole."""
        async with asyncio.timeout(60):
            head = await self.reader.readexactly(2)
            length = head[1]
            if length == 126:
                length = int.from_bytes(await self.reader.readexactly(2), "big")
            return head[:1] + b"\0" + await self.reader.readexactly(length)


@pytest.fixture
async def server(valkey_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[HereServer]:
    """A server whose turns come when a test says so."""
    monkeypatch.setattr(listening, "PING_EVERY", 36_000.0)
    async with here(valkey_url, tmp_path) as server:
        yield server


@pytest.fixture
async def peer(server: HereServer) -> AsyncIterator[Peer]:
    peer = Peer(*await asyncio.open_connection("127.0.0.1", server.port))
    peer.writer.write(UPGRADE)
    await peer.reader.readuntil(b"\r\n\r\n")
    peer.say(b'{"type":"hello","token":"%b"}' % token("robot").encode())
    assert b'"welcome"' in await peer.hears()
    (connection,) = server.parts.hub.connections
    assert isinstance(connection, Connection)
    peer.end = connection._socket
    yield peer
    peer.writer.transport.abort()
    await until(lambda: not server.parts.hub.connections)
    assert not any(peer.end.keep_alive._groups)


async def test_whatever_came_since_the_ping_is_a_sign_of_life(peer: Peer) -> None:
    """A pong, a message, a ping of its own; silence is none."""
    peer.end.take_turn()
    assert await peer.hears() == PING
    peer.writer.write(PONG)
    await until(lambda: peer.end._heard)
    peer.end.take_turn()
    assert await peer.hears() == PING
    peer.say(b'{"type":"hello","token":"x"}')
    assert b"already_greeted" in await peer.hears()
    peer.end.take_turn()
    assert await peer.hears() == PING
    peer.writer.write(b"\x89\x80\0\0\0\0")
    assert await peer.hears() == b"\x8a\0"
    peer.end.take_turn()
    assert await peer.hears() == PING
    peer.end.take_turn()
    close = await peer.hears()
    assert close[:4] == b"\x88\0" + (1011).to_bytes(2, "big")
    assert await peer.reader.read() == b""


async def test_nobody_is_asked_once_the_end_has_begun(peer: Peer) -> None:
    """Its close frame is the last that it hears."""
    peer.end.end(4000, "enough")
    peer.end.take_turn()
    assert await peer.hears() == b"\x88\0" + (4000).to_bytes(2, "big") + b"enough"
    assert not any(peer.end.keep_alive._groups)
    peer.writer.write(b"\x88\x82\0\0\0\0" + (4000).to_bytes(2, "big"))
    assert await peer.reader.read() == b""


async def test_a_quiet_connection_holds_no_task(server: HereServer, peer: Peer) -> None:
    """The application has returned, and the connection goes on: also where a frame is cut in two."""
    await until(lambda: not server._running.server_state.tasks)
    frame = Frame(Opcode.TEXT, b'{"type":"hello","token":"x"}').serialize(mask=True)
    peer.writer.write(frame[:20])
    await until(lambda: len(peer.end.conn.reader.buffer) > 0)
    peer.writer.write(frame[20:])
    assert b"already_greeted" in await peer.hears()
