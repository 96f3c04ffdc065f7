"""What SQLite and PostgreSQL say differently, and what both take."""

from typing import Any

from sqlalchemy import ColumnElement, Dialect, Table, func
from sqlalchemy.dialects import postgresql, sqlite

IDS_AT_ONCE = 500
"""Ids in one query: every database takes that many parameters."""

Insert = sqlite.Insert | postgresql.Insert


def is_sqlite(dialect: Dialect) -> bool:
    """Whether it is SQLite, on which every transaction that writes is alone; else it is PostgreSQL."""
    return dialect.name == "sqlite"


def insert_into(dialect: Dialect, table: Table) -> Insert:
    """An INSERT that knows ON CONFLICT."""
    return sqlite.insert(table) if is_sqlite(dialect) else postgresql.insert(table)


def latest(dialect: Dialect, first: Any, second: Any) -> ColumnElement[int]:
    """The later of two instants in ms: columns or numbers."""
    return func.max(first, second) if is_sqlite(dialect) else func.greatest(first, second)
