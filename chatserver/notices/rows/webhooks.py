"""The endpoints that are told of events, and how they fare."""

from collections.abc import Sequence
from typing import Any, Literal

import msgspec
from msgspec import Struct
from msgspec.structs import asdict
from sqlalchemy import Row, delete, func, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from chatserver.records.dialects import insert_into
from chatserver.records.tables import OUTBOX, WEBHOOK_ATTEMPTS, WEBHOOKS

_hook = WEBHOOKS.c
_patterns = msgspec.json.Decoder(tuple[str, ...]).decode

DisabledFor = Literal["gone", "failing"]
"""It said 410; or nothing has reached it for days."""


class WebhookRecord(Struct, frozen=True, kw_only=True):
    """One row. Instants in ms; secrets are sealed."""

    id: str
    url: str
    events: tuple[str, ...]
    with_text: bool
    secret: bytes
    earlier_secret: bytes | None = None
    """Signs too, until `earlier_until`."""
    earlier_until: int | None = None
    created_at: int
    updated_at: int
    failing_since: int | None = None
    """Since when no try has succeeded; None where the last one did."""
    disabled_at: int | None = None
    disabled_for: DisabledFor | None = None


async def all_of_them(connection: AsyncConnection) -> list[WebhookRecord]:
    """In the order of their ids."""
    return [_record(row) for row in await connection.execute(select(WEBHOOKS).order_by(_hook.id))]


async def find(connection: AsyncConnection, id: str) -> WebhookRecord | None:
    """None where there is none."""
    row = (await connection.execute(select(WEBHOOKS).where(_hook.id == id))).one_or_none()
    return _record(row) if row is not None else None


async def find_to_change(connection: AsyncConnection, id: str) -> WebhookRecord | None:
    """As `find`; until the transaction ends nobody else changes it."""
    row = (await connection.execute(select(WEBHOOKS).where(_hook.id == id).with_for_update())).one_or_none()
    return _record(row) if row is not None else None


async def count(connection: AsyncConnection) -> int:
    return await connection.scalar(select(func.count()).select_from(WEBHOOKS)) or 0


async def insert(connection: AsyncConnection, record: WebhookRecord) -> bool:
    """Whether it is new: another one of that id stays as it is."""
    statement = insert_into(connection.dialect, WEBHOOKS).values(_values(record)).on_conflict_do_nothing()
    return (await connection.execute(statement.returning(_hook.id))).one_or_none() is not None


async def change(connection: AsyncConnection, record: WebhookRecord) -> None:
    """Write it over the one of its id."""
    await connection.execute(update(WEBHOOKS).where(_hook.id == record.id).values(_values(record)))


async def reached(connection: AsyncConnection, id: str) -> None:
    """A try succeeded."""
    succeeded = update(WEBHOOKS).where(_hook.id == id, _hook.failing_since.is_not(None))
    await connection.execute(succeeded.values(failing_since=None))


async def remove(connection: AsyncConnection, id: str) -> bool:
    """With what is to be sent to it, and what was; whether it was there."""
    found = await connection.execute(delete(WEBHOOKS).where(_hook.id == id).returning(_hook.id))
    if found.one_or_none() is None:
        return False
    await connection.execute(delete(WEBHOOK_ATTEMPTS).where(WEBHOOK_ATTEMPTS.c.webhook_id == id))
    await connection.execute(delete(OUTBOX).where(OUTBOX.c.endpoint_id == id, OUTBOX.c.channel == "webhook"))
    return True


def _record(row: Row[Any]) -> WebhookRecord:
    return WebhookRecord(**{**row._mapping, "events": _patterns(row.events)})


def _values(record: WebhookRecord) -> dict[str, object]:
    return {**asdict(record), "events": _encoded(record.events)}


def _encoded(events: Sequence[str]) -> str:
    return msgspec.json.encode(events).decode()
