"""Devices that push reaches people on, one row each: where to is sealed."""

from msgspec import Struct
from msgspec.structs import asdict
from sqlalchemy import delete, or_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from chatserver.records.dialects import insert_into
from chatserver.records.tables import PEOPLE, PUSH_SUBSCRIPTIONS

_COLUMN = PUSH_SUBSCRIPTIONS.c


class PushDevice(Struct, frozen=True):
    """One device of one person, which calls it `device`. Instants in ms."""

    person_id: str
    device: str
    sealed: bytes
    """A `PushTarget`."""
    digest: bytes
    """Of its endpoint, which no two rows share."""
    subscribed_at: int
    """By the store's clock."""
    expires_at: int | None
    """By the real one."""


async def person_to_rely_on(connection: AsyncConnection, person: str) -> bool:
    """Whether the person is recorded and not erased; they stay so, and alone with it, until the transaction ends."""
    query = select(PEOPLE.c.id).where(PEOPLE.c.id == person, PEOPLE.c.erased_at.is_(None))
    return await connection.scalar(query.with_for_update(key_share=True)) is not None


async def find(connection: AsyncConnection, person: str, device: str) -> PushDevice | None:
    """The one that they call so."""
    query = select(PUSH_SUBSCRIPTIONS).where(_COLUMN.person_id == person, _COLUMN.device == device)
    row = (await connection.execute(query)).one_or_none()
    return PushDevice(**row._mapping) if row else None


async def of_person(connection: AsyncConnection, person: str) -> list[PushDevice]:
    """All of them, the latest first."""
    query = select(PUSH_SUBSCRIPTIONS).where(_COLUMN.person_id == person)
    ordered = query.order_by(_COLUMN.subscribed_at.desc(), _COLUMN.device)
    return [PushDevice(**row._mapping) for row in await connection.execute(ordered)]


async def put(connection: AsyncConnection, row: PushDevice) -> None:
    """Write it over the one that the person calls so. Whoever had its endpoint under another name has it no longer.

    Raises sqlalchemy.exc.IntegrityError where somebody else subscribes with that endpoint at the same moment.
    """
    here = _COLUMN.digest == row.digest
    elsewhere = or_(_COLUMN.person_id != row.person_id, _COLUMN.device != row.device)
    await connection.execute(delete(PUSH_SUBSCRIPTIONS).where(here, elsewhere))
    insert = insert_into(connection.dialect, PUSH_SUBSCRIPTIONS).values(asdict(row))
    kept = {name: value for name, value in asdict(row).items() if name not in ("person_id", "device")}
    await connection.execute(insert.on_conflict_do_update(index_elements=["person_id", "device"], set_=kept))


async def forget(connection: AsyncConnection, person: str, device: str, digest: bytes | None = None) -> None:
    """Delete it; with a digest only while it still is the one with that endpoint."""
    query = delete(PUSH_SUBSCRIPTIONS).where(_COLUMN.person_id == person, _COLUMN.device == device)
    await connection.execute(query if digest is None else query.where(_COLUMN.digest == digest))
