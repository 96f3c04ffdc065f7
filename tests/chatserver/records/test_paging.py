"""What is read page by page is read whole, in order, and once."""

from collections.abc import Sequence

import pytest
from sqlalchemy.ext.asyncio import AsyncConnection

from chatserver.records.database import Database
from chatserver.records.paging import PAGE, each_row


@pytest.mark.parametrize("rows", [0, 1, PAGE, 2 * PAGE + 1])
async def test_every_row_comes_once_in_order(database: Database, rows: int) -> None:
    seen: list[int] = []

    async def page(connection: AsyncConnection, after: int, most: int) -> Sequence[int]:
        return range(after + 1, rows)[:most]

    async def see(row: int) -> None:
        seen.append(row)

    assert await each_row(database, page, -1, lambda row: row, see) == rows
    assert seen == list(range(rows))
