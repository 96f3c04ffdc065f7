"""Live chats as they were held, or are booked: for rooms that look back."""

from collections.abc import Mapping, Sequence

from sqlalchemy.ext.asyncio import AsyncConnection

from chatserver.sessions.chats import chats_ahead
from chatserver.sessions.rows import bookings
from quotas.terms import BookedChat


async def chats_of(connection: AsyncConnection, conversations: Sequence[str]) -> Mapping[str, tuple[BookedChat, ...]]:
    """All that were not cancelled, by conversation and start; nothing of those without."""
    return chats_ahead(await bookings.ahead(connection, conversations, 0), 0)
