"""Series go on by themselves, whichever process is awake: a timer rings when one has something to do."""

import logging

from chatserver.records.database import Database, DatabaseError
from chatserver.sessions.rows import series as rows
from chatserver.sessions.series_making import SERIES, SeriesMaking
from quotas.instant import MINUTE
from quotas.ledger.redis import RedisLedger
from quotas.ledger.timers import Rung, Timers

MISSED_BY = 5 * MINUTE
"""A series that has been due for so long has lost its timer: a process died before it set one, or the store lost it."""
MOST = 100
"""Series that get their lost timers back at once."""

logger = logging.getLogger(__name__)


class SeriesTimers:
    """What timers of series are for: a `TimerKind`."""

    kind = SERIES

    def __init__(self, *, database: Database, making: SeriesMaking, timers: Timers, ledger: RedisLedger) -> None:
        self._database = database
        self._making = making
        self._timers = timers
        self._ledger = ledger

    async def arm(self, partition: int) -> int:
        """Give series their lost timers back; of how many. Raises StoreError.

        The records hold those of all partitions, so they are looked at once, for partition 0.
        """
        if partition:
            return 0
        now = await self._ledger.now()
        try:
            async with self._database.read() as connection:
                found = await rows.overdue(connection, now - MISSED_BY, MOST)
        except DatabaseError:
            logger.debug("the database does not answer; lost timers of series are looked for later")
            return 0
        for conversation, id in found:
            await self._timers.set_timer(conversation, SERIES, id, now)
        return len(found)

    async def ring(self, rung: Rung) -> None:
        """Book and ask what is due. Raises StoreError, DatabaseError."""
        await self._making.look(rung.name)
