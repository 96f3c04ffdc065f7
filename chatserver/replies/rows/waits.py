"""What became of waits, as rows: closed waits, notices of deadlines; days on which mentors wrote, and refused messages.

Each is stored once, however often it is stored: rows that are there already are passed over.
"""

from collections.abc import Callable, Collection, Sequence
from datetime import date
from functools import cache
from itertools import chain
from operator import attrgetter
from typing import Any, Literal

from msgspec import Struct
from msgspec.structs import asdict, astuple
from sqlalchemy import Dialect, Table, func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from chatserver.records.dialects import insert_into, portions
from chatserver.records.tables import MENTOR_DAYS, REFUSED_MESSAGES, REPLY_NOTICES, REPLY_WAITS
from quotas.admission import Reason

EndedAs = Literal["acknowledged", "withdrawn"]
"""The mentor's side said that it needs no answer; its unanswered messages were deleted."""


class ClosedWait(Struct, frozen=True):
    """A wait that is over: answered, or ended without. Instants and lengths in ms.

    `partition` and `event` name the ledger's event. `plan` is that of `waiting_since`, '' where none was held; `week`
    is the local week of `waiting_since`. `counted_ms` is by the plan's clock, None where the plan promises no reply.
    `dropped_at` is when it ended without an answer; `ended_as` says how, None where with its conversation. `in_time` is
    None where no deadline was promised, or it ended so before it. `answered_by` is who answered, or acknowledged, in
    the mentor's place, None where the mentor did, or nobody.
    """

    partition: int
    event: str
    conversation_id: str
    member_id: str
    mentor_id: str
    plan: str
    week: int
    waiting_since: int
    due_at: int | None
    answered_at: int | None
    dropped_at: int | None
    waited_ms: int
    counted_ms: int | None
    in_time: bool | None
    answered_by: str | None = None
    ended_as: EndedAs | None = None


class ReplyNotice(Struct, frozen=True):
    """A deadline was warned of or missed, noted at `at` in ms. The other fields are as in ReplyWait."""

    partition: int
    event: str
    kind: Literal["warning", "missed"]
    conversation_id: str
    member_id: str
    mentor_id: str
    plan: str
    week: int
    waiting_since: int
    due_at: int
    at: int


class RefusedMessage(Struct, frozen=True):
    """A member's message that was refused, told of once a minute for each reason. `at` in ms."""

    conversation_id: str
    at: int
    reason: Reason


class MentorDay(Struct, frozen=True):
    """On that local day, in that local week, the mentor wrote in the conversation."""

    conversation_id: str
    day: date
    week: int


MOST_AT_ONCE = 256
"""Waits of one statement."""

_SELDOM: dict[type[Struct], tuple[Table, Callable[[object], Any]]] = {
    ReplyNotice: (REPLY_NOTICES, attrgetter("at", "partition", "event")),
    MentorDay: (MENTOR_DAYS, attrgetter("conversation_id", "day")),
    RefusedMessage: (REFUSED_MESSAGES, attrgetter("conversation_id", "at", "reason")),
}


ReplyRow = ClosedWait | ReplyNotice | MentorDay | RefusedMessage


async def store(connection: AsyncConnection, rows: Sequence[ReplyRow]) -> None:
    """Insert what is not there yet.

    Where two processes store the same, they do it in the same order, so that neither waits for the other: waits as
    they were read, notices by their instants, the others by their keys.
    """
    waits = [astuple(row) for row in rows if type(row) is ClosedWait]
    while waits:
        # A power of two, so that there are few statements to keep.
        many = min(MOST_AT_ONCE, 1 << len(waits).bit_length() - 1)
        some, waits = waits[:many], waits[many:]
        values = tuple(chain.from_iterable(some))
        await connection.exec_driver_sql(_insert_waits(connection.dialect, many), values)
    for kind, (table, key) in _SELDOM.items():
        ordered = sorted((row for row in rows if type(row) is kind), key=key)
        if ordered:
            insert = insert_into(connection.dialect, table).on_conflict_do_nothing()
            await connection.execute(insert, [asdict(row) for row in ordered])


@cache
def _insert_waits(dialect: Dialect, many: int) -> str:
    """A statement for so many waits, in the driver's words. There are thousands a second.

    Measured against one execution a row by SQLAlchemy: half of the time, of which the driver's thread and the event
    loop spend most on waiting for each other.
    """
    names = dict.fromkeys(ClosedWait.__struct_fields__)
    insert = insert_into(dialect, REPLY_WAITS).values([names] * many).on_conflict_do_nothing()
    return str(insert.compile(dialect=dialect))


async def waits_in(connection: AsyncConnection, conversation: str) -> list[ClosedWait]:
    """The conversation's waits that are over, the first one first."""
    query = select(REPLY_WAITS).where(REPLY_WAITS.c.conversation_id == conversation)
    rows = await connection.execute(query.order_by(REPLY_WAITS.c.waiting_since, REPLY_WAITS.c.event))
    return [ClosedWait(**row._mapping) for row in rows]


async def notices_in(connection: AsyncConnection, conversation: str) -> list[ReplyNotice]:
    """The conversation's warnings and misses, in order."""
    columns = [REPLY_NOTICES.c[name] for name in ReplyNotice.__struct_fields__]
    query = select(*columns).where(REPLY_NOTICES.c.conversation_id == conversation)
    rows = await connection.execute(query.order_by(REPLY_NOTICES.c.at, REPLY_NOTICES.c.id))
    return [ReplyNotice(**row._mapping) for row in rows]


async def dropped_since(
    connection: AsyncConnection, conversations: Collection[str], since: int
) -> dict[str, list[int]]:
    """When waits of each of these ended without an answer, from that instant on, in order."""
    row = REPLY_WAITS.c
    found: dict[str, list[int]] = {}
    for some in portions(sorted(conversations)):
        query = select(row.conversation_id, row.dropped_at).where(row.conversation_id.in_(some))
        for name, at in await connection.execute(query.where(row.dropped_at >= since).order_by(row.dropped_at)):
            found.setdefault(name, []).append(at)
    return found


async def refused_since(
    connection: AsyncConnection, conversations: Collection[str], since: int
) -> dict[str, list[tuple[int, Reason]]]:
    """Members' messages that were refused in each of these, from that instant on, in order."""
    row = REFUSED_MESSAGES.c
    found: dict[str, list[tuple[int, Reason]]] = {}
    for some in portions(sorted(conversations)):
        query = select(row.conversation_id, row.at, row.reason).where(row.conversation_id.in_(some), row.at >= since)
        for name, at, reason in await connection.execute(query.order_by(row.at, row.reason)):
            found.setdefault(name, []).append((at, reason))
    return found


async def first_refusal(connection: AsyncConnection) -> int | None:
    """When the first refused message on record was; None where there is none."""
    found: int | None = await connection.scalar(select(func.min(REFUSED_MESSAGES.c.at)))
    return found


async def notices_between(connection: AsyncConnection, after: int, upto: int) -> list[ReplyNotice]:
    """Warnings and misses that were noted after `after`, and by `upto`, in order."""
    columns = [REPLY_NOTICES.c[name] for name in ReplyNotice.__struct_fields__]
    query = select(*columns).where(REPLY_NOTICES.c.at > after, REPLY_NOTICES.c.at <= upto)
    rows = await connection.execute(query.order_by(REPLY_NOTICES.c.at, REPLY_NOTICES.c.id))
    return [ReplyNotice(**row._mapping) for row in rows]


async def mentor_days_in(connection: AsyncConnection, conversation: str) -> list[date]:
    """The local days on which the mentor wrote in the conversation, in order."""
    query = select(MENTOR_DAYS.c.day).where(MENTOR_DAYS.c.conversation_id == conversation)
    return list(await connection.scalars(query.order_by(MENTOR_DAYS.c.day)))
