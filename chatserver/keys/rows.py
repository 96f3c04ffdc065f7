"""Keys of conversations, each wrapped by a master key. A key whose row is gone was destroyed."""

from collections.abc import Collection, Sequence

from msgspec import Struct
from msgspec.structs import asdict
from sqlalchemy import bindparam, delete, func, select, text, update
from sqlalchemy.ext.asyncio import AsyncConnection

from chatserver.records.dialects import insert_into, is_sqlite, portions
from chatserver.records.tables import CONVERSATION_KEYS

ADVISORY_LOCK = 0x6B65_7973
"""The PostgreSQL advisory lock, shared by those who make keys, that ends a rotation alone: "keys" as a number."""

_COLUMN = CONVERSATION_KEYS.c


class WrappedKey(Struct, frozen=True):
    """A conversation's key number `number`, which opens with the master key `master_id`."""

    conversation_id: str
    number: int
    master_id: str
    wrapped: bytes


async def of(connection: AsyncConnection, conversations: Collection[str]) -> list[WrappedKey]:
    """Every key of those conversations."""
    found: list[WrappedKey] = []
    for some in portions(sorted(conversations)):
        query = select(CONVERSATION_KEYS).where(_COLUMN.conversation_id.in_(some))
        found += [WrappedKey(**row._mapping) for row in await connection.execute(query)]
    return found


async def store(connection: AsyncConnection, keys: Collection[WrappedKey]) -> None:
    """Insert those that are not there yet."""
    # In the order of their keys, so that two processes that store the same never wait for each other.
    rows = [asdict(key) for key in sorted(keys, key=lambda key: (key.conversation_id, key.number))]
    await connection.execute(insert_into(connection.dialect, CONVERSATION_KEYS).on_conflict_do_nothing(), rows)


async def destroy(connection: AsyncConnection, conversation: str, before: int) -> None:
    """Remove the conversation's keys with numbers under `before`."""
    await connection.execute(
        delete(CONVERSATION_KEYS).where(_COLUMN.conversation_id == conversation, _COLUMN.number < before)
    )


async def masters(connection: AsyncConnection) -> set[str]:
    """The ids of the master keys that wrap anything."""
    return set(await connection.scalars(select(_COLUMN.master_id).distinct()))


async def count_behind(connection: AsyncConnection, master: str) -> int:
    """How many keys another master key than `master` wraps."""
    query = select(func.count()).select_from(CONVERSATION_KEYS).where(_COLUMN.master_id != master)
    return await connection.scalar(query) or 0


async def behind(connection: AsyncConnection, master: str, limit: int) -> list[WrappedKey]:
    """Some keys that another master key than `master` wraps; nobody else changes them until the transaction ends."""
    query = (
        select(CONVERSATION_KEYS)
        .where(_COLUMN.master_id != master)
        .order_by(_COLUMN.conversation_id, _COLUMN.number)
        .limit(limit)
        .with_for_update()
    )
    return [WrappedKey(**row._mapping) for row in await connection.execute(query)]


async def rewrap(connection: AsyncConnection, keys: Sequence[WrappedKey]) -> None:
    """Write each over the one in its place, where that still is."""
    query = update(CONVERSATION_KEYS).where(
        _COLUMN.conversation_id == bindparam("of_conversation"), _COLUMN.number == bindparam("of_number")
    )
    rows = [
        {
            "of_conversation": key.conversation_id,
            "of_number": key.number,
            "master_id": key.master_id,
            "wrapped": key.wrapped,
        }
        for key in keys
    ]
    await connection.execute(query, rows)


async def making(connection: AsyncConnection) -> None:
    """Until the transaction ends, no rotation ends. On SQLite every transaction that writes is alone anyway."""
    if not is_sqlite(connection.dialect):
        await connection.execute(text("SELECT pg_advisory_xact_lock_shared(:lock)"), {"lock": ADVISORY_LOCK})


async def ending_rotation(connection: AsyncConnection) -> None:
    """Until the transaction ends, nobody makes a key."""
    if not is_sqlite(connection.dialect):
        await connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": ADVISORY_LOCK})
