"""Whether this process can serve, check by check; each takes at most a second and is run at most once a second."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from typing import TypeVar

from msgspec import Struct

from chatserver.operating.acceptance import why_refused
from chatserver.operating.durability import durability_warnings
from chatserver.records.database import Database, DatabaseError
from chatserver.records.migrate import at_head
from quotas.ledger.redis import RedisLedger
from quotas.store.errors import StoreError
from quotas.store.port import Store

WITHIN = 1.0
"""Seconds that a check may take."""
KEPT_FOR = 1.0
"""Seconds in which the same answers are given again: anyone may ask."""
LOOK_EVERY = 5.0
"""Seconds between checks while nobody asks: what changes is in the log all the same."""
NEEDED = frozenset({"store"})
"""Checks without which no message can be taken. Without the others whoever is connected chats on."""
TOLD_AT_START = frozenset({"durability", "clock"})
"""Checks of which whoever started the server has just read."""

T = TypeVar("T")

logger = logging.getLogger(__name__)


class HealthCheck(Struct, frozen=True):
    """`detail` is a sentence for people that holds no address, name or secret."""

    ok: bool
    detail: str


_WELL = HealthCheck(True, "")


class Health:
    """`draining` is true once the process has begun to stop.

    `why_gone` says why the store is not there, '' where nobody knows; it may read a file. `unsent` says what takes
    nothing of what is to be sent, '' where all does; None: it is not known.
    """

    def __init__(
        self,
        store: Store,
        database: Database,
        ledger: RedisLedger,
        why_gone: Callable[[], str],
        unsent: Callable[[], Awaitable[str | None]],
    ) -> None:
        self.draining = False
        self._why_gone = why_gone
        self._unsent = unsent
        self._store = store
        self._database = database
        self._ledger = ledger
        self._checks: dict[str, HealthCheck] = {}
        self._checked_at = float("-inf")
        self._lock = asyncio.Lock()

    def drain(self) -> None:
        """The process begins to stop: it is not ready any more, and lets no chat in."""
        self.draining = True

    async def checks(self) -> dict[str, HealthCheck]:
        """Every check of the last second."""
        async with self._lock:
            loop = asyncio.get_running_loop()
            if loop.time() - self._checked_at > KEPT_FOR:
                found = await self._run()
                self._tell(found)
                self._checks, self._checked_at = found, loop.time()
            return self._checks

    async def watch(self) -> None:
        """Look until cancelled."""
        while True:
            try:
                await self.checks()
            except Exception:
                logger.exception("whether all is well cannot be checked")
            await asyncio.sleep(LOOK_EVERY)

    def is_ready(self, checks: dict[str, HealthCheck]) -> bool:
        """Whether new connections should come here."""
        return not self.draining and all(checks[name].ok for name in NEEDED)

    async def _run(self) -> dict[str, HealthCheck]:
        store, durability, (database, migrations), notices = await asyncio.gather(
            self._store_check(), self._durability(), self._records(), self._notices()
        )
        return {
            "store": store,
            "database": database,
            "migrations": migrations,
            "durability": durability,
            "notices": notices,
            "clock": self._clock(),
        }

    async def _store_check(self) -> HealthCheck:
        gone = await asyncio.to_thread(self._why_gone)
        try:
            async with asyncio.timeout(WITHIN):
                refused = await why_refused(self._store)
        except (StoreError, TimeoutError):
            said = "the store, or a node of it, does not answer: whoever is kept there cannot write"
            return HealthCheck(False, f"{said}; {gone}" if gone else said)
        if gone or refused:
            return HealthCheck(False, refused or gone)
        return HealthCheck(True, "the store answers")

    async def _durability(self) -> HealthCheck:
        warnings = await _answer(durability_warnings(self._store))
        if warnings is None:
            return HealthCheck(False, "the store does not answer: whether accepted messages are kept is not known")
        return HealthCheck(not warnings, "; ".join(warnings) or "accepted messages are on disk")

    async def _records(self) -> tuple[HealthCheck, HealthCheck]:
        current = await _answer(at_head(self._database))
        if current is None:
            gone = (
                "the database does not answer: conversations whose key is at hand go on; people who have another one "
                "are turned away with 4002, and people and conversations cannot be changed"
            )
            return HealthCheck(False, gone), HealthCheck(False, "the database does not answer")
        if not current:
            return HealthCheck(True, "the database answers"), HealthCheck(
                False, "another release has migrated the database"
            )
        return self._writable(), HealthCheck(True, "the database is up to date")

    def _writable(self) -> HealthCheck:
        if (why := self._database.write_fault) is None:
            return HealthCheck(True, "the database answers")
        return HealthCheck(
            False,
            f"the database cannot be written ({why}): the chat goes on, but new conversations cannot be opened, and "
            "nothing is archived or recorded",
        )

    async def _notices(self) -> HealthCheck:
        unsent = await self._unsent()
        if unsent is None:
            return HealthCheck(False, "what is to be sent is not known: the database or the store does not answer")
        return HealthCheck(not unsent, unsent or "what is to be sent goes out")

    def _clock(self) -> HealthCheck:
        if shift := self._ledger.shift:
            return HealthCheck(False, f"the rules' clock is shifted by {shift} ms, for a demo or a test")
        return HealthCheck(True, "the rules' clock is the store's")

    def _tell(self, found: dict[str, HealthCheck]) -> None:
        for name, check in found.items():
            before = self._checks.get(name, check if name in TOLD_AT_START else _WELL)
            if before.ok != check.ok or not check.ok and before.detail != check.detail:
                level = logging.INFO if check.ok else logging.WARNING
                logger.log(level, "%s", check.detail, extra={"check": name})


async def _answer(asked: Awaitable[T]) -> T | None:
    """What was answered in time; None where nothing was."""
    try:
        async with asyncio.timeout(WITHIN):
            return await asked
    except (StoreError, DatabaseError, TimeoutError):
        return None
