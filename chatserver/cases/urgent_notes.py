"""A member's urgent note opens a case, and reading it ends that. Nothing calls this before the chat has such notes."""

from sqlalchemy.ext.asyncio import AsyncConnection

from chatserver.cases.case_record import KeptCase
from chatserver.cases.own_cases import OwnCases
from chatserver.cases.rows import cases
from chatserver.conversations.conversation import ConversationRecord
from quotas.cases.facts import CaseFacts
from quotas.cases.rules import CaseKind

KIND: CaseKind = "urgent_note"


class UrgentNotes:
    """Its callers have locked the conversation, and set the timer of what they get (`CaseSteps.set_timer`) after the
    commit. `note` is the id of the note's message. Methods raise DatabaseError.
    """

    def __init__(self, own: OwnCases) -> None:
        self._own = own

    async def sent(
        self, connection: AsyncConnection, conversation: ConversationRecord, note: str, at: int, now: int
    ) -> KeptCase | None:
        """The case of the note that was sent at `at`, once for each note; None where it has been opened before.

        A note that is sent while another one waits joins its case. In a conversation that has ended nobody reads it.
        """
        if conversation.status == "ended":
            return None
        mark = f"{conversation.id}/{note}"
        return await self._own.open_one(connection, conversation, KIND, mark, CaseFacts(messages=(note,)), at, now)

    async def read(
        self, connection: AsyncConnection, conversation: ConversationRecord, note: str, at: int, now: int
    ) -> KeptCase | None:
        """The case that this brings to its end, `seen`; None where it ends none: a newer note waits, or none does."""
        kept = await cases.open_one(connection, conversation.id, KIND)
        if kept is None or (kept.case.facts.messages or ())[-1:] != (note,):
            return None
        return await self._own.end_one(connection, kept, conversation, "seen", at, now)
