"""Work that one process at a time does for the whole store, each few seconds, as long as it renews its lease.

Two at once do no harm: what they do is stored once. The lease only spares the work.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from typing import NoReturn

from msgspec import Struct

from chatserver.records.database import DatabaseError
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
    """Seconds after a sweep that went well."""
    retry_after: float
    """Seconds after one that failed."""
    lease: int
    """For how many ms after its last sweep a process may be silent before another one takes over."""


class Duty:
    """One process's part in it. `key` holds the name of the process whose turn it is; `name` is this one's."""

    def __init__(self, link: Store, key: str, name: str, words: Words, logger: logging.Logger) -> None:
        self._link = link
        self._key = key
        self._name = name
        self._words = words
        self._logger = logger
        self._said = ""

    async def run(self, sweep: Callable[[], Awaitable[bool]], pace: Pace) -> NoReturn:
        """Sweep until cancelled, whenever it is this process's turn; `sweep` says whether there may be more.

        While store or database is gone, the work waits.
        """
        try:
            while True:
                went_well = await self._turn(sweep, pace.lease)
                await asyncio.sleep(pace.every if went_well else pace.retry_after)
        finally:
            await self._release()

    async def take(self, lease: int) -> bool:
        """Take the turn, or renew it, for `lease` ms; whether it is this process's. Raises StoreError."""
        holder = await self._link.request("SET", self._key, self._name, "NX", "GET", "PX", lease)
        if holder == self._name.encode():
            await self._link.request("PEXPIRE", self._key, lease)
        return holder in (None, self._name.encode())

    async def _turn(self, sweep: Callable[[], Awaitable[bool]], lease: int) -> bool:
        """Sweep while it is this process's turn and there may be more; whether all went well."""
        try:
            while await self.take(lease) and await sweep():
                pass
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
            if await self._link.request("GET", self._key) == self._name.encode():
                await self._link.request("DEL", self._key)
        except StoreError:
            self._logger.debug("the store does not answer; the lease runs out by itself")
