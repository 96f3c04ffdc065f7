"""Extra sessions that are booked as any other: the case that waits for them has come to its end."""

from collections.abc import Collection

from msgspec.structs import replace
from sqlalchemy.ext.asyncio import AsyncConnection

from chatserver.cases.case_log import CaseLog
from chatserver.cases.case_record import KeptCase
from chatserver.cases.rows import cases
from chatserver.conversations.conversation import ConversationRecord
from chatserver.sessions.extras import extras_booked
from quotas.cases.facts import CaseFacts
from quotas.cases.record import SYSTEM, CaseEntry, entered, noted
from quotas.cases.rules import CaseKind

KIND: CaseKind = "extra_session"


class ExtraBookings:
    """Its callers have locked the conversations. Methods raise DatabaseError."""

    def __init__(self, log: CaseLog) -> None:
        self._log = log

    async def waited_for(self, connection: AsyncConnection, conversations: Collection[str]) -> set[str]:
        """Those of the conversations in which such a case is open."""
        return await cases.with_open(connection, conversations, KIND) if conversations else set()

    async def booked(
        self, connection: AsyncConnection, conversation: ConversationRecord, at: int, now: int
    ) -> KeptCase | None:
        """The case, where as many are booked since its approval as it asks for; None where it waits on."""
        kept = await cases.open_one(connection, conversation.id, KIND)
        if kept is None:
            return None
        kept = await self._log.caught_up(connection, kept, conversation, at, now)
        if kept.case.state != "approved":
            return None
        extra = await extras_booked(connection, conversation.id, kept.case.since)
        if len(extra) < (kept.case.facts.number or 1):
            return None
        last = max(extra, key=lambda each: (each.booked_at, each.id))
        facts = CaseFacts(booking=last.id)
        others = " ".join(each.id for each in extra if each is not last)
        entry = CaseEntry(at, now, SYSTEM.id, SYSTEM.role, "booked", because=others, facts=facts)
        case = noted(entered(replace(kept.case, history=()), "booked", at, facts), entry)
        return await self._log.change(connection, kept, case, conversation, now)
