"""What became of waits since an instant, the beginning of a day: for the board."""

from sqlalchemy import ColumnElement, and_, func, select, true
from sqlalchemy.ext.asyncio import AsyncConnection

from chatserver.records.tables import REPLY_NOTICES, REPLY_WAITS
from quotas.instant import DAY

LONGEST = 31 * DAY
"""No wait is looked at that began longer than this before: the rows are found by when waits began."""


async def missed_since(connection: AsyncConnection, start: int, mentor: str | None) -> tuple[int, int]:
    """How many deadlines were missed since `start` (ms), and how many of those waits are answered."""
    notices, waits = REPLY_NOTICES.c, REPLY_WAITS.c
    same_wait = and_(waits.conversation_id == notices.conversation_id, waits.waiting_since == notices.waiting_since)
    query = (
        select(func.count(), func.count(waits.answered_at))
        .select_from(REPLY_NOTICES.outerjoin(REPLY_WAITS, same_wait))
        .where(notices.kind == "missed", notices.waiting_since >= start - LONGEST, notices.due_at >= start)
        .where(_of(notices.mentor_id, mentor))
    )
    missed, answered = (await connection.execute(query)).one()
    return missed, answered


async def counted_since(connection: AsyncConnection, start: int, mentor: str | None) -> list[int | None]:
    """How long those waited that were answered since `start` (ms), by their plans' clocks: in ms, shortest first.

    None where no answer was promised.
    """
    waits = REPLY_WAITS.c
    query = (
        select(waits.counted_ms)
        .where(waits.waiting_since >= start - LONGEST, waits.answered_at >= start, _of(waits.mentor_id, mentor))
        .order_by(waits.counted_ms)
    )
    return list((await connection.execute(query)).scalars())


def _of(column: ColumnElement[str], mentor: str | None) -> ColumnElement[bool]:
    return true() if mentor is None else column == mentor
