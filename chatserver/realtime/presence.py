"""Who is there: leases in a sorted set per conversation, one per person and process, renewed while devices are on.

A person is gone when the last device on any process has left, or when a process died and its leases ran out. Leases are
of real time: whoever is there stays so when the clock of a demo is moved.
"""

import asyncio
import logging
from collections.abc import Callable, Iterable

from chatserver.operating.store_clock import StoreClock
from chatserver.protocol.events import Role
from chatserver.realtime.background import Background
from chatserver.realtime.room import Room
from quotas.instant import SECOND
from quotas.ledger import feed, keys
from quotas.ledger.partitions import gathered
from quotas.store.errors import StoreError
from quotas.store.futures import settling
from quotas.store.port import Store
from quotas.store.wire import StoreAnswer, packed, raised

LEASE = 60 * SECOND
"""How long a person stays present after the process that held their socket died."""
RENEW_EVERY = 20.0
"""Seconds between renewals."""

StoreCommand = tuple[str | int, ...]

logger = logging.getLogger(__name__)


class Attendance:
    """Who of a room's two people is there; `rooms` gives those that are open here."""

    def __init__(
        self, *, leases: "Leases", clock: StoreClock, background: Background, rooms: Callable[[], Iterable[Room]]
    ) -> None:
        self._leases = leases
        self._clock = clock
        self._background = background
        self._rooms = rooms
        self._renewing: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Begin to renew leases."""
        self._renewing = asyncio.get_running_loop().create_task(self._renew_forever())

    def stop(self) -> None:
        """Renew no more."""
        if self._renewing is not None:
            self._renewing.cancel()

    def come(self, room: Room, person: str, role: Role) -> None:
        """The person was welcomed: the others may know, unless they only read."""
        if room.side_of(person, role) is not None:
            self._background.begin(self._come(room))

    def go(self, room: Room, person: str, role: Role) -> None:
        """A device of the person has left the room: where it was their last one here, the others may know.

        Who only reads is not shown as present, and so leaves unnoticed.
        """
        if room.side_of(person, role) is None:
            return
        readers = [follower.connection for follower in room.followers]
        if not any(reader.user == person and reader.role == role for reader in readers):
            self._background.begin(self._go(room, person))

    def look(self, room: Room) -> None:
        """A process says that somebody has come or gone."""
        self._background.begin(self._look(room))

    async def _come(self, room: Room) -> None:
        before = room.online
        await self._look(room)
        if room.online != before:
            await self._leases.announce(room.id)

    async def _look(self, room: Room) -> None:
        readers = [follower.connection for follower in room.followers]
        persons = frozenset(reader.user for reader in readers if room.side_of(reader.user, reader.role))
        room.present(await self._leases.renew(room.id, persons, self._clock.real()))

    async def _go(self, room: Room, person: str) -> None:
        online = await self._leases.leave(room.id, person, self._clock.real())
        room.present(online)
        if person not in online:
            await self._leases.announce(room.id)

    async def _renew_forever(self) -> None:
        while True:
            await asyncio.sleep(RENEW_EVERY)
            try:
                await gathered(map(self._look, list(self._rooms())))
            except StoreError:
                logger.debug("the store does not answer; who is there is renewed later")
            except Exception:
                logger.exception("who is there could not be renewed; the next round does")


class Leases:
    """The leases of one process, named by `node`."""

    def __init__(self, link: Store, node: str) -> None:
        self._link = link
        self._node = node

    async def renew(self, conversation: str, persons: frozenset[str], now: int) -> frozenset[str]:
        """Hold leases for `persons` until a while after `now`; returns everyone who is there. Raises StoreError."""
        key = keys.presence(conversation)
        commands: list[StoreCommand] = []
        if persons:
            leases = [word for person in persons for word in (now + LEASE, f"{person} {self._node}")]
            commands = [("ZADD", key, *leases), ("PEXPIRE", key, 2 * LEASE)]
        return await self._there(key, now, *commands)

    async def leave(self, conversation: str, person: str, now: int) -> frozenset[str]:
        """The person's last device here has gone; returns everyone who is there still. Raises StoreError."""
        key = keys.presence(conversation)
        return await self._there(key, now, ("ZREM", key, f"{person} {self._node}"))

    async def announce(self, conversation: str) -> None:
        """Make every process look again. Raises StoreError."""
        await self._link.request("SPUBLISH", keys.feed(conversation), feed.PRESENCE)

    async def _there(self, key: str, now: int, *after: StoreCommand) -> frozenset[str]:
        """Who is there after those commands: all are sent at once, as there are thousands of rooms to renew."""
        holders = (await self._replies(key, *after, ("ZRANGEBYSCORE", key, now, "+inf")))[-1]
        return frozenset(holder.decode().partition(" ")[0] for holder in holders)

    async def _replies(self, key: str, *commands: StoreCommand) -> list[StoreAnswer]:
        loop, slot = asyncio.get_running_loop(), self._link.slot_of(key)
        replies: list[asyncio.Future[StoreAnswer]] = []
        for command in commands:
            replies.append(loop.create_future())
            self._link.send(packed(*command), settling(replies[-1]), slot)
        return [raised(await reply) for reply in replies]
