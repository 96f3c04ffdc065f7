"""The board for those who watch it: a snapshot, then what changed, at most four times a second.

While somebody watches, the process hears of every wait that changes, and keeps the rows that are shown. What it
hears only says where to look: what is owed is read from the store, once for all changes since the last time.
"""

import asyncio
import logging
from contextlib import suppress
from functools import partial
from typing import NamedTuple

from chatserver.operating.store_clock import StoreClock
from chatserver.protocol.commands import Watch
from chatserver.realtime.board_reader import BoardReader, ViewKey, Watcher
from chatserver.replies.board import Board, Wanted
from chatserver.replies.board_rows import BoardRows
from chatserver.replies.board_views import BoardView, MentorView, WholeView
from chatserver.sessions.absences import AbsenceBook
from quotas.ledger import feed, keys
from quotas.ledger.open_waits import OpenWait, OpenWaits
from quotas.ledger.partitions import gathered
from quotas.ledger.redis import RedisLedger
from quotas.plans import Policy
from quotas.store.errors import StoreError
from quotas.store.port import Store

TELL_EVERY = 0.25
"""Seconds between two events to one watcher."""
LOOK_EVERY = 30.0
"""Seconds after which who stands in for mentors is looked at again: an absence begins and ends beside their waits."""
REST = 3
"""How many times as long as reading took the store is left alone, where somebody watches a plan: see `open_waits`."""
TRY_AGAIN_AFTER = 1.0
"""Seconds until the store is asked again, after it did not answer."""
CHANNELS: dict[bytes, int] = {keys.board(partition).encode(): partition for partition in range(keys.PARTITIONS)}


logger = logging.getLogger(__name__)


class _Kept(NamedTuple):
    """A view, and how its rows look."""

    view: BoardView
    rows: BoardRows


class BoardSubscriptions:
    """Everyone at this process who watches. It costs nothing while nobody does."""

    def __init__(
        self,
        *,
        store: Store,
        ledger: RedisLedger,
        clock: StoreClock,
        board: Board,
        waits: OpenWaits,
        absences: AbsenceBook,
        policy: Policy,
    ) -> None:
        self._store = store
        self._ledger = ledger
        self._clock = clock
        self._board = board
        self._waits = waits
        self._absences = absences
        self._policy = policy
        self._substitutes: dict[str, str] = {}
        """By mentor, of those in rows that are shown."""
        self._asked_about: set[str] = set()
        self._ask_again_at = 0.0
        self._readers: dict[Watcher, BoardReader] = {}
        self._views: dict[ViewKey, _Kept] = {}
        self._changed: set[str] = set()
        self._woken = asyncio.Event()
        self._task: asyncio.Task[None] | None = None

    def watch(self, watcher: Watcher, command: Watch) -> None:
        """Begin, end or change what `watcher` watches."""
        if not command.replies:
            self.leave(watcher)
            return
        self._readers[watcher] = BoardReader(watcher, command)
        self._woken.set()
        if self._task is None:
            self._subscribe()
            self._task = asyncio.get_running_loop().create_task(self._run())

    def leave(self, watcher: Watcher) -> None:
        """It watches no more; after the last one nothing is heard and kept any longer."""
        if self._readers.pop(watcher, None) is None or self._readers:
            return
        for channel in CHANNELS:
            self._store.unsubscribe(channel)
        self.stop()

    def stop(self) -> None:
        """Tell nobody any more."""
        if self._task is not None:
            self._task.cancel()
            self._task = None
        self._views = {}
        self._changed.clear()

    def pushed(self, payload: bytes) -> None:
        """The store published that a wait is another one now: `<conversation> …`."""
        if self._task is not None:
            self._changed.add(feed.read_board(payload))
            self._woken.set()

    def start_over(self) -> None:
        """Something that was published may have been missed: everything is read anew and said anew."""
        if self._task is None:
            return
        self._views = {}
        for reader in self._readers.values():
            reader.start_over()
        self._woken.set()

    def _subscribe(self) -> None:
        for channel in CHANNELS:
            self._store.subscribe(channel)

    async def _run(self) -> None:
        loop = asyncio.get_running_loop()
        while True:
            with suppress(TimeoutError):
                await asyncio.wait_for(self._woken.wait(), LOOK_EVERY)
            self._woken.clear()
            began = loop.time()
            try:
                await self._tell(await self._catch_up())
            except StoreError:
                self._views = {}
                self._woken.set()
                await asyncio.sleep(TRY_AGAIN_AFTER)
            except Exception:
                logger.exception("the board cannot be shown; it is read anew")
                self.start_over()
                await asyncio.sleep(TRY_AGAIN_AFTER)
            else:
                walks = any(wanted.plan for wanted, _, _ in self._views)
                await asyncio.sleep(max(TELL_EVERY, REST * (loop.time() - began) if walks else 0))

    async def _catch_up(self) -> int:
        """Bring what is kept up to date with every change that was heard; returns the instant. Raises StoreError.

        What is heard of again meanwhile is read again the next time.
        """
        changed, self._changed = self._changed, set()
        views = self._views
        for unwanted in views.keys() - {reader.view for reader in self._readers.values()}:
            del views[unwanted]
        now = await self._ledger.now()
        self._clock.hear(now)
        changes = dict(await gathered(self._look(conversation) for conversation in changed))
        for key in {reader.view for reader in self._readers.values()}:
            kept = views.get(key) or self._view(*key)
            await kept.view.catch_up(changes, now)
            views[key] = kept
        return now

    async def _learn_substitutes(self, mentors: set[str], now: int) -> None:
        """Who stands in is asked for mentors that are new here, and of all of them once in a while."""
        looked_at = asyncio.get_running_loop().time()
        if looked_at >= self._ask_again_at:
            self._asked_about, self._substitutes = set(), {}
            self._ask_again_at = looked_at + LOOK_EVERY
        if unknown := mentors - self._asked_about:
            self._substitutes |= await self._absences.substitutes(unknown, now)
            self._asked_about |= unknown

    def _view(self, wanted: Wanted, limit: int, steps: bool) -> _Kept:
        rows = BoardRows(self._policy, steps=steps)
        if wanted.mentor:
            return _Kept(MentorView(self._board, wanted, limit), rows)
        return _Kept(WholeView(self._board, self._waits, wanted, limit), rows)

    async def _look(self, conversation: str) -> tuple[str, OpenWait | None]:
        return conversation, await self._waits.of(conversation)

    async def _tell(self, now: int) -> None:
        """Whoever began to watch while the store was read, or must start over, is told the next time."""
        views = dict(self._views)
        shown = {key: kept.view.first(now) for key, kept in views.items()}
        await self._learn_substitutes({wait.mentor for waits in shown.values() for wait in waits}, now)
        looks = {key: views[key].rows.looks(waits, now, self._substitutes) for key, waits in shown.items()}
        totals = {key: kept.view.totals(now) for key, kept in views.items()}
        for watcher, reader in list(self._readers.items()):
            key = reader.view
            if key in looks and not await reader.tell(
                looks[key], totals[key], now, views[key].rows, partial(self._watches, watcher, reader)
            ):
                self._woken.set()

    def _watches(self, watcher: Watcher, reader: BoardReader) -> bool:
        return self._readers.get(watcher) is reader
