"""Figures about waits that began in a range of time, worked out by the database: the same on each kind.

A wait that is still open counts where its deadline was missed; its length is not known yet. Percentiles are by nearest
rank: of n lengths in ascending order, the one at place ⌈n · p / 100⌉.
"""

from collections.abc import Sequence
from datetime import date
from typing import Any, Literal

from msgspec import Struct
from msgspec.structs import replace
from sqlalchemy import ColumnElement, Select, String, and_, cast, exists, func, literal, or_, select, true
from sqlalchemy.ext.asyncio import AsyncConnection

from chatserver.protocol.reports import By
from chatserver.records.tables import (
    BOOKINGS,
    CONVERSATIONS,
    MENTOR_DAYS,
    REPLY_NOTICES,
    REPLY_WAITS,
    SUBSCRIPTIONS,
    SUSPENSIONS,
)
from quotas.instant import MINUTE


class Began(Struct, frozen=True):
    """Waits that began from `start` until before `end` (ms); one mentor's, or all where `mentor` is None."""

    start: int
    end: int
    mentor: str | None


class Counts(Struct, frozen=True):
    """`missed` holds waits that ended late, however, and open ones whose deadline has passed."""

    answered: int = 0
    in_time: int = 0
    missed: int = 0
    dropped: int = 0
    acknowledged: int = 0
    withdrawn: int = 0
    longest_ms: int | None = None
    by_substitutes: int = 0
    """Of those answered."""
    late: int = 0
    """Of those answered, too."""


class Spread(Struct, frozen=True):
    """How many answered waits there are, and median and 95th percentile of a length of them, in ms."""

    number: int
    median_ms: int
    p95_ms: int


class Held(Struct, frozen=True):
    """A plan held in a conversation from `started_at` until before `ended_at` (ms; None while it is held)."""

    conversation: str
    mentor: str
    zone: str
    plan: str
    started_at: int
    ended_at: int | None


async def counts(connection: AsyncConnection, began: Began, by: By | None) -> dict[str, Counts]:
    """By group, or under '' where `by` is None."""
    waits = REPLY_WAITS.c
    closed = select(
        _group(waits, by),
        waits.answered_at,
        waits.dropped_at,
        waits.ended_as,
        waits.waited_ms,
        waits.in_time,
        waits.answered_by,
    ).where(_in(waits, began))
    rows = closed.subquery()
    query = select(
        rows.c.name,
        func.count(rows.c.answered_at),
        func.count().filter(rows.c.in_time.is_(True)),
        func.count().filter(rows.c.in_time.is_(False)),
        func.count(rows.c.dropped_at).filter(rows.c.ended_as.is_(None)),
        func.count().filter(rows.c.ended_as == "acknowledged"),
        func.count().filter(rows.c.ended_as == "withdrawn"),
        func.max(rows.c.waited_ms).filter(rows.c.answered_at.is_not(None)),
        func.count(rows.c.answered_by).filter(rows.c.answered_at.is_not(None)),
        func.count(rows.c.answered_at).filter(rows.c.in_time.is_(False)),
    ).group_by(rows.c.name)
    found = {name: Counts(*numbers) for name, *numbers in await connection.execute(query)}
    for name, missed in await connection.execute(_open_misses(began, by)):
        known = found.get(name, Counts())
        found[name] = replace(known, missed=known.missed + missed)
    return found


async def stood_in(connection: AsyncConnection, began: Began, by: By | None) -> dict[str, int]:
    """How many waits of other mentors they answered; by group, or under '' where `by` is None."""
    waits = REPLY_WAITS.c
    theirs = waits.answered_by.is_not(None) if began.mentor is None else waits.answered_by == began.mentor
    name = waits.answered_by.label("name") if by == "mentor" else _group(waits, by)
    within = waits.waiting_since >= began.start, waits.waiting_since < began.end
    rows = select(name).where(theirs, waits.answered_at.is_not(None), *within).subquery()
    found = await connection.execute(select(rows.c.name, func.count()).group_by(rows.c.name))
    return {name: number for name, number in found}


def _open_misses(began: Began, by: By | None) -> Select[*tuple[Any, ...]]:
    notices, waits = REPLY_NOTICES.c, REPLY_WAITS.c
    is_over = exists().where(
        waits.conversation_id == notices.conversation_id, waits.waiting_since == notices.waiting_since
    )
    rows = select(_group(notices, by)).where(_in(notices, began), notices.kind == "missed", ~is_over).subquery()
    return select(rows.c.name, func.count()).group_by(rows.c.name)


async def spreads(
    connection: AsyncConnection,
    began: Began,
    by: By | None,
    length: Literal["waited_ms", "counted_ms"],
    *,
    in_chats: bool = False,
) -> dict[str, Spread]:
    """By group, or under '' where `by` is None; groups without an answered wait of known length are not there.

    Of all waits, or of those that began in a booked live chat while it ran.
    """
    waits = REPLY_WAITS.c
    among = _in_chat(waits) if in_chats else true()
    lengths = (
        select(_group(waits, by), waits[length].label("length"))
        .where(_in(waits, began), waits.answered_at.is_not(None), waits[length].is_not(None), among)
        .subquery()
    )
    place = func.row_number().over(partition_by=lengths.c.name, order_by=lengths.c.length)
    many = func.count().over(partition_by=lengths.c.name)
    rows = select(lengths, place.label("place"), many.label("many")).subquery()
    at_median, at_p95 = (rows.c.place == (rows.c.many * percent + 99) // 100 for percent in (50, 95))
    query = (
        select(rows.c.name, func.max(rows.c.many))
        .add_columns(func.max(rows.c.length).filter(at_median), func.max(rows.c.length).filter(at_p95))
        .where(or_(at_median, at_p95))
        .group_by(rows.c.name)
    )
    return {name: Spread(*figures) for name, *figures in await connection.execute(query)}


def _in_chat(waits: Any) -> ColumnElement[bool]:
    chats = BOOKINGS.c
    ends_at = func.coalesce(chats.finished_at, chats.no_show_at, chats.starts_at + chats.minutes * MINUTE)
    return exists().where(
        chats.conversation_id == waits.conversation_id,
        chats.service == "live_chat",
        chats.cancelled_at.is_(None),
        chats.starts_at <= waits.waiting_since,
        waits.waiting_since < ends_at,
    )


async def plans_held(connection: AsyncConnection, began: Began, plans: Sequence[str]) -> list[Held]:
    """Who held one of the plans at some time of the range.

    A conversation that is paused, suspended or ended counts until its last change: when it was paused is not recorded.
    """
    held, place = SUBSCRIPTIONS.c, CONVERSATIONS.c
    query = (
        select(place.id, place.mentor_id, place.zone, _is_open(place).label("is_open"), place.updated_at)
        .add_columns(held.plan, held.started_at, held.ended_at)
        .join(CONVERSATIONS, place.id == held.conversation_id)
        .where(held.plan.in_(plans), _is_of(place, began.mentor), held.started_at < began.end)
        .where(or_(held.ended_at.is_(None), held.ended_at > began.start))
        .order_by(place.id, held.id)
    )
    found = []
    for id, mentor, zone, is_open, changed_at, plan, started_at, ended_at in await connection.execute(query):
        until = ended_at if is_open else min(changed_at, ended_at or changed_at)
        found.append(Held(id, mentor, zone, plan, started_at, until))
    return found


async def mentor_days(
    connection: AsyncConnection, mentor: str | None, plans: Sequence[str], first: date, last: date
) -> dict[tuple[str, int], int]:
    """On how many days from `first` to `last` the mentor wrote, by conversation and week.

    Of one mentor, or of all; of conversations in which one of the plans was ever held.
    """
    days, held, place = MENTOR_DAYS.c, SUBSCRIPTIONS.c, CONVERSATIONS.c
    looked_at = (
        select(place.id)
        .join(SUBSCRIPTIONS, place.id == held.conversation_id)
        .where(held.plan.in_(plans), _is_of(place, mentor))
    )
    query = select(days.conversation_id, days.week, func.count()).group_by(days.conversation_id, days.week)
    rows = await connection.execute(query.where(days.day.between(first, last), days.conversation_id.in_(looked_at)))
    return {(conversation, week): number for conversation, week, number in rows}


def _is_open(place: Any) -> ColumnElement[bool]:
    suspended = exists().where(SUSPENSIONS.c.conversation_id == place.id, SUSPENSIONS.c.lifted_at.is_(None))
    return and_(place.status == "open", ~suspended)


def _is_of(columns: Any, mentor: str | None) -> ColumnElement[bool]:
    return true() if mentor is None else columns.mentor_id == mentor


def _group(columns: Any, by: By | None) -> ColumnElement[str]:
    match by:
        case "mentor":
            name: ColumnElement[str] = columns.mentor_id
        case "plan":
            name = columns.plan
        case "week":
            name = cast(columns.week, String)
        case None:
            name = literal("")
    return name.label("name")


def _in(columns: Any, began: Began) -> ColumnElement[bool]:
    return and_(columns.waiting_since >= began.start, columns.waiting_since < began.end, _is_of(columns, began.mentor))
