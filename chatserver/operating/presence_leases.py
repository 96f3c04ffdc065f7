"""Leases of presence: a sorted set per conversation, an entry for each person and process, by when it runs out.

Who holds and renews them is `chatserver/realtime/presence.py`; others ask who is there.
"""

import asyncio

from quotas.instant import SECOND
from quotas.ledger import feed, keys
from quotas.store.futures import settling
from quotas.store.port import Store
from quotas.store.wire import StoreAnswer, packed, raised

LEASE = 60 * SECOND
"""How long a person stays present after the process that held their socket died."""

StoreCommand = tuple[str | int, ...]


class Leases:
    """The leases of one process, named by `node`."""

    def __init__(self, store: Store, node: str) -> None:
        self._store = store
        self._node = node

    async def renew(self, conversation: str, persons: frozenset[str], now: int) -> frozenset[str]:
        """Hold leases for `persons` until a while after `now`; returns everyone who is there. Raises StoreError."""
        key = keys.presence(conversation)
        commands: list[StoreCommand] = []
        if persons:
            leases = [word for person in persons for word in (now + LEASE, f"{person} {self._node}")]
            commands = [("ZADD", key, *leases), ("PEXPIRE", key, 2 * LEASE)]
        return await self._there(key, now, *commands)

    async def holders(self, conversation: str, now: int) -> frozenset[str]:
        """Everyone who is there. Raises StoreError."""
        return await self._there(keys.presence(conversation), now)

    async def leave(self, conversation: str, person: str, now: int) -> frozenset[str]:
        """The person's last device here has gone; returns everyone who is there still. Raises StoreError."""
        key = keys.presence(conversation)
        return await self._there(key, now, ("ZREM", key, f"{person} {self._node}"))

    async def lapsed(self, conversation: str, since: int, now: int) -> dict[str, int]:
        """Whose leases ran out in (since, now] without a farewell; when each was last renewed. Raises StoreError."""
        found = ("ZRANGEBYSCORE", keys.presence(conversation), f"({since}", now, "WITHSCORES")
        [reply] = await self._replies(keys.presence(conversation), found)
        seen: dict[str, int] = {}
        for holder, until in reply:
            person = holder.decode().partition(" ")[0]
            seen[person] = max(seen.get(person, 0), int(until) - LEASE)
        return seen

    async def announce(self, conversation: str) -> None:
        """Make every process look again. Raises StoreError."""
        await self._store.request("SPUBLISH", keys.feed(conversation), feed.PRESENCE)

    async def _there(self, key: str, now: int, *after: StoreCommand) -> frozenset[str]:
        """Who is there after those commands: all are sent at once, as there are thousands of rooms to renew."""
        holders = (await self._replies(key, *after, ("ZRANGEBYSCORE", key, now, "+inf")))[-1]
        return frozenset(holder.decode().partition(" ")[0] for holder in holders)

    async def _replies(self, key: str, *commands: StoreCommand) -> list[StoreAnswer]:
        loop, slot = asyncio.get_running_loop(), self._store.slot_of(key)
        replies: list[asyncio.Future[StoreAnswer]] = []
        for command in commands:
            replies.append(loop.create_future())
            self._store.send(packed(*command), settling(replies[-1]), slot)
        return [raised(await reply) for reply in replies]
