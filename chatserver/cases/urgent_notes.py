"""A member's urgent note opens a case, and reading it ends that.

In the transaction that records what the ledger tells of them: so each is opened and ended once.
"""

import logging
from collections.abc import Mapping, Sequence

from sqlalchemy.ext.asyncio import AsyncConnection

from chatserver.cases.case_record import KeptCase
from chatserver.cases.case_timer import set_case_timer
from chatserver.cases.own_cases import OwnCases
from chatserver.cases.rows import cases
from chatserver.conversations.conversation import ConversationRecord
from chatserver.records.database import Database, DatabaseError
from chatserver.replies.recorder import RecordedWait
from quotas.cases.facts import CaseFacts
from quotas.cases.rules import CaseKind
from quotas.ledger.timers import Timers
from quotas.ledger.waits import NOTE_EVENTS
from quotas.store.errors import StoreError

KIND: CaseKind = "urgent_note"

logger = logging.getLogger(__name__)


class UrgentNotes:
    """A `WaitListener`."""

    def __init__(self, database: Database, own: OwnCases, timers: Timers) -> None:
        self._database = database
        self._own = own
        self._timers = timers

    async def concerned(self, connection: AsyncConnection, waits: Sequence[RecordedWait]) -> set[str]:
        """Those with a note that came, or was read."""
        return {each.event.conversation for each in waits if each.event.kind in NOTE_EVENTS}

    async def recorded(
        self,
        connection: AsyncConnection,
        waits: Sequence[RecordedWait],
        conversations: Mapping[str, ConversationRecord],
        now: int,
    ) -> None:
        """Open, and end, what these do. The same again changes nothing."""
        for each in waits:
            event = each.event
            if event.kind not in NOTE_EVENTS or (conversation := conversations.get(event.conversation)) is None:
                continue
            change = self.sent if event.kind == "urgent" else self.read
            await change(connection, conversation, event.note, event.at, now)

    async def told(self, waits: Sequence[RecordedWait]) -> None:
        """After the commit: set the timers of what these opened. Where that cannot be now, `CaseSteps.arm` does it."""
        try:
            for conversation in sorted({each.event.conversation for each in waits if each.event.kind == "urgent"}):
                async with self._database.read() as connection:
                    kept = await cases.open_one(connection, conversation, KIND)
                if kept is not None:
                    await set_case_timer(self._timers, kept)
        except (StoreError, DatabaseError):
            logger.debug("timers of cases are set later")

    async def sent(
        self, connection: AsyncConnection, conversation: ConversationRecord, note: str, at: int, now: int
    ) -> KeptCase | None:
        """The case of the note that was sent at `at`, once for each note; None where it has been opened before.

        `note` is the id of its message. One that is sent while another waits joins its case. In a conversation that has
        ended nobody reads it. Raises DatabaseError.
        """
        if conversation.status == "ended":
            return None
        # Not by the id: apps may use one again, after days.
        mark = f"{conversation.id}/{at}"
        return await self._own.open_one(connection, conversation, KIND, mark, CaseFacts(messages=(note,)), at, now)

    async def read(
        self, connection: AsyncConnection, conversation: ConversationRecord, note: str, at: int, now: int
    ) -> KeptCase | None:
        """The case that this brings to its end, `seen`; None where it ends none: a newer note waits, or none does.

        Raises DatabaseError.
        """
        kept = await cases.open_one(connection, conversation.id, KIND)
        if kept is None or (kept.case.facts.messages or ())[-1:] != (note,):
            return None
        return await self._own.end_one(connection, kept, conversation, "seen", at, now)
