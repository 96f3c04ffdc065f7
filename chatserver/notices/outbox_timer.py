"""The outbox has one timer in the store, which rings when the next row is due; whichever process hears it, sends.

A look at the rows once a minute finds what a process committed that died before it could set the timer.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from math import inf

from sqlalchemy.ext.asyncio import AsyncConnection

from chatserver.notices.outbox import KIND, OWNER, TIMER, Outbox
from chatserver.notices.rows import notices, outbox_review, webhook_attempts, webhook_events
from chatserver.records.database import Database, DatabaseError
from quotas.instant import DAY, SECOND
from quotas.ledger import keys
from quotas.ledger.timers import Rung, Timers

WAIT_WITHIN = 1.5
"""Seconds in which what is due is sent before a clock that is moved goes on; less than a timer's lease."""
RING_AGAIN = SECOND
"""Ms after which it rings again while something is due or being sent: for others, too, who help."""
FORGET_EVERY = 3600.0
"""Seconds between looks for old rows."""
FORGET_SENT = 30 * DAY
FORGET_FAILED = 90 * DAY
"""For how many ms rows are kept after they were sent or dropped, and after they were given up; events of webhooks and
tries as long as the former."""
FORGET_NOTICES = 400 * DAY
"""For how many ms a notice stands in its list: longer than anything that could be noted once more."""
FORGET_AT_ONCE = 1_000

logger = logging.getLogger(__name__)


class OutboxTimer:
    """What the outbox's timer is for: a `TimerKind`.

    `is_shifted` says whether the clock is a demo's, which waits: nothing that hangs may keep other timers from ringing
    elsewhere.
    """

    kind = KIND

    def __init__(self, outbox: Outbox, database: Database, timers: Timers, is_shifted: Callable[[], bool]) -> None:
        self._outbox = outbox
        self._database = database
        self._timers = timers
        self._is_shifted = is_shifted
        self._forgot_at = -inf

    async def arm(self, partition: int) -> None:
        """Set it for what is due next, once a minute, and forget old rows. Raises StoreError."""
        if partition != keys.partition(OWNER):
            return
        try:
            if (due_at := await self._outbox.next_due()) is not None:
                await self._timers.set_earlier(OWNER, KIND, TIMER, due_at)
            await self._forget()
        except DatabaseError:
            logger.debug("the database does not answer; what is to be sent is looked for again")

    async def ring(self, rung: Rung) -> None:
        """Send what is due. Raises DatabaseError, StoreError."""
        self._outbox.work()
        if self._is_shifted():
            await self._outbox.settled(WAIT_WITHIN)
        again_at = rung.now + RING_AGAIN
        if not self._outbox.is_busy:
            if (due_at := await self._outbox.next_due()) is None:
                return
            again_at = max(again_at, due_at)
        await self._timers.set_next(OWNER, KIND, TIMER, again_at)

    async def _forget(self) -> None:
        now = asyncio.get_running_loop().time()
        if now - self._forgot_at < FORGET_EVERY:
            return
        self._forgot_at = now
        instant = await self._outbox.now()
        sent, failed = instant - FORGET_SENT, instant - FORGET_FAILED
        await self._emptied(lambda connection, most: outbox_review.forget(connection, sent, failed, most))
        await self._emptied(lambda connection, most: notices.forget(connection, instant - FORGET_NOTICES, most))
        # Also where nothing is sent: what only a disabled endpoint wants is kept for it, and no longer.
        await self._emptied(lambda connection, most: webhook_attempts.prune(connection, sent, most))
        await self._emptied(lambda connection, most: webhook_events.prune(connection, sent, most))

    async def _emptied(self, forget: Callable[[AsyncConnection, int], Awaitable[int]]) -> None:
        """Forget some at a time, until nothing is left to forget."""
        count = FORGET_AT_ONCE
        while count == FORGET_AT_ONCE:
            async with self._database.begin() as connection:
                count = await forget(connection, FORGET_AT_ONCE)
