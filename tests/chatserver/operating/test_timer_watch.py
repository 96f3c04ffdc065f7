"""Whoever wants to be woken at an instant says so by a kind: what is due is done, whoever dies or fails meanwhile."""

import asyncio
import logging
from collections.abc import AsyncIterator

import pytest

from chatserver.operating.timer_watch import BATCH, LEASE, TimerWatch
from quotas.ledger import keys
from quotas.ledger.redis import RedisLedger
from quotas.ledger.timers import Rung, Timers
from quotas.store.errors import StoreError
from quotas.store.link import Link
from tests.quotas.ledgers import link_to


class Sessions:
    """A kind as later capabilities have it: what rings is written down, and may fail."""

    kind = "session"

    def __init__(self) -> None:
        self.rung: list[str] = []
        self.fault: Exception | None = None
        self.begun = asyncio.Event()
        self.held: asyncio.Event | None = None

    async def arm(self, partition: int) -> None:
        """Each has its timer from the beginning."""

    async def ring(self, rung: Rung) -> None:
        self.begun.set()
        if self.held is not None:
            await self.held.wait()
        if self.fault is not None:
            raise self.fault
        self.rung.append(rung.name)


class Process:
    """One that watches, with a clock that runs `shift` ms ahead."""

    def __init__(self, link: Link, shift: int = 0) -> None:
        self.link = link
        self.ledger = RedisLedger(link, shift)
        self.timers = Timers(link, self.ledger)
        self.sessions = Sessions()
        self.watch = TimerWatch(self.timers, [self.sessions])

    async def watched(self) -> list[str]:
        while await self.watch.sweep():
            pass
        return self.sessions.rung

    async def left(self) -> int:
        return int(await self.link.request("ZCARD", keys.timers(keys.partition("c1"))))


@pytest.fixture
async def process(store_url: str) -> AsyncIterator[Process]:
    async with link_to(store_url) as link:
        process = Process(link)
        await process.ledger.load()
        yield process


async def test_a_timer_rings_once_across_kills(process: Process) -> None:
    """One process dies in the middle of its work; another one does it when the lease is over, and nobody again."""
    await process.timers.set_timer("c1", "session", "b1", await process.ledger.now())
    process.sessions.held = asyncio.Event()
    dying = asyncio.create_task(process.watch.sweep())
    await process.sessions.begun.wait()
    dying.cancel()
    await asyncio.gather(dying, return_exceptions=True)
    assert await Process(process.link).watched() == []
    second, third = Process(process.link, LEASE + 1), Process(process.link, LEASE + 1)
    await asyncio.gather(second.watched(), third.watched())
    assert second.sessions.rung + third.sessions.rung == ["b1"]
    assert await Process(process.link, 2 * LEASE + 2).watched() == []
    assert await process.left() == 0


@pytest.mark.parametrize("fault", [StoreError("gone"), ValueError("odd")])
async def test_one_that_fails_rings_again_and_keeps_nobody_from_theirs(process: Process, fault: Exception) -> None:
    await process.timers.set_timer("c1", "session", "b1", await process.ledger.now())
    process.sessions.fault = fault
    assert await process.watched() == []
    assert await process.left() == 1
    assert await Process(process.link, LEASE + 1).watched() == ["b1"]
    assert await process.left() == 0


async def test_many_of_one_partition_ring_once_each(process: Process) -> None:
    now = await process.ledger.now()
    names = [f"b{number}" for number in range(BATCH + 20)]
    await asyncio.gather(*(process.timers.set_timer("c1", "session", name, now) for name in names))
    assert sorted(await process.watched()) == sorted(names)
    assert await process.left() == 0


async def test_kinds_of_a_newer_release_are_left_to_it_and_said_once(
    process: Process, caplog: pytest.LogCaptureFixture
) -> None:
    now = await process.ledger.now()
    for name in ("s1", "s2"):
        await process.timers.set_timer("c1", "series", name, now)
    caplog.set_level(logging.WARNING)
    for _ in range(2):
        assert await process.watched() == []
    said = [record.getMessage() for record in caplog.records]
    assert said == ["timers of a kind that this release does not know are left to a newer one: series"]
    assert await process.left() == 2
