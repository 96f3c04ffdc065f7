"""How many answers are owed on the whole store, and whether its timers ring: counted for an operator, seldom."""

import asyncio

from msgspec import Struct

from quotas.instant import SECOND
from quotas.ledger import keys
from quotas.ledger.base import LedgerError
from quotas.ledger.redis import RedisLedger
from quotas.ledger.waits import Waits

KEPT_FOR = 5.0
"""Seconds in which the same counts are given again, however many ask."""
LATE_AFTER = 5 * SECOND
"""A timer that nobody took for so long is late: every process looks twice a second."""


class WaitCount(Struct, frozen=True):
    """Of all partitions, so the same on every process."""

    open: int
    overdue: int
    late_timers: int


class WaitCounts:
    """Counts with three short requests a partition, in one round trip."""

    def __init__(self, waits: Waits, ledger: RedisLedger) -> None:
        self._waits = waits
        self._ledger = ledger
        self._counted: WaitCount | None = None
        self._counted_at = float("-inf")
        self._lock = asyncio.Lock()

    async def latest(self) -> WaitCount | None:
        """The counts of the last few seconds; None while the store does not answer."""
        async with self._lock:
            loop = asyncio.get_running_loop()
            if loop.time() - self._counted_at > KEPT_FOR:
                self._counted = await self._count()
                self._counted_at = loop.time()
            return self._counted

    async def _count(self) -> WaitCount | None:
        waits, partitions = self._waits, range(keys.PARTITIONS)
        try:
            async with asyncio.timeout(1):
                now = await self._ledger.now()
                counted = await asyncio.gather(
                    *(waits.count(partition) for partition in partitions),
                    *(waits.overdue(partition, now) for partition in partitions),
                    *(waits.late_timers(partition, now - LATE_AFTER) for partition in partitions),
                )
        except (LedgerError, TimeoutError):
            return None
        each = keys.PARTITIONS
        return WaitCount(sum(counted[:each]), sum(counted[each : 2 * each]), sum(counted[2 * each :]))
