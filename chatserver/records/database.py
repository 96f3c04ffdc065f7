"""The database and its transactions: a SQLite file by default, PostgreSQL by URL."""

import sqlite3
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from contextvars import ContextVar
from pathlib import Path
from typing import Any
from weakref import WeakKeyDictionary

from sqlalchemy import URL, event, text
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

from chatserver.records.sqlite import SqliteFile

CONNECT_WITHIN = 5.0
"""Seconds for a connect to PostgreSQL."""
FAULT_COUNTS_FOR = 60.0
"""Seconds for which a write that failed says that the database cannot be written, if none has succeeded since. What
archives and records tries again every few seconds as long as it has something."""
POOL_SIZE = 10
"""How many transactions of one process are open at once; on SQLite those that read."""

Afterwards = Callable[[], Awaitable[None]]
"""What is done once a transaction is committed. It raises nothing: nobody could undo the transaction."""
_afterwards: WeakKeyDictionary[AsyncConnection, list[Afterwards]] = WeakKeyDictionary()
"""By the transaction's connection: not kept in it, which cannot be asked any more where its server ended it."""

Beforehand = Callable[[AsyncConnection], Awaitable[None]]
"""What a transaction does as its last, before it is committed: what it holds then, it holds for a moment."""
_beforehand: WeakKeyDictionary[AsyncConnection, list[Beforehand]] = WeakKeyDictionary()
_along: ContextVar["AlongWrite | None"] = ContextVar("along", default=None)

_FAULTS = (DBAPIError, PoolTimeoutError, OSError)
_NO_SPACE = "no space left on device"
_REASONS = {
    ("sqlite", sqlite3.SQLITE_FULL): _NO_SPACE,
    ("sqlite", sqlite3.SQLITE_READONLY): "it is read-only",
    ("postgresql", "53100"): _NO_SPACE,
    ("postgresql", "25006"): "it is read-only",
}
"""By the driver's code: SQLite's primary result code, PostgreSQL's SQLSTATE."""
_DRIVERS = ("sqlite+aiosqlite", "postgresql+asyncpg")


class DatabaseError(Exception):
    """The database cannot be used; nothing of the transaction was kept. The sentence says what to do."""


def after_commit(connection: AsyncConnection, work: Afterwards) -> None:
    """Do that once the transaction is committed, whoever does so, in the order in which it was asked for.

    Where it is rolled back, nothing is done; where the process dies in between, neither.
    """
    _afterwards.setdefault(connection, []).append(work)


def before_commit(connection: AsyncConnection, work: Beforehand) -> None:
    """Do that as the last of the transaction, which fails where it does. Where it is rolled back, nothing is done."""
    _beforehand.setdefault(connection, []).append(work)


class AlongWrite:
    """What is to be written with whatever is written first."""

    def __init__(self, work: Beforehand) -> None:
        self.work = work
        self.done = False
        """Whether it was, and is committed."""


@contextmanager
def written_along(work: Beforehand) -> Iterator[AlongWrite]:
    """Inside, the first transaction that changes rows does `work` as its last, so that both are kept or neither.

    Those that only read and lock are passed over. What is begun inside and goes on after it is not meant any more.
    """
    along = AlongWrite(work)
    token = _along.set(along)
    try:
        yield along
    finally:
        _along.reset(token)
        along.work = _nothing


async def _nothing(connection: AsyncConnection) -> None:
    """Nothing more is to be written along."""


class Database:
    """`url` is SQLAlchemy's: `sqlite+aiosqlite:///FILE` or `postgresql+asyncpg://…`. Connects when first used.

    As a text it is percent-encoded; a file's path as it is belongs into `URL.create`.
    """

    def __init__(self, url: URL | str) -> None:
        self._fault: tuple[str, float] | None = None
        try:
            self.url = make_url(url)
            if self.url.drivername not in _DRIVERS:
                raise DatabaseError(f"a database must be one of {', '.join(_DRIVERS)}, not {self.url.drivername}")
            self.file = _sqlite_file(self.url.database) if self.url.drivername == _DRIVERS[0] else None
            self._server = SqliteFile(self.url, POOL_SIZE) if self.file else _Postgres(self.url)
        except (ArgumentError, NoSuchModuleError):
            raise DatabaseError("the database URL is malformed; use sqlite:///FILE or postgresql://…") from None

    @asynccontextmanager
    async def begin(self) -> AsyncIterator[AsyncConnection]:
        """A transaction that may write: committed at the end, rolled back by an exception. Raises DatabaseError."""
        wrote, along = False, _along.get()
        taken = False
        try:
            with _faults_named():
                async with self._server.begin() as connection:
                    before = await self._changes(connection)
                    if along is None or along.done:
                        yield connection
                    else:
                        changed = _watched(connection)
                        yield connection
                        if taken := changed():
                            await along.work(connection)
                    for work in _beforehand.pop(connection, ()):
                        await work(connection)
                    wrote = await self._changes(connection) > before
        except DatabaseError as error:
            if isinstance(error.__cause__, _FAULTS):  # Else the one who wrote had a reason of their own.
                self._fault = _why(error.__cause__), time.monotonic()
            raise
        if wrote:
            self._fault = None
        if along is not None and taken:
            along.done = True
        for done in _afterwards.pop(connection, ()):
            await done()

    async def _changes(self, connection: AsyncConnection) -> int:
        """A number that grows with what the transaction writes; asked for only while it is in doubt that one can."""
        if self._fault is None:
            return 0
        count = "total_changes()" if self.file else "count(pg_current_xact_id_if_assigned())"
        return await connection.scalar(text(f"SELECT {count}")) or 0  # noqa: S608 - one of these two

    @property
    def write_fault(self) -> str | None:
        """Why a transaction failed last, without addresses; None where one has written since, or none failed lately."""
        if self._fault is None or time.monotonic() - self._fault[1] > FAULT_COUNTS_FOR:
            return None
        return self._fault[0]

    @asynccontextmanager
    async def read(self) -> AsyncIterator[AsyncConnection]:
        """A transaction that only reads; on SQLite it waits for no writer. Raises DatabaseError."""
        with _faults_named():
            async with self._server.read() as connection:
                yield connection

    @asynccontextmanager
    async def outside_transactions(self) -> AsyncIterator[AsyncConnection]:
        """On PostgreSQL alone: each statement for itself, as VACUUM must be. Raises DatabaseError."""
        with _faults_named():
            async with self._server.read() as connection:
                yield await connection.execution_options(isolation_level="AUTOCOMMIT")

    async def close(self) -> None:
        """Close every connection."""
        await self._server.close()


class _Postgres:
    """The connections to a server; it lets any number read and write."""

    def __init__(self, url: URL) -> None:
        self._engine = create_async_engine(
            url,
            hide_parameters=True,  # names and addresses do not belong in logs
            connect_args={"timeout": CONNECT_WITHIN},
            pool_size=POOL_SIZE,
            pool_pre_ping=True,
        )
        self.begin = self._engine.begin
        self.read = self._engine.connect
        self.close = self._engine.dispose


def _watched(connection: AsyncConnection) -> Callable[[], bool]:
    """Tells, from here on, whether a statement of the connection has changed rows."""
    changed = False

    def executed(_: Any, cursor: Any, __: str, ___: Any, context: Any, ____: bool) -> None:
        nonlocal changed
        # -1 where the driver does not say how many, as of several at once.
        changed = changed or ((context.isinsert or context.isupdate or context.isdelete) and cursor.rowcount != 0)

    event.listen(connection.sync_connection, "after_cursor_execute", executed)
    return lambda: changed


def _sqlite_file(name: str | None) -> Path:
    if not name or name == ":memory:" or name.startswith("file:"):
        raise DatabaseError("SQLite needs a file, such as sqlite:///data/records.db; records in memory would be lost")
    return Path(name)


def _why(error: BaseException) -> str:
    cause = error.orig if isinstance(error, DBAPIError) else error
    code: int | None = getattr(cause, "sqlite_errorcode", None)
    known = ("sqlite", code & 0xFF) if code is not None else ("postgresql", getattr(cause, "sqlstate", None))
    return _REASONS.get(known, "the log says why")


@contextmanager
def _faults_named() -> Iterator[None]:
    """What is the database's fault becomes DatabaseError; what is a fault of our own statements stays what it is."""
    try:
        yield
    except (IntegrityError, ProgrammingError, DataError, NotSupportedError):
        raise
    except _FAULTS as error:
        # The driver's own words, without SQLAlchemy's statement.
        cause = error.orig if isinstance(error, DBAPIError) else error
        raise DatabaseError(f"the database does not answer as it should: {cause}") from error
