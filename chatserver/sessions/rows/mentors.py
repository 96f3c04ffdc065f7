"""What sessions ask of mentors' records, and of who their members are."""

from sqlalchemy import Select, select
from sqlalchemy.ext.asyncio import AsyncConnection

from chatserver.records.tables import CONVERSATIONS, PEOPLE


async def zone_of(connection: AsyncConnection, mentor: str) -> str | None:
    """The mentor's own zone; None where there is no mentor of that id, or they were erased."""
    found: str | None = await connection.scalar(_zone(mentor))
    return found


async def zone_to_rely_on(connection: AsyncConnection, mentor: str) -> str | None:
    """As `zone_of`; the mentor's record stays as it is, and nobody else relies on it, until the transaction ends."""
    found: str | None = await connection.scalar(_zone(mentor).with_for_update())
    return found


async def zone_ever(connection: AsyncConnection, mentor: str) -> str | None:
    """As `zone_of`, also of one who was erased."""
    query = select(PEOPLE.c.zone).where(PEOPLE.c.id == mentor, PEOPLE.c.role == "mentor")
    found: str | None = await connection.scalar(query)
    return found


async def has_member(connection: AsyncConnection, mentor: str, member: str) -> bool:
    """Whether they are in a conversation that has not ended."""
    query = select(CONVERSATIONS.c.id).where(
        CONVERSATIONS.c.mentor_id == mentor, CONVERSATIONS.c.member_id == member, CONVERSATIONS.c.status != "ended"
    )
    return await connection.scalar(query.limit(1)) is not None


async def conversations_of(connection: AsyncConnection, mentor: str) -> list[str]:
    """The ids of the mentor's conversations that have not ended, sorted."""
    query = select(CONVERSATIONS.c.id).where(CONVERSATIONS.c.mentor_id == mentor, CONVERSATIONS.c.status != "ended")
    return list(await connection.scalars(query.order_by(CONVERSATIONS.c.id)))


def _zone(mentor: str) -> Select[tuple[str]]:
    here = (PEOPLE.c.id == mentor, PEOPLE.c.role == "mentor", PEOPLE.c.erased_at.is_(None))
    return select(PEOPLE.c.zone).where(*here)
