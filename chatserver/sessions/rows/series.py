"""Series and their places."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Row, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from chatserver.records.dialects import insert_into
from chatserver.records.tables import BOOKINGS, SERIES, SERIES_PLACES
from chatserver.sessions.series_record import SeriesPlace, SeriesRecord
from quotas.series import SeriesRule


async def find(connection: AsyncConnection, id: str) -> SeriesRecord | None:
    """The series; None where there is none."""
    row = (await connection.execute(select(SERIES).where(SERIES.c.id == id))).one_or_none()
    return _record(row) if row else None


async def of_conversation(connection: AsyncConnection, conversation: str) -> list[SeriesRecord]:
    """All of a conversation, the first one first."""
    query = select(SERIES).where(SERIES.c.conversation_id == conversation).order_by(SERIES.c.created_at, SERIES.c.id)
    return [_record(row) for row in await connection.execute(query)]


async def overdue(connection: AsyncConnection, before: int, most: int) -> list[tuple[str, str]]:
    """Conversation and id of some for which there was something to do before that instant."""
    query = select(SERIES.c.conversation_id, SERIES.c.id).where(SERIES.c.due_at < before).order_by(SERIES.c.due_at)
    return [(conversation, id) for conversation, id in await connection.execute(query.limit(most))]


async def create(connection: AsyncConnection, record: SeriesRecord) -> None:
    """Raises sqlalchemy.exc.IntegrityError where the id is taken."""
    rule = record.rule
    fixed = {
        "id": record.id,
        "conversation_id": record.conversation,
        "service": record.service,
        "zone": rule.zone,
        "first": rule.first,
        "minutes": rule.minutes,
        "every_weeks": rule.every_weeks,
        "until": rule.until or None,
        "begun_by": record.begun_by,
        "created_at": record.created_at,
        "replaces": record.replaces,
    }
    await connection.execute(insert(SERIES).values(fixed | _changing(record)))


async def change(connection: AsyncConnection, record: SeriesRecord) -> None:
    """Write how far it is, and whether it has ended."""
    await connection.execute(update(SERIES).where(SERIES.c.id == record.id).values(_changing(record)))


async def note(connection: AsyncConnection, id: str, places: Sequence[SeriesPlace], now: int) -> None:
    """Keep what became of these places, over what was kept of them."""
    if not places:
        return
    rows = [
        {
            "series_id": id,
            "starts_at": each.starts_at,
            "booking_id": each.booking_id,
            "refusal": each.refusal,
            "noted_at": now,
        }
        for each in places
    ]
    query = insert_into(connection.dialect, SERIES_PLACES)
    changes = {"refusal": query.excluded.refusal, "noted_at": query.excluded.noted_at}
    await connection.execute(query.on_conflict_do_update(index_elements=["series_id", "starts_at"], set_=changes), rows)


async def refused(connection: AsyncConnection, id: str, since: int) -> list[int]:
    """The starts of places, at that instant or later, that could not be booked."""
    here = (SERIES_PLACES.c.series_id == id, SERIES_PLACES.c.starts_at >= since, SERIES_PLACES.c.refusal.is_not(None))
    return list(await connection.scalars(select(SERIES_PLACES.c.starts_at).where(*here).order_by("starts_at")))


async def booked(connection: AsyncConnection, id: str, since: int) -> list[str]:
    """The bookings of places, at that instant or later, that are not cancelled."""
    here = (SERIES_PLACES.c.series_id == id, SERIES_PLACES.c.starts_at >= since, SERIES_PLACES.c.refusal.is_(None))
    query = select(SERIES_PLACES.c.booking_id).join(BOOKINGS, BOOKINGS.c.id == SERIES_PLACES.c.booking_id)
    query = query.where(*here, BOOKINGS.c.cancelled_at.is_(None)).order_by(SERIES_PLACES.c.starts_at)
    return list(await connection.scalars(query))


async def places(connection: AsyncConnection, id: str, since: int) -> list[SeriesPlace]:
    """Places at that instant or later, in order, without their bookings."""
    here = (SERIES_PLACES.c.series_id == id, SERIES_PLACES.c.starts_at >= since)
    rows = await connection.execute(select(SERIES_PLACES).where(*here).order_by(SERIES_PLACES.c.starts_at))
    return [SeriesPlace(row.starts_at, row.booking_id, row.refusal) for row in rows]


def _changing(record: SeriesRecord) -> dict[str, object]:
    return {
        "made_until": record.made_until,
        "due_at": record.due_at or None,
        "ended_at": record.ended_at or None,
        "ended_from": record.ended_from or None,
        "successor": record.successor,
    }


def _record(row: Row[*tuple[Any, ...]]) -> SeriesRecord:
    found = row._mapping
    return SeriesRecord(
        id=found["id"],
        conversation=found["conversation_id"],
        service=found["service"],
        rule=SeriesRule(found["zone"], found["first"], found["minutes"], found["every_weeks"], found["until"] or 0),
        begun_by=found["begun_by"],
        created_at=found["created_at"],
        made_until=found["made_until"],
        due_at=found["due_at"] or 0,
        ended_at=found["ended_at"] or 0,
        ended_from=found["ended_from"] or 0,
        replaces=found["replaces"],
        successor=found["successor"],
    )
