"""Bookings, as they are now; what became of each in its time stands in `session_events`."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any

from msgspec import Struct
from sqlalchemy import (
    BindParameter,
    ColumnElement,
    Row,
    and_,
    bindparam,
    exists,
    func,
    insert,
    or_,
    select,
    tuple_,
    update,
)
from sqlalchemy.ext.asyncio import AsyncConnection

from chatserver.records.dialects import IDS, portions
from chatserver.records.tables import BOOKINGS, SUSPENSIONS
from quotas.bookings import Booking, Cancellation, Price
from quotas.instant import MINUTE

_SUSPENDED_AT = (
    select(func.min(SUSPENSIONS.c.began_at))
    .where(
        SUSPENSIONS.c.conversation_id == BOOKINGS.c.conversation_id,
        SUSPENSIONS.c.began_at < BOOKINGS.c.starts_at + BOOKINGS.c.minutes * MINUTE,
        or_(SUSPENSIONS.c.lifted_at.is_(None), SUSPENSIONS.c.lifted_at > BOOKINGS.c.starts_at),
    )
    .correlate(BOOKINGS)
    .scalar_subquery()
    .label("suspended_at")
)
"""As `quotas.suspensions.first_within`; NULL for none."""
_PERIODS: BindParameter[list[tuple[str, int]]] = bindparam("periods", expanding=True)
_ALL = select(BOOKINGS, _SUSPENDED_AT)
_ONE = _ALL.where(BOOKINGS.c.id == bindparam("id"))
_THESE = _ALL.where(BOOKINGS.c.id.in_(IDS))
_OF_PERIODS = _ALL.where(tuple_(BOOKINGS.c.conversation_id, BOOKINGS.c.period).in_(_PERIODS))
_COMING = (BOOKINGS.c.starts_at >= bindparam("since"), BOOKINGS.c.cancelled_at.is_(None))
_AHEAD = _ALL.where(BOOKINGS.c.conversation_id.in_(IDS), *_COMING)
_THESE_AND_AHEAD = _ALL.where(
    or_(BOOKINGS.c.id.in_(IDS), and_(BOOKINGS.c.conversation_id.in_(bindparam("here", expanding=True)), *_COMING))
)
_NEW = insert(BOOKINGS)


class BookingRow(Struct, frozen=True):
    """A booking, and what only the records need to know: for which start it was first booked, and of which series."""

    booking: Booking
    first_starts_at: int
    series: str | None = None


async def find(connection: AsyncConnection, id: str) -> BookingRow | None:
    """The booking; None where there is none."""
    row = (await connection.execute(_ONE, {"id": id})).one_or_none()
    return _row(row._mapping) if row else None


async def by_id(connection: AsyncConnection, ids: Collection[str]) -> dict[str, BookingRow]:
    """Those of `ids` that exist, by id."""
    found: dict[str, BookingRow] = {}
    for some in portions(sorted(ids)):
        rows = await connection.execute(_THESE, {"ids": some})
        found |= {row.id: _row(row._mapping) for row in rows}
    return found


async def of_pair(connection: AsyncConnection, member: str, mentor: str) -> list[Booking]:
    """All bookings of a member with a mentor, by start."""
    return await _by_start(connection, [(BOOKINGS.c.member_id == member, BOOKINGS.c.mentor_id == mentor)])


async def have_met(connection: AsyncConnection, member: str, mentor: str) -> bool:
    """Whether both came to a session of theirs."""
    came = BOOKINGS.c.member_joined_at.is_not(None), BOOKINGS.c.mentor_joined_at.is_not(None)
    here = BOOKINGS.c.member_id == member, BOOKINGS.c.mentor_id == mentor
    return bool(await connection.scalar(select(exists().where(*here, *came))))


async def between(connection: AsyncConnection, conversation: str, since: int, until: int) -> list[Booking]:
    """Those of a conversation that start in [since, until), by start."""
    here = BOOKINGS.c.conversation_id == conversation
    return await _by_start(connection, [(here, BOOKINGS.c.starts_at >= since, BOOKINGS.c.starts_at < until)])


async def of_mentor(connection: AsyncConnection, mentor: str, until: int) -> list[Booking]:
    """A mentor's bookings that start before `until`, by start."""
    return await _by_start(connection, [(BOOKINGS.c.mentor_id == mentor, BOOKINGS.c.starts_at < until)])


async def of_mentor_between(connection: AsyncConnection, mentor: str, since: int, until: int) -> list[Booking]:
    """A mentor's bookings that start in [since, until), by start."""
    here = BOOKINGS.c.mentor_id == mentor
    return await _by_start(connection, [(here, BOOKINGS.c.starts_at >= since, BOOKINGS.c.starts_at < until)])


async def of_person(connection: AsyncConnection, person: str, since: int) -> list[Booking]:
    """Those of a person, on whichever side, that start at `since` or later and are not cancelled, by start."""
    standing = BOOKINGS.c.starts_at >= since, BOOKINGS.c.cancelled_at.is_(None)
    sides = BOOKINGS.c.member_id, BOOKINGS.c.mentor_id
    return await _by_start(connection, [(side == person, *standing) for side in sides])


async def first_start_of(connection: AsyncConnection, mentor: str) -> int | None:
    """When the first of a mentor's bookings starts; None where there is none."""
    query = select(func.min(BOOKINGS.c.starts_at)).where(BOOKINGS.c.mentor_id == mentor)
    found: int | None = await connection.scalar(query)
    return found


async def of_periods(connection: AsyncConnection, periods: Sequence[tuple[str, int]]) -> list[Booking]:
    """What spends from these periods, by start: of conversations, each with the number of one."""
    found: list[Booking] = []
    for some in portions(periods, parameters=2):
        found += _bookings(await connection.execute(_OF_PERIODS, {"periods": some}))
    return sorted(found, key=_start)


async def ahead(connection: AsyncConnection, conversations: Sequence[str], since: int) -> list[Booking]:
    """What starts at `since` or later in these conversations and is not cancelled, by start."""
    found: list[Booking] = []
    for some in portions(conversations):
        found += _bookings(await connection.execute(_AHEAD, {"ids": some, "since": since}))
    return sorted(found, key=_start)


async def these_and_ahead(
    connection: AsyncConnection, ids: Collection[str], conversations: Collection[str], since: int
) -> list[Booking]:
    """Those of `ids`, at most IDS_AT_ONCE, and what `ahead` gives of as many conversations: together, by start."""
    wanted = {"ids": sorted(ids), "here": sorted(conversations), "since": since}
    return sorted(_bookings(await connection.execute(_THESE_AND_AHEAD, wanted)), key=_start)


async def nearest(connection: AsyncConnection, conversations: Sequence[str], since: int, now: int) -> list[Booking]:
    """What started in [since, now), and of what is later the next one of each; not cancelled, by start.

    However many lie further ahead: a mentor may have thousands.
    """
    found: list[Booking] = []
    for some in portions(conversations):
        here = BOOKINGS.c.conversation_id.in_(some)
        standing = (here, BOOKINGS.c.cancelled_at.is_(None))
        following = (
            select(BOOKINGS.c.conversation_id, func.min(BOOKINGS.c.starts_at).label("starts_at"))
            .where(*standing, BOOKINGS.c.starts_at >= now)
            .group_by(BOOKINGS.c.conversation_id)
            .subquery()
        )
        started = _ALL.where(*standing, BOOKINGS.c.starts_at >= since, BOOKINGS.c.starts_at < now)
        its_start = BOOKINGS.c.starts_at == following.c.starts_at
        later = _ALL.join(following, and_(BOOKINGS.c.conversation_id == following.c.conversation_id, its_start)).where(
            BOOKINGS.c.cancelled_at.is_(None)
        )
        found += _bookings(await connection.execute(started.union_all(later)))
    return sorted(found, key=_start)


async def create(connection: AsyncConnection, rows: Sequence[BookingRow]) -> None:
    """Raises sqlalchemy.exc.IntegrityError where an id is taken."""
    await connection.execute(_NEW, [_values(row) for row in rows])


async def change(connection: AsyncConnection, booking: Booking) -> None:
    """Write it over the one with that id."""
    values = _facts(booking)
    await connection.execute(update(BOOKINGS).where(BOOKINGS.c.id == booking.id).values(values))


async def page_ahead(connection: AsyncConnection, since: int, after: str, limit: int) -> list[Booking]:
    """The first `limit` with ids beyond `after` that start at `since` or later and are not cancelled, by id."""
    where = (BOOKINGS.c.id > after, BOOKINGS.c.starts_at >= since, BOOKINGS.c.cancelled_at.is_(None))
    return _bookings(await connection.execute(_ALL.where(*where).order_by(BOOKINGS.c.id).limit(limit)))


async def _by_start(connection: AsyncConnection, wheres: Iterable[tuple[ColumnElement[bool], ...]]) -> list[Booking]:
    """What each of these holds for, by start; together they name no booking twice."""
    found: list[Booking] = []
    for where in wheres:
        found += _bookings(await connection.execute(_ALL.where(*where)))
    return sorted(found, key=_start)


def _start(booking: Booking) -> tuple[int, str]:
    return booking.starts_at, booking.id


def _bookings(rows: Iterable[Row[Any]]) -> list[Booking]:
    return [_row(row._mapping).booking for row in rows]


def _row(row: Mapping[Any, Any]) -> BookingRow:
    booking = Booking(
        id=row["id"],
        conversation=row["conversation_id"],
        member=row["member_id"],
        mentor=row["mentor_id"],
        service=row["service"],
        kind=row["kind"],
        starts_at=row["starts_at"],
        minutes=row["minutes"],
        period=row["period"],
        booked_at=row["booked_at"],
        set_by=row["set_by"],
        set_at=row["set_at"],
        price=Price(row["price_amount"], row["price_currency"]) if row["price_currency"] else None,
        cancelled=_cancellation(row),
        member_joined_at=row["member_joined_at"] or 0,
        mentor_joined_at=row["mentor_joined_at"] or 0,
        finished_at=row["finished_at"] or 0,
        no_show_at=row["no_show_at"] or 0,
        moved_from=row["moved_from"] or 0,
        sequence=row["sequence"],
        suspended_at=row["suspended_at"] or 0,
    )
    return BookingRow(booking, row["first_starts_at"], row["series_id"])


def _cancellation(row: Mapping[Any, Any]) -> Cancellation | None:
    if row["cancelled_at"] is None:
        return None
    return Cancellation(row["cancelled_at"], row["cancelled_by"], row["cancelled_late"], row["cancelled_counts"])


def _values(row: BookingRow) -> dict[str, object]:
    booking = row.booking
    return {
        "id": booking.id,
        "conversation_id": booking.conversation,
        "member_id": booking.member,
        "mentor_id": booking.mentor,
        "service": booking.service,
        "kind": booking.kind,
        "first_starts_at": row.first_starts_at,
        "minutes": booking.minutes,
        "period": booking.period,
        "booked_at": booking.booked_at,
        "price_amount": booking.price.amount if booking.price else None,
        "price_currency": booking.price.currency if booking.price else None,
        "series_id": row.series,
        **_facts(booking),
    }


def _facts(booking: Booking) -> dict[str, object]:
    """What may change after it was booked."""
    cancelled = booking.cancelled
    return {
        "starts_at": booking.starts_at,
        "set_by": booking.set_by,
        "set_at": booking.set_at,
        "cancelled_at": cancelled.at if cancelled else None,
        "cancelled_by": cancelled.by if cancelled else None,
        "cancelled_late": cancelled.late if cancelled else None,
        "cancelled_counts": cancelled.counts if cancelled else None,
        "member_joined_at": booking.member_joined_at or None,
        "mentor_joined_at": booking.mentor_joined_at or None,
        "finished_at": booking.finished_at or None,
        "no_show_at": booking.no_show_at or None,
        "moved_from": booking.moved_from or None,
        "sequence": booking.sequence,
    }
