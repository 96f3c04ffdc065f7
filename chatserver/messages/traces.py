"""What is left of deleted messages where nobody reads it: in files and pages, until those are written anew.

Once a day at most, where something was deleted since, or is not kept as evidence any more. The ledger's log has lost
it when the archive has the deletion (`lua/archive.lua`), the archive's rows in the same step; files of messages have a
sweep of their own.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Collection, Sequence

from sqlalchemy.ext.asyncio import AsyncConnection

from chatserver.messages.rows import messages
from chatserver.operating.agenda import Agenda
from chatserver.operating.append_only_file import rewritten
from chatserver.operating.duty import Duty, Pace, Words
from chatserver.records.database import Database
from chatserver.records.leftover_pages import without_leftovers
from chatserver.records.tables import (
    ATTACHMENTS,
    CASE_EVIDENCE,
    DRAFTS,
    EXERCISES,
    HELD_FILES,
    LATER_MESSAGES,
    MESSAGES,
)
from quotas.instant import HOUR, SECOND
from quotas.ledger import keys
from quotas.ledger.archive import LedgerArchive
from quotas.ledger.partitions import of_partitions
from quotas.ledger.redis import RedisLedger
from quotas.store.port import Store

WITHIN = 20 * HOUR
"""ms from the first deletion until traces are removed: the rest of the day is for what goes wrong."""
TABLES = (MESSAGES, LATER_MESSAGES, DRAFTS, EXERCISES, ATTACHMENTS, CASE_EVIDENCE, HELD_FILES)
"""In which the text of a message, or what opens its files, has been."""
_PACE = Pace(every=3600.0, retry_after=600.0, lease=2 * HOUR)
_TRACELESS = "traceless"
_WORDS = Words(
    no_store="the store does not answer; traces of deleted messages are removed later",
    no_database="traces of deleted messages are removed later: %s",
    failed="traces of deleted messages could not be removed; the next sweep tries again",
)

FirstSince = Callable[[AsyncConnection, int], Awaitable[int | None]]
"""When something was removed first, of what was since that instant (ms); None: nothing was."""

logger = logging.getLogger(__name__)


class TraceSweep:
    """One process's part in it. `removals`: of what goes from these tables beside messages."""

    def __init__(
        self,
        *,
        store: Store,
        name: str,
        database: Database,
        ledger: RedisLedger,
        ledger_archive: LedgerArchive,
        removals: Sequence[FirstSince] = (),
    ) -> None:
        self._duty = Duty(store, keys.CLEANER, name, Agenda(), _WORDS, logger)
        self._store = store
        self._database = database
        self._ledger = ledger
        self._ledger_archive = ledger_archive
        self._removals = (messages.first_deletion, *removals)
        self._not_before = 0.0

    async def run(self) -> None:
        """Look until cancelled, whenever it is this process's turn."""
        await self._duty.run(self._look, _PACE)

    async def _look(self, partitions: Collection[int]) -> bool:
        loop = asyncio.get_running_loop()
        # Where the archive is far behind, what was deleted stays due: not at each look.
        if loop.time() >= self._not_before and await self.sweep():
            self._not_before = loop.time() + WITHIN / SECOND
        return False

    async def sweep(self) -> bool:
        """Remove traces where they are due; whether they are gone now. Raises StoreError, DatabaseError."""
        since, now = await self._traceless(), await self._ledger.now()
        async with self._database.read() as connection:
            firsts = [await each(connection, since) for each in self._removals]
        first = min((each for each in firsts if each is not None), default=now)
        if now - first < WITHIN:
            return False
        # What was deleted before this is in the archive, and so out of the ledger's log.
        upto = min([now, *(at for at in await of_partitions(self._ledger_archive.oldest) if at is not None)])
        for table in await without_leftovers(self._database, TABLES):
            logger.warning(
                "the table %s is too large to be written anew beside the server: pages of it may hold deleted messages "
                "until `VACUUM (FULL) %s`, see docs/operations.md",
                table,
                table,
            )
        if problem := await rewritten(self._store):
            logger.warning("traces of deleted messages are removed later: %s", problem)
            return False
        await self._store.request("HSET", keys.META, _TRACELESS, upto)
        logger.info("removed what was left of deleted messages")
        return True

    async def _traceless(self) -> int:
        return int(await self._store.request("HGET", keys.META, _TRACELESS) or 0)
