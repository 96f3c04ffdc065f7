"""Outboxes on a real store and database, with receivers that a test has in hand."""

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager

from sqlalchemy import select

from chatserver.notices.delivery import Channel, ChannelName, Delivered, Delivery, DeliveryResult
from chatserver.notices.notice import Notice
from chatserver.notices.outbox import Outbox
from chatserver.notices.outbox_timer import OutboxTimer
from chatserver.notices.rows import notices, queue
from chatserver.notices.rows.outbox import OutboxRow, row_of
from chatserver.notices.rows.queue import ToSend
from chatserver.operating.metrics import Metrics
from chatserver.operating.timer_watch import TimerWatch
from chatserver.records.database import Database
from chatserver.records.tables import OUTBOX
from quotas.instant import MINUTE
from quotas.ledger.redis import RedisLedger
from quotas.ledger.timers import Timers
from quotas.store.link import Link

PAUSES = (MINUTE, 10 * MINUTE)
WITHIN = 60.0
"""Seconds that a slow machine has for what takes milliseconds."""


class Receiver:
    """Takes what comes, unless a test says otherwise: by `answer`, or by `held`, for which a try waits."""

    def __init__(self, name: ChannelName = "mail", pauses: Sequence[int] = PAUSES) -> None:
        self.name = name
        self.pauses = pauses
        self.tried: list[Delivery] = []
        self.answer: Callable[[Delivery], DeliveryResult] = lambda delivery: Delivered()
        self.held: Mapping[str, asyncio.Event] = {}
        """By person or endpoint."""
        self.begun = asyncio.Event()

    async def deliver(self, delivery: Delivery) -> DeliveryResult:
        self.tried.append(delivery)
        self.begun.set()
        for name in (delivery.person, delivery.endpoint):
            if name in self.held:
                await self.held[name].wait()
        return self.answer(delivery)

    @property
    def keys(self) -> list[str]:
        return [delivery.key for delivery in self.tried]


class Post:
    """One process with an outbox; others on the same store and database are made with `beside`."""

    def __init__(
        self,
        database: Database,
        link: Link,
        shift: int,
        name: str,
        channels: Sequence[Channel],
        *,
        is_shifted: bool = True,
    ) -> None:
        self.database = database
        self.link = link
        self.ledger = RedisLedger(link, shift)
        self.timers = Timers(link, self.ledger)
        self.metrics = Metrics()
        self.gone: dict[int, str] = {}
        """Why notices need not be sent any more."""
        self.outbox = Outbox(
            database=database,
            timers=self.timers,
            channels={channel.name: channel for channel in channels},
            asking=self._ask,
            clock=self.ledger.now,
            metrics=self.metrics,
            name=name,
        )
        self.timer = OutboxTimer(self.outbox, database, self.timers, lambda: is_shifted)
        self.watch = TimerWatch(self.timers, [self.timer])

    async def _ask(self, notice: Notice) -> str | None:
        return self.gone.get(notice.id)

    def beside(self, name: str, channels: Sequence[Channel], *, is_shifted: bool = True) -> "Post":
        return Post(self.database, self.link, self.ledger.shift, name, channels, is_shifted=is_shifted)

    async def later(self, ms: int) -> None:
        """Let time pass: as where the clock of a demo is moved, but for this process alone."""
        self.ledger.hear_shift(self.ledger.shift + ms)

    async def noted(self, person: str = "mia", mark: str = "") -> Notice:
        """Something of which the person hears."""
        now = await self.ledger.now()
        mark = mark or f"{person}{now}"
        notice = Notice(0, person, "writing.opened", mark, "c1", "", {"role": "member"}, now, now)
        async with self.database.begin() as connection:
            [made] = await notices.append(connection, [notice])
        return made

    async def put(self, *rows: ToSend) -> None:
        async with self.database.begin() as connection:
            await queue.enqueue(connection, rows, await self.ledger.now())

    async def settle(self) -> None:
        """Do all that is due by the clock of this process."""
        self.outbox.work()
        assert await self.outbox.settled(WITHIN), "it goes on sending"

    async def rows(self) -> dict[str, OutboxRow]:
        """By key."""
        async with self.database.read() as connection:
            found = await connection.execute(select(OUTBOX).order_by(OUTBOX.c.id))
            return {row.key: row for row in map(row_of, found)}

    async def outcomes(self) -> dict[str, tuple[str | None, str | None]]:
        return {key: (row.outcome, row.reason) for key, row in (await self.rows()).items()}


@asynccontextmanager
async def opened(database: Database, store_url: str, channels: Sequence[Channel]) -> AsyncIterator[Post]:
    """With a clock that may be moved."""
    link = Link(store_url)
    await link.open()
    post = Post(database, link, 1, "first", channels)
    await post.ledger.load()
    try:
        yield post
    finally:
        await post.outbox.close()
        link.close()
