"""The clock of a demo or a test was moved ahead: what changed by itself in between is told, in its order, once."""

from collections.abc import Callable, Collection, Iterable
from heapq import heapify, heappop, heappush
from typing import Protocol

from chatserver.operating.store_clock import StoreClock
from chatserver.protocol.event import Event
from chatserver.protocol.events import Clock
from chatserver.realtime.room import Room
from quotas.instant import text
from quotas.ledger import feed, keys
from quotas.ledger.redis import RedisLedger
from quotas.store.port import Store

CLOCK = keys.CLOCK.encode()


class ClockReader(Protocol):
    """What it needs of a connection."""

    def tell(self, event: Event) -> None:
        """Send an event."""


class Floor(Protocol):
    """What it needs of the hub."""

    @property
    def connections(self) -> Iterable[ClockReader]:
        """Everyone who was welcomed."""

    def rooms(self) -> Iterable[Room]:
        """Those that are open here."""

    def tell(self, room: Room, now: int) -> None:
        """Tell a room's followers how it stands at `now`."""

    def wake_at(self, room: Room, instant: int) -> None:
        """Tell them again at that instant."""

    def clock_moved(self) -> None:
        """Look at what begins and ends by the clock beside rooms."""


class ClockMoves:
    """Hears of moves, where the clock is one that can be moved. `when_due` is called with partitions to look at."""

    def __init__(
        self,
        *,
        store: Store,
        ledger: RedisLedger,
        clock: StoreClock,
        floor: Floor,
        when_due: Callable[[Collection[int]], None],
    ) -> None:
        self._store = store
        self._ledger = ledger
        self._clock = clock
        self._floor = floor
        self._when_due = when_due

    async def start(self) -> None:
        """Hear of moves from now on. Raises StoreError."""
        if self._ledger.shift:
            self._store.subscribe(CLOCK)
            await self.look()

    async def look(self) -> None:
        """What was published may have been missed. Raises StoreError."""
        self._move(await self._ledger.learn_shift())

    def pushed(self, payload: bytes) -> None:
        """Somebody has moved the clock: the shift, and the partitions in which something is due by it."""
        shift, partitions = feed.read_moved(payload)
        self._move(self._ledger.hear_shift(shift))
        self._when_due(partitions)

    def _move(self, shift: int) -> None:
        if shift <= self._clock.shift:
            return
        now = self._clock.move(shift)
        changes = [(room.changes_at, room.id, room) for room in self._floor.rooms() if room.changes_at]
        heapify(changes)
        said = 0
        while changes and changes[0][0] <= now:
            at, name, room = heappop(changes)
            if at > said:
                self._say(at)
                said = at
            self._floor.tell(room, at)
            if room.changes_at > at:
                heappush(changes, (room.changes_at, name, room))
        self._say(now)
        for _, _, room in changes:
            self._floor.wake_at(room, room.changes_at)
        self._floor.clock_moved()

    def _say(self, now: int) -> None:
        event = Clock(text(now))
        for connection in list(self._floor.connections):
            connection.tell(event)
