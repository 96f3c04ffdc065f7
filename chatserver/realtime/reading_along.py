"""Support and services on a live connection: which conversations they follow, begun and ended by command.

They read along: nothing that they do reaches the two people. Who follows what is logged, by ids.
"""

import asyncio
import logging
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Protocol, assert_never
from weakref import WeakValueDictionary

from chatserver.protocol.commands import MAX_FOLLOWED, Follow, Unfollow
from chatserver.protocol.events import Following, Unfollowed
from chatserver.realtime.follower import Follower
from quotas.terms import UnknownPlanError

if TYPE_CHECKING:
    from chatserver.realtime.connection import Connection

logger = logging.getLogger(__name__)


class Rooms(Protocol):
    """What reading along needs of the hub."""

    async def follow(self, connection: "Connection", conversations: Sequence[str]) -> tuple[list[Follower], list[str]]:
        """Let a connection follow conversations, as far as they exist; second, which a fault keeps from being opened.

        Raises StoreError, DatabaseError.
        """

    def unfollow(self, connection: "Connection", followers: Iterable[Follower]) -> None:
        """The connection follows these no longer."""


class ReadingAlong:
    """The commands `follow` and `unfollow` of one connection: those on one conversation take turns, in their order."""

    def __init__(self, connection: "Connection", rooms: Rooms) -> None:
        self._connection = connection
        self._rooms = rooms
        self._opening = 0
        self._turns: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()

    async def obey(self, command: Follow | Unfollow) -> None:
        """Act, and answer. Raises StoreError, DatabaseError, UnknownPlanError: then nothing is followed."""
        # asyncio.Lock is fair: turns come in the order of the commands.
        turn = self._turns.setdefault(command.conversation, asyncio.Lock())
        async with turn:
            match command:
                case Follow():
                    await self._follow(command)
                case Unfollow():
                    self._unfollow(command)
                case _:
                    assert_never(command)

    async def _follow(self, command: Follow) -> None:
        """What is followed already goes on as it is: no message comes twice."""
        connection = self._connection
        if (follower := connection.follower(command.conversation)) is not None:
            self._answer(follower)
        elif connection.followed + self._opening >= MAX_FOLLOWED:
            connection.fail("too_many_followed", conversation=command.conversation)
        else:
            await self._open(command)

    async def _open(self, command: Follow) -> None:
        self._opening += 1
        try:
            opened, unopened = await self._rooms.follow(self._connection, [command.conversation])
        finally:
            self._opening -= 1
        if opened:
            self._begin(opened[0], command.resume)
        else:
            self._connection.fail("internal" if unopened else "not_found", conversation=command.conversation)

    def _begin(self, follower: Follower, seen: int | None) -> None:
        """Nothing is awaited between the place in the room and the answer: no message must come before it."""
        try:
            self._answer(follower)
        except UnknownPlanError:
            self._rooms.unfollow(self._connection, [follower])
            raise
        if self._connection.add(follower):
            note_follows(self._connection, [follower.room.id])
            if seen is not None:
                follower.start(seen)

    def _answer(self, follower: Follower) -> None:
        room, connection = follower.room, self._connection
        connection.tell(Following(room.view(connection.user, connection.role)))
        room.told(follower)

    def _unfollow(self, command: Unfollow) -> None:
        """What is not followed is not followed: nothing is wrong with that."""
        if (follower := self._connection.drop(command.conversation)) is not None:
            self._rooms.unfollow(self._connection, [follower])
            logger.info("no longer followed", extra=_of(self._connection, [follower.room.id]))
        self._connection.tell(Unfollowed(command.conversation))


def note_follows(connection: "Connection", conversations: Sequence[str]) -> None:
    """Log who reads along in which conversations from now on."""
    logger.info("followed", extra=_of(connection, conversations))


def _of(connection: "Connection", conversations: Sequence[str]) -> dict[str, object]:
    return {
        "connection": connection.id,
        "person": connection.user,
        "role": connection.role,
        "conversations": list(conversations),
    }
