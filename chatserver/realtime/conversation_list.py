"""The list of whoever is connected: told page by page, in the order that it had at hello.

All of it is followed from hello on. Rooms beyond the first page are opened behind the welcome, a few at a time; what
happens there before its page was asked for brings the conversation itself first.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from typing import Protocol

from chatserver.protocol.codec import Encoding, encode_json, encode_msgpack
from chatserver.protocol.codes import Close, Code
from chatserver.protocol.commands import MAX_LISTED, Conversations, RoomCommand
from chatserver.protocol.events import MAX_LIST_BYTES, ConversationsPage, ConversationView
from chatserver.realtime.follower import RETRY_AFTER, Follower
from chatserver.realtime.room import Room
from chatserver.records.database import DatabaseError
from quotas.ledger.urgency import ListPlace
from quotas.store.errors import StoreError
from quotas.terms import UnjudgeableError

AT_ONCE = 25
"""Rooms that are opened in one go: whoever writes meanwhile waits for a few, not for all."""

logger = logging.getLogger(__name__)


class ListReader(Protocol):
    """What a list needs of its connection."""

    id: str
    user: str
    encoding: Encoding
    ended: bool

    def add(self, follower: Follower[Room]) -> bool:
        """Follow a conversation too; False where the connection has ended meanwhile."""

    def follower(self, conversation: str) -> Follower[Room] | None:
        """Its place in a conversation; None where it does not follow that."""

    def obey_late(self, command: RoomCommand) -> None:
        """Act on a command that waited for its room."""

    def refuse_late(self, command: RoomCommand, code: Code) -> None:
        """Answer one with an error."""

    def fail(self, code: Code, message: str = "", id: str | None = None, conversation: str | None = None) -> None:
        """Say that something is wrong."""

    def end(self, close: Close) -> None:
        """Close it."""


FollowRooms = Callable[[Sequence[str]], Awaitable[tuple[list[Follower[Room]], list[str]]]]
"""As `Hub.follow`, for the connection."""
Arrive = Callable[[Iterable[Follower[Room]]], None]
"""As `Hub.arrived`, for the connection."""


class ConversationList:
    """One connection's. `places` has all of it; `resume` is that of hello."""

    def __init__(
        self,
        reader: ListReader,
        places: Sequence[ListPlace],
        resume: Mapping[str, int],
        *,
        follow: FollowRooms,
        arrived: Arrive,
    ) -> None:
        self._reader = reader
        self._follow = follow
        self._arrived = arrived
        self._order = [place.conversation for place in places]
        self._resume = resume
        self._late = {place.conversation: place.last_seq for place in places[MAX_LISTED:]}
        """Those whose rooms are not open yet, with their last seq at hello."""
        self._held: dict[str, list[RoomCommand]] = {}
        """What was said about them meanwhile, in order."""
        self._wanted: dict[str, asyncio.Future[None]] = {}
        """Those for which a page waits."""

    @property
    def first(self) -> list[str]:
        """What a welcome may hold of it."""
        return self._order[:MAX_LISTED]

    def is_late(self, conversation: str) -> bool:
        """Whether the conversation is followed soon."""
        return conversation in self._late

    async def opened(self, conversation: str | None) -> None:
        """Wait until the room of that one is open, or those of all. Raises StoreError, DatabaseError."""
        await self._open_now([conversation] if conversation is not None else list(self._late))

    def hold(self, command: RoomCommand) -> bool:
        """Keep a command for a room that is not open yet; False where none is to be opened."""
        if command.conversation not in self._late:
            return False
        self._held.setdefault(command.conversation, []).append(command)
        return True

    def begin(self, followers: Sequence[Follower[Room]]) -> tuple[list[ConversationView], bool]:
        """What the welcome shows of those whose rooms are open, and whether there are more. Raises UnjudgeableError."""
        for follower in followers:
            follower.is_shown = False
        views = self._shown(followers)
        for follower in followers[len(views) :]:
            follower.room.told(follower)
        return views, len(views) < len(followers) or len(self._order) > MAX_LISTED

    async def page(self, command: Conversations) -> ConversationsPage | None:
        """The page that it asks for, to be told at once; None where the list has nothing of that name.

        Raises StoreError, DatabaseError, UnjudgeableError.
        """
        if command.after is not None and command.after not in self._order:
            return None
        start = 0 if command.after is None else self._order.index(command.after) + 1
        while True:
            names = self._order[start : start + command.limit]
            await self._open_now(names)
            followers = [place for name in names if (place := self._reader.follower(name)) is not None]
            views = self._shown(followers)
            start += command.limit
            more = len(views) < len(followers) or start < len(self._order)
            if views or not more:
                return ConversationsPage(views, more, command.ask)

    def _shown(self, followers: Iterable[Follower[Room]]) -> list[ConversationView]:
        """As many of them as fit into a page: from now on the app knows these."""
        views: list[ConversationView] = []
        size = 0
        for follower in followers:
            view = follower.room.view(follower)
            encoded = encode_json(view) if self._reader.encoding == "json" else encode_msgpack(view)
            size += len(encoded) + 1
            if views and size > MAX_LIST_BYTES:
                break
            follower.is_shown = True
            follower.room.told(follower)
            views.append(view)
        return views

    # What is opened late

    async def open_late(self) -> None:
        """Open the rooms beyond the first page, as long as the connection is there."""
        while self._late and not self._reader.ended:
            names = self._next()
            try:
                followers, unopened = await self._follow(names)
            except (StoreError, DatabaseError) as error:
                self._put_off(error)
                await asyncio.sleep(RETRY_AFTER)
            except Exception:
                # Whoever comes back is turned away at hello, if that lasts.
                logger.exception("a list cannot be followed", extra={"person": self._reader.user})
                self._put_off(StoreError("the list cannot be followed"))
                self._reader.end(Close.UNAVAILABLE)
                return
            else:
                self._enter(names, followers, unopened)

    def _next(self) -> list[str]:
        """Those that somebody waits for come first, then those with messages that the app lacks, then in order."""
        asked = [name for name in (*self._held, *self._wanted) if name in self._late]
        behind = [name for name, seq in self._resume.items() if seq < self._late.get(name, 0)]
        return list(dict.fromkeys([*asked, *behind, *self._late]))[:AT_ONCE]

    def _enter(self, names: Iterable[str], followers: Iterable[Follower[Room]], unopened: Sequence[str]) -> None:
        """Nothing is awaited between the places in the rooms and this: nothing is told that belongs behind it."""
        found = {follower.room.id: follower for follower in followers}
        added: list[Follower[Room]] = []
        for name in names:
            last_seq = self._late.pop(name)
            follower = found.get(name)
            if name in unopened:
                self._reader.fail("internal", conversation=name)
            if follower is not None and self._reader.add(follower):
                added.append(follower)
                self._begin(follower, last_seq)
            for command in self._held.pop(name, ()):
                self._reader.obey_late(command)
            if (wanted := self._wanted.pop(name, None)) is not None and not wanted.done():
                wanted.set_result(None)
        self._arrived(added)

    def _begin(self, follower: Follower[Room], last_seq: int) -> None:
        """As if it had been followed since hello, when its last seq was that."""
        room = follower.room
        follower.is_shown = False
        try:
            room.told(follower)
        except UnjudgeableError:
            logger.exception("the conversation cannot be judged", extra={"conversation": room.id})
            self._reader.end(Close.UNAVAILABLE)
            return
        if (seen := self._resume.get(room.id)) is not None:
            follower.start(seen)
        elif room.last_seq > last_seq:
            follower.show()

    async def _open_now(self, names: Iterable[str]) -> None:
        """Those before all others. Raises StoreError, DatabaseError."""
        loop = asyncio.get_running_loop()
        late = [name for name in names if name in self._late]
        waiting = [self._wanted.setdefault(name, loop.create_future()) for name in late]
        if waiting:
            await asyncio.gather(*(asyncio.shield(each) for each in waiting))

    def _put_off(self, error: StoreError | DatabaseError) -> None:
        """Answer what waits: it is tried again later."""
        held, self._held = self._held, {}
        for command in (each for commands in held.values() for each in commands):
            self._reader.refuse_late(command, "store_unavailable")
        wanted, self._wanted = self._wanted, {}
        for each in wanted.values():
            if not each.done():
                each.set_exception(error)
                each.exception()  # whoever waits gets it; nobody need
