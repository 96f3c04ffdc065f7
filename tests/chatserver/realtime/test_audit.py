"""Support that reads along is in the audit log: before the first message, once an hour on however many servers."""

import asyncio
from pathlib import Path

import pytest
from sqlalchemy import text

from chatserver.audit.verifying import verify
from chatserver.realtime import read_notes
from chatserver.replies.clock_move import ClockMove
from quotas import instant
from tests.chatserver.realtime.devices import WITHIN
from tests.chatserver.realtime.servers import TUESDAY, HereServer, here
from tests.chatserver.realtime.test_follow import follow


async def reads(server: HereServer) -> list[tuple[str, str, str]]:
    """Who read what, and in which hour."""
    query = "SELECT who, conversation_id, at FROM audit_lines WHERE did = 'messages.read' ORDER BY number"
    async with server.parts.database.read() as connection:
        rows = await connection.execute(text(query))
        return [(who, conversation, instant.text(at)[11:13]) for who, conversation, at in rows]


async def test_who_reads_along_is_noted(servers: tuple[HereServer, HereServer]) -> None:
    """By name in hello or by `follow`, here or there; not the two people, nor services."""
    one, other = servers
    await one.conversation("c2", "basic", member="ola")
    async with one.device("mia") as mia, one.device("tora"), one.device("robot", {"c1": 0}):
        await mia.write("hello")
        assert await reads(one) == []
        async with one.device("sara", {"c1": 0, "none": 0}) as sara, other.device("sara") as again:
            assert await reads(one) == [("sara", "c1", "09")]
            await follow(again, "c1")
            await follow(again, "c2")
            await follow(sara, "c2")
            assert await reads(one) == [("sara", "c1", "09"), ("sara", "c2", "09")]
    assert (await verify(one.parts.database, None, lambda done, total: None)).holds


async def test_who_goes_on_reading_is_noted_in_the_next_hour(
    server: HereServer, monkeypatch: pytest.MonkeyPatch, valkey_url: str, tmp_path: Path
) -> None:
    """Without doing anything."""
    monkeypatch.setattr(read_notes, "LOOK_EVERY", 0.02)
    async with here(valkey_url, tmp_path / "data", now=None) as quick, quick.device("sara", {"c1": 0}):
        parts = quick.parts
        later = ClockMove(parts.ledger, parts.waits, parts.watch.kinds, parts.watch.settle_due)
        await later.to(instant.parse(TUESDAY) + instant.HOUR)
        async with asyncio.timeout(WITHIN):
            while len(await reads(quick)) < 2:  # noqa: ASYNC110 - nothing tells of it
                await asyncio.sleep(0.02)
        assert await reads(quick) == [("sara", "c1", "09"), ("sara", "c1", "10")]


async def test_what_cannot_be_noted_is_not_shown(server: HereServer) -> None:
    """Support comes back, and follows when the database takes it."""
    async with server.parts.database.begin() as connection:
        await connection.execute(text("ALTER TABLE audit_head RENAME TO elsewhere"))
    async with server.device("sara") as sara:
        await sara.say("follow", conversation="c1")
        await sara.error("store_unavailable")
        async with server.parts.database.begin() as connection:
            await connection.execute(text("ALTER TABLE elsewhere RENAME TO audit_head"))
        await follow(sara, "c1")
