"""Work that one process at a time does for the whole store, where there is any, as long as it renews its lease.

Two at once do no harm: what they do is stored once. The lease only spares the work.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Collection
from typing import NoReturn

from msgspec import Struct

from chatserver.operating.agenda import Agenda
from chatserver.records.database import DatabaseError
from quotas.instant import SECOND
from quotas.store.errors import StoreError
from quotas.store.port import Store


class Words(Struct, frozen=True):
    """What the log says where work could not be done."""

    no_store: str
    no_database: str
    """With a `%s` for the error."""
    failed: str


class Pace(Struct, frozen=True):
    """How often it is done."""

    every: float
    """Seconds from a sweep that went well to the next one at the earliest."""
    retry_after: float
    """Seconds after one that failed."""
    lease: int
    """For how many ms a process may be silent before another one takes over."""

    @property
    def renew_every(self) -> float:
        """Seconds."""
        return max(self.every, self.lease / 2 / SECOND)


Sweep = Callable[[Collection[int]], Awaitable[bool]]
"""Does the work of these partitions; whether there may be more. Raises StoreError, DatabaseError."""


class Duty:
    """One process's part in it. `key` holds the name of the process whose turn it is; `name` is this one's.

    Partitions have their turns by `agenda`; whoever takes over looks at all of them.
    """

    def __init__(self, store: Store, key: str, name: str, agenda: Agenda, words: Words, logger: logging.Logger) -> None:
        self._store = store
        self._key = key
        self._name = name
        self._agenda = agenda
        self._words = words
        self._logger = logger
        self._said = ""

    async def run(self, sweep: Sweep, pace: Pace | Callable[[], Awaitable[Pace]]) -> NoReturn:
        """Sweep until cancelled, whenever it is this process's turn. While store or database is gone, work waits.

        A `pace` that changes is asked for before each turn; to do so raises nothing.
        """
        loop = asyncio.get_running_loop()
        ask = None if isinstance(pace, Pace) else pace
        try:
            while True:
                pace = await ask() if ask is not None else pace
                assert isinstance(pace, Pace)  # noqa: S101 - a callable one is asked
                if await self._turn(sweep, pace.lease):
                    now = loop.time()
                    await self._agenda.until_due(now + pace.every, now + pace.renew_every)
                else:
                    self._agenda.look_everywhere()
                    await asyncio.sleep(pace.retry_after)
        finally:
            await self._release()

    async def take(self, lease: int) -> bool:
        """Take the turn, or renew it, for `lease` ms; whether it is this process's. Raises StoreError."""
        holder = await self._store.request("SET", self._key, self._name, "NX", "GET", "PX", lease)
        if holder == self._name.encode():
            await self._store.request("PEXPIRE", self._key, lease)
        return holder in (None, self._name.encode())

    async def _turn(self, sweep: Sweep, lease: int) -> bool:
        """Sweep what is due while it is this process's turn and there may be more; whether all went well."""
        try:
            while await self.take(lease):
                due = self._agenda.take()
                if not due or not await sweep(due):
                    break
            else:
                self._agenda.look_everywhere()
        except StoreError:
            self._logger.debug(self._words.no_store)
        except DatabaseError as error:
            if str(error) != self._said:  # Once for each reason, not at each try.
                self._logger.warning(self._words.no_database, error)
                self._said = str(error)
        except Exception:
            self._logger.exception(self._words.failed)
        else:
            self._said = ""
            return True
        return False

    async def _release(self) -> None:
        """Let another process have its turn at once."""
        try:
            if await self._store.request("GET", self._key) == self._name.encode():
                await self._store.request("DEL", self._key)
        except StoreError:
            self._logger.debug("the store does not answer; the lease runs out by itself")
