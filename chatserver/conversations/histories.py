"""Which plans conversations have held, for rooms that count by plan."""

from collections.abc import Sequence

from chatserver.conversations.conversation import Conversation, Subscription
from chatserver.conversations.rows import conversations
from chatserver.records.database import Database


async def histories(database: Database, ids: Sequence[str]) -> list[tuple[Conversation, list[Subscription]]]:
    """Those of `ids` that exist, each with its plans, the first one first. Raises DatabaseError."""
    async with database.read() as connection:
        return await conversations.with_subscriptions(connection, ids)
