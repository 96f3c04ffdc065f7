"""Ledgers in stores, opened for a test and closed after it."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from quotas.ledger.link import Link
from quotas.ledger.redis import RedisLedger


@asynccontextmanager
async def link_to(url: str) -> AsyncIterator[Link]:
    """An open link, closed afterwards."""
    link = Link(url)
    await link.open()
    try:
        yield link
    finally:
        await closed(link)


@asynccontextmanager
async def ledger_at(url: str) -> AsyncIterator[RedisLedger]:
    """A ledger with its functions loaded."""
    async with link_to(url) as link:
        ledger = RedisLedger(link)
        await ledger.load()
        yield ledger


async def closed(link: Link) -> None:
    """Close, and let the transport go before the loop does."""
    link.close()
    await asyncio.sleep(0)
