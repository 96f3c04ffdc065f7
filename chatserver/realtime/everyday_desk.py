"""What everybody asks of a conversation every day: `check`, `read`, `history` and `typing`."""

from typing import Protocol, assert_never

from chatserver.messages.history import history
from chatserver.messages.read_marks import mark_read
from chatserver.protocol.commands import Check, History, Read, Typing
from chatserver.protocol.events import ComposerChanged, HistoryPage
from chatserver.realtime.command_desk import Asker, CommandDesks
from chatserver.realtime.follower import Follower, room_for_more
from chatserver.realtime.room import Room
from quotas.ledger.feed import Hand


class TypingFloor(Protocol):
    """What hears of whoever types."""

    async def publish_typing(self, room: Room, who: Hand, origin: str) -> None:
        """Tell everyone who is typing, unless the store is gone."""


class EverydayDesk:
    """A `CommandDesk`."""

    def __init__(self, floor: TypingFloor) -> None:
        self._floor = floor

    def desks(self) -> CommandDesks:
        """For the connections."""
        return dict.fromkeys((Check, Read, History, Typing), self)

    async def obey(self, asker: Asker, command: Check | Read | History | Typing) -> None:
        """A `CommandDesk`."""
        follower = asker.follower(command.conversation)
        if follower is None:
            asker.refuse(command, "not_found")
            return
        match command:
            case Check():
                await self._check(asker, command, follower.room)
            case Read():
                await self._read(asker, command, follower)
            case History():
                await self._history(asker, command, follower)
            case Typing():
                await self._typing(asker, command, follower)
            case _:
                assert_never(command)

    async def _check(self, asker: Asker, command: Check, room: Room) -> None:
        standing = await room.ledger.standing(room.id)
        if standing is None:
            asker.refuse(command, "not_found")
            return
        room.take(standing)
        asker.tell(ComposerChanged(room.id, room.composer(room.lane.writing_state(standing.now)), command.ask))

    async def _read(self, asker: Asker, command: Read, follower: Follower[Room]) -> None:
        room, writes_as = follower.room, asker.writes_as(follower)
        if writes_as is None:
            asker.refuse(command, "read_only")
            return
        if writes_as.stand_in is None:
            unread_after = room.lane.terms.unread_after
            moved = await mark_read(room.ledger, room.log, room.id, writes_as.side, command.seq, asker.id, unread_after)
        else:
            moved = await room.ledger.mark_read_standing_in(room.id, asker.user, command.seq, asker.id)
        if moved is None:
            asker.refuse(command, "seq_unknown", f"`seq` is beyond the last message, {room.last_seq}")

    async def _history(self, asker: Asker, command: History, follower: Follower[Room]) -> None:
        room = follower.room
        async with asker.turn:
            await room_for_more(asker)
            end = room.last_seq + 1
            before = end if command.before is None else min(command.before, end)
            is_support = asker.role == "support"
            first = follower.first_seq
            part = await history(room.log, room.id, before, command.limit, first, with_earlier=is_support)
            asker.tell(HistoryPage(room.id, part.messages, part.more, part.first, command.ask))

    async def _typing(self, asker: Asker, command: Typing, follower: Follower[Room]) -> None:
        writes_as = asker.writes_as(follower)
        if writes_as is None:
            asker.refuse(command, "read_only")
        else:
            who = Hand(writes_as.side) if writes_as.stand_in is None else Hand("mentor", asker.user)
            await self._floor.publish_typing(follower.room, who, asker.id)
