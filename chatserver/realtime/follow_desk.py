"""`follow` and `unfollow`: which conversations support and services follow on a live connection.

They read along: nothing that they do reaches the two people. Who follows what is logged, by ids.
"""

import asyncio
import logging
from collections import Counter
from collections.abc import Sequence
from typing import assert_never
from weakref import WeakValueDictionary

from chatserver.protocol.commands import MAX_FOLLOWED, Follow, Unfollow
from chatserver.protocol.events import Following, Unfollowed
from chatserver.realtime.command_desk import Asker, CommandDesks
from chatserver.realtime.follower import Follower
from chatserver.realtime.room import Room
from quotas.terms import UnjudgeableError

logger = logging.getLogger(__name__)


class FollowDesk:
    """A connection's commands on one conversation take turns, in their order."""

    def __init__(self) -> None:
        self._opening: Counter[str] = Counter()
        """How many are being opened, by the connection's id."""
        self._turns: WeakValueDictionary[tuple[str, str], asyncio.Lock] = WeakValueDictionary()

    def desks(self) -> CommandDesks:
        """For the connections."""
        return dict.fromkeys((Follow, Unfollow), self)

    async def obey(self, asker: Asker, command: Follow | Unfollow) -> None:
        """A `CommandDesk`. Raises UnjudgeableError, too; whatever it raises, nothing is followed then."""
        if not asker.reads_along:
            why = "only support and services follow by command; a member and a mentor follow all of theirs"
            asker.refuse(command, "not_allowed", why)
            return
        # asyncio.Lock is fair: turns come in the order of the commands.
        turn = self._turns.setdefault((asker.id, command.conversation), asyncio.Lock())
        async with turn:
            match command:
                case Follow():
                    await self._follow(asker, command)
                case Unfollow():
                    self._unfollow(asker, command)
                case _:
                    assert_never(command)

    async def _follow(self, asker: Asker, command: Follow) -> None:
        """What is followed already goes on as it is: no message comes twice."""
        if (follower := asker.follower(command.conversation)) is not None:
            self._answer(asker, follower, command.ask)
        elif asker.followed + self._opening[asker.id] >= MAX_FOLLOWED:
            asker.refuse(command, "too_many_followed")
        else:
            await self._open(asker, command)

    async def _open(self, asker: Asker, command: Follow) -> None:
        self._opening[asker.id] += 1
        try:
            opened, unopened = await asker.open(command.conversation)
        finally:
            self._opening[asker.id] -= 1
            if not self._opening[asker.id]:
                del self._opening[asker.id]
        if opened:
            self._begin(asker, opened[0], command)
        else:
            asker.refuse(command, "internal" if unopened else "not_found")

    def _begin(self, asker: Asker, follower: Follower[Room], command: Follow) -> None:
        """Nothing is awaited between the place in the room and the answer: no message must come before it."""
        try:
            self._answer(asker, follower, command.ask)
        except UnjudgeableError:
            asker.give_up(follower)
            raise
        if asker.add(follower):
            note_follows(asker, [follower.room.id])
            if command.resume is not None:
                follower.start(command.resume)

    def _answer(self, asker: Asker, follower: Follower[Room], ask: str | None) -> None:
        asker.tell(Following(follower.room.view(follower), ask))
        follower.room.told(follower)

    def _unfollow(self, asker: Asker, command: Unfollow) -> None:
        """What is not followed is not followed: nothing is wrong with that."""
        if (follower := asker.drop(command.conversation)) is not None:
            asker.give_up(follower)
            logger.info("no longer followed", extra=_of(asker, [follower.room.id]))
        asker.tell(Unfollowed(command.conversation, command.ask))


def note_follows(asker: Asker, conversations: Sequence[str]) -> None:
    """Log who reads along in which conversations from now on."""
    logger.info("followed", extra=_of(asker, conversations))


def _of(asker: Asker, conversations: Sequence[str]) -> dict[str, object]:
    return {
        "connection": asker.id,
        "person": asker.user,
        "role": asker.role,
        "conversations": list(conversations),
    }
