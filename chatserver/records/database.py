"""One engine and its transactions: a SQLite file by default, PostgreSQL by URL."""

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, event
from sqlalchemy.engine import make_url
from sqlalchemy.exc import (
    ArgumentError,
    DataError,
    DBAPIError,
    IntegrityError,
    NoSuchModuleError,
    NotSupportedError,
    ProgrammingError,
)
from sqlalchemy.exc import TimeoutError as PoolTimeoutError
from sqlalchemy.ext.asyncio import AsyncConnection, create_async_engine

LOCK_WAIT_SECONDS = 5.0
"""How long a writer waits for the SQLite file, and a connect for PostgreSQL."""
POOL_SIZE = 10

_DRIVERS = ("sqlite+aiosqlite", "postgresql+asyncpg")


class DatabaseError(Exception):
    """The database cannot be used; nothing of the transaction was kept. The sentence says what to do."""


class Database:
    """`url` is SQLAlchemy's: `sqlite+aiosqlite:///FILE` or `postgresql+asyncpg://…`. Connects when first used."""

    def __init__(self, url: str) -> None:
        try:
            self.url = make_url(url)
            if self.url.drivername not in _DRIVERS:
                raise DatabaseError(f"a database must be one of {', '.join(_DRIVERS)}, not {self.url.drivername}")
            self.file = _sqlite_file(self.url.database) if self.url.drivername == _DRIVERS[0] else None
            self._engine = create_async_engine(
                # Parameters hold names and addresses, which do not belong in logs.
                self.url,
                hide_parameters=True,
                **(_SQLITE if self.file else _POSTGRESQL),
            )
        except (ArgumentError, NoSuchModuleError):
            raise DatabaseError("the database URL is malformed; use sqlite:///FILE or postgresql://…") from None
        if self.file:
            event.listen(self._engine.sync_engine, "connect", _prepare_sqlite)
            event.listen(self._engine.sync_engine, "begin", _begin_sqlite)

    @asynccontextmanager
    async def begin(self) -> AsyncIterator[AsyncConnection]:
        """A transaction that may write: committed at the end, rolled back by an exception. Raises DatabaseError."""
        with _faults_named():
            async with self._engine.begin() as connection:
                yield connection

    @asynccontextmanager
    async def read(self) -> AsyncIterator[AsyncConnection]:
        """A transaction that only reads; on SQLite it waits for no writer. Raises DatabaseError."""
        with _faults_named():
            async with self._engine.connect() as connection:
                await connection.execution_options(**{_READS: True})
                yield connection

    async def close(self) -> None:
        """Close every connection."""
        await self._engine.dispose()


_READS = "chatserver_reads"
_SQLITE: dict[str, Any] = {
    # Without an isolation level the driver opens no transactions of its own: `_begin_sqlite` does.
    "connect_args": {"timeout": LOCK_WAIT_SECONDS, "isolation_level": None},
    "pool_size": POOL_SIZE,
}
_POSTGRESQL: dict[str, Any] = {
    "connect_args": {"timeout": LOCK_WAIT_SECONDS},
    "pool_size": POOL_SIZE,
    "pool_pre_ping": True,
}


def _sqlite_file(name: str | None) -> Path:
    if not name or name == ":memory:" or name.startswith("file:"):
        raise DatabaseError("SQLite needs a file, such as sqlite:///data/records.db; records in memory would be lost")
    return Path(name)


def _prepare_sqlite(connection: Any, _: Any) -> None:
    """Check references, and write zeros over what is deleted."""
    cursor = connection.cursor()
    cursor.execute("PRAGMA foreign_keys = ON")
    cursor.execute("PRAGMA secure_delete = ON")
    cursor.close()


def _begin_sqlite(connection: Connection) -> None:
    """A writer takes the lock at once: upgrading a reader later would fail without waiting."""
    reads = connection.get_execution_options().get(_READS)
    connection.exec_driver_sql("BEGIN" if reads else "BEGIN IMMEDIATE")


@contextmanager
def _faults_named() -> Iterator[None]:
    """What is the database's fault becomes DatabaseError; what is a fault of our own statements stays what it is."""
    try:
        yield
    except (IntegrityError, ProgrammingError, DataError, NotSupportedError):
        raise
    except (DBAPIError, PoolTimeoutError, OSError) as error:
        # The driver's own words, without SQLAlchemy's statement.
        cause = error.orig if isinstance(error, DBAPIError) else error
        raise DatabaseError(f"the database does not answer as it should: {cause}") from error
