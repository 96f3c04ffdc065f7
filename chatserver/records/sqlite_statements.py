"""Statements to SQLite, each in one go to the thread that has the connection.

aiosqlite goes there and back four times for a statement: for a cursor, to execute, to fetch, to close. On a busy
machine every way costs more than the statement. Here the thread does all of it at once and brings the rows. A
transaction that only reads begins on the way of its first statement, and nobody waits for its end.
"""

import sqlite3
from collections.abc import Callable, Iterable
from typing import Any

import aiosqlite


class OpenConnections:
    """Those that a pool has opened and nobody has closed: one whose user was cancelled may not come back to it."""

    def __init__(self) -> None:
        self._open: set[_Connection] = set()

    def another(self, *where: Any, **how: Any) -> aiosqlite.Connection:
        """One as SQLAlchemy's dialect wants it, still to be awaited; takes what `sqlite3.connect` takes."""
        connection = _Connection(lambda: sqlite3.connect(*where, **how), self._open)
        connection._thread.daemon = True  # as SQLAlchemy has it
        return connection

    async def close(self) -> None:
        """Close what is left."""
        while self._open:
            await self._open.pop().close()


class _Connection(aiosqlite.Connection):
    def __init__(self, connect: Callable[[], sqlite3.Connection], beside: "set[_Connection]") -> None:
        super().__init__(connect, iter_chunk_size=64)
        self._beside = beside
        self._is_to_begin = False
        self._only_reads = False
        beside.add(self)

    def begin_reading(self) -> None:
        """With the next statement: until then there is nothing that the transaction could see."""
        self._is_to_begin = self._only_reads = True

    def begun(self) -> sqlite3.Connection:
        """The connection for a statement of the transaction; in its thread."""
        if self._is_to_begin:
            self._is_to_begin = False
            self._conn.execute("BEGIN")
        return self._conn

    async def rollback(self) -> None:
        if not self._only_reads:
            await super().rollback()
            return
        begun, self._is_to_begin, self._only_reads = not self._is_to_begin, False, False
        if begun:
            # Nobody waits: what comes next comes behind it, and would fail to begin where this had failed.
            self._tx.put_nowait((None, self._conn.rollback))

    async def close(self) -> None:
        self._beside.discard(self)
        await super().close()

    def cursor(self) -> "_Cursor":  # type: ignore[override]  # what the dialect calls
        return _Cursor(self)

    async def in_thread(self, *call: Any) -> Any:
        return await self._execute(*call)  # type: ignore[no-untyped-call]


class _Cursor:
    """What SQLAlchemy's dialect asks of aiosqlite's cursor. The rows of a statement are there once it is executed."""

    description: Any = None
    rowcount = -1
    lastrowid: int | None = None
    arraysize = 1

    def __init__(self, connection: _Connection) -> None:
        self._connection = connection
        self._rows: list[Any] = []

    async def __aenter__(self) -> "_Cursor":
        return self

    async def execute(self, sql: str, parameters: Iterable[Any] = ()) -> "_Cursor":
        await self._connection.in_thread(self._execute, sql, parameters)
        return self

    async def executemany(self, sql: str, parameters: Iterable[Iterable[Any]]) -> "_Cursor":
        await self._connection.in_thread(self._execute_many, sql, parameters)
        return self

    async def fetchall(self) -> list[Any]:
        return self._rows

    async def close(self) -> None:
        self._rows = []

    def _execute(self, sql: str, parameters: Iterable[Any]) -> None:
        self._keep(self._connection.begun().execute(sql, parameters))  # type: ignore[arg-type]  # as the driver takes it

    def _execute_many(self, sql: str, parameters: Iterable[Iterable[Any]]) -> None:
        self._keep(self._connection.begun().executemany(sql, parameters))  # type: ignore[arg-type]

    def _keep(self, cursor: sqlite3.Cursor) -> None:
        # First: what a statement that returns rows has changed is known once they are read.
        self._rows = cursor.fetchall() if cursor.description else []
        self.description, self.rowcount, self.lastrowid = cursor.description, cursor.rowcount, cursor.lastrowid
        cursor.close()
