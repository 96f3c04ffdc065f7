"""Support and services on a live connection: which conversations they follow, begun and ended by command.

They read along: nothing that they do reaches the two people. Who follows what is logged, by ids.
"""

import asyncio
import logging
from collections.abc import Sequence
from typing import Protocol, assert_never
from weakref import WeakValueDictionary

from chatserver.protocol.codes import Code
from chatserver.protocol.commands import MAX_FOLLOWED, AnyCommand, Follow, Unfollow
from chatserver.protocol.events import Event, Following, Role, Unfollowed
from chatserver.realtime.follower import Follower
from chatserver.realtime.room import Room
from quotas.terms import UnjudgeableError

logger = logging.getLogger(__name__)


class Support(Protocol):
    """What reading along needs of the connection."""

    id: str
    user: str
    role: Role

    @property
    def followed(self) -> int:
        """How many conversations it follows."""

    def follower(self, conversation: str) -> Follower[Room] | None:
        """Its place in a conversation; None where it does not follow that."""

    async def open(self, conversation: str) -> tuple[list[Follower[Room]], list[str]]:
        """A place in a conversation, none where it is not there; second, its name where a fault keeps it closed.

        Raises StoreError, DatabaseError.
        """

    def add(self, follower: Follower[Room]) -> bool:
        """Follow a conversation too; False where the connection has ended meanwhile."""

    def drop(self, conversation: str) -> Follower[Room] | None:
        """Its place in a conversation that it is to follow no longer; None where it does not."""

    def give_up(self, follower: Follower[Room]) -> None:
        """Leave a place that was opened or dropped."""

    def refuse(self, command: AnyCommand, code: Code) -> None:
        """Answer a command with an error."""

    def tell(self, event: Event) -> None:
        """Send an event to this connection alone."""


class ReadingAlong:
    """The commands `follow` and `unfollow` of one connection: those on one conversation take turns, in their order."""

    def __init__(self, connection: Support) -> None:
        self._connection = connection
        self._opening = 0
        self._turns: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()

    async def obey(self, command: Follow | Unfollow) -> None:
        """Act, and answer. Raises StoreError, DatabaseError, UnjudgeableError: then nothing is followed."""
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
            self._answer(follower, command.ask)
        elif connection.followed + self._opening >= MAX_FOLLOWED:
            connection.refuse(command, "too_many_followed")
        else:
            await self._open(command)

    async def _open(self, command: Follow) -> None:
        self._opening += 1
        try:
            opened, unopened = await self._connection.open(command.conversation)
        finally:
            self._opening -= 1
        if opened:
            self._begin(opened[0], command)
        else:
            self._connection.refuse(command, "internal" if unopened else "not_found")

    def _begin(self, follower: Follower[Room], command: Follow) -> None:
        """Nothing is awaited between the place in the room and the answer: no message must come before it."""
        try:
            self._answer(follower, command.ask)
        except UnjudgeableError:
            self._connection.give_up(follower)
            raise
        if self._connection.add(follower):
            note_follows(self._connection, [follower.room.id])
            if command.resume is not None:
                follower.start(command.resume)

    def _answer(self, follower: Follower[Room], ask: str | None) -> None:
        room, connection = follower.room, self._connection
        connection.tell(Following(room.view(follower), ask))
        room.told(follower)

    def _unfollow(self, command: Unfollow) -> None:
        """What is not followed is not followed: nothing is wrong with that."""
        if (follower := self._connection.drop(command.conversation)) is not None:
            self._connection.give_up(follower)
            logger.info("no longer followed", extra=_of(self._connection, [follower.room.id]))
        self._connection.tell(Unfollowed(command.conversation, command.ask))


def note_follows(connection: Support, conversations: Sequence[str]) -> None:
    """Log who reads along in which conversations from now on."""
    logger.info("followed", extra=_of(connection, conversations))


def _of(connection: Support, conversations: Sequence[str]) -> dict[str, object]:
    return {
        "connection": connection.id,
        "person": connection.user,
        "role": connection.role,
        "conversations": list(conversations),
    }
