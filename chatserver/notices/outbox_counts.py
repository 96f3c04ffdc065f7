"""What waits in the outbox, of the whole store: how much, since when, and why a relay takes nothing. Counted seldom."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping

from msgspec import Struct

from chatserver.notices.delivery import CHANNELS, ChannelName
from chatserver.notices.rows import outbox_review
from chatserver.records.database import Database, DatabaseError
from quotas.instant import MINUTE
from quotas.store.errors import StoreError

KEPT_FOR = 15.0
"""Seconds in which the same counts are given again, however many ask: 200,000 rows take some tenths of one."""
REFUSED_AFTER = 3
"""Tries in vain of what waits, after which a relay counts as one that refuses."""
REFUSES_WITHIN = 5 * MINUTE
"""Unless it took something that short a time ago."""
RELAYED: tuple[ChannelName, ...] = ("mail",)
"""Channels on which everything goes by one relay. A webhook or device that refuses is its owner's."""


class ChannelCount(Struct, frozen=True):
    """What is to be sent on a channel."""

    queued: int = 0
    late: int = 0
    """For how many ms the one that is due first has been; 0 where none is."""
    refusal: str = ""
    """Why its relay takes nothing, as far as that is known."""


class OutboxCounts:
    """Counts of every channel. `clock` gives the store's instant."""

    def __init__(self, database: Database, clock: Callable[[], Awaitable[int]]) -> None:
        self._database = database
        self._clock = clock
        self._counted: Mapping[ChannelName, ChannelCount] | None = None
        self._counted_at = float("-inf")
        self._lock = asyncio.Lock()

    async def latest(self) -> Mapping[ChannelName, ChannelCount] | None:
        """The counts of the last few seconds; None while store or database does not answer."""
        async with self._lock:
            loop = asyncio.get_running_loop()
            if loop.time() - self._counted_at > KEPT_FOR:
                self._counted = await self._count()
                self._counted_at = loop.time()
            return self._counted

    async def unsent(self) -> str | None:
        """Which relays take nothing, and why, as a sentence for operators; '' where all do, None where nobody knows."""
        counted = await self.latest()
        if counted is None:
            return None
        refusals = ((channel, count.refusal) for channel, count in counted.items() if count.refusal)
        return "; ".join(f"no {channel} is taken: {why}; it is tried again" for channel, why in refusals)

    async def _count(self) -> Mapping[ChannelName, ChannelCount] | None:
        try:
            async with asyncio.timeout(1):
                now = await self._clock()
                async with self._database.read() as connection:
                    waiting = await outbox_review.counts(connection)
                    refusals = {
                        channel: await outbox_review.last_reason(connection, channel) or "it is not known why"
                        for channel in RELAYED
                        if channel in waiting
                        and waiting[channel].tries >= REFUSED_AFTER
                        and not await outbox_review.sent_since(connection, channel, now - REFUSES_WITHIN)
                    }
        except (StoreError, DatabaseError, TimeoutError):
            return None
        return {
            channel: ChannelCount(count.queued, max(0, now - count.due_since), refusals.get(channel, ""))
            if (count := waiting.get(channel))
            else ChannelCount()
            for channel in CHANNELS
        }
