"""Absences of mentors, one row each."""

from collections.abc import Collection

from sqlalchemy import Row, delete, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from chatserver.conversations.absence import AbsenceRecord
from chatserver.records.dialects import insert_into, portions
from chatserver.records.tables import ABSENCES

_absence = ABSENCES.c


async def find(connection: AsyncConnection, mentor: str, id: str) -> AbsenceRecord | None:
    """The mentor's absence of that id."""
    query = select(ABSENCES).where(_absence.mentor_id == mentor, _absence.id == id)
    row = (await connection.execute(query)).one_or_none()
    return _record(row) if row is not None else None


async def overlapping(connection: AsyncConnection, mentor: str, since: int, until: int) -> list[AbsenceRecord]:
    """Those of the mentor that have a time in common with [since, until), in order."""
    query = select(ABSENCES).where(_absence.mentor_id == mentor, _absence.since < until, _absence.until > since)
    return [_record(row) for row in await connection.execute(query.order_by(_absence.since))]


async def coming(connection: AsyncConnection, mentors: Collection[str], now: int) -> dict[str, list[AbsenceRecord]]:
    """Of each that has any, those that are not over at `now`, in order."""
    found: dict[str, list[AbsenceRecord]] = {}
    for some in portions(sorted(set(mentors)), 1):
        query = select(ABSENCES).where(_absence.mentor_id.in_(some), _absence.until > now)
        for row in await connection.execute(query.order_by(_absence.since)):
            found.setdefault(row.mentor_id, []).append(_record(row))
    return found


async def of_substitutes(
    connection: AsyncConnection, substitutes: Collection[str], now: int
) -> dict[str, list[AbsenceRecord]]:
    """Of each who stands in for somebody, the absences that are not over at `now`, in order."""
    found: dict[str, list[AbsenceRecord]] = {}
    for some in portions(sorted(set(substitutes)), 1):
        query = select(ABSENCES).where(_absence.substitute_id.in_(some), _absence.until > now)
        for row in await connection.execute(query.order_by(_absence.since, _absence.mentor_id)):
            found.setdefault(row.substitute_id, []).append(_record(row))
    return found


async def unbegun(connection: AsyncConnection, upto: int, most: int) -> list[AbsenceRecord]:
    """Those that began by `upto`, while that was not noted; the earliest first."""
    query = select(ABSENCES).where(_absence.begun_at.is_(None), _absence.since <= upto)
    return [_record(row) for row in await connection.execute(query.order_by(_absence.since).limit(most))]


async def put(connection: AsyncConnection, absence: AbsenceRecord) -> None:
    """Write it, over what the mentor had under its id."""
    values = {
        "since": absence.since,
        "until": absence.until,
        "substitute_id": absence.substitute,
        "set_at": absence.set_at,
        "begun_at": absence.begun_at,
    }
    query = insert_into(connection.dialect, ABSENCES).values(mentor_id=absence.mentor, id=absence.id, **values)
    await connection.execute(query.on_conflict_do_update(index_elements=["mentor_id", "id"], set_=values))


async def begin(connection: AsyncConnection, absence: AbsenceRecord, now: int) -> bool:
    """Note that it has begun; False where that was noted, or it is another one by now."""
    query = update(ABSENCES).where(
        _absence.mentor_id == absence.mentor,
        _absence.id == absence.id,
        _absence.since == absence.since,
        _absence.begun_at.is_(None),
    )
    return (await connection.execute(query.values(begun_at=now))).rowcount == 1


async def remove(connection: AsyncConnection, mentor: str, id: str) -> None:
    """Take it away."""
    await connection.execute(delete(ABSENCES).where(_absence.mentor_id == mentor, _absence.id == id))


def _record(row: Row[tuple[object, ...]]) -> AbsenceRecord:
    return AbsenceRecord(
        mentor=row.mentor_id,
        id=row.id,
        since=row.since,
        until=row.until,
        substitute=row.substitute_id,
        set_at=row.set_at,
        begun_at=row.begun_at,
    )
