"""Numbers of the whole store: answers owed, timers, and how far the archive is behind. Counted seldom."""

import asyncio

from msgspec import Struct

from quotas.instant import SECOND
from quotas.ledger import keys
from quotas.ledger.archive import LedgerArchive
from quotas.ledger.partitions import gathered
from quotas.ledger.redis import RedisLedger
from quotas.ledger.timers import Timers
from quotas.ledger.waits import Waits
from quotas.store.errors import StoreError

KEPT_FOR = 5.0
"""Seconds in which the same counts are given again, however many ask."""
LATE_AFTER = 5 * SECOND
"""A timer that nobody took for so long is late: every process looks when the next one rings."""


class StoreCount(Struct, frozen=True):
    """Of all partitions, so the same on every process."""

    open: int
    overdue: int
    late_timers: int
    archive_lag: int
    """For how many ms the archive has lacked what it has lacked for the longest; 0 where it has everything."""


class StoreCounts:
    """Counts with four short requests a partition, a few partitions at a time."""

    def __init__(self, waits: Waits, timers: Timers, ledger_archive: LedgerArchive, ledger: RedisLedger) -> None:
        self._waits = waits
        self._timers = timers
        self._ledger_archive = ledger_archive
        self._ledger = ledger
        self._counted: StoreCount | None = None
        self._counted_at = float("-inf")
        self._lock = asyncio.Lock()

    async def latest(self) -> StoreCount | None:
        """The counts of the last few seconds; None while the store does not answer."""
        async with self._lock:
            loop = asyncio.get_running_loop()
            if loop.time() - self._counted_at > KEPT_FOR:
                self._counted = await self._count()
                self._counted_at = loop.time()
            return self._counted

    async def _count(self) -> StoreCount | None:
        waits, timers, ledger_archive = self._waits, self._timers, self._ledger_archive
        try:
            async with asyncio.timeout(1):
                now = await self._ledger.now()

                async def of(partition: int) -> tuple[int, int, int, int | None]:
                    return await asyncio.gather(
                        waits.count(partition),
                        waits.overdue(partition, now),
                        timers.late(partition, now - LATE_AFTER),
                        ledger_archive.oldest(partition),
                    )

                counted = await gathered(map(of, range(keys.PARTITIONS)))
        except (StoreError, TimeoutError):
            return None
        open_waits, overdue, late_timers, oldest = zip(*counted, strict=True)
        lag = now - min((instant for instant in oldest if instant is not None), default=now)
        return StoreCount(sum(open_waits), sum(overdue), sum(late_timers), max(0, lag))
