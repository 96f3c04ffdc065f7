"""The head of the board: the most urgent open waits of all partitions, merged from a few of each."""

from collections.abc import Iterable
from itertools import chain
from math import inf

from msgspec import Struct

from quotas.admission import WaitState
from quotas.ledger import keys
from quotas.ledger.open_waits import OpenWaits, Place, Totals
from quotas.ledger.partitions import AT_ONCE, gathered

WALKS_AT_ONCE = 4
"""Requests made in one go at which the store reads every wait of a partition: messages wait behind them."""
BEHIND_ALL: Place = (inf, "\uffff")


class _Head(Struct, frozen=True):
    totals: Totals
    places: list[Place]
    may_have_more: bool


class BoardHeads:
    """The first `most` waits beyond `after` of a state and plan. All methods raise StoreError.

    It keeps a few places of each partition, so that after a change only the partition in which it was is read again.
    """

    def __init__(
        self, waits: OpenWaits, most: int, *, state: WaitState = "waiting", plan: str = "", after: Place
    ) -> None:
        self._waits = waits
        self._most = most
        self._state = state
        self._plan = plan
        self._after = after
        self._few = 3 + most // 64
        """Twice to four times what a partition has of the first `most` on average: most have no more of them."""
        self._heads: dict[int, _Head] = {}

    async def read(self, now: int, partitions: Iterable[int] = range(keys.PARTITIONS)) -> None:
        """Look at these partitions as they are now."""
        await self._read(now, partitions, self._few)
        places = self.places()
        end = places[-1] if len(places) == self._most else BEHIND_ALL
        unread = [
            partition
            for partition, head in self._heads.items()
            if head.may_have_more and len(head.places) < self._most and head.places[-1] < end
        ]
        await self._read(now, unread, self._most)

    def places(self) -> list[Place]:
        """The first `most`, in order."""
        return sorted(chain.from_iterable(head.places for head in self._heads.values()))[: self._most]

    def totals(self) -> Totals:
        """Of all partitions, whatever the state."""
        waiting = overdue = missed = 0
        for head in self._heads.values():
            waiting += head.totals.waiting
            overdue += head.totals.overdue
            missed += head.totals.missed
        return Totals(waiting, overdue, missed)

    async def _read(self, now: int, partitions: Iterable[int], most: int) -> None:
        at_once = WALKS_AT_ONCE if self._plan else AT_ONCE
        await gathered((self._read_one(now, partition, most) for partition in partitions), at_once)

    async def _read_one(self, now: int, partition: int, most: int) -> None:
        totals, places = await self._waits.first(
            partition, now, most, state=self._state, plan=self._plan, after=self._after
        )
        self._heads[partition] = _Head(totals, places, len(places) == most)
