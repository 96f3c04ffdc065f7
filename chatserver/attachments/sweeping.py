"""What goes by itself: files that nobody sent, that were deleted, half uploaded, kept no more, or without a row; and
what waits to be scanned.

One process at a time does it. Each step may be done again.
"""

import logging
import time
from collections.abc import Awaitable, Callable, Collection

from chatserver.attachments.attachment import Attachment
from chatserver.attachments.book import AttachmentBook
from chatserver.attachments.file_store import FileStore, FileStoreError
from chatserver.attachments.kept_file import read_file
from chatserver.attachments.opening import with_details
from chatserver.attachments.removal import remove
from chatserver.attachments.rows import attachments as rows
from chatserver.attachments.rows import held_files
from chatserver.attachments.virus_scan import ScannerGoneError, Verdict, VirusScanner
from chatserver.keys.conversation_keys import ConversationKeys
from chatserver.keys.sealing import SealError
from chatserver.operating.agenda import Agenda
from chatserver.operating.duty import Duty, Pace, Words
from chatserver.records.database import Database
from quotas.instant import DAY, HOUR, MINUTE, SECOND
from quotas.ledger import keys as names
from quotas.store.port import Store

UNSENT_FOR = DAY
"""ms for which an upload waits for its message."""
CLAIMED_FOR = 4 * DAY
"""ms for which a message that may be sent again keeps its files: as long as its id may be remembered."""
ARRIVES_WITHIN = HOUR
"""ms after which an upload that is not there was given up."""
SCAN_AGAIN = 30 * SECOND
"""ms after which the scanner is asked again."""
ORPHANS_EVERY = 6 * 3600.0
"""Seconds between looks at what is kept without a row."""
ORPHANED_FOR = 2 * 3600.0
"""Seconds for which it may be on its way to one."""
BATCH = 100
"""Rows in one sweep."""
_PACE = Pace(every=30.0, retry_after=60.0, lease=10 * MINUTE)
_WORDS = Words(
    no_store="the store does not answer; files are swept later",
    no_database="files are swept later: %s",
    failed="files could not be swept; the next sweep tries again",
)

logger = logging.getLogger(__name__)


class AttachmentSweep:
    """One process's part in it."""

    def __init__(
        self,
        *,
        store: Store,
        name: str,
        database: Database,
        keys: ConversationKeys,
        files: FileStore,
        book: AttachmentBook,
        scanner: VirusScanner | None,
        clock: Callable[[], Awaitable[int]],
    ) -> None:
        self._duty = Duty(store, names.SWEEPER, name, Agenda(), _WORDS, logger)
        self._database = database
        self._keys = keys
        self._files = files
        self._book = book
        self._scanner = scanner
        self._clock = clock
        self._orphans_after = time.monotonic() + ORPHANED_FOR

    async def run(self) -> None:
        """Sweep until cancelled, whenever it is this process's turn."""
        await self._duty.run(self._look, _PACE)

    async def _look(self, partitions: Collection[int]) -> bool:
        if self._files.is_empty:
            return False
        if time.monotonic() >= self._orphans_after:
            self._orphans_after = time.monotonic() + ORPHANS_EVERY
            await self.sweep_orphans(time.time() - ORPHANED_FOR)
        return await self.sweep()

    async def sweep(self) -> bool:
        """Whether there may be more. Raises StoreError, DatabaseError."""
        now = await self._clock()
        async with self._database.read() as connection:
            deleted = await rows.in_state(connection, "deleted", now + 1, BATCH)
            given_up = await rows.in_state(connection, "arriving", now - ARRIVES_WITHIN, BATCH)
            unsent = await rows.in_state(connection, "ready", now - UNSENT_FOR, BATCH, unsent=True)
            unsent += await rows.in_state(connection, "refused", now - UNSENT_FOR, BATCH, unsent=True)
            waiting = await rows.in_state(connection, "checking", now - SCAN_AGAIN, BATCH)
            let_go = await held_files.kept_no_more(connection, BATCH)
            named = await rows.refs(connection, let_go)
        gone = 0
        for each in [*deleted, *given_up]:
            gone += await self._remove(each)
        for each in unsent:
            # Its message may have been written by a process that died before it noted so.
            is_claimed = each.message is not None and now - each.changed_at < CLAIMED_FOR
            if (await self._book.placed(each)).seq is None and not is_claimed:
                gone += await self._remove(each)
        for ref in let_go:
            gone += await self._forget_let_go(ref, is_named=ref in named)
        await self._scan(waiting, now)
        return gone >= BATCH

    async def sweep_orphans(self, before: float) -> int:
        """Remove what is kept since before that instant (s) and no row names; how many files. Raises DatabaseError."""
        orphans: set[str] = set()
        try:
            await self._files.remove_drafts(before)
            async for some in self._files.all():
                old = {each.ref for each in some if each.since < before}
                async with self._database.read() as connection:
                    orphans |= old - await rows.refs(connection, old) - await held_files.named(connection, old)
            for ref in orphans:
                await self._files.remove(ref)
        except FileStoreError as error:
            logger.warning("%s; the next sweep tries again", error)
        return len(orphans)

    async def _remove(self, found: Attachment) -> bool:
        try:
            return await remove(self._database, self._files, found)
        except FileStoreError as error:
            logger.warning("%s; the next sweep tries again", error, extra={"conversation": found.conversation})
            return False

    async def _forget_let_go(self, ref: str, *, is_named: bool) -> bool:
        """`is_named`: an attachment's row has it, so that it goes with that."""
        if not is_named:
            try:
                await self._files.remove(ref)
            except FileStoreError as error:
                logger.warning("%s; the next sweep tries again", error)
                return False
        async with self._database.begin() as connection:
            await held_files.forget_let_go(connection, ref)
        return True

    async def _scan(self, waiting: list[Attachment], now: int) -> None:
        for each in await with_details(self._keys, waiting):
            try:
                verdict = await self._verdict(each)
            except ScannerGoneError as error:
                logger.warning("%s; files wait until it does", error)
                return
            except (FileStoreError, SealError) as error:
                logger.warning("%s; the next sweep tries again", error, extra={"conversation": each.conversation})
                continue
            async with self._database.begin() as connection:
                await rows.settle(connection, each.ref, "ready" if verdict == "clean" else "refused", now)

    async def _verdict(self, found: Attachment) -> Verdict:
        """Without a scanner, which an operator has taken away, nothing waits for one."""
        if self._scanner is None:
            return "clean"
        if found.details is None:
            return "infected"  # Nobody can open it any more.
        async with self._scanner.scan() as scan:
            async for part in read_file(self._files, found.ref, found.details.secret, found.size, 0, found.size):
                await scan.feed(part)
            return await scan.verdict()
