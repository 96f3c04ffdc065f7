"""What each try to reach an endpoint came to."""

from collections.abc import Collection

from msgspec import Struct
from msgspec.structs import asdict
from sqlalchemy import delete, insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from chatserver.records.dialects import portions
from chatserver.records.tables import WEBHOOK_ATTEMPTS

_attempt = WEBHOOK_ATTEMPTS.c


class WebhookAttempt(Struct, frozen=True, kw_only=True):
    """One row, without its id. `at` in ms of the store's clock; `status` is None where nobody answered."""

    outbox_id: int
    webhook_id: str
    at: int
    took_ms: int
    status: int | None = None
    error: str | None = None
    """Why it counts as failed; None where it does not."""


async def append(connection: AsyncConnection, attempt: WebhookAttempt) -> None:
    await connection.execute(insert(WEBHOOK_ATTEMPTS), [asdict(attempt)])


async def of_rows(connection: AsyncConnection, outbox_ids: Collection[int]) -> dict[int, list[WebhookAttempt]]:
    """By the row of the outbox, in order; only of those that have any."""
    found: dict[int, list[WebhookAttempt]] = {}
    columns = [_attempt[name] for name in WebhookAttempt.__struct_fields__]
    for some in portions(sorted(outbox_ids)):
        query = select(*columns).where(_attempt.outbox_id.in_(some)).order_by(_attempt.id)
        for row in await connection.execute(query):
            found.setdefault(row.outbox_id, []).append(WebhookAttempt(**row._mapping))
    return found


async def last_at(connection: AsyncConnection, webhook: str) -> int | None:
    """When it was last tried; None where it never was."""
    query = select(_attempt.at).where(_attempt.webhook_id == webhook).order_by(_attempt.id.desc()).limit(1)
    return await connection.scalar(query)


async def prune(connection: AsyncConnection, before: int, most: int) -> int:
    """Forget tries that were before an instant, at most so many; how many it were."""
    # Ids grow with the instants, which have no index: of the first ones only it is asked how old they are.
    oldest = select(_attempt.id, _attempt.at).order_by(_attempt.id).limit(most).subquery()
    some = select(oldest.c.id).where(oldest.c.at < before)
    return (await connection.execute(delete(WEBHOOK_ATTEMPTS).where(_attempt.id.in_(some)))).rowcount
