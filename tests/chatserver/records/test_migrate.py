"""Migrations: complete, in step with the tables, safe when several processes start together."""

import asyncio
import json
import subprocess
import sys
from importlib import import_module
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Connection, text
from sqlalchemy.schema import CreateTable

from chatserver.records.database import Database, DatabaseError
from chatserver.records.migrate import at_head, migrate
from chatserver.records.steps import VERSION, SchemaChanges, revisions
from chatserver.records.tables import METADATA

SERVERS = 4
STEPS = [f"{number:04}" for number in range(1, 29)]

STARTING = """
import asyncio, json, sys
from chatserver.records.database import Database
from chatserver.records.migrate import migrate

async def main():
    database = Database(sys.argv[1])
    sys.stdin.readline()
    print(json.dumps(await migrate(database)))
    await database.close()

asyncio.run(main())
"""

VISITING = """
import sqlite3, sys
file = sqlite3.connect(sys.argv[1])
file.execute("SELECT * FROM people").fetchall()
file.close()
"""


def left_by_a_visitor(file: Path) -> list[str]:
    """What lies beside the file when another process has read it and left."""
    subprocess.run([sys.executable, "-c", VISITING, file], check=True)
    return sorted(each.name for each in file.parent.glob("records.db-*"))


async def test_a_second_run_finds_nothing_to_do(database_url: str) -> None:
    """The first run names its steps, the second one has none."""
    database = Database(database_url)
    assert await migrate(database) == STEPS
    assert await migrate(database) == []
    await database.close()


async def test_to_migrate_again_leaves_the_locks_of_this_process(tmp_path: Path) -> None:
    """Where another one leaves after that, the write-ahead log stays, and with it what is written from then on."""
    file = tmp_path / "records.db"
    database = Database(f"sqlite+aiosqlite:///{file}")
    await migrate(database)
    again = Database(f"sqlite+aiosqlite:///{file}")
    assert await migrate(again) == []
    assert await asyncio.to_thread(left_by_a_visitor, file) == ["records.db-shm", "records.db-wal"]
    await again.close()
    await database.close()


@pytest.mark.filterwarnings("ignore:.*expression-based index")
async def test_the_steps_lead_to_the_tables(database: Database) -> None:
    """What alembic would still change, comparing the migrated database with the tables in code: nothing."""

    def differences(connection: Connection) -> list[object]:
        return list(compare_metadata(MigrationContext.configure(connection, opts={"compare_type": True}), METADATA))

    async with database.begin() as connection:
        assert await connection.run_sync(differences) == []


async def test_a_database_of_an_older_release(database_url: str) -> None:
    """It gets the steps that it lacks, and keeps what it holds."""
    database = Database(database_url)

    def earlier(connection: Connection) -> None:
        changes = SchemaChanges(connection)
        for revision in STEPS[:4]:
            import_module(f"chatserver.records.migrations.{revisions()[revision]}").upgrade(changes)
        connection.execute(CreateTable(VERSION))
        connection.execute(VERSION.insert().values(version_num=STEPS[3]))
        connection.execute(
            text("INSERT INTO people VALUES ('m', 'member', 'Mia', 'Europe/Oslo', 'nb', NULL, 1, 1)"),
        )

    async with database.begin() as connection:
        await connection.run_sync(earlier)
    assert not await at_head(database)
    assert await migrate(database) == STEPS[4:]
    assert await at_head(database)
    async with database.read() as connection:
        assert (await connection.execute(text("SELECT name, erased_at FROM people"))).one() == ("Mia", None)
    await database.close()


async def test_a_conversation_has_one_open_subscription(database: Database) -> None:
    """The partial index is there: a second open row is refused by the database itself."""
    person = "INSERT INTO people VALUES ('{}', '{}', 'P', 'Europe/Oslo', 'nb', NULL, 1, 1, NULL, NULL)"
    subscription = "INSERT INTO subscriptions (conversation_id, plan, started_at) VALUES ('c', 'light', 1)"
    async with database.begin() as connection:
        await connection.execute(text(person.format("m", "member")))
        await connection.execute(text(person.format("t", "mentor")))
        conversation = (
            "INSERT INTO conversations VALUES "
            "('c', 'm', 't', 'Europe/Oslo', '', 'open', 1, 1, 1, 1, NULL, 'plan', NULL, NULL, NULL, NULL)"
        )
        await connection.execute(text(conversation))
        await connection.execute(text(subscription))
    with pytest.raises(Exception, match=r"(?i)unique"):
        async with database.begin() as connection:
            await connection.execute(text(subscription))


def test_processes_that_start_together_all_succeed(database_url: str) -> None:
    """One of them migrates, the others wait and find it done."""
    starting = [
        subprocess.Popen(
            [sys.executable, "-c", STARTING, database_url], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        for _ in range(SERVERS)
    ]
    for process in starting:
        assert process.stdin is not None
        process.stdin.write("\n")
        process.stdin.flush()
    answers = [process.communicate(timeout=120)[0] for process in starting]
    assert [process.returncode for process in starting] == [0] * SERVERS
    assert sorted(json.loads(answer) for answer in answers) == [*([[]] * (SERVERS - 1)), STEPS]


async def test_a_database_of_a_newer_release(database: Database) -> None:
    """It is refused in one sentence, and left as it is."""
    async with database.begin() as connection:
        await connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(DatabaseError, match="revision 9999, which this release does not know: a newer release"):
        await migrate(database)
    async with database.begin() as connection:  # which other tests have after this one
        await connection.execute(text("UPDATE alembic_version SET version_num = :last"), {"last": STEPS[-1]})
