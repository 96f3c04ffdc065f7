"""What happened at sessions: appended once each, and told to the ledger in order."""

from collections.abc import Collection, Iterable, Sequence

import msgspec
from sqlalchemy import Row, bindparam, select, text, update
from sqlalchemy.ext.asyncio import AsyncConnection

from chatserver.records.dialects import IDS, insert_new, portions
from chatserver.records.tables import SESSION_EVENTS
from chatserver.sessions.session_event import SessionEvent

_UNTOLD = text("NOT told")
"""In the words of the index of untold ones: SQLite uses it for no others, and reads the whole table."""
_FIRST_UNTOLD = (
    select(SESSION_EVENTS)
    .where(SESSION_EVENTS.c.conversation_id.in_(IDS), _UNTOLD)
    .order_by(SESSION_EVENTS.c.id)
    .limit(bindparam("most"))
)
_MARK = (
    update(SESSION_EVENTS)
    .where(SESSION_EVENTS.c.id.in_(bindparam("numbers", expanding=True)), ~SESSION_EVENTS.c.told)
    .values(told=True)
    .returning(SESSION_EVENTS.c.id)
)


async def append(connection: AsyncConnection, events: Iterable[SessionEvent]) -> None:
    """Those that are not there already: by conversation, booking, name and mark."""
    rows = [_values(event) for event in events]
    if rows:
        await connection.execute(insert_new(connection.dialect, SESSION_EVENTS), rows)


async def of_booking(connection: AsyncConnection, booking: str) -> list[SessionEvent]:
    """All of a booking, in the order in which they were noted."""
    query = select(SESSION_EVENTS).where(SESSION_EVENTS.c.booking_id == booking).order_by(SESSION_EVENTS.c.id)
    return [_event(row) for row in await connection.execute(query)]


async def untold(connection: AsyncConnection, conversations: Collection[str], most: int) -> list[SessionEvent]:
    """The first ones of these conversations, at most IDS_AT_ONCE, of which the ledger has not heard, in order."""
    rows = await connection.execute(_FIRST_UNTOLD, {"ids": sorted(conversations), "most": most})
    return [_event(row) for row in rows]


async def with_untold(connection: AsyncConnection, most: int) -> Sequence[str]:
    """Some conversations of which something is untold."""
    query = select(SESSION_EVENTS.c.conversation_id).where(_UNTOLD).distinct().limit(most)
    return list(await connection.scalars(query))


async def mark_told(connection: AsyncConnection, numbers: Collection[int]) -> set[int]:
    """The ledger has heard of these; which of them nobody had marked before."""
    fresh: set[int] = set()
    for some in portions(sorted(numbers)):
        fresh.update(await connection.scalars(_MARK, {"numbers": some}))
    return fresh


def _values(event: SessionEvent) -> dict[str, object]:
    return {
        "conversation_id": event.conversation,
        "booking_id": event.booking,
        "name": event.name,
        "mark": event.mark,
        "at": event.at,
        "noted_at": event.noted_at,
        "by": event.by,
        "data": msgspec.json.encode(event.data).decode(),
        "told": False,
    }


def _event(row: Row[*tuple[object, ...]]) -> SessionEvent:
    found = row._mapping
    return SessionEvent(
        conversation=found["conversation_id"],
        booking=found["booking_id"],
        name=found["name"],
        at=found["at"],
        noted_at=found["noted_at"],
        by=found["by"],
        data=msgspec.json.decode(found["data"]),
        mark=found["mark"],
        number=found["id"],
    )
