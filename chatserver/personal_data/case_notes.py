"""What a person wrote in cases: opened for their export, gone with their erasure."""

from datetime import date
from typing import Any

from sqlalchemy import or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from chatserver.cases.case_texts import CaseTexts
from chatserver.cases.rows import case_entries, cases
from chatserver.records.database import Database
from chatserver.records.dialects import portions
from chatserver.records.tables import CASE_ENTRIES, CASES


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


async def forget_notes(connection: AsyncConnection, person: str, today: date) -> list[str]:
    """Take the words in cases about the person as a member and in those that they opened, and their own elsewhere.

    The refs of those whose keys go too. What is kept as evidence until a day after `today` stays.
    """
    about = select(CASES.c.ref).where(or_(CASES.c.member_id == person, CASES.c.opener_id == person))
    whole = [ref for ref in await connection.scalars(about) if not await _is_evidence(connection, ref, today)]
    for some in portions(whole):
        await connection.execute(update(CASE_ENTRIES).where(CASE_ENTRIES.c.ref.in_(some)).values(sealed=None))
    theirs = select(CASE_ENTRIES.c.ref).where(CASE_ENTRIES.c.who == person, CASE_ENTRIES.c.sealed.is_not(None))
    own = [ref for ref in await connection.scalars(theirs.distinct()) if not await _is_evidence(connection, ref, today)]
    for some in portions(own):
        here = (CASE_ENTRIES.c.ref.in_(some), CASE_ENTRIES.c.who == person)
        await connection.execute(update(CASE_ENTRIES).where(*here).values(sealed=None))
    return whole


async def _is_evidence(connection: AsyncConnection, ref: str, today: date) -> bool:
    kept = await cases.find(connection, ref)
    until = kept.case.facts.evidence_until if kept else None
    return until is not None and until > today
