"""How many cases are open and overdue, of the whole store, for operators. Counted seldom, and only when asked."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping

from msgspec import Struct

from chatserver.cases.rows import cases
from chatserver.records.database import Database, DatabaseError
from quotas.cases.rules import CaseKind, CaseState
from quotas.cases.table import CASES
from quotas.store.errors import StoreError

KEPT_FOR = 15.0
"""Seconds in which the same counts are given again, however many ask."""
WAITING: tuple[tuple[CaseKind, CaseState], ...] = tuple(
    (kind, state.name) for kind, rule in CASES.items() for state in rule.states if not state.is_end
)
"""Every state in which a case of its kind is open."""


class CaseCount(Struct, frozen=True):
    """Numbers by kind and state, of each of WAITING."""

    open: Mapping[tuple[str, str], int]
    overdue: Mapping[tuple[str, str], int]
    """Those of them whose due is past."""
    late: int
    """For how many ms the step that was due first has not been done; 0 where none is due."""


class CaseCounts:
    """`clock` gives the store's instant."""

    def __init__(self, database: Database, clock: Callable[[], Awaitable[int]]) -> None:
        self._database = database
        self._clock = clock
        self._counted: CaseCount | None = None
        self._counted_at = float("-inf")
        self._lock = asyncio.Lock()

    async def latest(self) -> CaseCount | None:
        """The counts of the last few seconds; None while store or database does not answer."""
        async with self._lock:
            loop = asyncio.get_running_loop()
            if loop.time() - self._counted_at > KEPT_FOR:
                self._counted = await self._count()
                self._counted_at = loop.time()
            return self._counted

    async def _count(self) -> CaseCount | None:
        try:
            async with asyncio.timeout(1):
                now = await self._clock()
                async with self._database.read() as connection:
                    found = await cases.counts(connection, now)
                    since = await cases.first_step(connection)
        except (StoreError, DatabaseError, TimeoutError):
            return None
        return CaseCount(
            open=dict.fromkeys(WAITING, 0) | {(kind, state): count for kind, state, count, _ in found},
            overdue=dict.fromkeys(WAITING, 0) | {(kind, state): overdue for kind, state, _, overdue in found},
            late=0 if since is None else max(0, now - since),
        )
