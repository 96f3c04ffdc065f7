"""Links that sign somebody in, a row each; of the secret the digest only."""

from sqlalchemy import delete, insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from chatserver.records.tables import SIGN_IN_LINKS

_COLUMN = SIGN_IN_LINKS.c


async def add(connection: AsyncConnection, digest: bytes, person: str, expires_at: int, *, once: bool) -> None:
    """A new one; with `once` it opens nothing a second time."""
    values = {"digest": digest, "person_id": person, "expires_at": expires_at, "once": once}
    await connection.execute(insert(SIGN_IN_LINKS).values(**values))


async def use(connection: AsyncConnection, digest: bytes, now: int) -> str | None:
    """Whom it signs in; None where it is none, has expired, or was used. Of several at once, one is first."""
    query = select(_COLUMN.person_id, _COLUMN.once).where(_COLUMN.digest == digest, _COLUMN.expires_at > now)
    row = (await connection.execute(query)).one_or_none()
    if row is None:
        return None
    if row.once:
        taken = await connection.execute(delete(SIGN_IN_LINKS).where(_COLUMN.digest == digest))
        if not taken.rowcount:
            return None
    person: str = row.person_id
    return person


async def forget_old(connection: AsyncConnection, now: int) -> None:
    """Those that open nothing any more."""
    await connection.execute(delete(SIGN_IN_LINKS).where(_COLUMN.expires_at <= now))
