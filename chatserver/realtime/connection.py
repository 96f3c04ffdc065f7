"""One app at one end of a socket: its commands, each authorised on its conversation, and what it is told."""

import asyncio
import logging
import time
from collections.abc import Coroutine, Iterable, Sequence
from contextlib import suppress
from functools import partial
from math import ceil
from typing import TYPE_CHECKING, Any, Protocol, assert_never
from uuid import uuid4

from chatserver.access.rate_limit import OTHER_COST, RateLimit
from chatserver.access.tokens import Identity
from chatserver.messages.lane import OnPosted, PostOutcome
from chatserver.operating.metrics import Metrics
from chatserver.protocol.codec import CommandError, Encoding, check_text, decode
from chatserver.protocol.codes import CLOSE_REASON, MEANING, TEMPORARY, Close, Code
from chatserver.protocol.commands import (
    MAX_BODY_BYTES,
    AnyCommand,
    Command,
    Delete,
    Draft,
    Edit,
    Follow,
    GiveExercise,
    HandIn,
    Hello,
    React,
    RoomCommand,
    Send,
    Signal,
    Unfollow,
)
from chatserver.protocol.event import Event
from chatserver.protocol.events import Error, OwnSettings, Refused
from chatserver.protocol.notices import UnreadNotices
from chatserver.realtime.command_desk import CommandDesks, WritesAs, more_said
from chatserver.realtime.conversation_list import ConversationList
from chatserver.realtime.file_sends import FileClaims, FileSends
from chatserver.realtime.follower import Follower
from chatserver.realtime.outgoing import accepted_frame, frame_of
from chatserver.realtime.room import Room
from chatserver.realtime.socket import ChatSocket
from chatserver.realtime.substitute import Substitute
from chatserver.records.database import DatabaseError
from quotas.instant import text, text_or_none
from quotas.ledger import base
from quotas.standing import Writer
from quotas.store.errors import StoreError
from quotas.terms import UnjudgeableError

MAX_IN_FLIGHT = 64
"""Commands without an answer at which reading stops until some are answered."""
MAX_FAULTS = 100
"""Malformed frames within FAULT_PERIOD that a connection survives."""
FAULT_PERIOD = 60.0
"""Seconds."""
PATIENCE = 20
"""Commands over the rate limit, one after the other, after which reading pauses."""
LONGEST_PAUSE = 1.0
"""Seconds, so that pings are still answered in time."""

_WRITING = (Send, Edit, Delete, React, GiveExercise, HandIn)
"""Commands that cost what a message does."""
_AS: dict[Writer, WritesAs] = {"member": WritesAs("member"), "mentor": WritesAs("mentor")}

if TYPE_CHECKING:
    from chatserver.operating.tracing import Traces

logger = logging.getLogger(__name__)


class HubDesk(Protocol):
    """What a connection needs of the hub."""

    def wrote(self, room: Room, side: Writer, at: int) -> None:
        """That side wrote at `at` where live chats are booked: in one that runs, that is joining it."""

    def wrote_in_window(self, room: Room) -> None:
        """The member wrote in a writing window."""

    def begin(self, work: Coroutine[Any, Any, None]) -> None:
        """Do that soon, whatever becomes of the connection that asked for it."""

    async def follow(
        self, connection: "Connection", conversations: Sequence[str]
    ) -> tuple[list[Follower[Room]], list[str]]:
        """Let a connection follow conversations, as far as they exist; second, which a fault keeps from being opened.

        Raises StoreError, DatabaseError.
        """

    def unfollow(self, connection: "Connection", followers: Iterable[Follower[Room]]) -> None:
        """The connection follows these no longer."""

    def prolong(self, connection: "Connection", expires_at: float) -> None:
        """End it at that time of the loop instead."""

    def leave(self, connection: "Connection", followers: Iterable[Follower[Room]]) -> None:
        """The connection is gone."""


class Connection:
    """The receiver of a `ChatSocket` once its hello was accepted."""

    def __init__(
        self,
        socket: ChatSocket,
        encoding: Encoding,
        identity: Identity,
        *,
        desk: HubDesk,
        desks: CommandDesks,
        limit: RateLimit,
        metrics: Metrics,
        traces: "Traces | None",
        claims: FileClaims,
    ) -> None:
        self.id = uuid4().hex[:16]
        self.user = identity.user
        self.role = identity.role
        self.encoding: Encoding = encoding
        self.hears_reply = identity.role != "member"
        self.muted: set[str] = set()
        """The conversations of which its person wants no notices, as far as is known."""
        self.settings: OwnSettings | None = None
        """For the welcome: its person's own; None where they are not known."""
        self.unread: UnreadNotices | None = None
        """For the welcome: how many notices were unread when it came; None where that is not known."""
        self.stand_ins_as_of = 0
        """How many changes of substitutes the hub had heard of when it looked for whom this one stands in."""
        self.conversations: ConversationList | None = None
        """Its person's own conversations; None for support and services, and before the welcome."""
        self.drafts: dict[str, int] = {}
        """What its app knows of drafts: by conversation, when each was written, 0 for none."""
        self.ended = False
        self.turn = asyncio.Lock()
        self._socket = socket
        self._identity = identity
        self._desk = desk
        self._desks = desks
        self._limit = limit
        self._over_limit = 0
        self._unheard = False
        """Whether it is not read because it did not hear that it is over the limit."""
        self._metrics = metrics
        self._traces = traces
        """Where to record spans of messages; None where nobody asked for them."""
        self._claims = claims
        self._files: FileSends | None = None
        """Made when first a message carries files."""
        self._followers: dict[str, Follower[Room]] = {}
        self._in_flight = 0
        self._draining = False
        self._tasks: set[asyncio.Task[None]] = set()
        self._faults = 0
        self._faults_since = 0.0

    # What it follows

    @property
    def reads_along(self) -> bool:
        """Whether it may read every conversation and write in none: support and services."""
        return self.role in ("support", "service")

    def may_follow(self, room: Room) -> bool:
        """A member or mentor their own conversations, by the role of their token; support and services any."""
        return self.reads_along or self._side(room) is not None

    def add(self, follower: Follower[Room]) -> bool:
        """Follow a conversation too; False where the connection has ended meanwhile."""
        if self.ended:
            self._desk.leave(self, [follower])
            return False
        self._followers[follower.room.id] = follower
        return True

    def drop(self, conversation: str) -> Follower[Room] | None:
        """Its place in a conversation that it is to follow no longer; None where it does not."""
        return self._followers.pop(conversation, None)

    async def open(self, conversation: str) -> tuple[list[Follower[Room]], list[str]]:
        """A place in a conversation, none where it is not there; second, its name where a fault keeps it closed.

        Raises StoreError, DatabaseError.
        """
        return await self._desk.follow(self, [conversation])

    def give_up(self, follower: Follower[Room]) -> None:
        """Leave a place that was opened or dropped."""
        self._desk.unfollow(self, [follower])

    def follower(self, conversation: str) -> Follower[Room] | None:
        """Its place in a conversation; None where it does not follow that."""
        return self._followers.get(conversation)

    @property
    def followed(self) -> int:
        """How many conversations it follows."""
        return len(self._followers)

    def followers(self) -> list[Follower[Room]]:
        """Its places in conversations."""
        return list(self._followers.values())

    async def opened(self, conversation: str | None) -> None:
        """Wait until that conversation is followed, or all are that it is about to follow.

        Raises StoreError, DatabaseError.
        """
        if self.conversations is not None:
            await self.conversations.opened(conversation)

    def follows(self, conversation: str) -> bool:
        """Whether it follows the conversation already, or is about to."""
        return conversation in self._followers or (
            self.conversations is not None and self.conversations.is_late(conversation)
        )

    # Outgoing

    @property
    def is_congested(self) -> bool:
        """Whether much waits for the reader; false once the connection has ended."""
        return not self.ended and self._socket.is_congested

    @property
    def unsent(self) -> int:
        """Bytes that wait for the reader."""
        return self._socket.unsent

    @property
    def in_flight(self) -> int:
        """Commands without an answer."""
        return self._in_flight

    def push(self, frame: bytes) -> None:
        """Send a frame that was made already."""
        self._socket.push(frame)

    def tell(self, event: Event) -> None:
        """Send an event to this connection alone."""
        self._socket.push(frame_of(event, self.encoding))

    def end(self, close: Close) -> None:
        """Close it; what was told before is sent first."""
        self._socket.end(close, CLOSE_REASON[close])

    @property
    def sign_in(self) -> str:
        """By which it is connected; empty where by a token."""
        return self._identity.sign_in

    def go_on(self, identity: Identity) -> None:
        """Stay as long as its fresh token is good."""
        self._identity = identity
        if not self.ended:
            expires_in = identity.connected_until / 1000 - time.time()
            self._desk.prolong(self, asyncio.get_running_loop().time() + expires_in)

    def end_if_older(self, before: int) -> None:
        """Tokens of its person that were issued before `before` are revoked."""
        if self._identity.issued_at < before:
            self.end(Close.REVOKED)

    def fail(
        self,
        code: Code,
        message: str = "",
        id: str | None = None,
        conversation: str | None = None,
        retry_after: float | None = None,
        ask: str | None = None,
    ) -> None:
        """Answer with an error."""
        self._metrics.errors[code] += 1
        if id is not None:
            self._metrics.failed[code] += 1
        self.tell(Error(code, message or MEANING[code], code in TEMPORARY, id, conversation, retry_after, ask))

    def refuse(self, command: Command, code: Code, message: str = "", retry_after: float | None = None) -> None:
        """Answer a command with an error."""
        id: str | None = getattr(command, "id", None)
        conversation: str | None = getattr(command, "conversation", None)
        self.fail(code, message, id, conversation, retry_after, getattr(command, "ask", None))

    # The socket's receiver

    def received(self, data: bytes, *, text: bool) -> None:
        """Act on one frame."""
        if self._draining:
            return
        if text != (self.encoding == "json"):
            self._faulty(CommandError("wrong_encoding", MEANING["wrong_encoding"]))
            return
        try:
            command = decode(data, self.encoding)
        except CommandError as error:
            self._faulty(error)
            return
        self._act(command)

    def too_slow(self) -> None:
        """Too much waits for the reader: it may come back and resume."""
        self.end(Close.TOO_SLOW)

    def lost(self) -> None:
        """The socket has gone."""
        self.ended = True
        for task in self._tasks:
            task.cancel()
        followers, self._followers = self._followers, {}
        self._desk.leave(self, followers.values())
        logger.debug("a connection has ended", extra={"connection": self.id, "person": self.user})

    def drain(self) -> None:
        """The server stops: no new commands; end as soon as the last answer is out."""
        self._draining = True
        if self._in_flight == 0:
            self.end(Close.RESTARTING)

    # Commands

    def _act(self, command: AnyCommand) -> None:
        cost = 1.0 if isinstance(command, _WRITING) else _cost(command)
        if delay := self._limit.delay(self.user, time.monotonic(), cost):
            self._too_many(command, delay)
            return
        self._over_limit = 0
        if isinstance(command, Send):
            self._send(command)
        elif isinstance(command, Hello):
            self.refuse(command, "already_greeted")
        elif isinstance(command, Follow | Unfollow):
            self._begin()
            # Not cancelled where the connection ends: others may wait for the same room to open.
            self._desk.begin(self._guarded(self._desks[type(command)].obey(self, command), command))
        elif isinstance(command, RoomCommand):
            self._in_room(command)
        else:
            self._work(self._desks[type(command)].obey(self, command), command)

    def _not_followed(self, command: RoomCommand) -> None:
        """Its room is opened behind the welcome, or it is none of this person's."""
        if self.conversations is not None and self.conversations.hold(command):
            self._begin()
        else:
            self.refuse(command, "not_found")

    def obey_late(self, command: RoomCommand) -> None:
        """Act on a command that waited for its room."""
        if isinstance(command, Send):
            self._send(command)
        else:
            self._in_room(command)
        self._finish()

    def refuse_late(self, command: RoomCommand, code: Code) -> None:
        """Answer one with an error: its room cannot be opened now."""
        self.refuse(command, code)
        self._finish()

    def _in_room(self, command: RoomCommand) -> None:
        if command.conversation in self._followers:
            self._work(self._desks[type(command)].obey(self, command), command)
        else:
            self._not_followed(command)

    def _too_many(self, command: AnyCommand, delay: float) -> None:
        """Say when to come again; whoever does not hear it is no longer read for a moment, so that TCP holds them."""
        self._metrics.rate_limited["person"] += 1
        self.refuse(command, "rate_limited", retry_after=ceil(delay * 1000) / 1000)
        self._over_limit += 1
        if self._over_limit == PATIENCE:
            self._unheard = True
            self._socket.pause()
            asyncio.get_running_loop().call_later(min(delay, LONGEST_PAUSE), self._hear_again)

    def _hear_again(self) -> None:
        self._over_limit = 0
        self._unheard = False
        if self._in_flight < MAX_IN_FLIGHT:
            self._socket.go_on()

    def _side(self, room: Room) -> Writer | None:
        """The side that this person may write on; None for those who only read."""
        return room.side_of(self.user, self.role)

    def writes_as(self, follower: Follower[Room]) -> WritesAs | None:
        """As whom its person writes there; None for those who only read."""
        if (side := self._side(follower.room)) is not None:
            return _AS[side]
        return WritesAs("mentor", follower.stand_in) if isinstance(follower, Substitute) else None

    def _send(self, command: Send) -> None:
        follower = self._followers.get(command.conversation)
        if follower is None:
            self._not_followed(command)
            return
        writes_as = self.writes_as(follower)
        if writes_as is None:
            self.refuse(command, "read_only")
        elif problem := _unwritable(command, follower):
            self.refuse(command, *problem)
        elif command.at is not None:
            self._work(self._desks[Send].obey(self, command), command)
        else:
            self._begin()
            if command.attachments or (self._files is not None and self._files.holds(command.conversation)):
                if self._files is None:
                    self._files = FileSends(self._claims, self.user, self._desk.begin)
                post = partial(self._post, command, follower, writes_as)
                self._files.add(command, post, partial(self._not_posted, command))
            else:
                self._post(command, follower, writes_as)

    def _post(self, command: Send, follower: Follower[Room], writes_as: WritesAs) -> None:
        posted = self._posted if not command.attachments else self._posted_with_files
        done: OnPosted = partial(posted, command, follower)
        if self._traces is not None:
            done = self._traces.message(command.conversation, self.id, done)
        post = follower.room.lane.post
        post(writes_as.side, self.user, command.id, command.body, self.id, done, writes_as.stand_in, more_said(command))

    def _not_posted(self, command: Send, code: Code, message: str) -> None:
        """Its files cannot go with it."""
        self.refuse(command, code, message)
        self._finish()

    def _posted_with_files(self, command: Send, follower: Follower[Room], result: PostOutcome) -> None:
        assert self._files is not None  # noqa: S101 - it claimed them
        self._files.done(command, result, partial(self._posted, command, follower, result))

    def _posted(self, command: Send, follower: Follower[Room], result: PostOutcome) -> None:
        match result:
            case base.Posted():
                if result.first:
                    self._metrics.accepted += 1
                    if follower.room.settings.chats and (side := self._side(follower.room)) is not None:
                        self._desk.wrote(follower.room, side, result.at)
                else:
                    self._metrics.repeated += 1
                self._accepted(command, follower, result)
            case base.PostRefused():
                if result.first:
                    self._metrics.refused[result.reason] += 1
                else:
                    self._metrics.repeated += 1
                self._refused(command, follower, result)
            case base.Reused():
                self.refuse(command, "id_reused")
            case base.Unknown():
                self.refuse(command, "not_found")
            case StoreError():
                self.refuse(command, "store_unavailable")
            case _:
                assert_never(result)
        self._finish()

    def _accepted(self, command: Send, follower: Follower[Room], result: base.Posted) -> None:
        room = follower.room
        state = room.lane.writing_state(result.at)
        follower.told_composer(state)
        if state.window_ends_at:
            self._desk.wrote_in_window(room)
        said = room.composer_said(state)
        frame = accepted_frame(command.conversation, command.id, result.seq, result.at, said, self.encoding)
        follower.acknowledge(result.seq, frame)
        if self.drafts and (seen := self.drafts.pop(command.conversation, 0)):
            self._desk.begin(self._clear_draft(Draft(command.conversation, "", text(seen))))

    def _refused(self, command: Send, follower: Follower[Room], result: base.PostRefused) -> None:
        room = follower.room
        state = room.lane.writing_state(result.at)
        follower.told_composer(state)
        self.tell(
            Refused(
                command.conversation,
                command.id,
                result.reason,
                text_or_none(result.opens_at),
                command.body,
                room.composer(state),
            )
        )

    async def _clear_draft(self, command: Draft) -> None:
        """A message was sent: what its app knew of a draft is a draft no longer, on no device."""
        with suppress(StoreError, DatabaseError):
            await self._desks[Draft].obey(self, command)

    # Bounds

    def _work(self, work: Coroutine[Any, Any, None], command: Command) -> None:
        self._begin()
        task = asyncio.get_running_loop().create_task(self._guarded(work, command))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _guarded(self, work: Coroutine[Any, Any, None], command: Command) -> None:
        try:
            await work
        except (StoreError, DatabaseError):
            self.refuse(command, "store_unavailable")
        except UnjudgeableError as error:
            logger.warning(
                "a command cannot be answered: %s",
                error,
                extra={
                    "connection": self.id,
                    "person": self.user,
                    "conversation": getattr(command, "conversation", None),
                },
            )
            self.refuse(command, "internal")
        except Exception:
            logger.exception("a command cannot be answered", extra={"connection": self.id, "person": self.user})
            self.refuse(command, "internal")
        finally:
            self._finish()

    def _begin(self) -> None:
        self._in_flight += 1
        if self._in_flight >= MAX_IN_FLIGHT:
            self._socket.pause()

    def _finish(self) -> None:
        self._in_flight -= 1
        if self._draining:
            if self._in_flight == 0:
                self.end(Close.RESTARTING)
        elif self._in_flight == MAX_IN_FLIGHT // 2 and not self._unheard:
            self._socket.go_on()

    def _faulty(self, error: CommandError) -> None:
        now = asyncio.get_running_loop().time()
        if now - self._faults_since > FAULT_PERIOD:
            self._faults, self._faults_since = 0, now
        self._faults += 1
        if self._faults > MAX_FAULTS:
            self.end(Close.TOO_MANY_ERRORS)
        else:
            self.fail(error.code, error.message, error.id, error.conversation, ask=error.ask)


def _unwritable(command: Send, follower: Follower[Room]) -> tuple[Code, str] | None:
    """Why it cannot be written: its text, which files alone need not have, or what it answers is not there."""
    if (command.body or not command.attachments) and (problem := check_text(command.body)):
        return problem
    if command.reply_to is None:
        return None
    first, last = follower.first_seq, follower.room.last_seq
    if first <= command.reply_to <= last:
        return None
    places = f"those from {first} to {last}" if first <= last else "none yet that it could answer"
    return "seq_unknown", f"`reply_to` names no message; the conversation has {places}"


def _cost(command: AnyCommand) -> float:
    """In messages. A signal costs by its length, too: the longest as much as a message."""
    return OTHER_COST + len(command.data) / MAX_BODY_BYTES if isinstance(command, Signal) else OTHER_COST
