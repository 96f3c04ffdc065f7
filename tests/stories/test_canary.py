"""A text that somebody wrote is found in no file: not in the store's, not in the database's, not in the logs."""

import asyncio
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest
from redis import Redis

from tests.chatserver.realtime.devices import bodies
from tests.chatserver.realtime.servers import TUESDAY, ProgramServer, program

CANARIES = [f"canary-{n}-of-a-private-text" for n in range(30)]
ID = "an-id-in-the-open"
"""Who wrote, and by which id, is no secret: it proves that the search would find a text."""
WITHIN = 40.0
"""Seconds for what happens by itself."""


def files_with(folder: Path, needle: str) -> list[Path]:
    """The files under `folder` that hold the text."""
    files = [file for file in folder.rglob("*") if file.is_file()]
    return [file for file in files if needle.encode() in file.read_bytes()]


async def until(condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(WITHIN):
        while not await asyncio.to_thread(condition):  # noqa: ASYNC110 - other processes do it
            await asyncio.sleep(0.1)


def archived(data: Path) -> int:
    """How many messages the database has."""
    with closing(sqlite3.connect(data / "records.db", timeout=WITHIN)) as database:
        return int(database.execute("SELECT count(*) FROM messages").fetchone()[0])


def is_rewritten(store: Redis) -> bool:
    info = store.info("persistence")
    return not info["aof_rewrite_in_progress"] and not info["aof_rewrite_scheduled"]


async def write_and_read(server: ProgramServer) -> None:
    """Over both encodings; refused, repeated and searched for, too."""
    async with server.device("mia") as mia, server.device("tora", encoding="msgpack") as tora:
        for n, text in enumerate(CANARIES):
            assert (await mia.write(text, id=f"{ID}-{n}"))["type"] == "accepted"
        await mia.write(CANARIES[1], id=f"{ID}-0")
        assert bodies(await tora.messages(len(CANARIES))) == CANARIES


@pytest.mark.timeout(180)
async def test_no_file_holds_what_was_written(tmp_path: Path) -> None:
    """Append-only file as written and as rewritten, SQLite with the archive, after a stop and another start."""
    data = tmp_path / "data"
    config = tmp_path / "chat.toml"
    config.write_text('log_level = "debug"\narchive_after = 1\narchive_keep_messages = 10\n')
    with program(data, "--config", str(config), "--now", TUESDAY) as server:
        await server.conversation("c1", "basic")
        await write_and_read(server)
        assert files_with(data / "store", f"{ID}-7")
        assert not files_with(data, "canary")
        with Redis(unix_socket_path=(data / "lock").read_text()) as store:
            await until(lambda: archived(data) == len(CANARIES))
            store.config_set("rdbcompression", "no")  # or the search would find nothing at all
            store.bgrewriteaof()
            await until(lambda: is_rewritten(store))
        assert files_with(data / "store", f"{ID}-{len(CANARIES) - 1}")
        assert not files_with(data, "canary")
    assert not files_with(data, "canary")
    with program(data, "--config", str(config)) as again:
        async with again.device("tora", {"c1": 0}) as tora:
            assert bodies(await tora.messages(len(CANARIES))) == CANARIES
        assert not files_with(data, "canary")
