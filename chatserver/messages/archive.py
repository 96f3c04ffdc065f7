"""Messages go from the ledger to the records: read at least once, stored exactly once, and only then trimmed.

With the messages goes how the conversation stands, so that a store that was lost comes back as it was then
(`chatserver/messages/restore.py`). A process that dies between commit and trimming leaves the messages to be read
again, and their rows are there already.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Collection, Iterable, Sequence
from typing import Protocol

from msgspec import Struct
from sqlalchemy.ext.asyncio import AsyncConnection

from chatserver.messages.rows import ledger_snapshots, messages
from chatserver.messages.rows.ledger_snapshots import LedgerSnapshot
from chatserver.messages.rows.messages import MessageRow
from chatserver.operating.agenda import Agenda
from chatserver.operating.duty import Duty, Pace, Words
from chatserver.operating.metrics import Metrics
from chatserver.protocol.events import Author
from chatserver.records.database import Database, DatabaseError
from chatserver.settings import Settings
from quotas.instant import DAY, SECOND
from quotas.ledger import keys
from quotas.ledger.archive import Keep, LedgerArchive, Unarchived
from quotas.ledger.partitions import EVERYWHERE, answered, of_partitions
from quotas.ledger.redis import RedisLedger
from quotas.store.errors import StoreError
from quotas.store.port import Store

POLL_EVERY = 5.0
"""Seconds between looks at what waits to be archived, at least."""
AWAITED = 1
"""Seconds until it is archived, and between looks, while somebody waits for what comes into the archive."""
RETRY_AFTER = 10.0
"""Seconds after a look that failed."""
LEASE = 30 * SECOND
"""How long after its last look a process may be silent before another one takes over."""
BATCH = 20
"""Conversations stored in one transaction, so that nobody who writes waits long."""
MOST_MESSAGES = 100
"""Messages of one conversation in it."""

_WORDS = Words(
    no_store="the store does not answer; its messages are archived later",
    no_database="messages are archived later: %s",
    failed="messages could not be archived; they stay in the store",
)

logger = logging.getLogger(__name__)

_Read = dict[str, Unarchived]


class ArchivedMessage(Struct, frozen=True):
    """Somebody's message, without its text. `at` in ms."""

    conversation: str
    seq: int
    at: int
    sender: str
    role: Author
    id: str


class ArchiveListener(Protocol):
    """Hears of messages as they come into the archive."""

    async def is_waiting(self) -> bool:
        """Whether messages are wanted at once. Raises DatabaseError."""

    async def note(self, connection: AsyncConnection, messages: Sequence[ArchivedMessage], now: int) -> int | None:
        """In the transaction that stores them; some may have been stored before. What `tell` is to know."""

    async def tell(self, noted: int | None) -> None:
        """After the commit. Raises nothing."""


class MessageFiles(Protocol):
    """Hears, in the transaction that stores messages, where files stand."""

    async def note_sent(
        self, connection: AsyncConnection, conversation: str, person: str, message: str, seq: int, ids: Sequence[str]
    ) -> None:
        """That message has that seq, and carries these."""


WhenDeleted = Callable[[AsyncConnection, str, int, int], Awaitable[None]]
"""Hears, in the transaction that stores a deletion, of which conversation and seq that message was; and when (ms)."""


class Nobody:
    """Nobody listens."""

    async def is_waiting(self) -> bool:
        return False

    async def note(self, connection: AsyncConnection, messages: Sequence[ArchivedMessage], now: int) -> int | None:
        return None

    async def tell(self, noted: int | None) -> None:
        return None

    async def note_sent(
        self, connection: AsyncConnection, conversation: str, person: str, message: str, seq: int, ids: Sequence[str]
    ) -> None:
        return None


class Archive:
    """One process's part in it. `name` tells processes apart; any number may run on one store."""

    def __init__(
        self,
        *,
        store: Store,
        ledger: RedisLedger,
        ledger_archive: LedgerArchive,
        database: Database,
        settings: Settings,
        metrics: Metrics,
        name: str,
        listener: ArchiveListener | None = None,
        files: MessageFiles | None = None,
        when_deleted: Sequence[WhenDeleted] = (),
    ) -> None:
        self.agenda = Agenda(settings.archive_after)
        self._duty = Duty(store, keys.ARCHIVIST, name, self.agenda, _WORDS, logger)
        self._ledger = ledger
        self._ledger_archive = ledger_archive
        self._database = database
        self._metrics = metrics
        self._listener: ArchiveListener = listener or Nobody()
        self._files: MessageFiles = files or Nobody()
        self._when_deleted = tuple(when_deleted)
        self._usual_delay = settings.archive_after
        self._pace = Pace(POLL_EVERY, RETRY_AFTER, LEASE)
        self._keep = Keep(settings.archive_keep_messages, settings.archive_keep_days * DAY)

    async def run(self) -> None:
        """Work until cancelled. While store or database is gone, messages stay in the store."""
        await self._duty.run(self.sweep, self._current_pace)

    async def _current_pace(self) -> Pace:
        """Whoever waits for messages is asked after; without an answer, it stays as it was."""
        try:
            is_awaited = await self._listener.is_waiting()
        except DatabaseError:
            return self._pace
        delay = min(AWAITED, self._usual_delay) if is_awaited else self._usual_delay
        if delay < self.agenda.delay:
            self.agenda.look_everywhere()
        self.agenda.delay = delay
        self._pace = Pace(AWAITED if is_awaited else POLL_EVERY, RETRY_AFTER, LEASE)
        return self._pace

    async def sweep(self, partitions: Collection[int] = EVERYWHERE) -> bool:
        """Archive what has waited long enough, a batch of each partition; whether there may be more.

        Raises StoreError, DatabaseError.
        """
        before = await self._ledger.now() - round(self.agenda.delay * SECOND)
        found = await of_partitions(
            self.agenda.asking(lambda partition: self._ledger_archive.due(partition, before, BATCH)), partitions
        )
        now = asyncio.get_running_loop().time()
        for due in found:
            if due.names:
                self.agenda.look(due.partition, now)
            elif due.next is not None:
                self.agenda.look(due.partition, now + (due.next - before) / SECOND)
        names = [name for due in found for name in due.names]
        more = any(len(due.names) == BATCH for due in found)
        for first in range(0, len(names), BATCH):
            # Short, as the whole sweep is not: the lease must not run out meanwhile.
            await self._duty.take(LEASE)
            more |= await self._archive_or_each(names[first : first + BATCH])
        return more

    async def _archive_or_each(self, names: list[str]) -> bool:
        """One that cannot be archived must not keep the others from it."""
        try:
            return await self.archive(names, self._keep)
        except (StoreError, DatabaseError):
            raise
        except Exception:
            logger.exception("a batch cannot be archived; each conversation is tried by itself")
        more = False
        for name in names:
            try:
                more |= await self.archive([name], self._keep)
            except (StoreError, DatabaseError):
                raise
            except Exception:
                logger.exception("it cannot be archived and stays in the store", extra={"conversation": name})
                await self._ledger_archive.postpone(name)
        return more

    async def archive(self, names: Iterable[str], keep: Keep) -> bool:
        """Archive these conversations, 100 messages of each, and trim what need not be kept; whether one has more.

        Raises StoreError, DatabaseError.
        """
        read = await self._read(names)
        async with self._database.begin() as connection:
            known = await messages.after(
                connection, {name: found.archived for name, found in read.items()}, MOST_MESSAGES + 1
            )
            forked = {name for name, rows in known.items() if not _agree(read[name], rows)}
            kept = {name: found for name, found in read.items() if name not in forked}
            rows = [messages.message_of(name, each) for name, found in kept.items() for each in found.messages]
            await messages.store(connection, rows)
            await messages.blank(connection, (row for row in rows if row.kind == "deletion"))
            now = await self._ledger.now()
            await self._tell_beside(connection, rows, now)
            await ledger_snapshots.store(
                connection,
                [
                    LedgerSnapshot(name, found.last_seq, now, found.state)
                    for name, found in kept.items()
                    if found.complete
                ],
            )
            written = [
                ArchivedMessage(row.conversation_id, row.seq, row.at, row.sender, row.role, row.message_id.decode())
                for row in rows
                if row.kind == "text"
            ]
            noted = await self._listener.note(connection, written, now)
        await self._listener.tell(noted)
        done = await asyncio.gather(*(self._ledger_archive.archived(name, found, keep) for name, found in kept.items()))
        self._metrics.archived += sum(
            len(found.messages) for found, was_first in zip(kept.values(), done, strict=True) if was_first
        )
        for name in forked:
            await self._tell_if_forked(name, known[name])
        return any(not found.complete for found in kept.values())

    async def _tell_if_forked(self, name: str, rows: dict[int, int]) -> None:
        """Another process may have been quicker by some messages: those are in the store too by now."""
        again = await self._ledger_archive.unarchived(name, MOST_MESSAGES + len(rows))
        if again is None or _agree(again, {seq: at for seq, at in rows.items() if seq > again.archived}):
            return
        logger.error(
            "the store has other messages than the archive: it was lost, or is older; run `chatserver rebuild`",
            extra={"conversation": name},
        )
        await self._ledger_archive.postpone(name)

    async def _tell_beside(self, connection: AsyncConnection, rows: Sequence[MessageRow], now: int) -> None:
        """Whoever keeps what messages have beside their texts."""
        for row in rows:
            of = connection, row.conversation_id
            if ids := messages.attachments_of(row):
                await self._files.note_sent(*of, row.sender, row.message_id.decode(), row.seq, ids)
            if row.kind == "deletion" or row.deleted:
                for hear in self._when_deleted:
                    await hear(*of, row.about or row.seq, now)

    async def _read(self, names: Iterable[str]) -> _Read:
        ordered = list(names)
        found = answered(await asyncio.gather(*(self._each(name) for name in ordered), return_exceptions=True))
        return {name: each for name, each in found if each is not None}

    async def _each(self, name: str) -> tuple[str, Unarchived | None]:
        return name, await self._ledger_archive.unarchived(name, MOST_MESSAGES)


def _agree(found: Unarchived, rows: dict[int, int]) -> bool:
    """Whether the archive's rows are messages that the ledger has, as after a death before `archived`."""
    written = {message.seq: message.at for message in found.messages}
    return all(written.get(seq) == at for seq, at in rows.items() if seq <= found.reached or found.complete)
