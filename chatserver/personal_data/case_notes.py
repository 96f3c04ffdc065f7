"""What a person wrote in cases, opened for their export."""

from typing import Any

from sqlalchemy import select

from chatserver.cases.case_texts import CaseTexts
from chatserver.cases.rows import case_entries
from chatserver.records.database import Database
from chatserver.records.tables import CASE_ENTRIES


async def notes_of(database: Database, texts: CaseTexts, person: str) -> list[dict[str, Any]]:
    """Every note and reason that they wrote, as far as it can be read. Raises DatabaseError."""
    query = select(CASE_ENTRIES.c.ref).where(CASE_ENTRIES.c.who == person, CASE_ENTRIES.c.sealed.is_not(None))
    async with database.read() as connection:
        refs = list(await connection.scalars(query.distinct().order_by(CASE_ENTRIES.c.ref)))
    found = []
    for ref in refs:
        async with database.read() as connection:
            kept = [each for each in await case_entries.of_case(connection, ref) if each.entry.who == person]
        for number, entry in enumerate(await texts.opened(ref, kept), 1):
            if entry.note or entry.facts.reason:
                said = {"ref": ref, "number": number, "note": entry.note, "reason": entry.facts.reason}
                found.append(said | {"did": entry.did})
    return found
