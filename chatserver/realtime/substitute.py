"""The place in a conversation of whoever stands in for its mentor: from 20 messages before the oldest open wait on.

Source: cases.md "Answers that do not come".
"""

import asyncio

from chatserver.conversations.absence import AbsenceRecord
from chatserver.messages.read_marks import texts_between
from chatserver.messages.substitutes import first_asking, reads_from
from chatserver.protocol.events import Gap
from chatserver.realtime.follower import Follower, Reader
from chatserver.realtime.outgoing import MessageAudience
from chatserver.realtime.room import Room
from chatserver.records.database import DatabaseError
from quotas.ledger.base import Entry, StandIn
from quotas.store.errors import StoreError


async def seen_standing_in(room: Room, person: str, first_seq: int) -> int:
    """How many of the member's texts are not unread for whoever stands in: seen by them, or of before they may read.

    Raises StoreError, DatabaseError.
    """
    texts, last_seq = room.texts.member, room.last_seq
    after = max(first_seq - 1, room.substitutes_read.get(person, 0))
    return texts - await texts_between(room.log, room.id, "member", after, last_seq + 1)


class Substitute(Follower[Room]):
    """As long as no member's message has waited in the absence, there is nothing to read."""

    __slots__ = ("_counting", "_is_counted", "_seen", "absence", "reads_from")

    def __init__(
        self, connection: Reader, room: Room, absence: AbsenceRecord, reads_from: int | None, seen: int | None
    ) -> None:
        super().__init__(connection, room)
        self.absence = absence
        self.reads_from = reads_from
        self._seen = seen
        self._counting: asyncio.Task[None] | None = None
        self._is_counted = True
        if self.reads_from is None and room.lane.usage.waiting_since:
            self._next_seq = room.last_seq  # A wait has begun meanwhile, or its beginning could not be read.

    @property
    def stand_in(self) -> StandIn:
        """For the ledger, whose clock decides."""
        return StandIn(self.connection.user, self.absence.since, self.absence.until)

    @property
    def stands_in(self) -> bool:
        return True

    @property
    def seen_standing_in(self) -> int:
        """Where that is not known, nothing is said to be unread."""
        return self.room.texts.member if self._seen is None else self._seen

    def marked(self) -> None:
        self._is_counted = False
        if self._counting is None:
            self._counting = asyncio.get_running_loop().create_task(self._count())

    async def _count(self) -> None:
        """Anew where something happened meanwhile: then it may have been counted, or not."""
        try:
            while not self._is_counted:
                self._is_counted = True
                self._seen = await seen_standing_in(self.room, self.connection.user, self.first_seq)
        except (StoreError, DatabaseError):
            self._seen = None
        finally:
            self._counting = None
        self.room.say_unread_to(self)

    def stop(self) -> None:
        super().stop()
        if self._counting is not None:
            self._counting.cancel()

    @property
    def first_seq(self) -> int:
        return self.room.last_seq + 1 if self.reads_from is None else self.reads_from

    def message(self, seq: int, origin: str, audience: MessageAudience) -> None:
        if self.room.heard[1] >= self.absence.until:
            return
        if self.reads_from is None:
            self.fill()  # looks where the wait began, or whether it is an urgent note
        super().message(seq, origin, audience)

    def start(self, seen: int) -> None:
        if self.reads_from is None:
            self.fill()
            return
        if seen + 1 < self.reads_from:
            self.say(Gap(self.room.id, seen))
            seen = self.reads_from - 1
        super().start(seen)

    def begin_anew(self, after: int) -> None:
        super().begin_anew(max(after, self.first_seq - 1))

    async def _page(self) -> None:
        upto = self.room.last_seq  # what comes while it is looked for is looked at next
        if self.reads_from is None and not await self._find_beginning():
            self._skip_until(upto)
        else:
            await super()._page()

    async def _find_beginning(self) -> bool:
        """Look where the oldest wait of the absence began; whether there is one."""
        first = await first_asking(self.room.log, self.room.id, self.absence)
        if first is None:
            return False
        self.reads_from = reads_from(first)
        self._seen = await seen_standing_in(self.room, self.connection.user, self.reads_from)
        self._next_seq = min(self._next_seq, first)
        self.room.say_view_to(self)
        return True

    def may_have(self, entry: Entry) -> bool:
        return self.first_seq <= entry.seq and entry.at < self.absence.until
