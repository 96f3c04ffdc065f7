"""What an erasure takes of cases: words about the person as a member, in those that they opened, their own elsewhere,
and messages and files of theirs that were sealed. What is kept as evidence stays until its day."""

from collections.abc import Collection
from datetime import date

from sqlalchemy import or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from chatserver.attachments.held_files import let_go
from chatserver.cases.rows import case_evidence, cases
from chatserver.conversations.contacts import erased_of
from chatserver.records.dialects import portions
from chatserver.records.tables import CASE_ENTRIES, CASES
from quotas.cases.record import Case


async def forget_notes(connection: AsyncConnection, person: str, today: date) -> list[str]:
    """Take what is not kept as evidence until a day after `today`; the refs of cases whose keys go too."""
    about = select(CASES.c.ref).where(or_(CASES.c.member_id == person, CASES.c.opener_id == person))
    whole = [ref for ref in await connection.scalars(about) if not await _is_evidence(connection, ref, today)]
    for some in portions(whole):
        await connection.execute(update(CASE_ENTRIES).where(CASE_ENTRIES.c.ref.in_(some)).values(sealed=None))
    await forget_evidence(connection, whole)
    theirs = select(CASE_ENTRIES.c.ref).where(CASE_ENTRIES.c.who == person, CASE_ENTRIES.c.sealed.is_not(None))
    own = [ref for ref in await connection.scalars(theirs.distinct()) if not await _is_evidence(connection, ref, today)]
    for some in portions(own):
        here = (CASE_ENTRIES.c.ref.in_(some), CASE_ENTRIES.c.who == person)
        await connection.execute(update(CASE_ENTRIES).where(*here).values(sealed=None))
    written = await case_evidence.refs_by(connection, person)
    some_of = [ref for ref in written if not await _is_evidence(connection, ref, today)]
    await forget_evidence(connection, some_of, person)
    return whole


async def forget_evidence(connection: AsyncConnection, refs: Collection[str], sender: str = "") -> None:
    """Take all of these cases' messages with their files, or those of one person."""
    await case_evidence.drop(connection, refs, sender)
    await let_go(connection, refs, sender)


async def forget_words(connection: AsyncConnection, case: Case) -> bool:
    """Nothing of the case is evidence any more: take the words that erasures left; whether all went, and its key."""
    if not await erased_of(connection, {case.member, case.opener.id}):
        return False
    await connection.execute(update(CASE_ENTRIES).where(CASE_ENTRIES.c.ref == case.id).values(sealed=None))
    return True


async def _is_evidence(connection: AsyncConnection, ref: str, today: date) -> bool:
    kept = await cases.find(connection, ref)
    until = kept.case.facts.evidence_until if kept else None
    return until is not None and until > today
