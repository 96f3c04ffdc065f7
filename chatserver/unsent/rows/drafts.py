"""Drafts: one of a person in a conversation."""

from typing import Any

from msgspec import Struct
from sqlalchemy import Row, delete, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from chatserver.records.dialects import insert_into
from chatserver.records.tables import DRAFTS

_row = DRAFTS.c


class KeptDraft(Struct, frozen=True):
    """`written_at` in ms: of two of one place the greater is the later."""

    conversation: str
    person: str
    written_at: int
    sealed: bytes


async def find(connection: AsyncConnection, conversation: str, person: str) -> KeptDraft | None:
    """None where there is none."""
    query = select(DRAFTS).where(_row.conversation_id == conversation, _row.person_id == person)
    row = (await connection.execute(query)).one_or_none()
    return _draft(row) if row else None


async def put(connection: AsyncConnection, draft: KeptDraft) -> None:
    """In the place of the one before."""
    values = {"written_at": draft.written_at, "sealed": draft.sealed}
    query = insert_into(connection.dialect, DRAFTS)
    query = query.values(conversation_id=draft.conversation, person_id=draft.person, **values)
    await connection.execute(query.on_conflict_do_update(index_elements=["conversation_id", "person_id"], set_=values))


async def reseal(connection: AsyncConnection, draft: KeptDraft, sealed: bytes) -> None:
    """The same text with another key."""
    here = (_row.conversation_id == draft.conversation, _row.person_id == draft.person)
    await connection.execute(update(DRAFTS).where(*here).values(sealed=sealed))


async def remove(connection: AsyncConnection, conversation: str, person: str, upto: int) -> None:
    """There is none any more, unless a later one than of that instant has come."""
    here = (_row.conversation_id == conversation, _row.person_id == person, _row.written_at <= upto)
    await connection.execute(delete(DRAFTS).where(*here))


async def of_person(connection: AsyncConnection, person: str, most: int) -> list[KeptDraft]:
    """A person's, the newest first."""
    query = select(DRAFTS).where(_row.person_id == person).order_by(_row.written_at.desc(), _row.conversation_id)
    return [_draft(row) for row in await connection.execute(query.limit(most))]


async def of_conversation(connection: AsyncConnection, conversation: str) -> list[KeptDraft]:
    """Everybody's there."""
    query = select(DRAFTS).where(_row.conversation_id == conversation).order_by(_row.person_id)
    return [_draft(row) for row in await connection.execute(query)]


async def forget(connection: AsyncConnection, person: str) -> None:
    """Remove all of a person's."""
    await connection.execute(delete(DRAFTS).where(_row.person_id == person))


def _draft(row: Row[*tuple[Any, ...]]) -> KeptDraft:
    return KeptDraft(*row)
