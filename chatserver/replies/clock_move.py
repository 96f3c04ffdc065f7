"""The clock of a demo or a test is moved ahead, from one thing that falls due to the next.

Each step ends at the instant of what is due next, and waits there until that is done: so everything happens in its
order, once, and whoever handles it sees the clock of its instant. The clock of each partition is moved by itself, in
one step of the store, and never past anything: conversations judge by that clock (`quotas/ledger/lua/turning.lua`). A
move that ends in the middle has left nothing out; the next one goes on from there. Several at once do no harm.

What is due is done by the servers that are running, who know their policy; where none is, by whoever moves the clock.
"""

import asyncio
from collections.abc import Awaitable, Callable, Collection, Iterable

from chatserver.operating.clock_shift import shift_to
from chatserver.operating.timer_watch import LEASE
from quotas.ledger.partitions import EVERYWHERE, of_partitions
from quotas.ledger.redis import RedisLedger
from quotas.ledger.waits import Ahead, Waits
from quotas.store.errors import StoreError

LOOK_EVERY = 0.01
"""Seconds between looks whether what is due has been done."""
SAY_EVERY = 0.5
"""Seconds after which the servers are told again of what is still due."""
PATIENCE = 10.0
"""Seconds that servers have for what is due at one instant, before it is done for them."""

Settle = Callable[[Collection[int]], Awaitable[None]]
"""Does what is due in these partitions. Raises StoreError."""


class ClockMove:
    """Moves the clock of the ledger's store; `told` is called with the instant that each step has reached.

    `kinds` of timers are waited for: those that `settle` knows.
    """

    def __init__(
        self,
        ledger: RedisLedger,
        waits: Waits,
        kinds: Collection[str],
        settle: Settle,
        told: Callable[[int], None] = lambda now: None,
    ) -> None:
        self._ledger = ledger
        self._waits = waits
        self._kinds = kinds
        self._settle = settle
        self._told = told

    async def to(self, target: int) -> int:
        """Move it to `target`, unless it is there already; what it shows then. Raises StoreError."""
        to = await self._reached()
        while True:
            places = await self._step(to)
            if all(place.now >= target for place in places):
                return await self._ledger.now()
            self._told(min(to, target))
            to = min([target, *(place.next_at for place in places if place.next_at)])

    async def recorded(self, upto: int, record: Callable[[], Awaitable[object]]) -> None:
        """Wait until what became of waits up to that instant is in the records.

        `record` does it where no server does. Raises StoreError, and what `record` raises.
        """
        loop = asyncio.get_running_loop()
        began = loop.time()
        while await self._is_unrecorded(upto):
            if not await self._said(self._ledger.shift, ()) or loop.time() - began > PATIENCE:
                await record()
            else:
                await asyncio.sleep(SAY_EVERY / 5)

    async def _is_unrecorded(self, upto: int) -> bool:
        oldest = await of_partitions(lambda partition: self._waits.events(partition, 1))
        return any(event.at <= upto for events in oldest for event in events)

    async def _reached(self) -> int:
        """What the clock shows, also where a move ended after it had moved partitions and before it had said so.

        Nobody does what is due by a clock of which nobody has heard.
        """
        now = await self._ledger.now()
        places = await self._turned(EVERYWHERE, shift_to(now, await self._ledger.time()), now)
        return max(now, *(place.now for place in places))

    async def _step(self, to: int) -> list[Ahead]:
        """Move every partition to `to` that has nothing before it; what lies ahead once all that is due is done."""
        shift = shift_to(to, await self._ledger.time())
        places = {place.partition: place for place in await self._turned(EVERYWHERE, shift, to)}
        busy = _busy(places.values())
        listening = await self._said(shift, busy)
        loop = asyncio.get_running_loop()
        began = said_at = loop.time()
        while busy:
            if not listening or loop.time() - began > PATIENCE:
                await self._settle(busy)
            await asyncio.sleep(LOOK_EVERY)
            places |= {place.partition: place for place in await self._turned(busy, shift, to)}
            busy = _busy(places.values())
            if busy and loop.time() - said_at > SAY_EVERY:
                listening, said_at = await self._said(shift, busy), loop.time()
        return list(places.values())

    async def _turned(self, partitions: Collection[int], shift: int, to: int) -> list[Ahead]:
        """Raises StoreError also where a single partition does not answer: nothing may be passed over."""
        places = await of_partitions(
            lambda partition: self._waits.turn(partition, shift, to, LEASE, self._kinds), partitions
        )
        if len(places) < len(partitions):
            raise StoreError("a part of the store does not answer; run the same command again")
        return places

    async def _said(self, shift: int, busy: Collection[int]) -> int:
        """Tell the servers; how many of them listen."""
        listening = await self._waits.turned(shift, sorted(busy))
        self._ledger.hear_shift(shift)
        return listening


def _busy(places: Iterable[Ahead]) -> set[int]:
    return {place.partition for place in places if place.is_busy}
