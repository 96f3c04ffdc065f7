"""Who is there: leases in a sorted set per conversation, one per person and process, renewed while devices are on.

A person is gone when the last device on any process has left, or when a process died and its leases ran out.
"""

from quotas.instant import SECOND
from quotas.ledger import keys
from quotas.ledger.store import Store

LEASE = 60 * SECOND
"""How long a person stays present after the process that held their socket died."""
RENEW_EVERY = 20.0
"""Seconds between renewals."""


class Presence:
    """The leases of one process, named by `node`."""

    def __init__(self, link: Store, node: str) -> None:
        self._link = link
        self._node = node

    async def renew(self, conversation: str, persons: frozenset[str], now: int) -> frozenset[str]:
        """Hold leases for `persons` until a while after `now`; returns everyone who is there. Raises LedgerError."""
        key = keys.presence(conversation)
        if persons:
            leases: list[str | int] = []
            for person in persons:
                leases += (now + LEASE, f"{person} {self._node}")
            await self._link.request("ZADD", key, *leases)
            await self._link.request("PEXPIRE", key, 2 * LEASE)
        return await self._there(key, now)

    async def leave(self, conversation: str, person: str, now: int) -> frozenset[str]:
        """The person's last device here has gone; returns everyone who is there still. Raises LedgerError."""
        key = keys.presence(conversation)
        await self._link.request("ZREM", key, f"{person} {self._node}")
        return await self._there(key, now)

    async def announce(self, conversation: str) -> None:
        """Make every process look again. Raises LedgerError."""
        await self._link.request("SPUBLISH", keys.feed(conversation), "P")

    async def _there(self, key: str, now: int) -> frozenset[str]:
        holders = await self._link.request("ZRANGEBYSCORE", key, now, "+inf")
        return frozenset(holder.decode().partition(" ")[0] for holder in holders)
