"""Hours of mentors, one row each."""

import msgspec
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from chatserver.records.dialects import insert_into
from chatserver.records.tables import MENTOR_HOURS
from quotas.hours import DayException, MentorHours, WeeklyStretch


async def find(connection: AsyncConnection, mentor: str) -> tuple[MentorHours, int] | None:
    """The hours, and when they were set last (ms); None where they never were."""
    row = (await connection.execute(select(MENTOR_HOURS).where(MENTOR_HOURS.c.mentor_id == mentor))).one_or_none()
    if row is None:
        return None
    hours = MentorHours(
        zone=row.zone,
        weekly=msgspec.json.decode(row.weekly, type=tuple[WeeklyStretch, ...]),
        exceptions=msgspec.json.decode(row.exceptions, type=tuple[DayException, ...]),
        buffer_minutes=row.buffer_minutes,
        notice_hours=row.notice_hours,
    )
    return hours, row.updated_at


async def put(connection: AsyncConnection, mentor: str, hours: MentorHours, now: int) -> None:
    """Write them over what the mentor had."""
    values = {
        "zone": hours.zone,
        "weekly": msgspec.json.encode(hours.weekly).decode(),
        "exceptions": msgspec.json.encode(hours.exceptions).decode(),
        "buffer_minutes": hours.buffer_minutes,
        "notice_hours": hours.notice_hours,
        "updated_at": now,
    }
    query = insert_into(connection.dialect, MENTOR_HOURS).values(mentor_id=mentor, **values)
    await connection.execute(query.on_conflict_do_update(index_elements=["mentor_id"], set_=values))
