"""Whether a store takes writes, and what is said where it does not."""

import asyncio
from collections.abc import AsyncIterator, Iterator

import pytest

from chatserver.operating.acceptance import why_refused
from quotas.store.errors import StoreError
from quotas.store.link import Link
from quotas.store.port import Store
from quotas.store.stores import store_at
from tests.engines import StoreProcess, engines


@pytest.fixture(params=engines())
def process(request: pytest.FixtureRequest) -> Iterator[StoreProcess]:
    """A store of its own, on each engine."""
    process = StoreProcess(request.param, durable=True).start()
    yield process
    process.stop()


@pytest.fixture
async def store(process: StoreProcess) -> AsyncIterator[Store]:
    """The link to it."""
    store = store_at(process.url)
    await store.open()
    yield store
    store.close()


async def test_one_that_takes_writes(store: Store) -> None:
    """Also without the right to run scripts, where it cannot be known."""
    assert await why_refused(store) is None
    await store.everywhere("ACL", "SETUSER", "default", "-eval")
    assert await why_refused(store) is None


async def test_a_full_memory(store: Store) -> None:
    """maxmemory is reached."""
    await store.everywhere("CONFIG", "SET", "maxmemory", "1", "maxmemory-policy", "noeviction")
    assert "memory is full" in (await why_refused(store) or "")
    await store.everywhere("CONFIG", "SET", "maxmemory", "0")
    assert await why_refused(store) is None


async def test_too_few_replicas(store: Store) -> None:
    """By the store's own setting."""
    await store.everywhere("CONFIG", "SET", "min-replicas-to-write", "1")
    assert "min-replicas-to-write" in (await why_refused(store) or "")


async def test_a_full_disk(process: StoreProcess, store: Store) -> None:
    """A store that does not end of it refuses writes, with the system's own words."""
    await store.everywhere("CONFIG", "SET", "appendfsync", "everysec")
    (process.folder / "appendonlydir" / "appendonly.aof.2.incr.aof").symlink_to("/dev/full")
    await store.everywhere("BGREWRITEAOF")
    async with asyncio.timeout(30):
        while not (why := await why_refused(store)):
            try:
                await store.request("SET", "{1}:a", "1")
            except StoreError:
                await asyncio.sleep(0.02)
    assert "cannot write to its disk (no space left on device)" in why


async def test_a_replica() -> None:
    """Its master is another one. One that has a durable setting but no replica takes nothing either."""
    process = StoreProcess(durable=True).start()
    link = Link(process.url)
    alone = Link(process.url)
    try:
        await link.open()
        await alone.open()
        alone.replicated = True
        assert "`durability` is replicated" in (await why_refused(alone) or "")
        await link.request("REPLICAOF", "127.0.0.1", "1")
        assert "is a replica" in (await why_refused(link) or "")
    finally:
        link.close()
        alone.close()
        process.stop()


async def test_one_that_is_gone(process: StoreProcess, store: Store) -> None:
    """That is no refusal."""
    await asyncio.to_thread(process.kill)
    with pytest.raises(StoreError):
        await why_refused(store)
