"""Links that sign somebody in, a row each; of the secret the digest only."""

from msgspec import Struct
from sqlalchemy import delete, func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from chatserver.records.tables import SIGN_IN_LINKS
from quotas.instant import DAY

KEPT_FOR = 7 * DAY
"""ms after its end: whoever comes with it then can be sent a new one."""
_COLUMN = SIGN_IN_LINKS.c


class LinkRow(Struct, frozen=True):
    """One link. Instants are ms of real time."""

    digest: bytes
    person: str
    made_at: int
    expires_at: int
    once: bool
    by_mail: bool
    used_at: int | None = None

    def opens(self, now: int) -> bool:
        """Whether it still signs its person in."""
        return self.used_at is None and now < self.expires_at


_READ = (_COLUMN.digest, _COLUMN.person_id, _COLUMN.made_at, _COLUMN.expires_at)
_READ_MORE = (_COLUMN.once, _COLUMN.by_mail, _COLUMN.used_at)


async def add(connection: AsyncConnection, row: LinkRow) -> None:
    """A new one; with `once` it opens nothing a second time."""
    await connection.execute(
        insert(SIGN_IN_LINKS).values(
            digest=row.digest,
            person_id=row.person,
            made_at=row.made_at,
            expires_at=row.expires_at,
            once=row.once,
            by_mail=row.by_mail,
        )
    )


async def find(connection: AsyncConnection, digest: bytes) -> LinkRow | None:
    """The one with that secret, also where it opens nothing any more."""
    query = select(*_READ, *_READ_MORE).where(_COLUMN.digest == digest)
    row = (await connection.execute(query)).one_or_none()
    return LinkRow(*row) if row else None


async def use(connection: AsyncConnection, digest: bytes, now: int) -> str | None:
    """Whom it signs in; None where it is none, has expired, or was used. Of several at once, one is first."""
    query = select(_COLUMN.person_id, _COLUMN.once).where(_COLUMN.digest == digest, _COLUMN.expires_at > now)
    row = (await connection.execute(query)).one_or_none()
    if row is None:
        return None
    if row.once:
        taking = update(SIGN_IN_LINKS).where(_COLUMN.digest == digest, _COLUMN.used_at.is_(None))
        if not (await connection.execute(taking.values(used_at=now))).rowcount:
            return None
    person: str = row.person_id
    return person


async def mailed_since(connection: AsyncConnection, person: str, since: int) -> int:
    """How many of the person's were made for mails from then on."""
    query = select(func.count()).select_from(SIGN_IN_LINKS)
    query = query.where(_COLUMN.person_id == person, _COLUMN.by_mail.is_(True), _COLUMN.made_at >= since)
    return await connection.scalar(query) or 0


async def forget_old(connection: AsyncConnection, now: int) -> None:
    """Those that ended long ago."""
    await connection.execute(delete(SIGN_IN_LINKS).where(_COLUMN.expires_at <= now - KEPT_FOR))
