"""What a database's pages still hold of rows that were deleted or changed, beside a running server.

SQLite writes zeros over them (`secure_delete`); its write-ahead log has older pages until it is emptied. PostgreSQL
takes dead rows for free space and leaves their bytes there until somebody else's come, so the tables are written anew.
"""

import asyncio
import sqlite3
from collections.abc import Collection
from contextlib import closing
from pathlib import Path

from sqlalchemy import Table, text

from chatserver.records.database import Database, DatabaseError

MOST_BYTES = 256 * 1024 * 1024
"""Of a table with its indexes that is written anew, while nobody else reads or writes it: a matter of seconds."""
LOCK_WITHIN = "5s"
"""How long others stand behind it while it waits for those who came before."""
EMPTY_WITHIN = 10.0
"""Seconds for which SQLite waits for readers and writers."""


async def without_leftovers(database: Database, tables: Collection[Table]) -> list[str]:
    """Remove them from these tables; those too large, whose pages may still hold some, are named. Raises DatabaseError.

    Those are vacuumed: their free space is used, and written over, first.
    """
    if database.file is not None:
        await asyncio.to_thread(_empty_log, database.file)
        return []
    too_large = []
    async with database.outside_transactions() as connection:
        await connection.execute(text(f"SET lock_timeout = '{LOCK_WITHIN}'"))
        try:
            for table in tables:
                size = await connection.scalar(text("SELECT pg_total_relation_size(:name)"), {"name": table.name})
                is_small = (size or 0) <= MOST_BYTES
                await connection.execute(text(f"VACUUM {'(FULL) ' if is_small else ''}{table.name}"))
                if not is_small:
                    too_large.append(table.name)
        finally:
            await connection.execute(text("RESET lock_timeout"))
    return too_large


def _empty_log(file: Path) -> None:
    try:
        with closing(sqlite3.connect(file, timeout=EMPTY_WITHIN, isolation_level=None)) as connection:
            busy, _, _ = connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
    except sqlite3.Error as error:
        raise DatabaseError(f"the write-ahead log of the database cannot be emptied: {error}") from None
    if busy:
        raise DatabaseError("the write-ahead log of the database is read all the time, and stays")
