"""Files that are kept for longer than their messages, a row for each that keeps one."""

from collections.abc import Collection, Sequence

from msgspec import Struct
from msgspec.structs import asdict
from sqlalchemy import ColumnElement, delete, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from chatserver.records.dialects import insert_into, portions
from chatserver.records.tables import HELD_FILES

_row = HELD_FILES.c


class HeldRow(Struct, frozen=True):
    """A file that `holder` keeps. `ref` is its name in the file store; `sealed` opens it, with the holder's key."""

    holder: str
    id: str
    ref: str
    seq: int
    person_id: str
    size: int
    """In bytes."""
    sealed: bytes


async def store(connection: AsyncConnection, rows: Sequence[HeldRow]) -> None:
    """Insert what is not there yet."""
    if rows:
        insert = insert_into(connection.dialect, HELD_FILES).on_conflict_do_nothing()
        await connection.execute(insert, [asdict(each) for each in rows])


async def of_holder(connection: AsyncConnection, holder: str) -> list[HeldRow]:
    """All that it keeps, in order."""
    query = select(HELD_FILES).where(_row.holder == holder, _row.sealed.is_not(None)).order_by(_row.seq, _row.id)
    return [HeldRow(**row._mapping) for row in await connection.execute(query)]


async def held(connection: AsyncConnection, refs: Collection[str]) -> set[str]:
    """Which of these somebody keeps."""
    return await _of(connection, refs, _row.sealed.is_not(None))


async def named(connection: AsyncConnection, refs: Collection[str]) -> set[str]:
    """Which of these somebody keeps, or has kept and the sweep has not come by yet."""
    return await _of(connection, refs)


async def _of(connection: AsyncConnection, refs: Collection[str], *which: ColumnElement[bool]) -> set[str]:
    found: set[str] = set()
    for some in portions(sorted(refs)):
        found.update(await connection.scalars(select(_row.ref).where(_row.ref.in_(some), *which)))
    return found


async def let_go(connection: AsyncConnection, holders: Collection[str], person: str = "") -> None:
    """These keep nothing any more, or nothing of that person's."""
    for some in portions(sorted(holders)):
        whose = [_row.person_id == person] if person else []
        await connection.execute(update(HELD_FILES).where(_row.holder.in_(some), *whose).values(sealed=None))


async def kept_no_more(connection: AsyncConnection, limit: int) -> list[str]:
    """Refs of files that were let go and that nobody else keeps."""
    kept = select(_row.ref).where(_row.sealed.is_not(None))
    query = select(_row.ref).where(_row.sealed.is_(None), _row.ref.not_in(kept)).distinct().limit(limit)
    return list(await connection.scalars(query))


async def forget_let_go(connection: AsyncConnection, ref: str) -> None:
    """Remove the rows of those who let that file go."""
    await connection.execute(delete(HELD_FILES).where(_row.ref == ref, _row.sealed.is_(None)))
