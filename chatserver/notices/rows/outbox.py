"""What is to be sent, row by row: leased while it is sent, kept with its outcome. `queue` puts it there.

Several processes claim at once: on PostgreSQL what another one is claiming is passed over, on SQLite they take turns.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any, Literal

from msgspec import Struct
from sqlalchemy import ColumnElement, Row, and_, bindparam, case, exists, not_, or_, select, text, tuple_, update
from sqlalchemy.ext.asyncio import AsyncConnection

from chatserver.notices.delivery import ChannelName
from chatserver.records.dialects import portions
from chatserver.records.tables import OUTBOX

SUMMARY_MOST = 50
"""Held rows that go out as one."""
_LOOKED_AT = 100
"""Rows of a channel that are looked at for what is due next: more than all processes together are sending."""

OutboxOutcome = Literal["sent", "dropped", "failed"]

PENDING = text("outbox.done_at IS NULL")
"""In the words of the index of those to send: SQLite uses it for no others."""
ANEW: Mapping[str, None | int] = {
    "done_at": None,
    "outcome": None,
    "attempts": 0,
    "leased_by": None,
    "leased_until": None,
}
"""Of a row that is to be sent as if it had never been tried."""


class OutboxRow(Struct, frozen=True, kw_only=True):
    """One row. Instants in ms of the store's clock; `id` is the database's."""

    id: int = 0
    key: str
    channel: ChannelName
    person: str = ""
    endpoint: str = ""
    notice: int | None = None
    webhook_event: int | None = None
    created_at: int
    due_at: int
    held: bool = False
    attempts: int = 0
    leased_until: int | None = None
    done_at: int | None = None
    outcome: OutboxOutcome | None = None
    reason: str | None = None
    """Why it failed or was dropped; of one that is tried again why the last try failed."""


class RowOutcome(Struct, frozen=True, kw_only=True):
    """What became of a row at one try."""

    id: int
    channel: ChannelName
    outcome: OutboxOutcome | None
    """None: it is tried again."""
    reason: str | None = None
    pause: int = 0
    """Ms until the next try."""
    counts: bool = True
    """Whether it was a try: not where the cause is ours."""


class Claimant(Struct, frozen=True):
    """Who claims, at which instant, and until when the rows are theirs."""

    name: str
    now: int
    until: int


async def candidates(
    connection: AsyncConnection,
    now: int,
    channel: ChannelName,
    most: int,
    barred: Iterable[tuple[str, str]],
    own: Iterable[int],
) -> list[OutboxRow]:
    """Rows that are due and nobody's, the longest due first, of people and endpoints that are not `barred`. Others pass
    them over until the transaction ends.

    Of rows that are held for the same person only the first one: it stands for all, so that no two processes share a
    summary. `own` are rows that this process is sending: it does not send them twice, also where their lease is over.
    """
    elder = OUTBOX.alias("elder")
    same = and_(*(elder.c[name] == OUTBOX.c[name] for name in ("channel", "person_id", "endpoint_id")))
    is_earlier = and_(text("elder.held AND elder.done_at IS NULL"), elder.c.due_at <= now, elder.c.id < OUTBOX.c.id)
    is_led = exists(select(elder.c.id).where(same, is_earlier).correlate(OUTBOX))
    query = select(OUTBOX).where(PENDING, OUTBOX.c.channel == channel, OUTBOX.c.due_at <= now, is_free(now))
    query = query.where(or_(not_(OUTBOX.c.held), not_(is_led)))
    if full := sorted(barred):
        query = query.where(tuple_(OUTBOX.c.person_id, OUTBOX.c.endpoint_id).not_in(full))
    if sending := sorted(own):
        query = query.where(OUTBOX.c.id.not_in(sending))
    ordered = query.order_by(OUTBOX.c.due_at, OUTBOX.c.id).limit(most)
    return [row_of(found) for found in await connection.execute(ordered.with_for_update(skip_locked=True, of=OUTBOX))]


async def take(connection: AsyncConnection, by: Claimant, leads: Iterable[OutboxRow]) -> list[list[OutboxRow]]:
    """Each is the claimant's now, with all that is held together with it."""
    taken = [await _with_mates(connection, by.now, lead) if lead.held else [lead] for lead in leads]
    for some in portions([row.id for rows in taken for row in rows]):
        leased = update(OUTBOX).where(OUTBOX.c.id.in_(some)).values(leased_by=by.name, leased_until=by.until)
        await connection.execute(leased)
    return taken


async def finish(connection: AsyncConnection, by: Claimant, outcomes: Sequence[RowOutcome]) -> None:
    """Write what became of rows. Where another process has taken one over, only that it was sent counts."""
    ordered = sorted(outcomes, key=lambda each: each.id)
    done = [each for each in ordered if each.outcome is not None]
    if done:
        values = [{"row": each.id, "ended": each.outcome, "why": each.reason} for each in done]
        await connection.execute(_DONE, [value | {"name": by.name, "now": by.now} for value in values])
    again = [each for each in ordered if each.outcome is None]
    if again:
        values = [
            {"row": each.id, "due": by.now + each.pause, "why": each.reason, "tries": int(each.counts)}
            for each in again
        ]
        await connection.execute(_AGAIN, [value | {"name": by.name} for value in values])


async def next_due(connection: AsyncConnection, channels: Collection[ChannelName]) -> int | None:
    """When the next row of these channels is due, or the lease of one that is; None where there is none."""
    soonest: int | None = None
    for channel in channels:
        query = select(OUTBOX.c.due_at, OUTBOX.c.leased_until).where(PENDING, OUTBOX.c.channel == channel)
        for due_at, leased_until in await connection.execute(query.order_by(OUTBOX.c.due_at).limit(_LOOKED_AT)):
            at = max(due_at, leased_until or 0)
            soonest = at if soonest is None else min(soonest, at)
    return soonest


async def by_key(connection: AsyncConnection, keys: Collection[str]) -> list[OutboxRow]:
    """Those that exist, in the order in which they were put there."""
    found: list[OutboxRow] = []
    for some in portions(sorted(keys)):
        found += map(row_of, await connection.execute(select(OUTBOX).where(OUTBOX.c.key.in_(some))))
    return sorted(found, key=lambda row: row.id)


async def _with_mates(connection: AsyncConnection, now: int, lead: OutboxRow) -> list[OutboxRow]:
    here = (
        OUTBOX.c.channel == lead.channel,
        OUTBOX.c.person_id == lead.person,
        OUTBOX.c.endpoint_id == lead.endpoint,
        OUTBOX.c.id > lead.id,
    )
    query = select(OUTBOX).where(_HELD, OUTBOX.c.due_at <= now, is_free(now), *here)
    mates = await connection.execute(query.order_by(OUTBOX.c.id).limit(SUMMARY_MOST - 1))
    return [lead, *map(row_of, mates)]


def is_free(now: int) -> ColumnElement[bool]:
    """Of rows that no process has at that instant."""
    return or_(OUTBOX.c.leased_until.is_(None), OUTBOX.c.leased_until <= now)


def row_of(row: Row[*tuple[object, ...]]) -> OutboxRow:
    """As the database has it."""
    found = row._mapping
    return OutboxRow(
        id=found["id"],
        key=found["key"],
        channel=found["channel"],
        person=found["person_id"],
        endpoint=found["endpoint_id"],
        notice=found["notice_id"],
        webhook_event=found["webhook_event_id"],
        created_at=found["created_at"],
        due_at=found["due_at"],
        held=found["held"],
        attempts=found["attempts"],
        leased_until=found["leased_until"],
        done_at=found["done_at"],
        outcome=found["outcome"],
        reason=found["reason"],
    )


_HELD = text("outbox.held AND outbox.done_at IS NULL")
"""In the words of the index of those that are held, as PENDING."""
_HERE: tuple[Any, ...] = (OUTBOX.c.id == bindparam("row"), OUTBOX.c.done_at.is_(None))
_IS_OURS = OUTBOX.c.leased_by == bindparam("name")
_FREED: dict[str, Any] = {"leased_by": None, "leased_until": None, "reason": bindparam("why")}
_DONE = (
    update(OUTBOX)
    .where(*_HERE, or_(_IS_OURS, bindparam("ended") == "sent"))
    .values(
        done_at=bindparam("now"),
        outcome=bindparam("ended"),
        attempts=OUTBOX.c.attempts + case((bindparam("ended") == "dropped", 0), else_=1),
        **_FREED,
    )
)
_AGAIN = (
    update(OUTBOX)
    .where(*_HERE, _IS_OURS)
    .values(due_at=bindparam("due"), attempts=OUTBOX.c.attempts + bindparam("tries"), **_FREED)
)
