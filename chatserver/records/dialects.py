"""What SQLite and PostgreSQL say differently, and what both take.

To make a statement costs more than to execute it: one that is executed often is made once, of parameters.
"""

from collections.abc import Collection, Iterator
from typing import TYPE_CHECKING, Any, TypeVar

from sqlalchemy import BindParameter, Column, ColumnElement, Dialect, Table, bindparam, func

if TYPE_CHECKING:
    from sqlalchemy.dialects import postgresql, sqlite

IDS_AT_ONCE = 500
"""Ids in one query: every database takes that many parameters."""

IDS: BindParameter[list[str]] = bindparam("ids", expanding=True)
"""A portion of ids, in a statement that is made once."""

Id = TypeVar("Id")


def portions(ids: Collection[Id], parameters: int = 1) -> Iterator[list[Id]]:
    """As many at once as one query takes, where each needs that many parameters."""
    rest, most = list(ids), IDS_AT_ONCE // parameters
    for first in range(0, len(rest), most):
        yield rest[first : first + most]


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


def insert_new(dialect: Dialect, table: Table, *returned: Column[Any]) -> Any:
    """An INSERT of those rows that are not there already, which returns these columns of them; made once."""
    known = dialect.name, table, returned
    if (insert := _INSERTS.get(known)) is None:
        insert = insert_into(dialect, table).on_conflict_do_nothing()
        insert = _INSERTS[known] = insert.returning(*returned) if returned else insert
    return insert


_INSERTS: dict[tuple[str, Table, tuple[Column[Any], ...]], Any] = {}


def latest(dialect: Dialect, first: Any, second: Any) -> ColumnElement[int]:
    """The later of two instants in ms: columns or numbers."""
    return func.max(first, second) if is_sqlite(dialect) else func.greatest(first, second)
