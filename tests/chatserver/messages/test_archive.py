"""Messages move to the archive once, and are trimmed after it only; whoever reads finds all of them."""

import asyncio
import logging
import os
import signal
from collections.abc import AsyncIterator, Callable, Coroutine
from pathlib import Path
from typing import Any

import pytest

from chatserver.messages import archive as archiving
from chatserver.messages.archive import MOST_MESSAGES
from chatserver.messages.rows import ledger_snapshots
from chatserver.operating.store_counts import StoreCounts
from chatserver.records.database import Database, DatabaseError
from chatserver.records.migrate import migrate
from quotas.instant import DAY, HOUR
from quotas.ledger import keys
from quotas.ledger.archive import Keep, LedgerArchive, Unarchived
from quotas.ledger.base import Posted
from quotas.ledger.timers import Timers
from quotas.ledger.waits import Waits
from quotas.store.errors import StoreError
from tests import databases
from tests.chatserver.duties import duty_process
from tests.chatserver.messages.shelf import TUESDAY, Shelf, shelf_at
from tests.databases import sqlite_at


@pytest.fixture
async def shelf(database: Database, valkey_url: str) -> AsyncIterator[Shelf]:
    """With one conversation, on each kind of database; three messages stay in the store."""
    async with shelf_at(valkey_url, database, keep=3) as shelf:
        await shelf.open()
        yield shelf


async def until(reached: Callable[[], Coroutine[Any, Any, bool]]) -> None:
    """Wait until the coroutine function says yes."""
    async with asyncio.timeout(30):
        while not await reached():  # noqa: ASYNC110 - what is waited for happens elsewhere
            await asyncio.sleep(0.01)


async def place(shelf: Shelf, id: str = "c1") -> int | None:
    """When the archive looks at the conversation."""
    score = await shelf.link.request("ZSCORE", keys.unarchived(keys.partition(id)), id)
    return None if score is None else int(score)


async def test_the_newest_stay_and_a_reader_finds_all(shelf: Shelf) -> None:
    """From wherever, in pages of whatever length."""
    texts = await shelf.fill(10)
    await shelf.archive_all()
    assert (await shelf.in_store(), await shelf.in_archive()) == (3, 10)
    for limit in (1, 4, 100):
        for after in range(10):
            assert await shelf.texts(after=after, limit=limit) == texts[after : after + limit]
    assert await shelf.texts(after=10) == []
    heads = await shelf.log.heads("c1", 0, 11, 100)
    assert [(each.seq, each.head.sender, each.head.id) for each in heads][:2] == [
        (1, "tom", texts[0]),
        (2, "tom", texts[1]),
    ]
    assert shelf.metrics.archived == 10


async def test_nothing_to_archive(shelf: Shelf) -> None:
    await shelf.archive_all()
    assert await shelf.in_archive() == 0
    assert await shelf.texts() == []
    assert await shelf.ledger_archive.unarchived("nowhere", 1) is None
    assert not await shelf.archive.archive(["nowhere"], Keep(0, DAY))


async def test_a_conversation_that_is_behind_is_noted_once(shelf: Shelf) -> None:
    """Its first message says so; later ones need not. Archived, the next one says it again."""
    first = await shelf.write("mentor", "first")
    assert isinstance(first, Posted)
    assert await place(shelf) == first.at
    await shelf.write("mentor", "second", at=first.at + 5_000)
    assert await place(shelf) == first.at
    await shelf.archive_all()
    third = await shelf.write("mentor", "third", at=first.at + 10_000)
    assert isinstance(third, Posted)
    assert await place(shelf) == third.at


async def test_what_has_not_waited_long_enough_stays(shelf: Shelf) -> None:
    """`archive_after` counts from the first message that the archive lacks."""
    now = await shelf.ledger.now()
    await shelf.write("mentor", "to come", at=now + 60_000)
    await shelf.archive_all()
    assert (await shelf.in_archive(), await shelf.in_store()) == (0, 1)


async def test_old_messages_leave_the_store(database: Database, valkey_url: str) -> None:
    """However few there are; and when nothing is written any more, too, but not before they are old."""
    async with shelf_at(valkey_url, database) as shelf:
        await shelf.open()
        for days in (50, 40, 31, 20, 1):
            await shelf.write("mentor", f"{days} days ago", at=TUESDAY - days * DAY)
        await shelf.archive_all()
        assert await shelf.in_store() == 2
        assert await place(shelf) == TUESDAY + 10 * DAY
    async with shelf_at(valkey_url, database, later=11 * DAY) as shelf:
        await shelf.archive_all()
        assert await shelf.in_store() == 1
    async with shelf_at(valkey_url, database, later=40 * DAY) as shelf:
        await shelf.archive_all()
        assert await shelf.in_store() == 0
        assert await place(shelf) is None
        assert len(await shelf.texts()) == 5
        assert isinstance(await shelf.write("mentor", "next"), Posted)
        assert len(await shelf.texts()) == 6


async def test_what_the_archive_lacks_is_never_trimmed(shelf: Shelf) -> None:
    """A long conversation goes in several steps."""
    many = 2 * MOST_MESSAGES + 50
    texts = await shelf.fill(many)
    assert await shelf.archive.archive(["c1"], Keep(0, DAY))
    assert (await shelf.in_archive(), await shelf.in_store()) == (MOST_MESSAGES, many - MOST_MESSAGES)
    assert await shelf.texts() == texts
    await shelf.archive_all()
    assert (await shelf.in_archive(), await shelf.in_store()) == (many, 3)
    assert await shelf.texts() == texts


async def test_everything_may_be_trimmed(shelf: Shelf) -> None:
    """As before an erasure."""
    texts = await shelf.fill(5)
    await shelf.archive.archive(["c1"], Keep(0, DAY))
    assert await shelf.in_store() == 0
    assert await shelf.texts() == texts
    assert await shelf.texts(after=3) == texts[3:]


async def test_ids_come_back_as_they_were(shelf: Shelf) -> None:
    """An id may hold whatever JSON can; PostgreSQL's texts cannot hold a NUL."""
    id = "a\x00b ∞"
    await shelf.write("mentor", id)
    await shelf.archive.archive(["c1"], Keep(0, DAY))
    [written] = await shelf.log.heads("c1", 0, 2, 1)
    assert written.head.id == id


async def test_a_change_without_a_message_reaches_the_snapshot(shelf: Shelf) -> None:
    """Read marks, a live chat, a miss: the store could be lost right after."""
    await shelf.write("member", "hello")
    await shelf.archive_all()

    async def kept(field: str) -> str:
        await shelf.archive_all()
        async with shelf.database.read() as connection:
            snapshot = await ledger_snapshots.find(connection, "c1")
        assert snapshot is not None
        return snapshot.state[field]

    assert await kept("mentor_read") == "0"
    await shelf.ledger.mark_read("c1", "mentor", 1, "test")
    assert await kept("mentor_read") == "1"
    live = await shelf.ledger.start_live("c1", 60_000)
    assert live is not None
    assert await kept("live_until") == str(live.usage.live_until)


async def test_how_far_it_is_behind(shelf: Shelf) -> None:
    """By what it has lacked for the longest; an instant to come, at which a message grows old, is no lag."""

    async def lag() -> int:
        counts = StoreCounts(
            Waits(shelf.link, shelf.ledger, shelf.shift),
            Timers(shelf.link, shelf.ledger),
            shelf.ledger_archive,
            shelf.ledger,
        )
        counted = await counts.latest()
        assert counted is not None
        return counted.archive_lag

    assert await lag() == 0
    await shelf.write("mentor", "an hour ago", at=await shelf.ledger.now() - HOUR)
    await shelf.write("mentor", "now")
    assert await lag() >= HOUR
    await shelf.archive_all()
    assert await lag() == 0


# Dying and coming back


class Dying(LedgerArchive):
    """Of a process that dies after each commit."""

    async def archived(self, conversation: str, stored: Unarchived, keep: Keep) -> bool:
        raise StoreError("killed")


async def test_a_death_between_commit_and_trimming_stores_nothing_twice(shelf: Shelf, valkey_url: str) -> None:
    texts = await shelf.fill(8)
    dying = Dying(shelf.link, shelf.ledger, shelf.shift)
    alive, shelf.archive._ledger_archive = shelf.archive._ledger_archive, dying
    for _ in range(2):
        with pytest.raises(StoreError, match="killed"):
            await shelf.archive.sweep()
    assert (await shelf.in_archive(), await shelf.in_store()) == (8, 8)
    shelf.archive._ledger_archive = alive
    texts = await shelf.fill(2)
    assert await shelf.texts() == texts
    await shelf.archive_all()
    assert (await shelf.in_archive(), await shelf.in_store()) == (10, 3)
    assert await shelf.texts() == texts


async def test_two_at_once_store_everything_once(
    shelf: Shelf, valkey_url: str, caplog: pytest.LogCaptureFixture
) -> None:
    """Also while messages are written; neither takes the other for a store that was lost."""
    async with shelf_at(valkey_url, shelf.database, keep=3, name="second", shift=shelf.shift) as other:
        names = [f"m{number}" for number in range(10)]
        for name in names:
            await shelf.open(name)
        for _ in range(6):
            await asyncio.gather(
                shelf.archive.sweep(), other.archive.sweep(), *(shelf.fill(4, name) for name in names), shelf.fill(4)
            )
        await asyncio.gather(shelf.archive_all(), other.archive_all())
        for name in ("c1", *names):
            assert await shelf.texts(name) == [f"text {number}" for number in range(1, 25)]
            assert (await shelf.in_archive(name), await shelf.in_store(name)) == (24, 3)
    assert not [record for record in caplog.records if record.levelno >= logging.ERROR]


async def test_archivists_that_are_killed_lose_and_double_nothing(shelf: Shelf, valkey_url: str) -> None:
    """Each in the middle of its work, taken over by another; one conversation is read all the while."""
    names = ["c1", *(f"m{number}" for number in range(5))]
    for name in names[1:]:
        await shelf.open(name)
    for turn in range(4):
        with duty_process("archive", valkey_url, shelf.database, f"a{turn}", shelf.shift) as process:
            before = await shelf.in_archive("c1")
            texts = {name: await shelf.fill(8, name) for name in names}

            async def some(known: int = before) -> bool:
                return await shelf.in_archive("c1") > known

            await until(some)
            process.send_signal(signal.SIGKILL)
            process.wait()
            assert await shelf.texts("c1") == texts["c1"]
    with duty_process("archive", valkey_url, shelf.database, "last", shelf.shift):

        async def done() -> bool:
            counts = [(await shelf.in_archive(name), await shelf.in_store(name)) for name in names]
            return counts == [(32, 2)] * len(names)

        await until(done)
    for name in names:
        assert await shelf.texts(name) == texts[name]


async def test_one_that_cannot_be_archived_does_not_keep_others_from_it(
    shelf: Shelf, caplog: pytest.LogCaptureFixture
) -> None:
    """It stays in the store, and is tried again later."""
    await shelf.open("odd")
    await shelf.fill(4)
    await shelf.fill(1, "odd")
    await shelf.link.request("XADD", keys.log("odd"), "2-1", "m", "no entry at all")
    await shelf.link.request("HSET", keys.conversation("odd"), "last_seq", 2)
    assert not await shelf.archive.sweep()
    assert (await shelf.in_archive(), await shelf.in_archive("odd"), await shelf.in_store("odd")) == (4, 0, 2)
    assert "cannot be archived and stays in the store" in caplog.text
    assert await place(shelf, "odd") is not None


async def test_a_database_that_comes_later_gets_everything(
    valkey_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """While it is gone nothing is trimmed, and people write on; `run` goes on by itself, and gives the lease back."""
    monkeypatch.setattr(archiving, "POLL_EVERY", 0.01)
    monkeypatch.setattr(archiving, "RETRY_AFTER", 0.01)
    records = Database(sqlite_at(tmp_path))
    await migrate(records)
    late = Database(sqlite_at(tmp_path / "later"))
    async with (
        shelf_at(valkey_url, records) as here,
        shelf_at(valkey_url, late, keep=3, name="late", shift=here.shift) as shelf,
    ):
        await here.open()
        await here.fill(6)
        with pytest.raises(DatabaseError):
            await shelf.archive.sweep()
        running = asyncio.create_task(shelf.archive.run())
        texts = await here.fill(6)
        assert (await here.in_store(), await here.texts()) == (12, texts)
        # Made elsewhere and moved to its place, so that it is there at once: making it needs it alone.
        ready = Database(sqlite_at(tmp_path / "ready"))
        await migrate(ready)
        await ready.close()
        os.rename(tmp_path / "ready", tmp_path / "later")  # noqa: PTH104 - ASYNC240 knows pathlib only

        async def done() -> bool:
            return await shelf.in_archive() == 12 and await shelf.in_store() == 3

        await until(done)
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
        assert await here.link.request("EXISTS", keys.ARCHIVIST) == 0
    await late.close()
    await records.close()


@pytest.mark.parametrize("kind", [kind for kind in databases.databases() if kind == "postgresql"])
async def test_postgresql_goes_and_comes_back(kind: str, valkey_url: str) -> None:
    """What the store has is read without it; what it has not, is not; nothing is trimmed meanwhile."""
    postgres = databases.PostgresServer()
    try:
        await asyncio.to_thread(postgres.start)
        records = Database(postgres.url(await asyncio.to_thread(postgres.create)))
        await migrate(records)
        async with shelf_at(valkey_url, records, keep=3) as shelf:
            await shelf.open()
            await shelf.fill(6)
            await shelf.archive_all()
            await asyncio.to_thread(postgres.halt)
            texts = await shelf.fill(4)
            with pytest.raises(DatabaseError):
                await shelf.archive.sweep()
            assert await shelf.texts(after=3) == texts[3:]
            with pytest.raises(DatabaseError):
                await shelf.texts()
            assert await shelf.in_store() == 7
            await asyncio.to_thread(postgres.resume)

            async def caught_up() -> bool:
                try:
                    await shelf.archive_all()
                except DatabaseError:
                    return False
                return await shelf.in_archive() == 10

            await until(caught_up)
            assert (await shelf.in_store(), await shelf.texts()) == (3, texts)
        await records.close()
    finally:
        await asyncio.to_thread(postgres.stop)
