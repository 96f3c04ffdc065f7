"""What is to be sent gets its rows in the outbox, in the transaction of what it tells of."""

from collections.abc import Sequence

from msgspec import Struct
from sqlalchemy.ext.asyncio import AsyncConnection

from chatserver.notices.delivery import ChannelName
from chatserver.records.dialects import insert_new
from chatserver.records.tables import OUTBOX


class ToSend(Struct, frozen=True, kw_only=True):
    """One row to come. Instants in ms; the fields are as in `Delivery`."""

    key: str
    channel: ChannelName
    person: str = ""
    endpoint: str = ""
    notice: int | None = None
    webhook_event: int | None = None
    due_at: int
    held: bool = False
    """It waits for the end of quiet hours, and goes out in one summary with the others."""


async def enqueue(connection: AsyncConnection, rows: Sequence[ToSend], now: int) -> None:
    """Those whose keys are not there already, in the order of their keys: two processes do it in the same."""
    if ordered := sorted(rows, key=lambda row: row.key):
        await connection.execute(insert_new(connection.dialect, OUTBOX), [_values(row, now) for row in ordered])


def _values(row: ToSend, now: int) -> dict[str, object]:
    return {
        "key": row.key,
        "channel": row.channel,
        "person_id": row.person,
        "endpoint_id": row.endpoint,
        "notice_id": row.notice,
        "webhook_event_id": row.webhook_event,
        "created_at": now,
        "due_at": row.due_at,
        "held": row.held,
        "attempts": 0,
    }
