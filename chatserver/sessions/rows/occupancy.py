"""Who is booked when: a row for each person and quarter of an hour, whose key lets nobody be in two bookings at once.

Rows are written sorted by their key, and a move takes its new quarters before it gives back the old: so two
transactions never wait for each other.
"""

from collections.abc import Collection, Iterable

from sqlalchemy import bindparam, delete, insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from chatserver.records.dialects import IDS, portions
from chatserver.records.tables import OCCUPIED
from quotas.bookings import QUARTER, Booking
from quotas.instant import MINUTE

Occupied = tuple[str, int]
"""A person, and a quarter of an hour by its number since 1970."""
_NEAR = OCCUPIED.c.quarter.between(bindparam("first"), bindparam("last"))
_OF_PEOPLE = select(OCCUPIED).where(OCCUPIED.c.person_id.in_(IDS), _NEAR)
_NEW = insert(OCCUPIED)


def places(member: str, mentor: str, starts_at: int, minutes: int) -> list[Occupied]:
    """What a booking of these two would occupy, sorted."""
    quarters = range(starts_at // QUARTER, -(-(starts_at + minutes * MINUTE) // QUARTER))
    return sorted((person, quarter) for person in {member, mentor} for quarter in quarters)


def places_of(booking: Booking) -> list[Occupied]:
    """What it occupies, sorted."""
    return places(booking.member, booking.mentor, booking.starts_at, booking.minutes)


async def holders(connection: AsyncConnection, places: Collection[Occupied]) -> dict[Occupied, str]:
    """The bookings that hold any of these places, by place."""
    if not places:
        return {}
    quarters = [quarter for _, quarter in places]
    near = {"first": min(quarters), "last": max(quarters)}
    wanted, found = set(places), {}
    for some in portions(sorted({person for person, _ in places})):
        for person, quarter, booking in await connection.execute(_OF_PEOPLE, {"ids": some, **near}):
            if (person, quarter) in wanted:
                found[person, quarter] = booking
    return found


async def occupy(connection: AsyncConnection, bookings: Iterable[Booking]) -> None:
    """Raises sqlalchemy.exc.IntegrityError where a place is taken."""
    rows = sorted((*place, booking.id) for booking in bookings for place in places_of(booking))
    names = ("person_id", "quarter", "booking_id")
    await connection.execute(_NEW, [dict(zip(names, row, strict=True)) for row in rows])


async def move(connection: AsyncConnection, old: Booking, new: Booking) -> None:
    """Raises sqlalchemy.exc.IntegrityError where a place is taken."""
    before, after = set(places_of(old)), set(places_of(new))
    if came := sorted(after - before):
        rows = [{"person_id": person, "quarter": quarter, "booking_id": new.id} for person, quarter in came]
        await connection.execute(_NEW, rows)
    left = sorted({quarter for _, quarter in before - after})
    if left:
        here = OCCUPIED.c.booking_id == new.id
        await connection.execute(delete(OCCUPIED).where(here, OCCUPIED.c.quarter.in_(left)))


async def give_back(connection: AsyncConnection, booking: str) -> None:
    """It holds no place any more."""
    await connection.execute(delete(OCCUPIED).where(OCCUPIED.c.booking_id == booking))
