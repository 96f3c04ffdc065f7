"""Work that one process at a time does for the whole store, as long as it renews its lease.

Two at once do no harm: what they do is stored once. The lease only spares the work.
"""

import logging
from collections.abc import Awaitable, Callable

from msgspec import Struct

from chatserver.records.database import DatabaseError
from quotas.store.errors import StoreError
from quotas.store.port import Store

logger = logging.getLogger(__name__)


class Words(Struct, frozen=True):
    """What the log says where work could not be done."""

    no_store: str
    no_database: str
    """With a `%s` for the error."""
    failed: str


class Lease:
    """`key` holds the name of the process whose turn it is; `name` is this one's."""

    def __init__(self, link: Store, key: str, name: str) -> None:
        self._link = link
        self._key = key
        self._name = name
        self._said = ""

    async def take(self, length: int) -> bool:
        """Take or renew it for `length` ms; whether it is this process's turn. Raises StoreError."""
        holder = await self._link.request("SET", self._key, self._name, "NX", "GET", "PX", length)
        if holder == self._name.encode():
            await self._link.request("PEXPIRE", self._key, length)
        return holder in (None, self._name.encode())

    async def work(
        self, length: int, sweep: Callable[[], Awaitable[bool]], words: Words, logger: logging.Logger
    ) -> bool:
        """Sweep while it is this process's turn and `sweep` says that there may be more; whether all went well."""
        try:
            while await self.take(length) and await sweep():
                pass
        except StoreError:
            logger.debug(words.no_store)
        except DatabaseError as error:
            if str(error) != self._said:  # Once for each reason, not at each try.
                logger.warning(words.no_database, error)
                self._said = str(error)
        except Exception:
            logger.exception(words.failed)
        else:
            self._said = ""
            return True
        return False

    async def release(self) -> None:
        """Let another process have its turn at once."""
        try:
            if await self._link.request("GET", self._key) == self._name.encode():
                await self._link.request("DEL", self._key)
        except StoreError:
            logger.debug("the store does not answer; the lease runs out by itself")
