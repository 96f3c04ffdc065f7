"""The board: who owes an answer, the most urgent first, a page at a time."""

import asyncio
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Awaitable, Iterable
from itertools import chain, islice
from math import inf
from typing import TypeVar

from msgspec import Struct

from quotas.admission import WaitState
from quotas.instant import LATEST
from quotas.ledger import keys
from quotas.ledger.open_waits import BEFORE_ALL, OpenWait, OpenWaits, Place, Totals
from quotas.ledger.redis import RedisLedger

AT_ONCE = 250
"""Requests to the store that are made in one go; between two goes everything else has its turn."""

T = TypeVar("T")


class Wanted(Struct, frozen=True):
    """Which waits: in that state, of that mentor, on that plan; '' for any."""

    state: WaitState = "waiting"
    mentor: str = ""
    plan: str = ""

    def is_of(self, wait: OpenWait) -> bool:
        """Whether the totals count it: mentor and plan, whatever the state."""
        return self.mentor in ("", wait.mentor) and self.plan in ("", wait.plan)


class Page(Struct, frozen=True):
    """A page as it stands at `now`. `totals` count every wait of the mentor and plan; `next` is None on the last."""

    now: int
    totals: Totals
    waits: list[OpenWait]
    next: str | None


class Board:
    """Reads the store at every question. All methods raise LedgerError."""

    def __init__(self, ledger: RedisLedger, waits: OpenWaits) -> None:
        self._ledger = ledger
        self._waits = waits

    async def page(self, wanted: Wanted, after: Place, limit: int) -> Page:
        """The first `limit` waits beyond `after`.

        Between two pages waits move: one whose deadline moves may come twice, or not at all.
        """
        now = await self._ledger.now()
        read = self._of_mentor if wanted.mentor else self._of_all
        totals, waits = await read(wanted, now, after, limit + 1)
        more = len(waits) > limit
        return Page(now, totals, waits[:limit], cursor(waits[limit - 1].place) if more else None)

    async def _of_mentor(self, wanted: Wanted, now: int, after: Place, most: int) -> tuple[Totals, list[OpenWait]]:
        """A mentor has few conversations: each is looked at."""
        names = await self._ledger.conversations_of(wanted.mentor)
        found = await gathered(self._waits.of(name) for name in names)
        waits = [wait for wait in found if wait is not None and wanted.is_of(wait)]
        beyond = [wait for wait in waits if wait.place > after and wait.is_in(wanted.state, now)]
        return totals_of(waits, now), sorted(beyond, key=by_urgency)[:most]

    async def _of_all(self, wanted: Wanted, now: int, after: Place, most: int) -> tuple[Totals, list[OpenWait]]:
        """A few from each partition, and more from those that may have more of the first `most`."""
        few = 4 + most // 32

        def read(partition: int, after: Place, most: int) -> Awaitable[tuple[Totals, list[OpenWait]]]:
            return self._waits.first(partition, now, most, state=wanted.state, plan=wanted.plan, after=after)

        parts = await gathered(read(partition, after, few) for partition in range(keys.PARTITIONS))
        waits = sorted(chain.from_iterable(part for _, part in parts), key=by_urgency)
        end = waits[most - 1].place if len(waits) >= most else (inf, "\uffff")
        unread = [
            (partition, part[-1].place)
            for partition, (_, part) in enumerate(parts)
            if len(part) == few and part[-1].place < end
        ]
        rest = await gathered(read(partition, last, most) for partition, last in unread)
        waits += chain.from_iterable(part for _, part in rest)
        return summed(totals for totals, _ in parts), sorted(waits, key=by_urgency)[:most]


def by_urgency(wait: OpenWait) -> Place:
    """The order of the board."""
    return wait.place


def totals_of(waits: Iterable[OpenWait], now: int) -> Totals:
    """Count them."""
    waiting = overdue = missed = 0
    for wait in waits:
        waiting += 1
        overdue += wait.is_overdue(now)
        missed += wait.missed
    return Totals(waiting, overdue, missed)


def summed(parts: Iterable[Totals]) -> Totals:
    """The totals of all parts."""
    waiting = overdue = missed = 0
    for part in parts:
        waiting += part.waiting
        overdue += part.overdue
        missed += part.missed
    return Totals(waiting, overdue, missed)


def cursor(place: Place) -> str:
    """A place as apps hand it back: opaque to them."""
    due_at = 0 if place[0] == inf else int(place[0])
    return urlsafe_b64encode(f"{due_at} {place[1]}".encode()).decode().rstrip("=")


def place_of(cursor: str) -> Place:
    """The place that a cursor stands for; '' for the beginning. Raises ValueError."""
    if not cursor:
        return BEFORE_ALL
    try:
        said = urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)).decode("ascii")
        due_at, conversation = int(said.partition(" ")[0]), said.partition(" ")[2]
    except ValueError:
        due_at, conversation = -1, ""
    if not 0 <= due_at <= LATEST or not conversation:
        raise ValueError(f"{cursor!r} is no place on the board")
    return due_at or inf, conversation


async def gathered(work: Iterable[Awaitable[T]]) -> list[T]:
    """The results, in order; AT_ONCE at a time."""
    done: list[T] = []
    waiting = iter(work)
    while batch := list(islice(waiting, AT_ONCE)):
        done += await asyncio.gather(*batch)
    return done
