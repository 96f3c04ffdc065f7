"""The steps from one release's tables to the next: a module each, in `migrations`, named after its revision.

A database says at which it is in its table `alembic_version`, named by alembic, which ran them earlier.
"""

from collections.abc import Sequence
from functools import cache
from importlib import import_module, resources
from typing import Any

from sqlalchemy import (
    Column,
    Connection,
    Index,
    MetaData,
    PrimaryKeyConstraint,
    String,
    Table,
    func,
    insert,
    inspect,
    select,
    text,
    update,
)
from sqlalchemy.schema import CreateIndex, CreateTable, SchemaItem

from chatserver.records import migrations

VERSION = Table(
    "alembic_version",
    MetaData(),
    Column("version_num", String(32)),
    PrimaryKeyConstraint("version_num", name="alembic_version_pkc"),
)
REVISION = select(VERSION.c.version_num)


@cache
def revisions() -> dict[str, str]:
    """Those of this release, oldest first, and the module of each, as `r0001_people`."""
    modules = [file.name.removesuffix(".py") for file in resources.files(migrations).iterdir()]
    return {module[1:5]: module for module in sorted(modules) if module.startswith("r")}


def head() -> str:
    """The newest revision of this release."""
    return next(reversed(revisions()))


def revision_of(connection: Connection) -> str | None:
    """The step that was run last; None where none was."""
    if not inspect(connection).has_table(VERSION.name):
        return None
    found: str | None = connection.scalar(REVISION)
    return found


def run_steps(connection: Connection, after: str | None) -> list[str]:
    """Run those after that revision, in the transaction of `connection`; returns their revisions in order."""
    lacking = [revision for revision in revisions() if after is None or revision > after]
    changes = SchemaChanges(connection)
    for revision in lacking:
        import_module(f"{migrations.__name__}.{revisions()[revision]}").upgrade(changes)
    if after is None:
        connection.execute(CreateTable(VERSION))
        connection.execute(insert(VERSION).values(version_num=head()))
    elif lacking:
        connection.execute(update(VERSION).values(version_num=head()))
    return lacking


class SchemaChanges:
    """What a step can change. Names of constraints and indexes are given, not made."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def create_table(self, name: str, *items: SchemaItem, beside: Sequence[str] = (), ids_once: bool = False) -> None:
        """A table of columns and constraints; `beside` are the tables whose `id` its foreign keys refer to.

        `ids_once`: no id is given again, also where its row was deleted. PostgreSQL always does so.
        """
        metadata = MetaData()
        for other in beside:
            Table(other, metadata, Column("id", String(64), primary_key=True))
        once: dict[str, Any] = {}
        if ids_once and self._connection.dialect.name == "sqlite":
            once["sqlite_autoincrement"] = True
        self._connection.execute(CreateTable(Table(name, metadata, *items, **once)))

    def create_index(
        self,
        name: str,
        table: str,
        columns: Sequence[str],
        *,
        unique: bool = False,
        lower: bool = False,
        where: str = "",
    ) -> None:
        """An index; with `lower` of texts in whatever case, with `where` only of the rows for which that is so."""
        on = Table(table, MetaData(), *(Column(column) for column in columns))
        keys = [func.lower(column) for column in on.columns] if lower else on.columns
        # For this database only: to name another one loads all that SQLAlchemy knows of it.
        partial: dict[str, Any] = {f"{self._connection.dialect.name}_where": text(where)} if where else {}
        self._connection.execute(CreateIndex(Index(name, *keys, unique=unique, **partial)))

    def add_column(self, table: str, column: Column[Any]) -> None:
        """A column at the end; one that may not be NULL has a `server_default`."""
        on = CreateTable(Table(table, MetaData(), column))
        dialect = self._connection.dialect
        compiler: Any = dialect.ddl_compiler(dialect, on)
        quoted = dialect.identifier_preparer.quote(table)
        self._connection.exec_driver_sql(f"ALTER TABLE {quoted} ADD COLUMN {compiler.get_column_specification(column)}")
