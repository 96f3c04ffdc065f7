"""What a database file still holds of rows that were deleted or changed."""

import asyncio
import sqlite3
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing
from pathlib import Path

from chatserver.file_lock import LockedError, lock
from chatserver.personal_data import rows as erasures
from chatserver.records.database import Database, DatabaseError

CLEAN_WITHIN = 60.0
"""Seconds for which the command waits for servers that are writing or reading."""


async def wipe(database: Database) -> bool:
    """Write a SQLite file anew, without its leftovers, and empty its write-ahead log; False on PostgreSQL.

    Readers go on meanwhile, writers wait. Raises DatabaseError.
    """
    if database.file is None:
        return False
    await asyncio.to_thread(_rewrite, database.file)
    return True


def _rewrite(file: Path) -> None:
    try:
        with closing(sqlite3.connect(file, timeout=CLEAN_WITHIN, isolation_level=None)) as connection:
            connection.execute("PRAGMA secure_delete = ON")
            connection.execute("VACUUM")
            busy, _, _ = connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
    except sqlite3.Error as error:
        raise DatabaseError(f"{file}: cannot be written anew, run the command again: {error}") from None
    if busy:
        raise DatabaseError(f"{file}: somebody reads it all the time, so that its write-ahead log stays; run it again")


@asynccontextmanager
async def erasing_alone(database: Database) -> AsyncIterator[None]:
    """One erasure at a time, of all commands on this database. Raises DatabaseError."""
    another = "another erasure is running on this database; wait until it has ended"
    if database.file is None:
        # It holds no snapshot between statements, so that it keeps nobody from cleaning up.
        async with database.begin() as connection:
            if not await erasures.lock(connection):
                raise DatabaseError(another)
            yield
        return
    beside = database.file.with_name(database.file.name + ".erasing")
    try:
        held = lock(beside)
    except OSError as error:
        raise DatabaseError(f"{beside}: cannot be written: {error.strerror}") from None
    except LockedError:
        raise DatabaseError(another) from None
    with held:
        yield
