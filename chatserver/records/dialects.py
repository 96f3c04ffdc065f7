"""What SQLite and PostgreSQL say differently, and what both take."""

from typing import TYPE_CHECKING, Any

from sqlalchemy import ColumnElement, Dialect, Table, func

if TYPE_CHECKING:
    from sqlalchemy.dialects import postgresql, sqlite

IDS_AT_ONCE = 500
"""Ids in one query: every database takes that many parameters."""


def is_sqlite(dialect: Dialect) -> bool:
    """Whether it is SQLite, on which every transaction that writes is alone; else it is PostgreSQL."""
    return dialect.name == "sqlite"


def insert_into(dialect: Dialect, table: Table) -> "sqlite.Insert | postgresql.Insert":
    """An INSERT that knows ON CONFLICT."""
    # Here, since the engine has the one that it speaks already, and the other would take 2 MB.
    if is_sqlite(dialect):
        from sqlalchemy.dialects import sqlite

        return sqlite.insert(table)
    from sqlalchemy.dialects import postgresql

    return postgresql.insert(table)


def latest(dialect: Dialect, first: Any, second: Any) -> ColumnElement[int]:
    """The later of two instants in ms: columns or numbers."""
    return func.max(first, second) if is_sqlite(dialect) else func.greatest(first, second)
