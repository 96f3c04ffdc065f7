"""What the socket does with exercises: a mentor gives one, a member hands one in. Each is a message by the rules.

The server writes its text, so it comes to every connection of both; that of its writer hears `accepted` beside.
"""

import asyncio
from typing import Protocol, assert_never

from chatserver.mentoring.exercises import FillingRefused, Giving, HandingIn, TooLong
from chatserver.mentoring.library import PLATFORM
from chatserver.mentoring.room import Mentoring
from chatserver.messages.lane import PostOutcome
from chatserver.operating.metrics import Metrics
from chatserver.protocol.commands import GiveExercise, HandIn
from chatserver.protocol.entry import More
from chatserver.protocol.events import Accepted, Refused
from chatserver.realtime.command_desk import Asker, CommandDesks, WritesAs
from chatserver.realtime.follower import Follower
from chatserver.realtime.room import Room
from quotas.instant import text, text_or_none
from quotas.ledger import base
from quotas.standing import Writer
from quotas.store.errors import StoreError

_NOBODY = ""
"""The origin of what no connection wrote: none is left out."""
_REFUSED = {
    "empty": "nothing is answered yet",
    "ended": "the conversation has ended",
    "handed_in": "it is handed in already",
    "underway": "it is being handed in on another device",
}


class WritingFloor(Protocol):
    """What hears of whoever has written."""

    def wrote(self, room: Room, side: Writer, at: int) -> None:
        """That side wrote at `at` where live chats are booked: in one that runs, that is joining it."""

    def wrote_in_window(self, room: Room) -> None:
        """The member wrote in a writing window."""


class ExerciseDesk:
    """One process's."""

    def __init__(self, mentoring: Mentoring, metrics: Metrics, floor: WritingFloor) -> None:
        self._mentoring = mentoring
        self._metrics = metrics
        self._floor = floor

    def desks(self) -> CommandDesks:
        """For the connections."""
        return dict.fromkeys((GiveExercise, HandIn), self)

    async def obey(self, asker: Asker, command: GiveExercise | HandIn) -> None:
        """A `CommandDesk`."""
        follower = asker.follower(command.conversation)
        writes_as = asker.writes_as(follower) if follower is not None else None
        if follower is None:
            asker.refuse(command, "not_found")
        elif writes_as is None:
            asker.refuse(command, "read_only")
        elif isinstance(command, GiveExercise):
            await self._give(asker, follower, writes_as, command)
        else:
            await self._hand_in(asker, follower, writes_as, command)

    async def _give(self, asker: Asker, follower: Follower[Room], writes_as: WritesAs, command: GiveExercise) -> None:
        if writes_as.side != "mentor":
            asker.refuse(command, "not_allowed", "exercises are given by mentors")
            return
        exercises = self._mentoring.exercises
        owner = PLATFORM if command.shared else asker.user
        item = await self._mentoring.library.find(owner, command.item)
        if item is None or item.kind != "exercise":
            asker.refuse(command, "not_found", f"there is no exercise {command.item!r} in the library")
            return
        place = f"{owner}/{command.item}"
        giving = await exercises.give(command.conversation, asker.user, command.id, place, item)
        if isinstance(giving, TooLong):
            asker.refuse(command, "text_too_long", f"exercise {command.item!r} does not go into one message")
            return
        if not isinstance(giving, Giving):
            asker.refuse(command, "not_found")
            return
        posted = await self._posted(asker, follower, writes_as, command.id, giving.body, giving.id)
        if isinstance(posted, base.Posted):
            await exercises.given(command.conversation, giving.id, posted.seq)
        elif not isinstance(posted, StoreError):  # then it may have been written all the same
            await exercises.given(command.conversation, giving.id, None)
        await self._answer(asker, follower, command, posted)

    async def _hand_in(self, asker: Asker, follower: Follower[Room], writes_as: WritesAs, command: HandIn) -> None:
        if writes_as.side != "member":
            asker.refuse(command, "not_allowed", "exercises are handed in by members")
            return
        exercises = self._mentoring.exercises
        handing = await exercises.hand_in(command.conversation, command.exercise, command.id)
        if isinstance(handing, FillingRefused):
            asker.refuse(command, "not_allowed", _REFUSED[handing.reason])
            return
        if not isinstance(handing, HandingIn):
            asker.refuse(command, "not_found", f"there is no exercise {command.exercise!r} in the conversation")
            return
        posted = await self._posted(asker, follower, writes_as, command.id, handing.body, command.exercise)
        if not isinstance(posted, StoreError):
            written = (posted.seq, posted.at) if isinstance(posted, base.Posted) else None
            await exercises.handed_in(command.conversation, command.exercise, command.id, written, handing.answers)
        await self._answer(asker, follower, command, posted)

    async def _posted(
        self, asker: Asker, follower: Follower[Room], writes_as: WritesAs, id: str, body: str, exercise: str
    ) -> PostOutcome:
        done: asyncio.Future[PostOutcome] = asyncio.get_running_loop().create_future()
        of = writes_as.side, asker.user, id, body, _NOBODY
        follower.room.lane.post(*of, done.set_result, writes_as.stand_in, More(exercise=exercise))
        # Whoever asked may go: what is on its way is noted all the same.
        posted = await asyncio.shield(done)
        if isinstance(posted, base.Posted) and posted.first:
            self._has_come(follower.room, writes_as, posted.at)
        return posted

    def _has_come(self, room: Room, writes_as: WritesAs, at: int) -> None:
        if room.settings.chats and writes_as.stand_in is None:
            self._floor.wrote(room, writes_as.side, at)

    async def _answer(
        self, asker: Asker, follower: Follower[Room], command: GiveExercise | HandIn, posted: PostOutcome
    ) -> None:
        room = follower.room
        match posted:
            case base.Posted():
                self._metrics.answered(posted)
                state = room.lane.writing_state(posted.at)
                if state.window_ends_at:
                    self._floor.wrote_in_window(room)
                composer = room.composer(state)
                await follower.reach(posted.seq)  # first: what is accepted counts as had
                asker.tell(Accepted(room.id, command.id, posted.seq, text(posted.at), composer))
            case base.PostRefused():
                self._metrics.answered(posted)
                composer = room.composer(room.lane.writing_state(posted.at))
                opens_at = text_or_none(posted.opens_at)
                asker.tell(Refused(room.id, command.id, posted.reason, opens_at, "", composer))
            case base.Reused():
                asker.refuse(command, "id_reused")
            case base.Unknown():
                asker.refuse(command, "not_found")
            case StoreError():
                asker.refuse(command, "store_unavailable")
            case _:
                assert_never(posted)
