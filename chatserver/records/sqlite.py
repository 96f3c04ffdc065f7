"""SQLite as a server uses it: many read, and those who write to the file take turns.

SQLite lets one connection write at a time and wakes nobody: whoever waits looks again, in the end ten times a second.
Beside seven who write without a pause, one may look for seconds and always come at the wrong moment. So the writers of
a process stand in line here, and the first of them looks often, for those of other processes.
"""

import asyncio
import sqlite3
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from sqlalchemy import URL, Connection, event
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine

from chatserver.records.sqlite_statements import OpenConnections

LOCK_WAIT_SECONDS = 5.0
"""How long a writer waits for another process that holds the file."""
TURN_WITHIN = 30.0
"""Seconds for which a writer stands in line behind others of this process."""
TRY_FOR = 0.05
"""Seconds for which SQLite itself tries to write: its pauses begin at 1 ms and grow."""

_UNTIL = "chatserver_until"
_TAKE_LOCK = "BEGIN IMMEDIATE"


class SqliteFile:
    """The connections to one file, at most `readers` that read. Transactions raise SQLAlchemy's errors."""

    def __init__(self, url: URL, readers: int) -> None:
        self._open = OpenConnections()
        self._readers = _engine(url, LOCK_WAIT_SECONDS, readers, self._open)
        self._writer = _engine(url, TRY_FOR, 1, self._open)
        self._turn = asyncio.Lock()  # in the order of asking, which a pool of connections does not promise
        event.listen(self._readers.sync_engine, "begin", _begin_reading)
        event.listen(self._writer.sync_engine, "begin", _begin_writing)

    @asynccontextmanager
    async def begin(self) -> AsyncIterator[AsyncConnection]:
        """A transaction that may write. Raises TimeoutError too."""
        until = time.monotonic() + LOCK_WAIT_SECONDS
        try:
            async with asyncio.timeout(TURN_WITHIN):
                await self._turn.acquire()
        except TimeoutError:
            raise TimeoutError("too many want to write to the file at once") from None
        try:
            async with self._writer.connect() as connection:
                await connection.execution_options(**{_UNTIL: until})
                async with connection.begin():
                    yield connection
        finally:
            self._turn.release()

    @asynccontextmanager
    async def read(self) -> AsyncIterator[AsyncConnection]:
        """A transaction that only reads; it waits for no writer."""
        async with self._readers.connect() as connection:
            yield connection

    async def close(self) -> None:
        """Close every connection."""
        await self._readers.dispose()
        await self._writer.dispose()
        await self._open.close()


def _engine(url: URL, timeout: float, connections: int, open: OpenConnections) -> AsyncEngine:
    engine = create_async_engine(
        url,
        hide_parameters=True,  # names and addresses do not belong in logs
        # Without an isolation level the driver opens no transactions of its own: the listeners to "begin" do.
        connect_args={"timeout": timeout, "isolation_level": None, "async_creator_fn": open.another},
        pool_size=connections,
    )
    event.listen(engine.sync_engine, "connect", _prepare)
    return engine


def _prepare(connection: Any, _: Any) -> None:
    """Check references, and write zeros over what is deleted."""
    cursor = connection.cursor()
    cursor.execute("PRAGMA foreign_keys = ON")
    cursor.execute("PRAGMA secure_delete = ON")
    cursor.close()


def _begin_reading(connection: Connection) -> None:
    driver: Any = connection.connection.driver_connection
    driver.begin_reading()


def _begin_writing(connection: Connection) -> None:
    """Take the lock at once: upgrading a reader later would fail without waiting."""
    until = connection.get_execution_options()[_UNTIL]
    driver: Any = connection.connection.dbapi_connection
    while time.monotonic() <= until:
        try:
            driver.execute(_TAKE_LOCK)
            return
        except sqlite3.OperationalError as error:
            if not _is_busy(error):
                break
    connection.exec_driver_sql(_TAKE_LOCK)  # which says what is wrong as SQLAlchemy does


def _is_busy(error: sqlite3.OperationalError) -> bool:
    return error.sqlite_errorcode & 0xFF == sqlite3.SQLITE_BUSY
