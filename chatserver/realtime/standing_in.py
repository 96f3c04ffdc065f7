"""Mentors who are connected here and stand in for others: whose conversations come to them, and go, by themselves."""

import asyncio
import logging
from collections.abc import Iterable, Sequence
from typing import Protocol
from weakref import WeakValueDictionary

from chatserver.conversations.absence import AbsenceRecord
from chatserver.messages.log import MessageLog
from chatserver.messages.substitutes import first_for_substitute
from chatserver.operating.store_clock import StoreClock
from chatserver.protocol.events import Unfollowed
from chatserver.realtime.alarm import Alarm
from chatserver.realtime.background import Background
from chatserver.realtime.connection import Connection
from chatserver.realtime.follower import RETRY_AFTER
from chatserver.realtime.room import Room
from chatserver.realtime.substitute import Substitute, seen_standing_in
from chatserver.records.database import DatabaseError
from chatserver.records.dialects import IDS_AT_ONCE
from chatserver.sessions.standing_in import StandInBook, StandingIn
from chatserver.sessions.together import Together
from quotas.ledger.partitions import gathered

LOOK_EVERY = 60.0
"""Seconds after which whoever stands in is looked at again: mentors who are away get new conversations, too."""
LOOK_WITHIN = 2.0
"""Seconds after which a welcome goes out without the conversations of others: chats go on without the records."""

StandInPlace = tuple[AbsenceRecord, int | None, int | None]
"""Of whoever stands in: the mentor's absence, the first seq that they may read, where there is one, and how many of the
member's texts they have seen."""

logger = logging.getLogger(__name__)


class StandInFloor(Protocol):
    """What it needs of the hub."""

    def welcomed(self, person: str) -> Iterable[Connection]:
        """Everything that the person is connected with, once it was welcomed."""

    async def add(self, connection: Connection, conversations: Sequence[str]) -> None:
        """Let a connection follow conversations, and tell it of them. Raises StoreError, DatabaseError."""


class StandIns:
    """One process's. Mentors who come at the same time are one question to the database."""

    def __init__(
        self, *, book: StandInBook, log: MessageLog, clock: StoreClock, background: Background, floor: StandInFloor
    ) -> None:
        self._book = book
        self._log = log
        self._clock = clock
        self._background = background
        self._floor = floor
        self._known: dict[str, StandingIn] = {}
        """Of those who are connected here and stand in for somebody, now or later."""
        self._together: Together[str, StandingIn] = Together(self._found, IDS_AT_ONCE)
        self._turns: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()
        self._alarm: Alarm[str] = Alarm(self.look)
        self.changes = 0
        """How often somebody's time as a substitute has changed: who asks before a welcome asks again after it."""

    def stop(self) -> None:
        """Look at nobody any more."""
        self._alarm.stop()

    def absence(self, person: str, conversation: str) -> AbsenceRecord | None:
        """The absence in which that mentor stands in, in that conversation, as it was when this was looked at last."""
        known = self._known.get(person)
        return known.conversations.get(conversation) if known is not None else None

    def absence_for(self, connection: Connection, room: Room) -> AbsenceRecord | None:
        """The absence of its mentor in which the connection's person stands in there."""
        return self.absence(connection.user, room.id) if connection.role == "mentor" else None

    async def places(self, connection: Connection, rooms: Iterable[Room]) -> dict[str, StandInPlace]:
        """Of those in which the connection's person stands in. Raises StoreError."""
        places = [(room, absence) for room in rooms if (absence := self.absence_for(connection, room)) is not None]
        found = await gathered(self._place(connection.user, room, absence) for room, absence in places)
        return dict(found)

    async def _place(self, person: str, room: Room, absence: AbsenceRecord) -> tuple[str, StandInPlace]:
        """What cannot be said without the archive is looked at again by the follower. Raises StoreError."""
        try:
            first = await first_for_substitute(self._log, room.id, absence)
            seen = None if first is None else await seen_standing_in(room, person, first)
        except DatabaseError:
            return room.id, (absence, None, None)
        return room.id, (absence, first, seen)

    async def conversations(self, person: str) -> list[str]:
        """Those in which the mentor stands in now; none while the records do not answer, which are asked again."""
        try:
            async with asyncio.timeout(LOOK_WITHIN):
                found = await self._together.ask(person)
        except (DatabaseError, TimeoutError) as error:
            logger.warning("conversations of others are not opened: %s", error or "the database is slow")
            self._alarm.set(person, asyncio.get_running_loop().time() + RETRY_AFTER)
            return []
        if found.absences:
            self._known[person] = found
        else:
            self._known.pop(person, None)
        delays = [LOOK_EVERY] if found.conversations else []
        if (at := found.changes_at) is not None:
            delays.append(max(0, at - self._clock.now()) / 1000)
        if delays:
            self._alarm.set(person, asyncio.get_running_loop().time() + min(delays))
        return sorted(found.conversations)

    def changed(self, person: str) -> None:
        """Somebody says that the person stands in for others than before, or at another time."""
        self.changes += 1
        self.look(person)

    def look(self, person: str) -> None:
        """Let the mentor's connections follow what they may, and nothing else of others."""
        self._end_what_is_over(person)
        self._background.begin(self._look(person))

    def moved(self) -> None:
        """The clock was moved ahead."""
        for person in list(self._known):
            self.look(person)

    def forget(self, person: str) -> None:
        """The person is connected here no longer."""
        self._known.pop(person, None)
        self._alarm.unset(person)

    async def _found(self, people: Sequence[str]) -> list[StandingIn]:
        return await self._book.of(people, self._clock.now())

    def _end_what_is_over(self, person: str) -> None:
        """Whether the records answer or not."""
        now = self._clock.now()
        for connection in self._floor.welcomed(person):
            for place in _places(connection):
                if place.absence.until <= now:
                    _end(connection, place)

    async def _look(self, person: str) -> None:
        async with self._turns.setdefault(person, asyncio.Lock()):
            await self.conversations(person)
            known = self._known.get(person)
            wanted = known.conversations if known is not None else {}
            for connection in self._floor.welcomed(person):
                if connection.role != "mentor":
                    continue
                for place in _places(connection):
                    if (absence := wanted.get(place.room.id)) is not None:
                        place.absence = absence
                    else:
                        _end(connection, place)
                lacking = [name for name in wanted if not connection.follows(name)]
                if lacking:
                    await self._floor.add(connection, lacking)


def _places(connection: Connection) -> list[Substitute]:
    """Where it stands in for others."""
    return [place for place in connection.followers() if isinstance(place, Substitute)]


def _end(connection: Connection, place: Substitute) -> None:
    connection.drop(place.room.id)
    connection.give_up(place)
    connection.tell(Unfollowed(place.room.id))
