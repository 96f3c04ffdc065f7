"""Ledgers in stores, opened for a test and closed after it."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from quotas.ledger.redis import RedisLedger
from quotas.store.link import Link
from quotas.store.port import Store
from quotas.store.stores import store_at


@asynccontextmanager
async def link_to(url: str) -> AsyncIterator[Link]:
    """An open link, closed afterwards."""
    store = Link(url)
    await store.open()
    try:
        yield store
    finally:
        await closed(store)


@asynccontextmanager
async def ledger_at(url: str) -> AsyncIterator[RedisLedger]:
    """A ledger with its functions loaded."""
    store = store_at(url)
    await store.open()
    try:
        ledger = RedisLedger(store)
        await ledger.load()
        yield ledger
    finally:
        await closed(store)


async def closed(store: Store) -> None:
    """Close, and let the transport go before the loop does."""
    store.close()
    await asyncio.sleep(0)
