"""Cases that the product opens and ends itself: each once, at the instant of what brought it about, however late that
is written down.
"""

from msgspec.structs import replace
from sqlalchemy.ext.asyncio import AsyncConnection

from chatserver.cases.case_log import CaseLog, new_ref
from chatserver.cases.case_record import KeptCase
from chatserver.cases.rows import cases
from chatserver.conversations.conversation import ConversationRecord
from quotas.cases.events import came_by_itself
from quotas.cases.facts import CaseFacts
from quotas.cases.record import SYSTEM, Case, CaseEntry, noted, open_case, written_down_at
from quotas.cases.rules import CaseKind, CaseState


class OwnCases:
    """Its callers have locked the conversation. Methods raise DatabaseError."""

    def __init__(self, log: CaseLog) -> None:
        self._log = log

    async def open_one(
        self,
        connection: AsyncConnection,
        conversation: ConversationRecord,
        kind: CaseKind,
        mark: str,
        facts: CaseFacts,
        at: int,
        now: int,
    ) -> KeptCase | None:
        """A case of that kind as of `at`; None where `mark` has been opened before.

        While one is open, another is noted in it: `again`. Support looks at all of them together.
        """
        live = await cases.open_one(connection, conversation.id, kind)
        ref = live.case.id if live else new_ref(now)
        if not await cases.name(connection, SYSTEM.id, f"{kind}/{mark}", ref):
            return None
        if live:
            entry = CaseEntry(at, now, SYSTEM.id, SYSTEM.role, "again", facts=facts)
            case = replace(noted(live.case, entry), facts=_with_messages(live.case.facts, facts))
            return await self._log.change(connection, live, case, conversation, now)
        opened = open_case(
            ref, kind, conversation=conversation.id, member=conversation.member, by=SYSTEM, now=at, facts=facts
        )
        if not isinstance(opened, Case):
            return None
        return await self._log.create(connection, written_down_at(opened, now), conversation, now)

    async def end_one(
        self,
        connection: AsyncConnection,
        kept: KeptCase,
        conversation: ConversationRecord,
        state: CaseState,
        at: int,
        now: int,
        because: str = "",
    ) -> KeptCase:
        """It came to that end at `at`; what fell due before comes first."""
        kept = await self._log.caught_up(connection, kept, conversation, at - 1, now)
        calendar = self._log.calendar_of(conversation)
        case = came_by_itself(kept.case, calendar, state, max(at, kept.case.since), because)
        return await self._log.change(connection, kept, written_down_at(case, now), conversation, now)


def _with_messages(facts: CaseFacts, more: CaseFacts) -> CaseFacts:
    """What is reported of messages gathers; the rest stays as it was at the first one."""
    return replace(facts, messages=(*(facts.messages or ()), *more.messages)) if more.messages else facts
