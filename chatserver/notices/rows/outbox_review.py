"""What operators see of the outbox: how much waits, what failed, and why; what is tried anew; what is forgotten."""

from collections.abc import Collection, Sequence

from msgspec import Struct
from sqlalchemy import ColumnElement, delete, func, or_, select, text, update
from sqlalchemy.ext.asyncio import AsyncConnection

from chatserver.notices.delivery import ChannelName
from chatserver.notices.outbox_line import OutboxFilter, OutboxLine
from chatserver.notices.rows.outbox import ANEW, PENDING, is_free
from chatserver.records.dialects import portions
from chatserver.records.tables import NOTICES, OUTBOX, WEBHOOK_EVENTS

_FAILED = text("outbox.outcome = 'failed'")
"""In the words of the index of those, as PENDING."""


class QueueCount(Struct, frozen=True):
    """Of one channel, what is to be sent."""

    queued: int
    due_since: int
    """When the first of them is due, or was."""
    tries: int
    """How often those were tried in vain that wait for another try."""


_LISTED = select(
    OUTBOX.c.id,
    OUTBOX.c.channel,
    OUTBOX.c.person_id.label("person"),
    OUTBOX.c.endpoint_id.label("endpoint"),
    func.coalesce(NOTICES.c.event, WEBHOOK_EVENTS.c.kind, "").label("event"),
    OUTBOX.c.created_at,
    OUTBOX.c.due_at,
    OUTBOX.c.held,
    OUTBOX.c.attempts,
    OUTBOX.c.done_at,
    OUTBOX.c.reason,
).select_from(
    OUTBOX.outerjoin(NOTICES, NOTICES.c.id == OUTBOX.c.notice_id).outerjoin(
        WEBHOOK_EVENTS, WEBHOOK_EVENTS.c.id == OUTBOX.c.webhook_event_id
    )
)


async def counts(connection: AsyncConnection) -> dict[str, QueueCount]:
    """By channel, where anything waits."""
    columns = OUTBOX.c.channel, func.count(), func.min(OUTBOX.c.due_at), func.sum(OUTBOX.c.attempts)
    rows = await connection.execute(select(*columns).where(PENDING).group_by(OUTBOX.c.channel))
    return {channel: QueueCount(queued, due_since, int(tries)) for channel, queued, due_since, tries in rows}


async def sent_since(connection: AsyncConnection, channel: ChannelName, since: int) -> bool:
    """Whether anything went out on that channel after that instant."""
    here = (OUTBOX.c.done_at > since, OUTBOX.c.channel == channel, OUTBOX.c.outcome == "sent")
    return await connection.scalar(select(OUTBOX.c.id).where(*here).limit(1)) is not None


async def last_reason(connection: AsyncConnection, channel: ChannelName) -> str | None:
    """Why that one was not taken which waits for another try and is due first."""
    here = (PENDING, OUTBOX.c.channel == channel, OUTBOX.c.attempts > 0)
    query = select(OUTBOX.c.reason).where(*here).order_by(OUTBOX.c.due_at).limit(1)
    reason: str | None = await connection.scalar(query)
    return reason


async def queued(connection: AsyncConnection, of: OutboxFilter, most: int) -> list[OutboxLine]:
    """Those to send, the first due first."""
    query = _LISTED.where(PENDING, *_of(of)).order_by(OUTBOX.c.due_at, OUTBOX.c.id).limit(most)
    return [OutboxLine(**row._mapping) for row in await connection.execute(query)]


async def failed(connection: AsyncConnection, of: OutboxFilter, most: int) -> list[OutboxLine]:
    """Those that were given up, the last one first."""
    query = _LISTED.where(_FAILED, *_of(of)).order_by(OUTBOX.c.done_at.desc(), OUTBOX.c.id.desc()).limit(most)
    return [OutboxLine(**row._mapping) for row in await connection.execute(query)]


async def retry(connection: AsyncConnection, ids: Collection[int], now: int) -> list[int]:
    """Send these now, as if they had never been tried; those that are sent, dropped or being sent stay as they are."""
    anew: list[int] = []
    for some in portions(sorted(ids)):
        here = (OUTBOX.c.id.in_(some), or_(_FAILED, OUTBOX.c.done_at.is_(None)), is_free(now))
        anew += await connection.scalars(update(OUTBOX).where(*here).values(_anew(now)).returning(OUTBOX.c.id))
    return sorted(anew)


async def retry_failed(connection: AsyncConnection, of: OutboxFilter, now: int) -> list[int]:
    """As `retry`, for all that were given up."""
    again = update(OUTBOX).where(_FAILED, *_of(of)).values(_anew(now)).returning(OUTBOX.c.id)
    return sorted(await connection.scalars(again))


async def forget(connection: AsyncConnection, sent_before: int, failed_before: int, most: int) -> int:
    """Delete at most that many that were sent or dropped, and that failed, before these instants; how many."""
    old = select(OUTBOX.c.id).where(
        OUTBOX.c.done_at < sent_before,
        or_(OUTBOX.c.outcome != "failed", OUTBOX.c.done_at < failed_before),
    )
    ids: Sequence[int] = list(await connection.scalars(old.limit(most)))
    for some in portions(ids):
        await connection.execute(delete(OUTBOX).where(OUTBOX.c.id.in_(some)))
    return len(ids)


def _of(which: OutboxFilter) -> list[ColumnElement[bool]]:
    wanted = {OUTBOX.c.channel: which.channel, OUTBOX.c.person_id: which.person}
    return [column == value for column, value in wanted.items() if value is not None]


def _anew(now: int) -> dict[str, object]:
    # The reason stays until the next try: it says what was wrong.
    return {**ANEW, "due_at": now}
