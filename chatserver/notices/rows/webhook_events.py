"""What endpoints are told of, each fact once, and the rows of the outbox by which they are.

An event's `mark` is its id everywhere: made of the fact itself, so that a fact that is noted again, also after a
restored backup, has the same one and receivers know it. A row of the outbox has the key `webhook:ENDPOINT EVENT`.
"""

from collections.abc import Mapping, Sequence
from hashlib import blake2b
from typing import Any

import msgspec
from msgspec import Struct
from sqlalchemy import Row, delete, select
from sqlalchemy.ext.asyncio import AsyncConnection

from chatserver.notices.fact import Fact
from chatserver.notices.rows import queue
from chatserver.notices.rows.queue import ToSend
from chatserver.notices.webhook_kinds import WEBHOOK_KINDS, wants
from chatserver.records.dialects import insert_new, portions
from chatserver.records.tables import WEBHOOK_EVENTS, WEBHOOKS

_event = WEBHOOK_EVENTS.c
_encode = msgspec.json.Encoder().encode
_object = msgspec.json.Decoder(dict[str, Any]).decode
_patterns = msgspec.json.Decoder(list[str]).decode
_HOOKS = select(WEBHOOKS.c.id, WEBHOOKS.c.events, WEBHOOKS.c.disabled_at).order_by(WEBHOOKS.c.id)


class WebhookEvent(Struct, frozen=True):
    """One row. `at` in ms; `mark` is the event's id; `data` holds what the fact knows."""

    id: int
    kind: str
    mark: str
    conversation_id: str
    person_id: str
    data: Mapping[str, Any]
    at: int


async def note(connection: AsyncConnection, facts: Sequence[Fact], now: int) -> int | None:
    """Keep what endpoints want, and queue it for those that are enabled; when the first is due, None where none is.

    A fact that was noted before changes nothing. What only disabled endpoints want is kept, to be replayed.
    """
    told = {event_id(fact): fact for fact in facts if fact.event in WEBHOOK_KINDS}
    if not told:
        return None
    hooks = await _hooks(connection)
    wanted = {id: fact for id, fact in told.items() if any(wants(patterns, fact.event) for _, patterns, _ in hooks)}
    if not wanted:
        return None
    new = await _inserted(connection, wanted)
    enabled = [(hook, patterns) for hook, patterns, is_enabled in hooks if is_enabled]
    to_send = [
        ToSend(key=key_of(hook, mark), channel="webhook", endpoint=hook, webhook_event=event, due_at=now)
        for mark, event in new.items()
        for hook, patterns in enabled
        if wants(patterns, wanted[mark].event)
    ]
    await queue.enqueue(connection, to_send, now)
    return now if to_send else None


async def wanted(connection: AsyncConnection, kind: str) -> bool:
    """Whether an enabled endpoint wants that event."""
    return any(is_enabled and wants(patterns, kind) for _, patterns, is_enabled in await _hooks(connection))


def event_id(fact: Fact) -> str:
    """`evt_` and 32 digits."""
    return f"evt_{blake2b(f'{fact.event} {fact.mark}'.encode(), digest_size=16).hexdigest()}"


def key_of(hook: str, event_id: str) -> str:
    """Of the row of the outbox that tells an endpoint of an event."""
    return f"webhook:{hook} {event_id}"


async def find(connection: AsyncConnection, id: int) -> WebhookEvent | None:
    """The event of a row; None where it was pruned."""
    found = (await connection.execute(select(WEBHOOK_EVENTS).where(_event.id == id))).one_or_none()
    return event_of(found) if found is not None else None


def event_of(row: Row[Any]) -> WebhookEvent:
    """A row of the table."""
    return WebhookEvent(**{**row._mapping, "data": _object(row.data)})


async def _hooks(connection: AsyncConnection) -> list[tuple[str, list[str], bool]]:
    return [(id, _patterns(events), disabled is None) for id, events, disabled in await connection.execute(_HOOKS)]


async def _inserted(connection: AsyncConnection, facts: Mapping[str, Fact]) -> dict[str, int]:
    """The ids of those that are new, by mark."""
    rows = [_row(mark, fact) for mark, fact in facts.items()]
    # Always in one order, so that two that note the same never wait for each other.
    rows.sort(key=lambda row: (row["kind"], row["mark"]))
    found: dict[str, int] = {}
    for some in portions(rows, parameters=len(rows[0])):
        insert = insert_new(connection.dialect, WEBHOOK_EVENTS, _event.mark, _event.id)
        for mark, id in await connection.execute(insert, some):
            found[mark] = id
    return {mark: found[mark] for mark in facts if mark in found}


def _row(mark: str, fact: Fact) -> dict[str, str | int]:
    known = {"booking": fact.booking, "member": fact.member, "mentor": fact.mentor}
    return {
        "kind": fact.event,
        "mark": mark,
        "conversation_id": fact.conversation,
        "person_id": fact.member or fact.mentor,
        "data": _encode(fact.data | {name: value for name, value in known.items() if value}).decode(),
        "at": fact.at,
    }


async def prune(connection: AsyncConnection, before: int, most: int) -> int:
    """Forget events that were before an instant, at most so many; how many it were."""
    some = select(_event.id).where(_event.at < before).order_by(_event.at).limit(most)
    return (await connection.execute(delete(WEBHOOK_EVENTS).where(_event.id.in_(some)))).rowcount
