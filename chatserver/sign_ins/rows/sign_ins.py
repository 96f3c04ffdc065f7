"""Sign-ins, a row each; of the cookie the digest only."""

from collections.abc import Sequence

from sqlalchemy import delete, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from chatserver.records.tables import SIGN_INS
from chatserver.sign_ins.sign_in import SIGN_IN_LASTS, SignIn

_COLUMN = SIGN_INS.c
_READ = (_COLUMN.id, _COLUMN.person_id, _COLUMN.device, _COLUMN.began_at, _COLUMN.used_at)


async def add(connection: AsyncConnection, sign_in: SignIn, digest: bytes) -> None:
    """A new one."""
    await connection.execute(
        insert(SIGN_INS).values(
            id=sign_in.id,
            person_id=sign_in.person,
            digest=digest,
            device=sign_in.device,
            began_at=sign_in.began_at,
            used_at=sign_in.used_at,
        )
    )


async def find(connection: AsyncConnection, digest: bytes, now: int) -> SignIn | None:
    """The one whose cookie that is, where it has not run out."""
    query = select(*_READ).where(_COLUMN.digest == digest, _COLUMN.used_at > now - SIGN_IN_LASTS)
    row = (await connection.execute(query)).one_or_none()
    return SignIn(*row) if row else None


async def of_person(connection: AsyncConnection, person: str, now: int) -> Sequence[SignIn]:
    """Those that have not run out, the last used first."""
    query = (
        select(*_READ)
        .where(_COLUMN.person_id == person, _COLUMN.used_at > now - SIGN_IN_LASTS)
        .order_by(_COLUMN.used_at.desc(), _COLUMN.id)
    )
    return [SignIn(*row) for row in await connection.execute(query)]


async def used(connection: AsyncConnection, id: str, now: int) -> None:
    """It lasts longer."""
    await connection.execute(update(SIGN_INS).where(_COLUMN.id == id, _COLUMN.used_at < now).values(used_at=now))


async def end(connection: AsyncConnection, person: str, id: str) -> bool:
    """Forget it; False where the person has none of that id."""
    gone = await connection.execute(delete(SIGN_INS).where(_COLUMN.person_id == person, _COLUMN.id == id))
    return gone.rowcount > 0


async def forget_old(connection: AsyncConnection, person: str, now: int) -> None:
    """Those of the person that have run out."""
    old = delete(SIGN_INS).where(_COLUMN.person_id == person, _COLUMN.used_at <= now - SIGN_IN_LASTS)
    await connection.execute(old)
