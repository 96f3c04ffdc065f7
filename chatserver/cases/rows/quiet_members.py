"""Members of whom nothing is heard: the signs that stand nowhere else, and what their mentors were asked."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from msgspec import Struct
from sqlalchemy import Row, func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from chatserver.records.dialects import insert_into, latest
from chatserver.records.tables import (
    CASE_ENTRIES,
    CASES,
    CONVERSATIONS,
    MENTOR_DAYS,
    QUIET_MEMBERS,
    SESSION_EVENTS,
)

_row = QUIET_MEMBERS.c


class QuietMember(Struct, frozen=True):
    """What was asked of a conversation's member. Instants in ms."""

    conversation: str
    heard_at: int = 0
    """The last sign that stands nowhere else, or when writing went on after a pause."""
    quiet_since: int | None = None
    """Since when they were quiet when the mentor was asked; None: never asked."""
    suggested_at: int | None = None
    member_read: int = 0
    """Up to where they had read then."""


async def find(connection: AsyncConnection, conversation: str) -> QuietMember:
    """What is known of a conversation's member."""
    row = (await connection.execute(select(QUIET_MEMBERS).where(_row.conversation_id == conversation))).one_or_none()
    return _quiet(row) if row else QuietMember(conversation)


async def heard(connection: AsyncConnection, signs: Mapping[str, int]) -> None:
    """Keep the latest of these signs, by conversation."""
    if not signs:
        return
    query = insert_into(connection.dialect, QUIET_MEMBERS)
    newer = latest(connection.dialect, _row.heard_at, query.excluded.heard_at)
    rows = [{"conversation_id": name, "heard_at": at, "member_read": 0} for name, at in sorted(signs.items())]
    await connection.execute(
        query.on_conflict_do_update(index_elements=["conversation_id"], set_={"heard_at": newer}), rows
    )


async def suggest(connection: AsyncConnection, quiet: QuietMember) -> None:
    """Keep what was asked."""
    asked = {"quiet_since": quiet.quiet_since, "suggested_at": quiet.suggested_at, "member_read": quiet.member_read}
    query = insert_into(connection.dialect, QUIET_MEMBERS)
    values = query.values(conversation_id=quiet.conversation, heard_at=quiet.heard_at, **asked)
    await connection.execute(values.on_conflict_do_update(index_elements=["conversation_id"], set_=asked))


async def suggested_to(connection: AsyncConnection, mentor: str) -> list[QuietMember]:
    """Of whom a mentor was asked, in conversations that are open, by conversation."""
    here = select(CONVERSATIONS.c.id).where(CONVERSATIONS.c.mentor_id == mentor, CONVERSATIONS.c.status == "open")
    query = select(QUIET_MEMBERS).where(_row.suggested_at.is_not(None), _row.conversation_id.in_(here))
    return [_quiet(row) for row in await connection.execute(query.order_by(_row.conversation_id))]


async def last_sign(connection: AsyncConnection, conversation: str, member: str, events: Sequence[str]) -> int:
    """The last of the member's signs that the records have: those events of sessions, and what they did in cases; 0 for
    none.
    """
    sessions = select(func.max(SESSION_EVENTS.c.noted_at)).where(
        SESSION_EVENTS.c.conversation_id == conversation,
        SESSION_EVENTS.c.name.in_(events),
        SESSION_EVENTS.c.by == "member",
    )
    done = (
        select(func.max(CASE_ENTRIES.c.noted_at))
        .join(CASES, CASES.c.ref == CASE_ENTRIES.c.ref)
        .where(CASES.c.conversation_id == conversation, CASE_ENTRIES.c.who == member)
    )
    return max([await connection.scalar(query) or 0 for query in (sessions, done)])


async def is_cancelling(connection: AsyncConnection, member: str) -> bool:
    """Whether a cancellation of the member's is official."""
    here = (CASES.c.kind == "membership_cancellation", CASES.c.state == "official", CASES.c.member_id == member)
    return await connection.scalar(select(CASES.c.ref).where(*here).limit(1)) is not None


async def written_to(connection: AsyncConnection, since: date, after: str, most: int) -> list[str]:
    """Conversations beyond `after` whose mentors have written on that day or later, by id."""
    here = (MENTOR_DAYS.c.day >= since, MENTOR_DAYS.c.conversation_id > after)
    query = select(MENTOR_DAYS.c.conversation_id).where(*here).distinct().order_by(MENTOR_DAYS.c.conversation_id)
    return list(await connection.scalars(query.limit(most)))


def _quiet(row: Row[*tuple[Any, ...]]) -> QuietMember:
    found = row._mapping
    return QuietMember(
        found["conversation_id"],
        found["heard_at"],
        found["quiet_since"],
        found["suggested_at"],
        found["member_read"],
    )
