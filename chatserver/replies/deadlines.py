"""No reply deadline passes unseen: timers ring, warnings and misses are noted once each, whichever process is awake.

Timers are durable scores in the store. A wait has one once its deadline is near: whichever process looks first arms
those that came near. A process claims timers that have rung for a short lease; where it dies, they ring again for
another. Noting checks and writes in one step, so that ringing twice notes once.
"""

import asyncio
import logging
from collections.abc import Collection
from contextlib import suppress

from chatserver.operating.metrics import Metrics
from quotas.instant import HOUR, SECOND
from quotas.ledger import keys
from quotas.ledger.partitions import gathered, of_partitions
from quotas.ledger.redis import RedisLedger
from quotas.ledger.waits import EventKind, Settled, Waits
from quotas.store.errors import StoreError
from quotas.terms import Rulebook, UnknownPlanError

POLL_EVERY = 0.5
"""Seconds between looks at the timers."""
ARM_EVERY = 60.0
"""Seconds between looks at the waits whose deadlines come near; STEP of `timers.lua`. An hour late does no harm."""
LEASE = 2 * SECOND
"""How long a rung timer is one process's."""
BATCH = 100
"""Timers of one partition claimed at once."""
SETTLED_AT_ONCE = 50
"""Of all that were claimed: few enough that no message waits long, many enough that the lease does not run out."""

EVERYWHERE: Collection[int] = range(keys.PARTITIONS)

logger = logging.getLogger(__name__)


class ReplyWatch:
    """One process's share of the watch. Any number may run on one store."""

    def __init__(self, ledger: RedisLedger, waits: Waits, rulebook: Rulebook, metrics: Metrics) -> None:
        self._ledger = ledger
        self._waits = waits
        self._rulebook = rulebook
        self._metrics = metrics
        self._armed_at = float("-inf")
        self._due_in: set[int] = set()
        self._woken = asyncio.Event()

    async def run(self) -> None:
        """Watch until cancelled; while the store is gone, wait for it."""
        loop = asyncio.get_running_loop()
        swept_at = float("-inf")
        while True:
            try:
                await self._settle_moved()
                if loop.time() - swept_at >= POLL_EVERY:
                    while await self.sweep():
                        pass
                    swept_at = loop.time()
            except StoreError:
                logger.debug("the store does not answer; its timers wait")
                swept_at = loop.time()
            except Exception:
                logger.exception("timers could not be looked at; they ring again")
                swept_at = loop.time()
            with suppress(TimeoutError):
                await asyncio.wait_for(self._woken.wait(), max(0.0, swept_at + POLL_EVERY - loop.time()))

    def look_at(self, partitions: Collection[int]) -> None:
        """The clock was moved, and something is due there: look now."""
        self._due_in.update(partitions)
        self._woken.set()

    async def _settle_moved(self) -> None:
        self._woken.clear()
        due_in, self._due_in = self._due_in, set()
        if due_in:
            await self.settle_due(due_in)

    async def settle_due(self, partitions: Collection[int]) -> None:
        """Settle all that is due in these partitions, also what had no timer yet. Raises StoreError."""
        await self._arm(partitions)
        while await self._claimed(partitions):
            pass

    async def sweep(self) -> int:
        """Settle what has rung in every partition, a batch each; returns how many. Raises StoreError.

        Sets timers first, once in a while. A partition that does not answer keeps the others from nothing.
        """
        now = asyncio.get_running_loop().time()
        if now - self._armed_at >= ARM_EVERY:
            await self._arm(EVERYWHERE)
            self._armed_at = now
        return await self._claimed(EVERYWHERE)

    async def _claimed(self, partitions: Collection[int]) -> int:
        claims = await of_partitions(lambda partition: self._waits.claim(partition, LEASE, BATCH), partitions)
        rung = [name for _, names in claims for name in names]
        await gathered(map(self._settle, rung), SETTLED_AT_ONCE)
        return len(rung)

    async def _arm(self, partitions: Collection[int]) -> None:
        """A partition that does not answer has its turn in a minute."""
        warn_first = self._rulebook.policy.warn_first
        await of_partitions(lambda partition: self._waits.arm(partition, warn_first), partitions)

    async def _settle(self, conversation: str) -> None:
        """One that cannot be settled must not keep the others from it; it rings again. Raises StoreError."""
        try:
            while await self._settle_once(conversation) == "moved":
                pass
        except StoreError:
            raise
        except Exception:
            logger.exception("a reply deadline cannot be looked at", extra={"conversation": conversation})

    async def _settle_once(self, conversation: str) -> Settled:
        standing = await self._ledger.standing(conversation)
        if standing is None or not standing.usage.due_at or standing.missed:
            return await self._waits.let_go(conversation)
        now, due_at = standing.now, standing.usage.due_at
        if now > due_at:
            settled = await self._waits.note_miss(conversation, due_at, now)
            self._count("missed", settled, now - due_at)
            return settled
        hours = self._warn_hours(standing.settings.plan)
        ahead = [due_at - round(each * HOUR) for each in hours]
        next_at = min((at for at in ahead if at > now), default=due_at + 1)
        settled = await self._waits.look_again(conversation, due_at, next_at)
        for each, at in zip(hours, ahead, strict=True):
            if at <= now and settled != "moved":
                settled = await self._waits.note_warning(conversation, due_at, each, next_at, now)
                self._count("warning", settled, now - at)
        return settled

    def _count(self, kind: EventKind, settled: Settled, late: int) -> None:
        if settled == "noted":
            self._metrics.deadlines[kind] += 1
            self._metrics.timer_lag.observe(late / SECOND)

    def _warn_hours(self, plan: str) -> list[float]:
        """The hours ahead of a deadline at which warnings go out, the earliest first."""
        try:
            promise = self._rulebook.plan(plan).reply
        except UnknownPlanError:
            return []
        return sorted(promise.warnings, reverse=True) if promise else []
