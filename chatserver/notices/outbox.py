"""The outbox sends: rows that are due are claimed, given to their channels, and kept with what became of them.

At least once: a process that dies after a receiver took something and before that is noted leaves it to be sent again,
by itself or another, when its lease is over. Receivers tell doubles by the key. Channels and endpoints have bounds of
their own, so that one that hangs keeps no other waiting.
"""

import asyncio
import logging
from collections import Counter
from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from contextlib import suppress
from math import inf

from msgspec import Struct
from sqlalchemy.ext.asyncio import AsyncConnection

from chatserver.notices.asking import StillHolds
from chatserver.notices.delivery import Channel, ChannelName
from chatserver.notices.notice import Notice
from chatserver.notices.rows import notices, outbox
from chatserver.notices.rows.outbox import Claimant, OutboxRow, RowOutcome
from chatserver.notices.sending import Bundle, Sending
from chatserver.notices.sending_room import CHANNEL_AT_ONCE, SendingPlace, SendingRoom, place_of
from chatserver.operating.metrics import Metrics
from chatserver.records.database import Database, DatabaseError
from quotas.instant import SECOND
from quotas.ledger.timers import Timers
from quotas.store.errors import StoreError

LEASE = 60 * SECOND
"""For how many ms of the store's clock rows are one process's; twice as long as a try may take."""
SLOW = 2.0
"""Seconds. Endpoints of webhooks whose last try took longer share half of their channel, so that any number of them
leaves room for those that answer."""
ROUNDS = 4
"""How often a look goes on beyond endpoints that have enough."""
LOOK_EVERY = 1.0
"""Seconds between looks while something is being sent."""
GATHER = 0.005
"""Seconds in which outcomes come together for one transaction: others write to the database too."""
RETRY_AFTER = 3.0
"""Seconds after a look that failed."""
CLOSE_WITHIN = 5.0
"""Seconds in which what is being sent may come to its end when the process stops."""

OWNER = KIND = "outbox"
"""Of the only timer: the partition's name, and the kind."""
TIMER = "due"

logger = logging.getLogger(__name__)


class _Underway(Struct):
    """Something that is being sent; its room is free again when its outcomes are written."""

    bundle: Bundle
    begun_at: float
    """On the loop's clock."""
    outcomes: list[RowOutcome] | None = None


class Outbox:
    """One process's part in it; any number may run on one database. `clock` gives the store's instant.

    `name` tells processes apart, at most 32 characters. Only rows of `channels` are sent here.
    """

    def __init__(
        self,
        *,
        database: Database,
        timers: Timers,
        channels: Mapping[ChannelName, Channel],
        asking: StillHolds,
        clock: Callable[[], Awaitable[int]],
        metrics: Metrics,
        name: str,
        lease: int = LEASE,
    ) -> None:
        self._database = database
        self._timers = timers
        self._channels = channels
        self._sending = Sending(channels, asking)
        self._clock = clock
        self._metrics = metrics
        self._name = name
        self._lease = lease
        self._underway: dict[int, _Underway] = {}
        self._slow: set[SendingPlace] = set()
        self._tasks: set[asyncio.Task[None]] = set()
        self._work: asyncio.Task[None] | None = None
        self._news = asyncio.Event()
        self._heard: tuple[int, float] | None = None
        """The instant that the store said last, and when that was on the loop's clock."""
        self._to_look_at: set[ChannelName] = set()
        """Channels of which more may be due."""
        self._looked_at = -inf
        self._is_asked = False
        self._is_closing = False

    async def ring(self, due_at: int | None) -> None:
        """Rows were committed, the first of which is due then. Where the store is gone, they are found later."""
        if due_at is None:
            return
        try:
            await self._timers.set_earlier(OWNER, KIND, TIMER, due_at)
        except StoreError:
            logger.debug("the store does not answer; what is to be sent is found later")

    def work(self) -> None:
        """Send what is due, beside whatever else the process does. While that goes on, the timer should ring again."""
        self._is_asked = True
        self._news.set()
        if not self._is_closing and not self.is_busy:
            self._work = asyncio.get_running_loop().create_task(self._send_all())

    @property
    def is_busy(self) -> bool:
        """Whether something is being sent, or looked for."""
        return self._work is not None and not self._work.done()

    async def settled(self, within: float) -> bool:
        """Wait until nothing is being sent, at most so many seconds; whether it came to that."""
        if self._work is not None:
            await asyncio.wait([self._work], timeout=within)
        return not self.is_busy

    async def now(self) -> int:
        """The store's instant. Raises StoreError."""
        return await self._clock()

    async def next_due(self) -> int | None:
        """When something is due next, also what is being sent now. Raises DatabaseError."""
        async with self._database.read() as connection:
            return await outbox.next_due(connection, self._channels)

    async def claim_now(self, connection: AsyncConnection, keys: Collection[str], now: int) -> list[OutboxRow]:
        """Rows that were put there in the same transaction: this process's, for `send_claimed`."""
        rows = await outbox.by_key(connection, keys)
        await outbox.take(connection, Claimant(self._name, now, now + self._lease), rows)
        return rows

    async def send_claimed(
        self, rows: Sequence[OutboxRow], known: Mapping[int, Notice], now: int
    ) -> list[tuple[OutboxRow, RowOutcome]]:
        """Try each once, with these notices, and wait for it; what became of each. Raises DatabaseError, StoreError."""
        tried = await asyncio.gather(*(self._sending.try_once(Bundle([row], known), now) for row in rows))
        outcomes = [outcome for [outcome] in tried]
        now = await self._clock()
        async with self._database.begin() as connection:
            await outbox.finish(connection, Claimant(self._name, now, now), outcomes)
        self._count(outcomes)
        again = [now + outcome.pause for outcome in outcomes if outcome.outcome is None]
        await self.ring(min(again, default=None))
        return list(zip(rows, outcomes, strict=True))

    async def close(self) -> None:
        """Begin nothing, and let what is being sent come to its end for a while; the rest is sent after its lease."""
        self._is_closing = True
        self._news.set()
        await self.settled(CLOSE_WITHIN)
        tasks = [*self._tasks, *([self._work] if self._work is not None else [])]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _send_all(self) -> None:
        """Until nothing is due, or the process stops. While store or database is gone, what is due waits."""
        while True:
            self._look_in_time()
            try:
                await self._turn()
                if not self._underway and not self._is_asked:
                    return
            except (StoreError, DatabaseError) as error:
                logger.debug("what is to be sent waits: %s", error)
                await asyncio.sleep(RETRY_AFTER)
            except Exception:
                logger.exception("what is due could not be looked at; it is tried again")
                await asyncio.sleep(RETRY_AFTER)
            await self._until_news()

    async def _until_news(self) -> None:
        """A look a second, also while all that is being sent hangs: others may be due."""
        with suppress(TimeoutError):
            async with asyncio.timeout(LOOK_EVERY):
                await self._news.wait()
        await asyncio.sleep(GATHER)
        self._news.clear()

    def _look_in_time(self) -> None:
        """All channels, when something came up, and once a second: what is tried again may be due."""
        now = asyncio.get_running_loop().time()
        if self._is_asked or now - self._looked_at >= LOOK_EVERY:
            self._is_asked, self._looked_at = False, now
            self._to_look_at = set(self._channels)

    async def _turn(self) -> None:
        """Write what has become of rows, and begin to send others.

        Where enough is on its way nothing is looked for: the sooner outcomes are written, the fewer a kill can cost.
        """
        ended = {lead: each for lead, each in self._underway.items() if each.outcomes is not None}
        outcomes = [outcome for each in ended.values() for outcome in each.outcomes or ()]
        now, is_heard = await self._instant(estimated=bool(outcomes))
        by = Claimant(self._name, now, now + self._lease)
        async with self._database.begin() as connection:
            if outcomes:
                await outbox.finish(connection, by, outcomes)
            sending = [each.bundle.lead for lead, each in self._underway.items() if lead not in ended]
            counts = Counter(row.channel for row in sending)
            with_room = {channel for channel in self._to_look_at if counts[channel] <= CHANNEL_AT_ONCE // 2}
            bundles: list[Bundle] = []
            done: set[ChannelName] = set()
            if with_room and is_heard and not self._is_closing:
                bundles, done = await self._claimed(connection, by, sending, with_room)
        for lead in ended:
            del self._underway[lead]
        self._to_look_at -= done
        self._count(outcomes)
        for bundle in bundles:
            self._start(bundle, now)

    async def _instant(self, *, estimated: bool) -> tuple[int, bool]:
        """The store's, and True; where it does not answer and that will do, what it may be."""
        loop = asyncio.get_running_loop()
        try:
            now = await self._clock()
        except StoreError:
            if not estimated or self._heard is None:
                raise
            instant, at = self._heard
            return instant + round((loop.time() - at) * SECOND), False
        self._heard = now, loop.time()
        return now, True

    async def _claimed(
        self, connection: AsyncConnection, by: Claimant, sending: Sequence[OutboxRow], channels: Collection[ChannelName]
    ) -> tuple[list[Bundle], set[ChannelName]]:
        """What is to be sent now, and the channels of which nothing else is due."""
        own = {row.id for row in sending} | self._underway.keys()
        chosen: list[OutboxRow] = []
        done: set[ChannelName] = set()
        for channel in channels:
            for _ in range(ROUNDS):
                room = SendingRoom([*sending, *chosen], self._slow)
                if not (most := room.of(channel)):
                    break
                taken = own | {row.id for row in chosen}
                barred = room.full(channel)
                found = await outbox.candidates(connection, by.now, channel, 2 * most, barred, taken)
                chosen += (taken_up := room.choice(found))
                if len(found) < 2 * most:
                    if len(taken_up) == len(found) and not barred:
                        done.add(channel)
                    break
        claimed = await outbox.take(connection, by, chosen)
        ids = {row.notice for rows in claimed for row in rows if row.notice is not None}
        known = await notices.by_id(connection, ids)
        return [Bundle(rows, known) for rows in claimed], done

    def _start(self, bundle: Bundle, now: int) -> None:
        loop = asyncio.get_running_loop()
        started = self._underway[bundle.lead.id] = _Underway(bundle, loop.time())

        async def send() -> None:
            started.outcomes = await self._sending.try_once(bundle, now)
            if (place := place_of(bundle.lead))[0] == "webhook":
                (self._slow.add if loop.time() - started.begun_at > SLOW else self._slow.discard)(place)
            self._news.set()

        task = loop.create_task(send())
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    def _count(self, outcomes: Sequence[RowOutcome]) -> None:
        for each in outcomes:
            self._metrics.outbox[each.channel, each.outcome or "postponed"] += 1
            if each.outcome == "failed":
                logger.warning("given up: %s", each.reason, extra={"channel": each.channel, "outbox": each.id})
