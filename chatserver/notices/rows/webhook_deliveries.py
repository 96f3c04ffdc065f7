"""What an endpoint was told of and is to be told of: its rows of the outbox, listed and queued once more."""

from collections.abc import Sequence

from msgspec import Struct
from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from chatserver.notices.rows import queue
from chatserver.notices.rows.outbox import ANEW, OutboxOutcome
from chatserver.notices.rows.queue import ToSend
from chatserver.notices.rows.webhook_events import WebhookEvent, event_of, key_of
from chatserver.notices.webhook_kinds import WEBHOOK_KINDS
from chatserver.records.dialects import portions
from chatserver.records.tables import OUTBOX, WEBHOOK_EVENTS

_out, _event = OUTBOX.c, WEBHOOK_EVENTS.c


class WebhookDelivery(Struct, frozen=True, kw_only=True):
    """One row of the outbox with what it tells of. Instants in ms; `outcome` is None while it is to be sent."""

    id: int
    event_id: str
    kind: str
    at: int
    due_at: int
    attempts: int
    outcome: OutboxOutcome | None
    reason: str | None
    done_at: int | None


async def page(connection: AsyncConnection, webhook: str, before: int | None, limit: int) -> list[WebhookDelivery]:
    """The newest `limit` of them with an id below `before`, the newest first."""
    columns = (_out.id, _event.mark.label("event_id"), _event.kind, _event.at, _out.due_at, _out.attempts)
    query = (
        select(*columns, _out.outcome, _out.reason, _out.done_at)
        .join(WEBHOOK_EVENTS, _event.id == _out.webhook_event_id)
        .where(_out.endpoint_id == webhook, _out.channel == "webhook")
    )
    if before is not None:
        query = query.where(_out.id < before)
    rows = await connection.execute(query.order_by(_out.id.desc()).limit(limit))
    return [WebhookDelivery(**row._mapping) for row in rows]


async def event_by_id(connection: AsyncConnection, event_id: str) -> WebhookEvent | None:
    """None where there is none, or no longer."""
    query = select(WEBHOOK_EVENTS).where(_event.kind.in_(WEBHOOK_KINDS), _event.mark == event_id)  # by its index
    row = (await connection.execute(query)).one_or_none()
    return event_of(row) if row is not None else None


async def events_in(
    connection: AsyncConnection, since: int, until: int, kinds: Sequence[str], limit: int
) -> list[WebhookEvent]:
    """The first `limit` events of these kinds at an instant in [since, until), in order."""
    query = (
        select(WEBHOOK_EVENTS)
        .where(_event.at >= since, _event.at < until, _event.kind.in_(kinds))
        .order_by(_event.at, _event.id)
        .limit(limit)
    )
    return [event_of(row) for row in await connection.execute(query)]


async def queue_again(connection: AsyncConnection, webhook: str, events: Sequence[WebhookEvent], now: int) -> None:
    """Send each once more, from its first try on. What is to be sent already stays as it is."""
    keys = sorted(key_of(webhook, event.mark) for event in events)
    for some in portions(keys):
        done = update(OUTBOX).where(_out.key.in_(some), _out.done_at.is_not(None))
        await connection.execute(done.values(**ANEW, reason=None, due_at=now))
    to_send = [
        ToSend(key=key_of(webhook, event.mark), channel="webhook", endpoint=webhook, webhook_event=event.id, due_at=now)
        for event in events
    ]
    await queue.enqueue(connection, to_send, now)
