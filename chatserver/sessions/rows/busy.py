"""When people are in bookings, across all conversations and in whichever role."""

from sqlalchemy import or_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from chatserver.records.tables import BOOKINGS
from quotas.bookings import LONGEST
from quotas.hours import Interval
from quotas.instant import MINUTE


async def intervals(
    connection: AsyncConnection, person: str, since: int, until: int, without: str = ""
) -> list[Interval]:
    """The booked times that overlap [since, until), by start; not that of the booking `without`."""
    with_person = or_(BOOKINGS.c.mentor_id == person, BOOKINGS.c.member_id == person)
    # None is longer: so an index finds them by their start.
    near = (BOOKINGS.c.starts_at > since - LONGEST, BOOKINGS.c.starts_at < until)
    query = select(BOOKINGS.c.starts_at, BOOKINGS.c.minutes).where(
        with_person, *near, BOOKINGS.c.cancelled_at.is_(None), BOOKINGS.c.id != without
    )
    rows = await connection.execute(query.order_by(BOOKINGS.c.starts_at))
    found = [(start, start + minutes * MINUTE) for start, minutes in rows]
    return [(start, end) for start, end in found if end > since]
