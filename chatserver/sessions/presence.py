"""People leave sessions that they have joined, and come back: that is noted, once for each absence.

What is noted follows from who is connected, and not from the order in which it is heard that somebody came or went: of
several processes that hear of it one after the other looks, and the first one writes.
"""

from collections.abc import Awaitable, Callable, Collection, Mapping

from sqlalchemy.ext.asyncio import AsyncConnection

from chatserver.conversations.records import locked
from chatserver.records.database import Database
from chatserver.sessions.attendance import Connected, sides_of, turned
from chatserver.sessions.rows import bookings, session_events
from chatserver.sessions.session_event import SessionEvent
from chatserver.sessions.session_log import SessionLog
from chatserver.sessions.telling import SessionTelling
from quotas.bookings import CALL_STAYS_OPEN, LONGEST, Booking, join_refusal
from quotas.instant import MINUTE
from quotas.plans import SessionPolicy


class SessionPresence:
    """`clock` gives the store's instant."""

    def __init__(
        self,
        *,
        database: Database,
        policy: SessionPolicy,
        telling: SessionTelling,
        connected: Connected,
        clock: Callable[[], Awaitable[int]],
        log: SessionLog,
    ) -> None:
        self._database = database
        self._policy = policy
        self._telling = telling
        self._connected = connected
        self._clock = clock
        self._log = log

    def may_be_on(self, booking: Booking | None, now: int) -> bool:
        """Whether people may be at the booking, which is the conversation's next one that is not over."""
        return booking is not None and now >= booking.starts_at - self._policy.join_minutes * MINUTE

    async def note(self, conversation: str, persons: Collection[str], at: int, lapsed: Mapping[str, int]) -> None:
        """These people have come or gone at `at`: note what that is at sessions that they have joined.

        `lapsed` are those whom nobody saw go, with the instants at which they were last there.
        Raises StoreError, DatabaseError.
        """
        async with self._database.begin() as connection:
            records = await locked(connection, [conversation])
            # Not before: what was true until another process wrote would undo what that one has noted since.
            there, now = await self._connected(conversation), await self._clock()
            turns = await self._turns(connection, conversation, persons, there, at=min(at, now), now=now, lapsed=lapsed)
            await self._log.append(connection, turns, records)
        if turns:
            await self._telling.tell(conversation)

    async def _turns(
        self,
        connection: AsyncConnection,
        conversation: str,
        persons: Collection[str],
        there: Collection[str],
        *,
        at: int,
        now: int,
        lapsed: Mapping[str, int],
    ) -> list[SessionEvent]:
        """What is to be noted."""
        since = at - LONGEST - CALL_STAYS_OPEN
        until = now + self._policy.join_minutes * MINUTE + 1
        turns: list[SessionEvent] = []
        for booking in await bookings.between(connection, conversation, since, until):
            noted = await session_events.of_booking(connection, booking.id)
            for side in sides_of(booking, persons):
                person = booking.member if side == "member" else booking.mentor
                joined_at = booking.joined_at(side)
                seen_at = max(joined_at, lapsed.get(person, at))
                if not joined_at or join_refusal(booking, side, self._policy, "open", seen_at):
                    continue
                turn = turned(
                    booking,
                    side,
                    noted,
                    is_there=person in there,
                    now=now,
                    at=seen_at,
                    lapsed=person in lapsed,
                )
                turns += [turn] if turn else []
        return turns
