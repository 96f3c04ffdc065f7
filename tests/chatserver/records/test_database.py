"""Transactions, and what is said where a database cannot be used."""

import asyncio
from pathlib import Path

import pytest
from sqlalchemy import URL, text
from sqlalchemy.exc import IntegrityError

from chatserver.conversations.person import PersonRecord
from chatserver.conversations.rows import people
from chatserver.records.database import Afterwards, Database, DatabaseError, after_commit
from chatserver.records.migrate import migrate
from chatserver.records.tables import CONVERSATIONS
from tests import databases
from tests.databases import sqlite_at

KARI = PersonRecord("kari", "member", "Kari", "Europe/Oslo", "nb", None, 1, 1)


async def test_a_transaction_is_whole(database: Database) -> None:
    """An exception takes everything of its transaction back."""
    with pytest.raises(LookupError):
        async with database.begin() as connection:
            await people.create(connection, KARI)
            raise LookupError
    async with database.read() as connection:
        assert await people.find(connection, "kari") is None


async def test_what_is_to_be_done_afterwards_is_done_once_it_is_committed(database: Database) -> None:
    """In order; nothing where it is rolled back, nor in the next transaction."""
    done: list[str] = []

    def work(name: str) -> Afterwards:
        async def do() -> None:
            async with database.read() as connection:
                assert await people.find(connection, "kari") is not None
            done.append(name)

        return do

    async with database.begin() as connection:
        await people.create(connection, KARI)
        after_commit(connection, work("first"))
        after_commit(connection, work("second"))
        assert done == []
    assert done == ["first", "second"]
    with pytest.raises(ZeroDivisionError):
        async with database.begin() as connection:
            after_commit(connection, work("never"))
            raise ZeroDivisionError
    async with database.begin() as connection:
        after_commit(connection, work("third"))
    assert done == ["first", "second", "third"]


async def test_foreign_keys_hold(database: Database) -> None:
    """A conversation of people who are not there cannot be written."""
    values = {"id": "c", "member_id": "a", "mentor_id": "b", "zone": "", "holidays": "", "status": "open"}
    with pytest.raises(IntegrityError):
        async with database.begin() as connection:
            await connection.execute(
                CONVERSATIONS.insert().values(values | {"revision": 1, "created_at": 1, "updated_at": 1})
            )


async def test_readers_do_not_wait_for_a_writer(database: Database) -> None:
    """A reader sees what was before, while a writer is at work."""
    async with database.begin() as writing:
        await people.create(writing, KARI)
        async with asyncio.timeout(30), database.read() as reading:
            assert await people.find(reading, "kari") is None


async def test_writers_wait_for_each_other(database: Database) -> None:
    """Twenty writers at once all get through."""

    async def write(number: int) -> None:
        async with database.begin() as connection:
            await people.create(connection, PersonRecord(f"p{number}", "member", "P", "Europe/Oslo", "nb", None, 1, 1))

    await asyncio.gather(*(write(number) for number in range(20)))
    async with database.read() as connection:
        assert await connection.scalar(text("SELECT count(*) FROM people")) == 20


@pytest.mark.parametrize(
    ("url", "says"),
    [
        ("nonsense", "is malformed"),
        ("mysql+aiomysql://host/x", "must be one of"),
        ("sqlite+aiosqlite://", "needs a file"),
        ("sqlite+aiosqlite:///:memory:", "needs a file"),
    ],
)
def test_urls_that_cannot_be_used(url: str, says: str) -> None:
    """Each gets a sentence of its own."""
    with pytest.raises(DatabaseError, match=says):
        Database(url)


async def test_an_unreachable_server(tmp_path: Path) -> None:
    """No server behind the URL is a DatabaseError, not the driver's own."""
    database = Database(URL.create("postgresql+asyncpg", "postgres", database="x", query={"host": str(tmp_path)}))
    with pytest.raises(DatabaseError, match="does not answer as it should"):
        await migrate(database)
    await database.close()


async def test_a_file_that_is_no_database(tmp_path: Path) -> None:
    """A file with something else in it is left alone and named."""
    file = tmp_path / "records.db"
    file.write_text("not a database, but long enough to be taken for the head of one" * 20)
    with pytest.raises(DatabaseError, match=r"records\.db: cannot be used"):
        await migrate(Database(URL.create("sqlite+aiosqlite", database=str(file))))


async def test_a_folder_that_cannot_be_made(tmp_path: Path) -> None:
    """The data folder's name is taken by a file."""
    (tmp_path / "data").write_text("")
    with pytest.raises(DatabaseError, match="cannot be used for the records"):
        await migrate(Database(sqlite_at(tmp_path / "data")))


@pytest.mark.parametrize("kind", [kind for kind in databases.databases() if kind == "postgresql"])
async def test_a_server_that_ends_its_connections(kind: str, request: pytest.FixtureRequest) -> None:
    """What is under way then is a DatabaseError, and so is what comes after."""
    server: databases.PostgresServer = request.getfixturevalue("postgres_server")
    name = server.create()
    database = Database(server.url(name))
    await migrate(database)
    with pytest.raises(DatabaseError, match="does not answer as it should"):
        async with database.begin() as connection:
            await people.create(connection, KARI)
            server.drop(name)
            await people.create(connection, KARI)
    with pytest.raises(DatabaseError, match="does not answer as it should"):
        async with database.read() as connection:
            await people.find(connection, "kari")
    await database.close()


async def test_why_a_write_failed_is_kept_until_one_succeeds(database: Database) -> None:
    """On each kind of database; what the writer's own statement got wrong is none."""
    read_only = "PRAGMA query_only = ON" if database.file else "SET TRANSACTION READ ONLY"
    with pytest.raises(DatabaseError):
        async with database.begin() as connection:
            await connection.exec_driver_sql(read_only)
            await connection.exec_driver_sql("CREATE TABLE more (a int)")
    assert database.write_fault == "it is read-only"
    async with database.read() as connection:
        await people.find(connection, "kari")
    if database.file is None:
        async with database.begin() as connection:
            await people.find(connection, "kari")
        assert database.write_fault == "it is read-only"
        async with database.begin() as connection:
            await people.create(connection, KARI)
        assert database.write_fault is None
