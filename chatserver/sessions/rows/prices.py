"""Listed prices of mentors, a row for each number of minutes."""

from collections.abc import Mapping

from sqlalchemy import delete, insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from chatserver.records.tables import MENTOR_PRICES
from quotas.bookings import Price


async def find(connection: AsyncConnection, mentor: str) -> dict[int, Price]:
    """All of the mentor's, by minutes."""
    here = MENTOR_PRICES.c.mentor_id == mentor
    rows = await connection.execute(select(MENTOR_PRICES).where(here).order_by(MENTOR_PRICES.c.minutes))
    return {row.minutes: Price(row.amount, row.currency) for row in rows}


async def put(connection: AsyncConnection, mentor: str, prices: Mapping[int, Price], now: int) -> None:
    """Write them in place of all that the mentor had. The mentor's row in `people` is locked."""
    await connection.execute(delete(MENTOR_PRICES).where(MENTOR_PRICES.c.mentor_id == mentor))
    rows = [
        {
            "mentor_id": mentor,
            "minutes": minutes,
            "amount": price.amount,
            "currency": price.currency,
            "listed_at": now,
        }
        for minutes, price in sorted(prices.items())
    ]
    if rows:
        await connection.execute(insert(MENTOR_PRICES), rows)
