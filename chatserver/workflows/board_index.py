"""The open waits as a process that has watchers keeps them: in order of urgency, brought up to date one by one."""

from bisect import bisect_left, insort
from collections.abc import Iterable, Iterator
from itertools import islice, takewhile

from chatserver.workflows.board import Wanted, totals_of
from quotas.ledger.open_waits import OpenWait, Place, Totals


class BoardIndex:
    """Without a mentor or plan to look for, a question costs what it answers, however many waits there are."""

    def __init__(self, waits: Iterable[OpenWait] = ()) -> None:
        self._waits = {wait.conversation: wait for wait in waits}
        self._order: list[Place] = sorted(wait.place for wait in self._waits.values())
        self._missed = sum(wait.missed for wait in self._waits.values())

    def put(self, conversation: str, wait: OpenWait | None) -> None:
        """This is what is owed in the conversation now; None for nothing."""
        known = self._waits.pop(conversation, None)
        if known is not None:
            del self._order[bisect_left(self._order, known.place)]
            self._missed -= known.missed
        if wait is not None:
            self._waits[conversation] = wait
            insort(self._order, wait.place)
            self._missed += wait.missed

    def first(self, wanted: Wanted, limit: int, now: int) -> list[OpenWait]:
        """The `limit` most urgent ones."""
        ordered: Iterator[OpenWait] = (self._waits[conversation] for _, conversation in self._order)
        if wanted.state != "waiting":  # What is overdue or missed stands before everything else.
            ordered = takewhile(lambda wait: wait.is_overdue(now) or wait.missed, ordered)
        return list(islice((wait for wait in ordered if wanted.is_of(wait) and wait.is_in(wanted.state, now)), limit))

    def totals(self, wanted: Wanted, now: int) -> Totals:
        """How many there are of the wanted mentor and plan, whatever the state."""
        if wanted.mentor or wanted.plan:
            return totals_of((wait for wait in self._waits.values() if wanted.is_of(wait)), now)
        return Totals(len(self._order), bisect_left(self._order, (now, "")), self._missed)
