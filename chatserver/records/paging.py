"""What is too much to read at once is read page by page, each in a transaction of its own."""

from collections.abc import Awaitable, Callable, Sequence
from typing import TypeVar

from sqlalchemy.ext.asyncio import AsyncConnection

from chatserver.records.database import Database

PAGE = 500
"""Rows of a page."""

_Row = TypeVar("_Row")
_Place = TypeVar("_Place")


async def each_row(
    database: Database,
    page: Callable[[AsyncConnection, _Place, int], Awaitable[Sequence[_Row]]],
    first: _Place,
    place_of: Callable[[_Row], _Place],
    do: Callable[[_Row], Awaitable[object]],
) -> int:
    """`do` for each row, between the transactions; how many there were. Raises DatabaseError, and what `do` raises.

    `page` gives so many rows that come after a place, in order; `first` is before all, and `place_of` a row's own.
    """
    count, last = 0, first
    while True:
        async with database.read() as connection:
            rows = await page(connection, last, PAGE)
        for row in rows:
            await do(row)
        count += len(rows)
        if len(rows) < PAGE:
            return count
        last = place_of(rows[-1])
