"""Who is there: leases in a sorted set per conversation, one per person and process, renewed while devices are on.

A person is gone when the last device on any process has left, or when a process died and its leases ran out.
"""

import asyncio

from quotas.instant import SECOND
from quotas.ledger import keys
from quotas.ledger.base import settling
from quotas.ledger.store import Store
from quotas.ledger.wire import Reply, packed, raised

LEASE = 60 * SECOND
"""How long a person stays present after the process that held their socket died."""
RENEW_EVERY = 20.0
"""Seconds between renewals."""

Command = tuple[str | int, ...]


class Presence:
    """The leases of one process, named by `node`."""

    def __init__(self, link: Store, node: str) -> None:
        self._link = link
        self._node = node

    async def renew(self, conversation: str, persons: frozenset[str], now: int) -> frozenset[str]:
        """Hold leases for `persons` until a while after `now`; returns everyone who is there. Raises LedgerError."""
        key = keys.presence(conversation)
        commands: list[Command] = []
        if persons:
            leases = [word for person in persons for word in (now + LEASE, f"{person} {self._node}")]
            commands = [("ZADD", key, *leases), ("PEXPIRE", key, 2 * LEASE)]
        return await self._there(key, now, *commands)

    async def leave(self, conversation: str, person: str, now: int) -> frozenset[str]:
        """The person's last device here has gone; returns everyone who is there still. Raises LedgerError."""
        key = keys.presence(conversation)
        return await self._there(key, now, ("ZREM", key, f"{person} {self._node}"))

    async def announce(self, conversation: str) -> None:
        """Make every process look again. Raises LedgerError."""
        await self._link.request("SPUBLISH", keys.feed(conversation), "P")

    async def _there(self, key: str, now: int, *after: Command) -> frozenset[str]:
        """Who is there after those commands: all are sent at once, as there are thousands of rooms to renew."""
        holders = (await self._replies(key, *after, ("ZRANGEBYSCORE", key, now, "+inf")))[-1]
        return frozenset(holder.decode().partition(" ")[0] for holder in holders)

    async def _replies(self, key: str, *commands: Command) -> list[Reply]:
        loop, slot = asyncio.get_running_loop(), self._link.slot_of(key)
        replies: list[asyncio.Future[Reply]] = []
        for command in commands:
            replies.append(loop.create_future())
            self._link.send(packed(*command), settling(replies[-1]), slot)
        return [raised(await reply) for reply in replies]
