"""One connection's place in one conversation: every seq once, in order, from the feed or from the log."""

import asyncio
import logging
from typing import Any, Generic, Protocol, TypeVar

from chatserver.messages.log import MessageLog
from chatserver.protocol.codec import Encoding
from chatserver.protocol.event import Event
from chatserver.protocol.events import Accepted, Gap, Reply, Role
from chatserver.realtime.outgoing import Audience, MessageAudience, frame_of, message_frame
from chatserver.records.database import DatabaseError
from quotas.admission import WritingState
from quotas.ledger.base import MESSAGES_AT_ONCE, Entry
from quotas.store.errors import StoreError
from quotas.terms import UnjudgeableError

DRAIN_CHECK = 0.05
"""Seconds between looks at a reader that has much unread, while a replay waits for it."""


RETRY_AFTER = 1.0
"""Seconds between tries to read what needs the database, while that is gone."""

logger = logging.getLogger(__name__)


class Reader(Protocol):
    """What a follower, its room and the hub need of the connection."""

    id: str
    user: str
    role: Role
    encoding: Encoding
    hears_reply: bool
    muted: set[str]
    """The conversations of which its person wants no notices."""
    turn: asyncio.Lock
    """Whoever reads a page for the connection holds it: one page at a time is read, and kept until it is written."""

    @property
    def is_congested(self) -> bool:
        """Whether much waits for the reader."""

    def push(self, frame: bytes) -> None:
        """Send a frame that was made already."""

    def tell(self, event: Event) -> None:
        """Send an event to this connection alone."""


class Followed(Protocol):
    """What a follower needs of its room."""

    @property
    def id(self) -> str:
        """The conversation's."""

    @property
    def log(self) -> MessageLog:
        """Where its messages are read."""

    @property
    def last_seq(self) -> int:
        """The seq of the last message that this process knows of."""

    def say_view_to(self, follower: "Follower[Any]") -> None:
        """Tell a follower how the conversation is. Raises UnjudgeableError."""

    def reaches(self, seq: int) -> None:
        """The conversation goes on until `seq`, at least."""


FollowedRoom = TypeVar("FollowedRoom", bound=Followed)


class Follower(Generic[FollowedRoom]):
    """Gives the connection every seq once; and composer and reply where they differ from its last word on them."""

    __slots__ = ("_acks", "_composer", "_filling", "_next_seq", "_reply", "connection", "is_shown", "room")

    def __init__(self, connection: Reader, room: FollowedRoom) -> None:
        self.connection = connection
        self.room = room
        self.is_shown = True
        """Whether the connection knows the conversation. Where it stands on a later page of its list it may not yet."""
        self._next_seq = room.last_seq + 1
        """The seq that the connection has not been given yet."""
        self._composer: WritingState | None = None
        """What the connection was last told of the composer."""
        self._reply: Reply | None = None
        self._filling: asyncio.Task[None] | None = None
        self._acks: dict[int, bytes] = {}

    @property
    def stands_in(self) -> bool:
        """Whether it is in the place of the mentor, who is away."""
        return False

    @property
    def seen_standing_in(self) -> int | None:
        """How many of the member's texts whoever stands in has seen, or may not see; None for all others."""
        return None

    def marked(self) -> None:
        """The mark of whoever stands in has moved."""

    @property
    def first_seq(self) -> int:
        """The first seq that it may read."""
        return 1

    def show(self) -> None:
        """Before anything is told of a conversation comes the conversation itself."""
        if not self.is_shown:
            try:
                self.room.say_view_to(self)
            except UnjudgeableError:
                logger.exception("the conversation cannot be shown", extra={"conversation": self.room.id})

    def push(self, frame: bytes) -> None:
        """Send a frame about the conversation."""
        self.show()
        self.connection.push(frame)

    def say(self, event: Event) -> None:
        """Send an event about the conversation to this connection alone."""
        self.show()
        self.connection.tell(event)

    def message(self, seq: int, origin: str, audience: MessageAudience) -> None:
        """A message came over the feed; the conversation itself was shown before."""
        if self._filling is not None or seq < self._next_seq:
            return
        if seq > self._next_seq:
            self.fill()
            return
        self._next_seq = seq + 1
        if origin != self.connection.id:
            self.connection.push(audience.frame(self.connection.encoding))

    def acknowledge(self, seq: int, frame: bytes) -> None:
        """The connection's own message is stored. Held back until the messages before it are there."""
        if seq > self._next_seq or (self._filling is not None and seq == self._next_seq):
            self._acks[seq] = frame
            self.room.reaches(seq)
            self.fill()
            return
        if seq == self._next_seq:
            self._next_seq = seq + 1
        self.connection.push(frame)

    def say_accepted(self, accepted: Accepted) -> None:
        """As `acknowledge`, where the answer is not a frame yet."""
        self.acknowledge(accepted.seq, frame_of(accepted, self.connection.encoding))

    async def reach(self, seq: int) -> None:
        """Give the connection everything up to that seq, which is stored. Raises StoreError where it cannot be had."""
        if seq < self._next_seq:
            return
        self.room.reaches(seq)
        self.fill()
        if self._filling is not None:
            await asyncio.wait({self._filling})
        if seq >= self._next_seq:
            raise StoreError(f"message {seq} cannot be read now")

    def told_composer(self, state: WritingState) -> None:
        """The connection was told of the composer, in an answer."""
        self._composer = state

    def told(self, state: WritingState, reply: Reply) -> None:
        """The connection was told of composer and reply, in a view of the conversation."""
        self._composer = state
        self._reply = reply

    def tell(self, state: WritingState, composer: Audience, reply: Reply, reply_changed: Audience) -> None:
        """Push `composer`, which says `state`, and `reply_changed`, where they are news to the connection."""
        connection = self.connection
        if self._composer != state:
            self._composer = state
            self.push(composer.frame(connection.encoding))
        if connection.hears_reply and self._reply != reply:
            self._reply = reply
            self.push(reply_changed.frame(connection.encoding))

    def start(self, seen: int) -> None:
        """Begin after `seen`: replay what came since. A seq that the log has not reached is a gap."""
        if seen > self.room.last_seq:
            self.say(Gap(self.room.id, self.room.last_seq))
            seen = self.room.last_seq
        self._next_seq = seen + 1
        self.fill()

    def begin_anew(self, after: int) -> None:
        """What came after `after` is lost, or is not what it was: who was given any of it is told, and gets it anew."""
        self.stop()
        # An answer that was held back came from the store as it was: in its place may be another message.
        answered = [self._acks.pop(seq) for seq in sorted(self._acks) if seq > after]
        for frame in answered:
            self.connection.push(frame)
        if answered or self._next_seq > after + 1:
            self._next_seq = min(self._next_seq, after + 1)
            self.say(Gap(self.room.id, self._next_seq - 1))
        self.fill()

    def fill(self) -> None:
        """Read from the log what the feed did not bring, where there is any."""
        if self._filling is None and self._next_seq <= self.room.last_seq:
            self._filling = asyncio.get_running_loop().create_task(self._fill())

    def stop(self) -> None:
        """The connection is gone."""
        if self._filling is not None:
            self._filling.cancel()
            self._filling = None

    async def _fill(self) -> None:
        of = {"conversation": self.room.id, "person": self.connection.user}
        try:
            while self._next_seq <= self.room.last_seq:
                try:
                    async with self.connection.turn:
                        await room_for_more(self.connection)
                        await self._page()
                except DatabaseError:
                    await asyncio.sleep(RETRY_AFTER)
                except StoreError:
                    raise
                except Exception:
                    logger.exception("messages cannot be read; they are tried again", extra=of)
                    await asyncio.sleep(RETRY_AFTER)
        except StoreError:
            return  # The room fills again when the store is back; until then acknowledgements wait too.
        finally:
            if self._filling is asyncio.current_task():
                self._filling = None

    async def _page(self) -> None:
        wanted_until = self.room.last_seq
        self.show()
        entries = await self.room.log.page(self.room.id, self._next_seq - 1, wanted_until + 1, MESSAGES_AT_ONCE)
        if not entries or entries[0].seq > self._next_seq:
            self.connection.tell(Gap(self.room.id, self._next_seq - 1))
            self._skip_until(entries[0].seq - 1 if entries else wanted_until)
        for entry in entries:
            if not self.may_have(entry):
                self._skip_until(entry.seq)
                continue
            await room_for_more(self.connection)
            frame = self._acks.pop(entry.seq, None)
            if frame is None:
                frame = message_frame(self.room.id, entry, self.connection.encoding)
            self.connection.push(frame)
            self._next_seq = entry.seq + 1

    def may_have(self, entry: Entry) -> bool:
        """Whether that of the log is for this reader."""
        return True

    def _skip_until(self, seq: int) -> None:
        """It gets nothing up to that seq but the answers that were held back."""
        self._next_seq = seq + 1
        for each in sorted(each for each in self._acks if each <= seq):
            self.connection.push(self._acks.pop(each))

    @property
    def _is_filling(self) -> bool:
        return self._filling is not None


class Congestible(Protocol):
    """Whoever reads what is told."""

    @property
    def is_congested(self) -> bool:
        """Whether much waits for the reader."""


async def room_for_more(reader: Congestible) -> None:
    """Wait while much waits for the reader: first for what this tick pushed, then for the reader itself."""
    if reader.is_congested:
        await asyncio.sleep(0)
    while reader.is_congested:  # noqa: ASYNC110 - transports offer callbacks, not events
        await asyncio.sleep(DRAIN_CHECK)
