"""Work that one process at a time does for the whole store, as long as it renews its lease.

Two at once do no harm: what they do is stored once. The lease only spares the work.
"""

import logging

from quotas.ledger.base import LedgerError
from quotas.ledger.store import Store

logger = logging.getLogger(__name__)


class Lease:
    """`key` holds the name of the process whose turn it is; `name` is this one's."""

    def __init__(self, link: Store, key: str, name: str) -> None:
        self._link = link
        self._key = key
        self._name = name

    async def take(self, length: int) -> bool:
        """Take or renew it for `length` ms; whether it is this process's turn. Raises LedgerError."""
        holder = await self._link.request("SET", self._key, self._name, "NX", "GET", "PX", length)
        if holder == self._name.encode():
            await self._link.request("PEXPIRE", self._key, length)
        return holder in (None, self._name.encode())

    async def release(self) -> None:
        """Let another process have its turn at once."""
        try:
            if await self._link.request("GET", self._key) == self._name.encode():
                await self._link.request("DEL", self._key)
        except LedgerError:
            logger.debug("the store does not answer; the lease runs out by itself")
