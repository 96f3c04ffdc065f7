"""One-off sessions with another mentor: what they cost, and how their cases follow them.

The session is booked in a conversation of its own, so no transaction has both. A case is brought up to date before
anything falls due in it and whenever somebody looks at it; what happens there has the case's timer ring at once.
"""

from collections.abc import Awaitable, Callable, Sequence

from sqlalchemy.ext.asyncio import AsyncConnection

from chatserver.cases.case_log import CaseLog
from chatserver.cases.case_record import KeptCase
from chatserver.cases.guest import case_of_guest, guest_conversation
from chatserver.cases.rows import cases
from chatserver.conversations.conversation import ConversationRecord
from chatserver.conversations.records import locked
from chatserver.records.database import Database
from chatserver.sessions.new_bookings import OneOffPrice
from quotas.bookings import Booking
from quotas.cases.guest_session import booked_first, followed
from quotas.instant import DAY
from quotas.plans import SessionPolicy

BookingsOf = Callable[[str, int, int], Awaitable[Sequence[Booking]]]
"""Those of a conversation that start in [since, until), in ms."""
_BACK, _AHEAD = 2 * DAY, 800 * DAY
"""Around the opening of a case: bookings lie 400 days ahead at most."""


class GuestSessions:
    """Methods raise DatabaseError and StoreError."""

    def __init__(self, database: Database, log: CaseLog, bookings_of: BookingsOf, policy: SessionPolicy) -> None:
        self._database = database
        self._log = log
        self._bookings_of = bookings_of
        self._policy = policy

    async def look(self, conversation: str, now: int) -> KeptCase | None:
        """Let the open case of a conversation say the first thing that its session brought about until now.

        The case after it; None where it stands as it should.
        """
        async with self._database.read() as connection:
            found = next((each for each in await cases.live_of(connection, conversation) if _follows(each)), None)
        if found is None:
            return None
        opened_at = found.case.opened_at
        guest = guest_conversation(found.case.id)
        bookings = await self._bookings_of(guest, opened_at - _BACK, max(now, opened_at) + _AHEAD)
        if followed(found.case, bookings, self._policy, now) is None:
            return None
        async with self._database.begin() as connection:
            record = (await locked(connection, [found.case.conversation])).get(found.case.conversation)
            kept = await cases.find(connection, found.case.id)
            if record is None or kept is None or not _follows(kept) or kept.todo:
                return None  # what somebody else's step asks for comes first
            # It may have lapsed before anything was booked.
            first = booked_first(bookings)
            if kept.case.state == "approved" and first is not None:
                kept = await self._log.caught_up(connection, kept, record, first.booked_at - 1, now)
            after = followed(kept.case, bookings, self._policy, now) if kept.case.is_open else None
            if after is None:
                return None
            return await self._log.change(connection, kept, after, record, now)


class OneOffPrices:
    """What a session in a guest's conversation costs, as its case says: a `OneOffTerms`."""

    async def of(self, connection: AsyncConnection, conversation: ConversationRecord) -> OneOffPrice | None:
        """None where no case waits for one."""
        ref = case_of_guest(conversation.id)
        kept = await cases.find(connection, ref) if ref and conversation.kind == "guest" else None
        if kept is None or kept.case.state != "approved" or kept.case.facts.mentor != conversation.mentor:
            return None
        return OneOffPrice(kept.case.facts.price)


def _follows(kept: KeptCase) -> bool:
    return kept.case.kind == "one_off_session" and kept.case.state in ("approved", "booked")
