"""What a process keeps of the board for those who watch it: the rows that are shown, brought up to date by changes."""

from collections.abc import Mapping

from chatserver.replies.board import EVERY_WAIT, Board, Wanted, by_urgency, totals_of
from chatserver.replies.board_heads import BoardHeads
from quotas.ledger import keys
from quotas.ledger.open_waits import BEFORE_ALL, OpenWait, OpenWaits, Totals

WaitChanges = Mapping[str, OpenWait | None]
"""What is owed by now in conversations of which something was heard; None for nothing."""


class WholeView:
    """The first `limit` rows of everybody's waits, on one plan or any.

    It keeps the heads of the partitions and its rows, however many waits there are. A change costs reading its
    partition's head again.
    """

    def __init__(self, board: Board, waits: OpenWaits, wanted: Wanted, limit: int) -> None:
        self._board = board
        self._wanted = wanted
        self._heads = BoardHeads(waits, limit, state=wanted.state, plan=wanted.plan, after=BEFORE_ALL)
        self._rows: dict[str, OpenWait] = {}
        self._is_read = False

    async def catch_up(self, changes: WaitChanges, now: int) -> None:
        """At first read everything, then where something has changed. Raises StoreError."""
        if self._is_read and not changes:
            return
        changed = {keys.partition(conversation) for conversation in changes}
        await self._heads.read(now, changed if self._is_read else range(keys.PARTITIONS))
        self._is_read = True
        known = {**self._rows, **changes}
        shown = [conversation for _, conversation in self._heads.places()]
        found = await self._board.of_conversations(each for each in shown if known.get(each) is None)
        known.update((wait.conversation, wait) for wait in found)
        self._rows = {each: wait for each in shown if (wait := known.get(each)) is not None}

    def first(self, now: int) -> list[OpenWait]:
        """The rows to show, the most urgent first."""
        if self._wanted == EVERY_WAIT:
            return list(self._rows.values())
        return [wait for wait in self._rows.values() if self._wanted.has(wait, now)]

    def totals(self, now: int) -> Totals:
        """How many there are, by the clock of when each partition was read: whatever is missed later is a change."""
        return self._heads.totals()


class MentorView:
    """The first `limit` rows of one mentor, who has few conversations: all are kept."""

    def __init__(self, board: Board, wanted: Wanted, limit: int) -> None:
        self._board = board
        self._wanted = wanted
        self._limit = limit
        self._waits: dict[str, OpenWait] | None = None

    async def catch_up(self, changes: WaitChanges, now: int) -> None:
        """At first read everything, then take over what has changed. Raises StoreError."""
        if self._waits is None:
            self._waits = {wait.conversation: wait for wait in await self._board.of_mentor(self._wanted)}
            return
        for conversation, wait in changes.items():
            self._waits.pop(conversation, None)
            if wait is not None and self._wanted.is_of(wait):
                self._waits[conversation] = wait

    def first(self, now: int) -> list[OpenWait]:
        """The rows to show, the most urgent first."""
        waits = self._waits or {}
        return sorted((each for each in waits.values() if self._wanted.has(each, now)), key=by_urgency)[: self._limit]

    def totals(self, now: int) -> Totals:
        """How many there are, whatever the state."""
        return totals_of((self._waits or {}).values(), now)


BoardView = WholeView | MentorView
