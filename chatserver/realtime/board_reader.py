"""One connection that watches the board: which rows it has been told of, and what it is told next."""

import asyncio
from collections.abc import Callable, Mapping
from typing import Protocol

from chatserver.conversations.standing_view import totals_of
from chatserver.protocol.board import BoardShown
from chatserver.protocol.commands import Watch
from chatserver.protocol.event import Event
from chatserver.replies.board import Wanted
from chatserver.replies.board_rows import BoardRows, RowLook
from quotas.instant import text
from quotas.ledger.open_waits import Totals

ViewKey = tuple[Wanted, int, bool]
"""What is wanted, how many rows, and whether with steps: those who watch the same share what is kept for them."""
ROWS_AT_ONCE, ROWS_WITH_STEPS = 250, 50
"""Rows of one event, those that are removed among them: some 50 KiB, and 2 ms of this process."""


class Watcher(Protocol):
    """What the watch needs of a connection."""

    @property
    def is_congested(self) -> bool:
        """Whether much waits for it: it is told later, and then only how things are by then."""

    def tell(self, event: Event) -> None:
        """Send an event."""


class BoardReader:
    """What one connection watches, and which rows it has."""

    def __init__(self, watcher: Watcher, command: Watch) -> None:
        wanted = Wanted(command.state, command.mentor or "", command.plan or "")
        self.view: ViewKey = wanted, command.limit, command.steps
        self._watcher = watcher
        self._at_once = ROWS_WITH_STEPS if command.steps else ROWS_AT_ONCE
        self.start_over()

    def start_over(self) -> None:
        """The next event is a snapshot."""
        self._told: dict[str, RowLook] = {}
        self._totals: Totals | None = None

    async def tell(
        self, looks: dict[str, RowLook], totals: Totals, now: int, rows: BoardRows, watches: Callable[[], bool]
    ) -> bool:
        """Say what differs from what was said last, if anything does; False where the rest must wait.

        Between events others have their turn; `watches` says whether this one still does.
        """
        told = self._told
        different = [name for name in told if name not in looks]
        different += [name for name, look in looks.items() if (was := told.get(name)) is not look and was != look]
        if different or totals != self._totals:
            self._told = told = dict(told)
            for start in range(0, len(different) or 1, self._at_once):
                if self._watcher.is_congested or not watches():
                    return False
                some = different[start : start + self._at_once]
                self._say(some, looks, totals, now, rows, more=start + self._at_once < len(different))
                await asyncio.sleep(0)
        if self._told is told:
            self._told = looks
        return True

    def _say(
        self, some: list[str], looks: Mapping[str, RowLook], totals: Totals, now: int, rows: BoardRows, *, more: bool
    ) -> None:
        snapshot, self._totals = self._totals is None, totals
        here = {name: looks[name] for name in some if name in looks}
        gone = [name for name in some if name not in looks]
        self._told.update(here)
        for name in gone:
            del self._told[name]
        shown = [rows.row(look, now) for look in here.values()]
        self._watcher.tell(BoardShown(snapshot, text(now), totals_of(totals), shown, gone, more))
