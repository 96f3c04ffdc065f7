"""Noting: whoever appends holds the row of the newest line, so that the chain of all processes is one."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

from sqlalchemy.ext.asyncio import AsyncConnection

from chatserver.audit import rows
from chatserver.audit.line import AuditDeed, AuditHead, chained
from chatserver.records.database import AlongWrite, Database, before_commit, written_along


async def append(connection: AsyncConnection, deeds: Sequence[AuditDeed]) -> AuditHead:
    """Note what was done, in the transaction in which it is; returns the newest line.

    The last thing that a transaction does: whoever waits for the head while holding it could wait for each other else.
    """
    head = await rows.locked_head(connection)
    return await append_behind(connection, head, deeds)


async def append_behind(connection: AsyncConnection, head: AuditHead, deeds: Sequence[AuditDeed]) -> AuditHead:
    """As `append`, where the head is locked already."""
    lines = []
    for deed in deeds:
        lines.append(line := chained(head, deed))
        head = AuditHead(line.number, line.hash)
    if lines:
        await rows.append(connection, lines)
    return head


def note_with(connection: AsyncConnection, *deeds: AuditDeed) -> None:
    """Note what was done as the last of the transaction in which it is."""

    async def noted(connection: AsyncConnection) -> None:
        await append(connection, deeds)

    before_commit(connection, noted)


async def note(database: Database, *deeds: AuditDeed) -> None:
    """Note what was done beside the database, or only read there. Raises DatabaseError."""
    async with database.begin() as connection:
        await append(connection, deeds)


@contextmanager
def noted_along(deed_of: Callable[[], AuditDeed]) -> Iterator[AlongWrite]:
    """Note what is done inside, in its first transaction that writes; `done` says whether there was one."""

    async def noted(connection: AsyncConnection) -> None:
        await append(connection, [deed_of()])

    with written_along(noted) as along:
        yield along
