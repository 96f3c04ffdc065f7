"""Video calls: which of a booking's two people may be in one now.

A call goes from browser to browser: the server passes on what the two agree on, and knows nothing else of it.
"""

from collections.abc import Awaitable, Callable

from msgspec import Struct

from chatserver.conversations.records import record
from chatserver.records.database import Database
from chatserver.sessions.outcomes import BookingRefused
from chatserver.sessions.rows import bookings
from quotas.bookings import Booking, Side, join_refusal
from quotas.plans import SessionPolicy


class CallOpen(Struct, frozen=True):
    """Who asked may be in the call now; `other` is the person of the other side, and `other_side` which that is."""

    booking: Booking
    other: str
    other_side: Side


class Calls:
    """`clock` gives the store's instant."""

    def __init__(self, database: Database, policy: SessionPolicy, clock: Callable[[], Awaitable[int]]) -> None:
        self._database = database
        self._policy = policy
        self._clock = clock

    async def open_to(self, id: str, person: str, role: str) -> CallOpen | BookingRefused | None:
        """None where there is no such video call of theirs. Raises DatabaseError, StoreError."""
        async with self._database.read() as connection:
            row = await bookings.find(connection, id)
            if row is None or row.booking.service != "video_call":
                return None
            booking = row.booking
            side, other_side = _sides(role)
            if side is None or person != (booking.member if side == "member" else booking.mentor):
                return None
            found = await record(connection, booking.conversation)
        if found is None:
            return None
        if refusal := join_refusal(booking, side, self._policy, found.status, await self._clock()):
            return BookingRefused(refusal, booking)
        return CallOpen(booking, booking.mentor if side == "member" else booking.member, other_side)


def _sides(role: str) -> tuple[Side | None, Side]:
    """The side of a token's role, and the other one."""
    if role == "member":
        return "member", "mentor"
    return ("mentor" if role == "mentor" else None), "member"
