"""Notices: what each person hears of, once for each event and mark."""

from collections.abc import Collection, Sequence

import msgspec
from sqlalchemy import Row, bindparam, delete, func, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from chatserver.notices.fact import FactName
from chatserver.notices.notice import Notice, UnreadNotice
from chatserver.records.dialects import IDS, insert_new, portions
from chatserver.records.tables import NOTICES

HearingKey = tuple[str, FactName, str]
"""Person, event and mark: what a notice is told from all others by."""

_OTHERS = NOTICES.alias("others")
_UNREAD = select(func.count()).where(_OTHERS.c.person_id == NOTICES.c.person_id, _OTHERS.c.read_at.is_(None))
_WITH_UNREAD = select(NOTICES, _UNREAD.scalar_subquery().label("unread")).where(
    NOTICES.c.person_id.in_(IDS),
    NOTICES.c.event.in_(bindparam("events", expanding=True)),
    NOTICES.c.mark.in_(bindparam("marks", expanding=True)),
)
_UNREAD_COUNTS = (
    select(NOTICES.c.person_id, func.count())
    .where(NOTICES.c.person_id.in_(IDS), NOTICES.c.read_at.is_(None))
    .group_by(NOTICES.c.person_id)
)


async def append(connection: AsyncConnection, notices: Sequence[Notice]) -> list[Notice]:
    """Those that were not there already, with their ids, which grow with the instants; the ids given do not count.

    Where two processes append the same, they do it in the same order, so that neither waits for the other.
    """
    ordered = {key_of(each): each for each in sorted(notices, key=lambda each: (each.at, key_of(each)))}
    names = (NOTICES.c.person_id, NOTICES.c.event, NOTICES.c.mark)
    insert = insert_new(connection.dialect, NOTICES, NOTICES.c.id, *names)
    written = await connection.execute(insert, [_values(each) for each in ordered.values()]) if ordered else ()
    ids = {(person, event, mark): id for id, person, event, mark in written}
    return [msgspec.structs.replace(each, id=ids[key]) for key, each in ordered.items() if key in ids]


async def forget(connection: AsyncConnection, before: int, most: int) -> int:
    """Delete at most that many that were noted before that instant, the first ones first; how many."""
    # By their ids, which grow with the instants: no index of instants is needed for what happens once an hour.
    oldest = select(NOTICES.c.id, NOTICES.c.noted_at).order_by(NOTICES.c.id).limit(most).subquery()
    ids = list(await connection.scalars(select(oldest.c.id).where(oldest.c.noted_at < before)))
    for some in portions(ids):
        await connection.execute(delete(NOTICES).where(NOTICES.c.id.in_(some)))
    return len(ids)


async def by_id(connection: AsyncConnection, ids: Collection[int]) -> dict[int, Notice]:
    """Those that exist."""
    found: dict[int, Notice] = {}
    for some in portions(sorted(ids)):
        rows = await connection.execute(select(NOTICES).where(NOTICES.c.id.in_(some)))
        found |= {row.id: _notice(row) for row in rows}
    return found


async def unread_by_keys(connection: AsyncConnection, keys: Collection[HearingKey]) -> list[UnreadNotice]:
    """Those that exist and are unread, by id."""
    found: list[UnreadNotice] = []
    for some in portions(sorted(keys), 3):
        people, events, marks = (sorted(set(each)) for each in zip(*some, strict=True))
        rows = await connection.execute(_WITH_UNREAD, {"ids": people, "events": events, "marks": marks})
        each_one = [UnreadNotice(_notice(row), row.unread) for row in rows]
        found += [each for each in each_one if each.notice.read_at is None and key_of(each.notice) in some]
    return sorted(found, key=lambda each: each.notice.id)


async def page(connection: AsyncConnection, person: str, before: int | None, most: int) -> list[Notice]:
    """The person's latest ones with smaller ids than `before`, the latest first."""
    query = select(NOTICES).where(NOTICES.c.person_id == person)
    if before is not None:
        query = query.where(NOTICES.c.id < before)
    return [_notice(row) for row in await connection.execute(query.order_by(NOTICES.c.id.desc()).limit(most))]


async def unread_of(connection: AsyncConnection, person: str) -> int:
    """How many the person has not read."""
    here = (NOTICES.c.person_id == person, NOTICES.c.read_at.is_(None))
    return await connection.scalar(select(func.count()).select_from(NOTICES).where(*here)) or 0


async def unread_counts(connection: AsyncConnection, people: Collection[str]) -> dict[str, int]:
    """How many each of them has not read, of those who have any."""
    found: dict[str, int] = {}
    for some in portions(sorted(people)):
        found |= {person: count for person, count in await connection.execute(_UNREAD_COUNTS, {"ids": some})}
    return found


async def read_until(connection: AsyncConnection, person: str, last: int, now: int) -> int:
    """The person has read theirs with ids up to `last`; returns how many of them were unread."""
    here = (NOTICES.c.person_id == person, NOTICES.c.id <= last, NOTICES.c.read_at.is_(None))
    return (await connection.execute(update(NOTICES).where(*here).values(read_at=now))).rowcount


async def read_some(connection: AsyncConnection, person: str, ids: Collection[int], now: int) -> int:
    """As `read_until`, those of these ids that are theirs."""
    here = (NOTICES.c.person_id == person, NOTICES.c.id.in_(sorted(set(ids))), NOTICES.c.read_at.is_(None))
    return (await connection.execute(update(NOTICES).where(*here).values(read_at=now))).rowcount


def key_of(notice: Notice) -> HearingKey:
    """What it is told from all others by."""
    return notice.person, notice.event, notice.mark


def _values(notice: Notice) -> dict[str, object]:
    return {
        "person_id": notice.person,
        "event": notice.event,
        "mark": notice.mark,
        "conversation_id": notice.conversation,
        "booking_id": notice.booking,
        "data": msgspec.json.encode(notice.data).decode(),
        "at": notice.at,
        "noted_at": notice.noted_at,
        "read_at": notice.read_at,
    }


def _notice(row: Row[*tuple[object, ...]]) -> Notice:
    found = row._mapping
    return Notice(
        id=found["id"],
        person=found["person_id"],
        event=found["event"],
        mark=found["mark"],
        conversation=found["conversation_id"],
        booking=found["booking_id"],
        data=msgspec.json.decode(found["data"]),
        at=found["at"],
        noted_at=found["noted_at"],
        read_at=found["read_at"],
    )
