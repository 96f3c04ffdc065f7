"""Migrated databases: the steps run once for each process of tests, and each test finds the tables empty."""

import asyncio
from collections.abc import Coroutine
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, TypeVar

import asyncpg

from chatserver.records.database import Database
from chatserver.records.migrate import migrate
from chatserver.records.tables import METADATA
from tests.databases import PostgresServer, sqlite_at

T = TypeVar("T")

NAMES = [table.name for table in reversed(METADATA.sorted_tables)]
"""What refers to others comes first."""
CLOSE_OTHERS = """
SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()
"""
HAVE_ROWS = " UNION ALL ".join(f"SELECT '{name}' WHERE EXISTS (SELECT FROM {name})" for name in NAMES)  # noqa: S608
COUNT_ANEW = """
SELECT setval(format('%I.%I', schemaname, sequencename)::regclass, start_value, false)
FROM pg_sequences WHERE last_value IS NOT NULL
"""


def migrated_sqlite(folder: Path) -> Database:
    """The database of a data directory: migrated where there is none yet, as it is otherwise."""
    file = folder / "records.db"
    if not file.exists():
        file.touch(0o600)
        file.write_bytes(_sqlite())
    return Database(sqlite_at(folder))


class SharedPostgres:
    """The migrated database of a server, whose tables are emptied by a connection that stays.

    TRUNCATE writes each table and index anew, and a new connection reads what they are before it can delete from them:
    either takes more than many a test.
    """

    def __init__(self, server: PostgresServer) -> None:
        self._server = server
        self._name = server.create()
        self._beside = ThreadPoolExecutor(1)  # whoever asks has a loop of their own
        self._runner = asyncio.Runner()
        self._run(_migrate(server.url(self._name)))
        self._connection = self._run(asyncpg.connect(host=str(server.folder), user="postgres", database=self._name))

    def emptied(self) -> Database:
        """It without rows, and without those that are still connected to it."""
        self._run(self._empty())
        return Database(self._server.url(self._name))

    def close(self) -> None:
        self._connection.terminate()
        self._beside.submit(self._runner.close).result()
        self._beside.shutdown()

    async def _empty(self) -> None:
        await self._connection.fetch(CLOSE_OTHERS)
        filled = {row[0] for row in await self._connection.fetch(HAVE_ROWS)}
        if filled:
            await self._connection.execute(";".join(f"DELETE FROM {name}" for name in NAMES if name in filled))  # noqa: S608
        await self._connection.fetch(COUNT_ANEW)

    def _run(self, work: Coroutine[Any, Any, T]) -> T:
        return self._beside.submit(self._runner.run, work).result()


@cache
def _sqlite() -> bytes:
    with TemporaryDirectory() as folder, ThreadPoolExecutor(1) as beside:  # whoever asks has a loop of their own
        beside.submit(asyncio.run, _migrate(sqlite_at(Path(folder)))).result()
        return (Path(folder) / "records.db").read_bytes()


async def _migrate(url: str) -> None:
    database = Database(url)
    await migrate(database)
    await database.close()
