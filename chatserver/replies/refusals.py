"""What became of members' messages beside answers: refusals, and waits that ended otherwise, for who looks back."""

from collections.abc import Collection

from sqlalchemy.ext.asyncio import AsyncConnection

from chatserver.replies.rows import waits
from quotas.admission import Reason


async def refused_since(
    connection: AsyncConnection, conversations: Collection[str], since: int
) -> dict[str, list[tuple[int, Reason]]]:
    """Members' messages that were refused in each of these, by their instants (ms)."""
    return await waits.refused_since(connection, conversations, since)


async def dropped_since(
    connection: AsyncConnection, conversations: Collection[str], since: int
) -> dict[str, list[int]]:
    """The instants (ms) at which waits of each of these ended without an answer."""
    return await waits.dropped_since(connection, conversations, since)


async def refusals_on_record_since(connection: AsyncConnection) -> int | None:
    """When the first one was; None where none is on record."""
    return await waits.first_refusal(connection)
