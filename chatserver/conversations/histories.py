"""Which plans conversations have held, for rooms that count by plan."""

from collections.abc import Sequence

from chatserver.conversations.conversation import ConversationRecord, Subscription
from chatserver.conversations.rows import conversations
from chatserver.records.database import Database


async def histories(database: Database, ids: Sequence[str]) -> list[tuple[ConversationRecord, list[Subscription]]]:
    """Those of `ids` that exist, each with its plans, the first one first. Raises DatabaseError."""
    async with database.read() as connection:
        return await conversations.with_subscriptions(connection, ids)
