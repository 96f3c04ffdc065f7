"""Bring a database to this release's tables, safely also when several processes start at once."""

import asyncio
import sqlite3
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing, suppress
from pathlib import Path

from sqlalchemy import Connection, text
from sqlalchemy.exc import OperationalError, ProgrammingError
from sqlalchemy.ext.asyncio import AsyncConnection

from chatserver.file_lock import lock
from chatserver.private_files import make_folder, open_private, tighten_file
from chatserver.records.database import Database, DatabaseError
from chatserver.records.sqlite import LOCK_WAIT_SECONDS
from chatserver.records.steps import REVISION, head, revision_of, revisions, run_steps

ADVISORY_LOCK = 0x6368_6174
"""The PostgreSQL advisory lock that one migrating process holds: "chat" as a number."""


async def migrate(database: Database) -> list[str]:
    """Run every step that the database lacks, all or none; returns their revisions in order. Raises DatabaseError.

    One process migrates at a time; another one waits, then finds nothing left to do.
    """
    async with _alone(database) as connection:
        return await connection.run_sync(_upgrade)


async def at_head(database: Database) -> bool:
    """Whether the database has exactly this release's tables. Raises DatabaseError."""
    async with database.read() as connection:
        with suppress(OperationalError, ProgrammingError):  # Whether the table is there costs more to ask.
            return await connection.scalar(REVISION) == head()
        await connection.rollback()
        return await connection.run_sync(revision_of) == head()


@asynccontextmanager
async def _alone(database: Database) -> AsyncIterator[AsyncConnection]:
    """A transaction of the one process that may migrate."""
    if database.file is None:
        async with database.begin() as connection:
            await connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": ADVISORY_LOCK})
            yield connection
        return
    async with _file_lock(database.file):
        await asyncio.to_thread(_write_ahead, database.file)
        async with database.begin() as connection:
            yield connection


@asynccontextmanager
async def _file_lock(file: Path) -> AsyncIterator[None]:
    """A lock beside the SQLite file: turning on its write-ahead log must not meet another process doing the same."""
    beside = file.with_name(file.name + ".lock")
    try:
        make_folder(file.parent)
        _make(file)
        tighten_file(file)
        held = await asyncio.to_thread(lock, beside, wait=True)
    except OSError as error:
        raise DatabaseError(f"{error.filename or beside}: cannot be used for the records: {error.strerror}") from None
    with held:
        yield


def _make(file: Path) -> None:
    """For its owner alone; SQLite gives its other files the mode of this one.

    One that is there is left alone: to open and close it would drop every lock that this process has on it, and the
    next program to leave would remove the write-ahead log that others write to.
    """
    if not file.exists():
        open_private(file, "a").close()


def _write_ahead(file: Path) -> None:
    """Readers and one writer at a time do not wait for each other. The file keeps this setting."""
    try:
        with closing(sqlite3.connect(file, timeout=LOCK_WAIT_SECONDS)) as connection:
            connection.execute("PRAGMA journal_mode = WAL")
    except sqlite3.Error as error:
        raise DatabaseError(f"{file}: cannot be used for the records: {error}") from None


def _upgrade(connection: Connection) -> list[str]:
    found = revision_of(connection)
    if found is not None and found not in revisions():
        raise DatabaseError(
            f"the database is at revision {found}, which this release does not know: a newer release has "
            "migrated it; start that release, or restore a backup from before"
        )
    return run_steps(connection, found)
