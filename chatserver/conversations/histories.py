"""Which plans conversations have held, for rooms that count by plan."""

from collections.abc import Sequence

from msgspec import Struct
from sqlalchemy.ext.asyncio import AsyncConnection

from chatserver.conversations.conversation import ConversationRecord, Subscription
from chatserver.conversations.rows import conversations, suspensions
from chatserver.records.database import Database
from quotas.suspensions import SuspensionSpan


async def histories(database: Database, ids: Sequence[str]) -> list[tuple[ConversationRecord, list[Subscription]]]:
    """Those of `ids` that exist, each with its plans, the first one first. Raises DatabaseError."""
    async with database.read() as connection:
        return await conversations.with_subscriptions(connection, ids)


class ConversationHistory(Struct, frozen=True):
    """A conversation, its plans and its suspensions, the first ones first."""

    record: ConversationRecord
    plans: Sequence[Subscription]
    suspensions: Sequence[SuspensionSpan]

    @property
    def closings(self) -> list[int]:
        """The instants from which nobody could write in it for a while, or ever."""
        ended = [self.record.updated_at] if self.record.status == "ended" else []
        return [each.began_at for each in self.suspensions] + ended


async def members_histories(
    connection: AsyncConnection, after: str, limit: int
) -> dict[str, list[ConversationHistory]]:
    """All conversations of the first `limit` members beyond `after` ('' for the first), by member, in their order."""
    members = await conversations.members_page(connection, after, limit)
    ids = await conversations.of_members(connection, members)
    spans = await suspensions.of_all(connection, ids)
    found: dict[str, list[ConversationHistory]] = {member: [] for member in members}
    for record, plans in await conversations.with_subscriptions(connection, ids):
        found[record.member].append(ConversationHistory(record, plans, spans.get(record.id, [])))
    return found


async def count_conversations(database: Database) -> int:
    """How many there are. Raises DatabaseError."""
    async with database.read() as connection:
        return await conversations.count(connection)
