"""Endpoints are told of messages as these come into the archive: what was accepted is told, and not its text.

The text stays where it is, and is opened when it is sent: what is erased meanwhile is sent to nobody.
"""

from collections.abc import Sequence
from contextlib import suppress

from sqlalchemy.ext.asyncio import AsyncConnection

from chatserver.messages.archive import ArchivedMessage
from chatserver.notices.fact import Fact
from chatserver.notices.noting import Ringing
from chatserver.notices.rows import webhook_events
from chatserver.records.database import Database
from quotas.store.errors import StoreError


class MessageEvents:
    """An `ArchiveListener`."""

    def __init__(self, database: Database, ringing: Ringing) -> None:
        self._database = database
        self._ringing = ringing

    async def is_waiting(self) -> bool:
        """Raises DatabaseError."""
        async with self._database.read() as connection:
            return await webhook_events.wanted(connection, "message")

    async def note(self, connection: AsyncConnection, messages: Sequence[ArchivedMessage], now: int) -> int | None:
        """Queue what endpoints want; when it is due."""
        return await webhook_events.note(connection, [_fact(message) for message in messages], now)

    async def tell(self, noted: int | None) -> None:
        """Ring for what is due. Without a store, the outbox finds it by itself."""
        with suppress(StoreError):
            await self._ringing.ring(noted)


def _fact(message: ArchivedMessage) -> Fact:
    return Fact(
        event="message",
        mark=f"{message.conversation} {message.seq}",
        at=message.at,
        conversation=message.conversation,
        member=message.sender if message.role == "member" else "",
        mentor=message.sender if message.role == "mentor" else "",
        data={"seq": message.seq, "id": message.id, "from": message.sender, "role": message.role},
    )
