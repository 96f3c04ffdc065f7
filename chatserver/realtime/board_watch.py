"""The board for those who watch it: a snapshot, then what changed, at most four times a second.

While somebody watches, the process hears of every wait that changes, and keeps them all in order. What it hears only
says where to look: what is owed is read from the store, once for all changes of a conversation since the last time.
"""

import asyncio
from typing import Protocol

from chatserver.protocol.commands import Watch
from chatserver.protocol.events import Event, Owed, Replies
from chatserver.workflows.board import Wanted, gathered
from chatserver.workflows.board_index import BoardIndex
from chatserver.workflows.standing_view import owed_of, totals_of
from chatserver.workflows.store_clock import StoreClock
from quotas.instant import text
from quotas.ledger import keys
from quotas.ledger.base import LedgerError
from quotas.ledger.open_waits import BEFORE_ALL, OpenWait, OpenWaits, Totals
from quotas.ledger.redis import RedisLedger
from quotas.ledger.store import Store

TELL_EVERY = 0.25
"""Seconds between two events to one watcher."""
TRY_AGAIN_AFTER = 1.0
"""Seconds until the store is asked again, after it did not answer."""
ALL = 1_000_000_000
"""More waits than a partition holds."""
CHANNELS: dict[bytes, int] = {keys.board(partition).encode(): partition for partition in range(keys.PARTITIONS)}


class Reader(Protocol):
    """What the watch needs of a connection."""

    @property
    def is_congested(self) -> bool:
        """Whether much waits for it: it is told later, and then only how things are by then."""

    def tell(self, event: Event) -> None:
        """Send an event."""


class _Watcher:
    """What one connection watches, and which rows it has."""

    def __init__(self, reader: Reader, command: Watch) -> None:
        self.wanted = Wanted(command.state, command.mentor or "", command.plan or "")
        self._limit = command.limit
        self._reader = reader
        self.start_over()

    def start_over(self) -> None:
        """The next event is a snapshot."""
        self._told: dict[str, Owed] = {}
        self._totals: Totals | None = None

    def tell(self, index: BoardIndex, totals: Totals, now: int) -> bool:
        """Say what differs from what was said last, if anything does; False where the reader must catch up first."""
        if self._reader.is_congested:
            return False
        rows = {wait.conversation: owed_of(wait, now) for wait in index.first(self.wanted, self._limit, now)}
        changed = [row for conversation, row in rows.items() if self._told.get(conversation) != row]
        removed = [conversation for conversation in self._told if conversation not in rows]
        if changed or removed or totals != self._totals:
            snapshot = self._totals is None
            self._told, self._totals = rows, totals
            self._reader.tell(Replies(snapshot, text(now), totals_of(totals), changed, removed))
        return True


class BoardWatch:
    """Everyone at this process who watches. It costs nothing while nobody does."""

    def __init__(self, link: Store, ledger: RedisLedger, clock: StoreClock) -> None:
        self._link = link
        self._ledger = ledger
        self._clock = clock
        self._waits = OpenWaits(link, ledger)
        self._watchers: dict[Reader, _Watcher] = {}
        self._index: BoardIndex | None = None
        self._changed: set[str] = set()
        self._woken = asyncio.Event()
        self._task: asyncio.Task[None] | None = None

    def watch(self, reader: Reader, command: Watch) -> None:
        """Begin, end or change what `reader` watches."""
        if not command.replies:
            self.leave(reader)
            return
        self._watchers[reader] = _Watcher(reader, command)
        self._woken.set()
        if self._task is None:
            self._subscribe()
            self._task = asyncio.get_running_loop().create_task(self._run())

    def leave(self, reader: Reader) -> None:
        """It watches no more; after the last one nothing is heard and kept any longer."""
        if self._watchers.pop(reader, None) is None or self._watchers:
            return
        for channel in CHANNELS:
            self._link.unsubscribe(channel)
        self.stop()

    def stop(self) -> None:
        """Tell nobody any more."""
        if self._task is not None:
            self._task.cancel()
            self._task = None
        self._index = None
        self._changed.clear()

    def pushed(self, payload: bytes) -> None:
        """The store published that a wait is another one now: `<conversation> …`."""
        if self._task is not None:
            self._changed.add(payload.partition(b" ")[0].decode())
            self._woken.set()

    def start_over(self) -> None:
        """Something that was published may have been missed: everything is read anew and said anew."""
        if self._task is None:
            return
        self._index = None
        for watcher in self._watchers.values():
            watcher.start_over()
        self._woken.set()

    def _subscribe(self) -> None:
        for channel in CHANNELS:
            self._link.subscribe(channel)

    async def _run(self) -> None:
        while True:
            await self._woken.wait()
            self._woken.clear()
            try:
                self._tell(await self._current())
            except LedgerError:
                self._index = None
                self._woken.set()
                await asyncio.sleep(TRY_AGAIN_AFTER)
            else:
                await asyncio.sleep(TELL_EVERY)

    async def _current(self) -> BoardIndex:
        """The index with every change that was heard. Raises LedgerError."""
        index = self._index
        if index is None:
            now = await self._ledger.now()
            self._clock.hear(now)
            self._changed.clear()
            read = (self._waits.first(each, now, ALL, after=BEFORE_ALL) for each in range(keys.PARTITIONS))
            index = self._index = BoardIndex(wait for _, waits in await gathered(read) for wait in waits)
        changed, self._changed = self._changed, set()
        found = await gathered(self._look(conversation) for conversation in changed)
        for conversation, wait in found:
            # What was heard of again meanwhile is read again: this answer may be older.
            if conversation not in self._changed:
                index.put(conversation, wait)
        return index

    async def _look(self, conversation: str) -> tuple[str, OpenWait | None]:
        return conversation, await self._waits.of(conversation)

    def _tell(self, index: BoardIndex) -> None:
        now = self._clock.now()
        totals: dict[tuple[str, str], Totals] = {}
        for watcher in self._watchers.values():
            wanted = watcher.wanted
            scope = wanted.mentor, wanted.plan
            if scope not in totals:
                totals[scope] = index.totals(wanted, now)
            if not watcher.tell(index, totals[scope], now):
                self._woken.set()
