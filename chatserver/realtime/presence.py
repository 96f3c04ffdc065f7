"""Who is there: leases in a sorted set per conversation, one per person and process, renewed while devices are on.

A person is gone when the last device on any process has left, or when a process died and its leases ran out. Leases are
of real time: whoever is there stays so when the clock of a demo is moved.
"""

import asyncio
import logging
from collections.abc import Callable, Iterable

from chatserver.operating.presence_leases import Leases
from chatserver.operating.store_clock import StoreClock
from chatserver.protocol.events import Role
from chatserver.realtime.background import Background
from chatserver.realtime.room import Room
from chatserver.realtime.session_desk import SessionDesk
from quotas.instant import SECOND
from quotas.ledger.partitions import gathered
from quotas.store.errors import StoreError

RENEW_EVERY = 20.0
"""Seconds between renewals."""

logger = logging.getLogger(__name__)


class Attendance:
    """Who of a room's two people is there; `rooms` gives those that are open here."""

    def __init__(
        self,
        *,
        leases: Leases,
        clock: StoreClock,
        background: Background,
        sessions: SessionDesk,
        rooms: Callable[[], Iterable[Room]],
    ) -> None:
        self._leases = leases
        self._clock = clock
        self._background = background
        self._sessions = sessions
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
            self._background.begin(self._go(room, person, self._clock.now()))

    def look(self, room: Room) -> None:
        """A process says that somebody has come or gone."""
        self._background.begin(self._look(room))

    async def _come(self, room: Room) -> None:
        before = room.online
        await self._look(room)
        if room.online != before:
            await self._leases.announce(room.id)

    async def _look(self, room: Room, *, is_renewal: bool = False) -> None:
        readers = [follower.connection for follower in room.followers]
        persons = frozenset(reader.user for reader in readers if room.side_of(reader.user, reader.role))
        online = await self._leases.renew(room.id, persons, self._clock.real())
        self._present(room, online, self._clock.now(), is_renewal=is_renewal)

    async def _go(self, room: Room, person: str, at: int) -> None:
        online = await self._leases.leave(room.id, person, self._clock.real())
        self._present(room, online, at)
        if person not in online:
            await self._leases.announce(room.id)

    def _present(self, room: Room, online: frozenset[str], at: int, *, is_renewal: bool = False) -> None:
        """These are there; where that is news and a session may be on, it is evidence, too."""
        turned = room.present(online)
        if turned and self._sessions.may_be_on(room.outlook):
            self._background.begin(self._note(room, turned, at, turned - online if is_renewal else frozenset()))

    async def _note(self, room: Room, turned: frozenset[str], at: int, unseen: frozenset[str]) -> None:
        """Nobody said that those `unseen` go: it counts when their server last renewed their lease."""
        lapsed: dict[str, int] = {}
        if unseen:
            real = self._clock.real()
            # Since the look before this one, and a little more: that one may have been slow.
            found = await self._leases.lapsed(room.id, real - round(2 * RENEW_EVERY * SECOND), real)
            lapsed = {person: at - (real - seen) for person, seen in found.items() if person in unseen}
        await self._sessions.attended(room.id, turned, at, lapsed)

    async def _renew_forever(self) -> None:
        while True:
            await asyncio.sleep(RENEW_EVERY)
            try:
                await gathered(self._look(room, is_renewal=True) for room in list(self._rooms()))
            except StoreError:
                logger.debug("the store does not answer; who is there is renewed later")
            except Exception:
                logger.exception("who is there could not be renewed; the next round does")
