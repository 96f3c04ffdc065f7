"""What provisioning asks of sessions: `Appointments` of `chatserver/conversations/provisioning.py`."""

from collections.abc import Awaitable, Callable, Mapping, Sequence

from sqlalchemy.ext.asyncio import AsyncConnection

from chatserver.conversations.conversation import ConversationRecord
from chatserver.records.database import Database
from chatserver.sessions.chats import chats_ahead, first_start
from chatserver.sessions.rows import bookings, occupancy
from chatserver.sessions.session_event import cancelled_event
from chatserver.sessions.session_log import SessionLog
from quotas.bookings import ended_with_conversation
from quotas.terms import BookedChat


class BookedSessions:
    """`clock` gives the store's instant."""

    def __init__(self, database: Database, clock: Callable[[], Awaitable[int]], log: SessionLog) -> None:
        self._database = database
        self._clock = clock
        self._log = log

    async def chats(self, conversations: Sequence[str]) -> Mapping[str, tuple[BookedChat, ...]]:
        """The live chats of each that are booked and not over, by start. Raises StoreError, DatabaseError."""
        now = await self._clock()
        async with self._database.read() as connection:
            found = await bookings.ahead(connection, conversations, first_start(now))
        return chats_ahead(found, now)

    async def end(self, connection: AsyncConnection, conversation: ConversationRecord, now: int) -> None:
        """The conversation ends with this transaction: what has not started is cancelled, not late and not counted."""
        for booking in await bookings.ahead(connection, [conversation.id], now):
            ended = ended_with_conversation(booking, now)
            if ended.cancelled is not None:
                await bookings.change(connection, ended)
                await occupancy.give_back(connection, booking.id)
                await self._log.append(
                    connection, [cancelled_event(ended, ended.cancelled)], {conversation.id: conversation}
                )
