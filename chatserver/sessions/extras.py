"""Extra sessions of a conversation: for what waits for them to be booked."""

from sqlalchemy.ext.asyncio import AsyncConnection

from chatserver.sessions.rows import bookings
from quotas.bookings import Booking


async def extras_booked(connection: AsyncConnection, conversation: str, since: int) -> list[Booking]:
    """Those that were booked at `since` (ms) or later, start after it and are not cancelled, by start."""
    ahead = await bookings.ahead(connection, [conversation], since)
    return [each for each in ahead if each.kind == "extra" and each.booked_at >= since]
