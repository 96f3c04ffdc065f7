"""Migrated databases: the steps run once for each process of tests, and each test finds the tables empty."""

import asyncio
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

from sqlalchemy import text

from chatserver.records.database import Database
from chatserver.records.migrate import migrate
from chatserver.records.tables import METADATA
from tests.databases import PostgresServer, sqlite_at

CLOSE_OTHERS = """
SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()
"""
EMPTY = f"TRUNCATE {', '.join(table.name for table in METADATA.sorted_tables)} RESTART IDENTITY"


def migrated_sqlite(folder: Path) -> Database:
    """The database of a data directory: migrated where there is none yet, as it is otherwise."""
    file = folder / "records.db"
    if not file.exists():
        file.touch(0o600)
        file.write_bytes(_sqlite())
    return Database(sqlite_at(folder))


async def emptied_postgres(server: PostgresServer) -> Database:
    """The migrated database of a server, without rows, and without those that are still connected to it."""
    database = Database(_postgres(server))
    async with database.begin() as connection:
        await connection.execute(text(CLOSE_OTHERS))
        await connection.execute(text(EMPTY))
    return database


@cache
def _sqlite() -> bytes:
    with TemporaryDirectory() as folder:
        _migrate(sqlite_at(Path(folder)))
        return (Path(folder) / "records.db").read_bytes()


@cache
def _postgres(server: PostgresServer) -> str:
    url = server.url(server.create())
    _migrate(url)
    return url


def _migrate(url: str) -> None:
    async def migrated() -> None:
        database = Database(url)
        await migrate(database)
        await database.close()

    with ThreadPoolExecutor(1) as beside:  # whoever asks has a loop of their own
        beside.submit(asyncio.run, migrated()).result()
