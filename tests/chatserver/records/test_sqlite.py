"""Writers to one SQLite file: in this process they take turns, for those of other processes they look again.

And what is asked of one again and again is found by an index.
"""

import asyncio
import sqlite3
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, closing
from pathlib import Path

import pytest
from msgspec.structs import replace
from sqlalchemy import event, text

from chatserver.conversations.person import PersonRecord
from chatserver.conversations.rows import people
from chatserver.records import sqlite
from chatserver.records.database import Database, DatabaseError
from chatserver.records.migrate import migrate
from chatserver.sessions.rows import session_events
from tests.databases import sqlite_at

KARI = PersonRecord("kari", "member", "Kari", "Europe/Oslo", "nb", None, 1, 1)
OTHERS = 30


@pytest.fixture
async def database(tmp_path: Path) -> AsyncIterator[Database]:
    """A migrated file."""
    database = Database(sqlite_at(tmp_path))
    await migrate(database)
    yield database
    await database.close()


@pytest.fixture
def elsewhere(database: Database) -> sqlite3.Connection:
    """A connection that knows nothing of this process's turns, as that of another process."""
    return sqlite3.connect(str(database.file), isolation_level=None)


async def write(database: Database, id: str, wrote: list[str]) -> None:
    async with database.begin() as connection:
        await people.create(connection, replace(KARI, id=id))
        wrote.append(id)


async def found(database: Database, id: str) -> PersonRecord | None:
    async with database.read() as connection:
        return await people.find(connection, id)


async def test_whoever_asked_first_writes_first(database: Database) -> None:
    """Nobody is passed over, however many write without a pause."""
    ids = [f"p{number}" for number in range(OTHERS)]
    wrote: list[str] = []
    await asyncio.gather(*(write(database, id, wrote) for id in ids))
    assert wrote == ids


async def test_a_writer_that_fails_or_gives_up_keeps_nobody(database: Database) -> None:
    """Its turn ends with it, also where it was only waiting."""
    wrote: list[str] = []
    async with database.begin() as first:
        await people.create(first, KARI)
        waiting = [asyncio.create_task(write(database, id, wrote)) for id in ("p1", "p2")]
        await asyncio.sleep(0)  # they stand in line
        waiting[0].cancel()
        await asyncio.wait(waiting[:1])
    await waiting[1]
    with pytest.raises(LookupError):
        async with database.begin() as failing:
            await people.create(failing, replace(KARI, id="p3"))
            raise LookupError
    await write(database, "p4", wrote)
    assert wrote == ["p2", "p4"]
    assert await found(database, "p3") is None


async def test_too_many_in_line(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever stood there too long is told so; the one before is undisturbed."""
    monkeypatch.setattr(sqlite, "TURN_WITHIN", 0.01)
    async with database.begin() as first:
        await people.create(first, KARI)
        with pytest.raises(DatabaseError, match="too many want to write"):
            await write(database, "p1", [])
    assert await found(database, "kari") == KARI


async def test_another_process_that_writes_is_waited_for(
    database: Database, elsewhere: sqlite3.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Longer than SQLite tries by itself; reading goes on."""
    monkeypatch.setattr(sqlite, "LOCK_WAIT_SECONDS", 30.0)
    wrote: list[str] = []
    with closing(elsewhere):
        elsewhere.execute("BEGIN IMMEDIATE")
        writing = asyncio.create_task(write(database, "kari", wrote))
        await asyncio.sleep(3 * sqlite.TRY_FOR)
        assert await found(database, "kari") is None
        assert wrote == []
        elsewhere.execute("ROLLBACK")
        await writing
    assert await found(database, "kari") == KARI


async def test_another_process_that_holds_the_file(
    database: Database, elsewhere: sqlite3.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Everyone who waits for it is told so, and whoever comes after it writes."""
    monkeypatch.setattr(sqlite, "LOCK_WAIT_SECONDS", 0.1)
    wrote: list[str] = []
    with closing(elsewhere):
        elsewhere.execute("BEGIN IMMEDIATE")
        told = await asyncio.gather(*(write(database, f"p{n}", wrote) for n in range(3)), return_exceptions=True)
        assert [type(each) for each in told] == [DatabaseError] * 3
        assert "database is locked" in str(told[0])
        elsewhere.execute("ROLLBACK")
    await write(database, "kari", wrote)
    assert wrote == ["kari"]


async def test_a_transaction_that_reads_sees_one_state(database: Database) -> None:
    """From its first statement on; the next one on the same connection sees what was written meanwhile."""
    async with database.read() as reading:
        assert await people.find(reading, "kari") is None
        await write(database, "kari", [])
        assert await people.find(reading, "kari") is None
    assert await found(database, "kari") == KARI


async def test_a_transaction_that_reads_nothing_holds_nothing(
    database: Database, elsewhere: sqlite3.Connection
) -> None:
    """Also where something went wrong in it, and whoever comes next reads."""
    with closing(elsewhere):
        for _ in range(2):
            async with database.read():
                pass
            with pytest.raises(LookupError):
                async with database.read() as reading:
                    await people.find(reading, "kari")
                    raise LookupError
            assert await found(database, "kari") is None
        [(busy, *_)] = elsewhere.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        assert not busy


async def test_untold_events_are_found_by_their_index(database: Database) -> None:
    """Every process looks for them every few seconds, and the table only grows."""
    asked: list[tuple[str, tuple[object, ...]]] = []
    async with database.read() as connection:
        event.listen(
            connection.sync_connection, "before_cursor_execute", lambda *call: asked.append((call[2], call[3]))
        )
        await session_events.with_untold(connection, 10)
        await session_events.untold(connection, ["c1", "c2"], 10)
        for statement, parameters in asked[:2]:
            plan = await connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", parameters)
            [how] = [row.detail for row in plan if "session_events" in row.detail]
            assert "INDEX ix_session_events_untold" in how


async def test_a_file_that_is_closed_has_no_connection_left(database: Database) -> None:
    """Nor one that somebody is at work with: left to the collector, it would be closed whenever that comes by."""
    async with AsyncExitStack() as at_work:
        reading = await at_work.enter_async_context(database.read())
        at_work.push(lambda *_: True)  # who is at work hears of it
        await reading.execute(text("SELECT 1"))
        await database.close()
        with pytest.raises(ValueError, match="[Cc]losed"):
            await reading.execute(text("SELECT 1"))
