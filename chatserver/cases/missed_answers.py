"""Answers that did not come in time open a case, where the policy says so, and end it when they come.

In the transaction that records what became of waits: so each is opened and ended once.
"""

import logging
from collections.abc import Mapping, Sequence

from sqlalchemy.ext.asyncio import AsyncConnection

from chatserver.cases.case_timer import set_case_timer
from chatserver.cases.own_cases import OwnCases
from chatserver.cases.rows import cases
from chatserver.conversations.conversation import ConversationRecord
from chatserver.records.database import Database, DatabaseError
from chatserver.records.dialects import portions
from chatserver.replies.recorder import RecordedWait
from quotas.case_policy import CasePolicy
from quotas.cases.facts import CaseFacts
from quotas.cases.rules import CaseKind, CaseState
from quotas.ledger.timers import Timers
from quotas.ledger.waits import EventKind, WaitEvent
from quotas.store.errors import StoreError

KIND: CaseKind = "reply_missed"
ENDS: dict[EventKind, CaseState] = {
    "answered": "answered",
    "acknowledged": "overtaken",
    "withdrawn": "overtaken",
    "dropped": "overtaken",
}
"""What becomes of the case with its wait. One that ends otherwise is owed no answer any more."""

logger = logging.getLogger(__name__)


class MissedAnswers:
    """A `WaitListener`."""

    def __init__(self, database: Database, own: OwnCases, timers: Timers, policy: CasePolicy) -> None:
        self._database = database
        self._own = own
        self._timers = timers
        self._policy = policy

    async def concerned(self, connection: AsyncConnection, waits: Sequence[RecordedWait]) -> set[str]:
        """Those with a miss that opens a case, and those whose open case has come to its end."""
        found = {each.event.conversation for each in waits if self._opens(each)}
        over = {each.event.conversation for each in waits if each.event.kind in ENDS}
        for some in portions(sorted(over - found)):
            found |= await cases.with_open(connection, some, KIND)
        return found

    async def recorded(
        self,
        connection: AsyncConnection,
        waits: Sequence[RecordedWait],
        conversations: Mapping[str, ConversationRecord],
        now: int,
    ) -> None:
        """Open, and end, what these waits do. The same again changes nothing."""
        for each in waits:
            if (conversation := conversations.get(each.event.conversation)) is None:
                continue
            if self._opens(each):
                await self._open(connection, each.event, conversation, now)
            elif (end := ENDS.get(each.event.kind)) is not None:
                await self._end(connection, each.event, conversation, end, now)

    async def told(self, waits: Sequence[RecordedWait]) -> None:
        """After the commit: set the timers of what these opened. Where that cannot be now, `CaseSteps.arm` does it."""
        try:
            for conversation in sorted({each.event.conversation for each in waits if self._opens(each)}):
                async with self._database.read() as connection:
                    kept = await cases.open_one(connection, conversation, KIND)
                if kept is not None:
                    await set_case_timer(self._timers, kept)
        except (StoreError, DatabaseError):
            logger.debug("timers of cases are set later")

    def _opens(self, wait: RecordedWait) -> bool:
        return wait.event.kind == "missed" and self._policy.opens_missed(wait.plan)

    async def _open(
        self, connection: AsyncConnection, event: WaitEvent, conversation: ConversationRecord, now: int
    ) -> None:
        """As of the deadline: nobody need have been awake at it."""
        if conversation.status == "ended":
            return
        mark = f"{conversation.id}/{event.waiting_since}"
        facts = CaseFacts(waiting_since=event.waiting_since)
        await self._own.open_one(connection, conversation, KIND, mark, facts, event.due_at, now)

    async def _end(
        self,
        connection: AsyncConnection,
        event: WaitEvent,
        conversation: ConversationRecord,
        end: CaseState,
        now: int,
    ) -> None:
        kept = await cases.open_one(connection, conversation.id, KIND)
        if kept is None:
            return
        since = kept.case.facts.waiting_since
        if since == event.waiting_since if since is not None else event.at >= kept.case.opened_at:
            await self._own.end_one(connection, kept, conversation, end, event.at, now, event.kind)
