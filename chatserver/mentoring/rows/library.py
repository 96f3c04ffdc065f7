"""What is kept to use again, sealed, by its owner; '' is the platform."""

from msgspec import Struct
from sqlalchemy import delete, func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from chatserver.records.dialects import insert_into
from chatserver.records.tables import LIBRARY

_column = LIBRARY.c


class KeptItem(Struct, frozen=True):
    """One item; `updated_at` in ms."""

    id: str
    sealed: bytes
    updated_at: int


async def of_owner(connection: AsyncConnection, owner: str) -> list[KeptItem]:
    """All of them, by id."""
    query = select(_column.id, _column.sealed, _column.updated_at).where(_column.owner_id == owner)
    return [KeptItem(*row) for row in await connection.execute(query.order_by(_column.id))]


async def find(connection: AsyncConnection, owner: str, id: str) -> KeptItem | None:
    """One of them; None where there is none."""
    query = select(_column.id, _column.sealed, _column.updated_at).where(_column.owner_id == owner, _column.id == id)
    row = (await connection.execute(query)).one_or_none()
    return KeptItem(*row) if row is not None else None


async def size_beside(connection: AsyncConnection, owner: str, id: str) -> tuple[int, int]:
    """How many there are beside that one, and of how many bytes."""
    query = select(func.count(), func.coalesce(func.sum(func.length(_column.sealed)), 0))
    row = (await connection.execute(query.where(_column.owner_id == owner, _column.id != id))).one()
    return row[0], row[1]


async def put(connection: AsyncConnection, owner: str, item: KeptItem) -> None:
    """Write it over what has its id."""
    values = {"sealed": item.sealed, "updated_at": item.updated_at}
    query = insert_into(connection.dialect, LIBRARY).values(owner_id=owner, id=item.id, **values)
    await connection.execute(query.on_conflict_do_update(index_elements=["owner_id", "id"], set_=values))


async def remove(connection: AsyncConnection, owner: str, id: str) -> None:
    """Take one away, where it is there."""
    await connection.execute(delete(LIBRARY).where(_column.owner_id == owner, _column.id == id))
