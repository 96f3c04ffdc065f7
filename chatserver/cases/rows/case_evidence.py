"""Messages that were sealed into the case of a report."""

from collections.abc import Collection, Sequence

from msgspec import Struct
from msgspec.structs import asdict
from sqlalchemy import delete, select
from sqlalchemy.ext.asyncio import AsyncConnection

from chatserver.protocol.events import Author
from chatserver.records.dialects import insert_into, portions
from chatserver.records.tables import CASE_EVIDENCE

_row = CASE_EVIDENCE.c


class EvidenceRow(Struct, frozen=True):
    """One message. `at` in ms; `sealed` is its text, with the case's key."""

    ref: str
    seq: int
    at: int
    sender: str
    role: Author
    reported: bool
    """Whether it is one of those that were reported, or stands around them."""
    sealed: bytes


async def store(connection: AsyncConnection, rows: Sequence[EvidenceRow]) -> None:
    """Insert what is not there yet."""
    if rows:
        insert = insert_into(connection.dialect, CASE_EVIDENCE).on_conflict_do_nothing()
        await connection.execute(insert, [asdict(each) for each in rows])


async def of_case(connection: AsyncConnection, ref: str) -> list[EvidenceRow]:
    """All of a case, in order."""
    query = select(CASE_EVIDENCE).where(_row.ref == ref).order_by(_row.seq)
    return [EvidenceRow(**row._mapping) for row in await connection.execute(query)]


async def refs_by(connection: AsyncConnection, sender: str) -> list[str]:
    """The cases that hold messages of that person, sorted."""
    query = select(_row.ref).where(_row.sender == sender).distinct().order_by(_row.ref)
    return list(await connection.scalars(query))


async def drop(connection: AsyncConnection, refs: Collection[str], sender: str = "") -> None:
    """Forget all of these cases' messages, or those of one person."""
    for some in portions(sorted(refs)):
        whose = [_row.sender == sender] if sender else []
        await connection.execute(delete(CASE_EVIDENCE).where(_row.ref.in_(some), *whose))
