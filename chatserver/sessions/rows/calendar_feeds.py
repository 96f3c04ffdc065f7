"""Private calendar feeds, one row a person: of the secret that opens it the digest only."""

from msgspec import Struct
from sqlalchemy import delete, select
from sqlalchemy.ext.asyncio import AsyncConnection

from chatserver.records.dialects import insert_into
from chatserver.records.tables import CALENDAR_FEEDS

_COLUMN = CALENDAR_FEEDS.c


class FeedRow(Struct, frozen=True):
    """Whose it is, and the SHA-256 of its secret."""

    person: str
    digest: bytes


async def find(connection: AsyncConnection, digest: bytes) -> FeedRow | None:
    """The one with that digest."""
    query = select(_COLUMN.person_id, _COLUMN.digest).where(_COLUMN.digest == digest)
    row = (await connection.execute(query)).one_or_none()
    return FeedRow(row.person_id, row.digest) if row else None


async def put(connection: AsyncConnection, feed: FeedRow, now: int) -> None:
    """In place of the person's earlier one."""
    values = {"digest": feed.digest, "made_at": now}
    insert = insert_into(connection.dialect, CALENDAR_FEEDS).values(person_id=feed.person, **values)
    await connection.execute(insert.on_conflict_do_update(index_elements=[_COLUMN.person_id], set_=values))


async def forget(connection: AsyncConnection, person: str) -> None:
    """The person has none any more."""
    await connection.execute(delete(CALENDAR_FEEDS).where(_COLUMN.person_id == person))
