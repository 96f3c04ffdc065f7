"""Who wrote when, by the archive: for rooms that look back and need no texts."""

from collections.abc import Collection

from sqlalchemy.ext.asyncio import AsyncConnection

from chatserver.messages.rows import ledger_snapshots, messages
from chatserver.protocol.events import Author


async def written_since(
    connection: AsyncConnection, conversations: Collection[str], since: int
) -> dict[str, list[tuple[int, Author, int]]]:
    """The messages of each of these, by their instants (ms), each with its side; what is no text is no message.

    Last, when it was written, of what went out later by itself; else 0.
    """
    return await messages.texts_since(connection, conversations, since)


async def archived_upto(connection: AsyncConnection) -> int | None:
    """The instant (ms) up to which the archive reaches, but for what it is about to store; None where it is empty."""
    return await ledger_snapshots.latest(connection)
