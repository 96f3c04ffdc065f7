"""Reported messages that are kept no more: with the end of their case, or on the day that support named.

That opens nothing, so it needs no master key: `chatserver clock` does it too. Files that went with them are removed by
the next sweep of files.
"""

from sqlalchemy.ext.asyncio import AsyncConnection

from chatserver.cases.case_texts import OF_LATER_KEYS, key_name
from chatserver.cases.effects import CaseEffects
from chatserver.cases.erased_words import forget_evidence, forget_words
from chatserver.cases.rows import case_entries
from chatserver.keys.conversation_keys import destroy_keys
from chatserver.records.database import Database
from quotas.cases.record import Case


async def first_evidence_end(connection: AsyncConnection, since: int) -> int | None:
    """When evidence ended first, of what has since that instant (ms)."""
    return await case_entries.first_noted(connection, "misconduct", "effect:drop_evidence", since)


class EvidenceEnd:
    """Raises DatabaseError."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def effects(self) -> CaseEffects:
        """Those that are done here, by name."""
        return {"drop_evidence": self.drop}

    async def drop(self, case: Case, at: int) -> str:
        """Forget the messages, let their files go; and forget the words of whoever was erased while they were kept."""
        async with self._database.begin() as connection:
            await forget_evidence(connection, [case.id])
            if await forget_words(connection, case):
                await destroy_keys(connection, key_name(case.id), OF_LATER_KEYS)
        return ""
