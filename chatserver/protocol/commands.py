"""What an app may say. One Struct per command, one tagged union, unknown fields refused by name."""

from typing import Annotated, Any

import msgspec
from msgspec import Meta, Struct

from chatserver.protocol.notices import MAX_NOTICES, NoticeId
from quotas.admission import WaitState

MAX_FRAME_BYTES = 96 * 1024
"""A larger frame closes the connection with 1009 (RFC 6455, 7.4.1).

The largest command is a hello: a token of MAX_TOKEN_BYTES and MAX_RESUME ids of 64 characters, each with its seq.
"""
MAX_TOKEN_BYTES = 8 * 1024
"""Longer tokens are refused unread: decoding costs time before the signature is known to be good."""
MAX_BODY_BYTES = 16 * 1024
"""The longest text, in bytes of UTF-8."""
MAX_NOTE = 500
"""Most characters of an urgent note."""
MAX_ATTACHMENTS = 10
"""Most files of one message."""
MAX_RESUME = 1_000
"""Most conversations one hello may resume."""
MAX_FOLLOWED = MAX_RESUME
"""Most conversations that support or a service follows on one connection: one hello takes up all of them again."""
MAX_HISTORY = 200
"""Most messages one history answer holds."""
MAX_LISTED = 100
"""Most conversations that a welcome, or one `conversations` answer, holds of a member's or mentor's own."""
MAX_WATCHED = 10_000
"""Most rows of the board that one watch shows."""
MAX_SIGNAL_BYTES = 16 * 1024
"""The longest signal of a video call, in bytes of UTF-8: a description of all that a browser can send has a third."""
MAX_QUERY = 200
"""The longest query of a search, in characters."""
MAX_FOUND = 50
"""Most messages that one answer to a search holds."""
NAME_PATTERN = r"^(?!\.{1,2}$)[A-Za-z0-9_.:|@~-]{1,64}$(?!\n)"
"""Not `.` or `..`: whoever puts them in a path asks for another one."""
NAME_ALLOWED = "1 to 64 letters, digits and any of _ . : | @ ~ -, but not . or .. alone"

Name = Annotated[str, Meta(min_length=1, max_length=64, pattern=NAME_PATTERN)]
"""The id of a person or a conversation."""
MessageId = Annotated[str, Meta(min_length=1, max_length=64)]
"""The app's own message id; unique among what its user sent to that conversation in the last 48 hours."""
AskId = Annotated[str, Meta(min_length=1, max_length=64)]
"""The app's own name of a question: the answer, or the error, says it again."""
Seq = Annotated[int, Meta(ge=0, le=2**53 - 1)]
MessageSeq = Annotated[int, Meta(ge=1, le=2**53 - 1)]


class Command(
    Struct,
    frozen=True,
    gc=False,
    forbid_unknown_fields=True,
    tag_field="type",
    tag=str.lower,
):
    """The base of every command; `type` is the class name in lower case."""


class Hello(Command, frozen=True, gc=False):
    """The first command: who is there, and from where to go on. `resume` maps a conversation to the last seq seen."""

    token: str
    resume: Annotated[dict[Name, Seq], Meta(max_length=MAX_RESUME)] = {}


class RoomCommand(Command, frozen=True, gc=False):
    """The base of commands about one conversation, which whoever says it must follow."""

    conversation: Name


class Send(RoomCommand, frozen=True, gc=False, omit_defaults=True):
    """Write a message. The same `id` again within 48 hours returns the first answer and writes nothing."""

    id: MessageId
    body: str
    reply_to: MessageSeq | None = None
    """The seq of the message that it answers."""
    attachments: Annotated[tuple[Name, ...], Meta(max_length=MAX_ATTACHMENTS)] = ()
    """The ids of uploads that go with it: then `body` may be ''."""
    at: str | None = None
    """When it is to be sent by itself, an instant that is to come; null: now."""


class Urgent(RoomCommand, frozen=True, gc=False):
    """While they may not write, a member's note to mentor and support: one until writing opens. `id` as for send."""

    id: MessageId
    body: str


class Edit(RoomCommand, frozen=True, gc=False):
    """Give one's own message, of the seq `about`, another text. `id` as for send."""

    id: MessageId
    about: MessageSeq
    body: str


class Delete(RoomCommand, frozen=True, gc=False):
    """Take back one's own message, of the seq `about`: its place stays. `id` as for send."""

    id: MessageId
    about: MessageSeq


class React(RoomCommand, frozen=True, gc=False):
    """React to the message of the seq `about`, with one emoji a person; null takes it back. `id` as for send."""

    id: MessageId
    about: MessageSeq
    emoji: Annotated[str, Meta(max_length=32)] | None


class GiveExercise(RoomCommand, frozen=True, gc=False, tag="give"):
    """A mentor gives an exercise of their library, or of the one that is `shared`, as a message. `id` as for send."""

    id: MessageId
    item: Name
    shared: bool = False


class HandIn(RoomCommand, frozen=True, gc=False, tag="hand_in"):
    """A member hands in what they answered in an exercise, as a message. `id` as for send."""

    id: MessageId
    exercise: Name


class Check(RoomCommand, frozen=True, gc=False):
    """Ask what `send` would answer now, without sending."""

    ask: AskId | None = None


class Read(RoomCommand, frozen=True, gc=False):
    """Everything up to and including `seq` has been seen. A read mark never moves back."""

    seq: Seq


class Acknowledge(RoomCommand, frozen=True, gc=False):
    """What waits needs no answer, says the mentor's side, having seen everything up to `seq` (null: all there is)."""

    seq: Seq | None = None
    ask: AskId | None = None


class Typing(RoomCommand, frozen=True, gc=False):
    """The writer is typing. Repeat at most every few seconds while it goes on; apps let it fade after six."""


class JoinSession(RoomCommand, frozen=True, gc=False, tag="join"):
    """One of the two comes to a session. Whoever has joined may come back while it runs."""

    booking: Name


class Signal(Command, frozen=True, gc=False):
    """To the other person of a video call that may be joined now: what the two browsers agree on, as apps write it."""

    booking: Name
    to: Name
    data: str
    ask: AskId | None = None


class History(RoomCommand, frozen=True, gc=False):
    """The messages before `before` (null: the newest), at most `limit` of them, oldest first."""

    before: Seq | None = None
    limit: Annotated[int, Meta(ge=1, le=MAX_HISTORY)] = 50
    ask: AskId | None = None


class Search(Command, frozen=True, gc=False):
    """The messages that hold all of `query`, newest first, at most `limit`: of one conversation, or (null) of all.

    `before` is what the answer before it gave as `next`. A newer search of the connection ends the one that runs.
    """

    query: Annotated[str, Meta(max_length=MAX_QUERY)]
    conversation: Name | None = None
    before: Annotated[str, Meta(max_length=128)] | None = None
    limit: Annotated[int, Meta(ge=1, le=MAX_FOUND)] = 20
    ask: AskId | None = None


class Conversations(Command, frozen=True, gc=False):
    """What comes after `after` (null: the first) in one's list as of hello: at most `limit` conversations."""

    after: Name | None = None
    limit: Annotated[int, Meta(ge=1, le=MAX_LISTED)] = MAX_LISTED
    ask: AskId | None = None


class Follow(Command, frozen=True, gc=False):
    """Support or a service follows a conversation: after `resume`, the last seq seen, or (null) from here on."""

    conversation: Name
    resume: Seq | None = None
    ask: AskId | None = None


class Unfollow(Command, frozen=True, gc=False):
    """Follow a conversation no longer."""

    conversation: Name
    ask: AskId | None = None


class Watch(Command, frozen=True, gc=False):
    """Watch the board of open waits, or stop: the first `limit` of `state`, of one mentor or plan where they are named.

    With `steps` each row has those of its escalation. A second watch replaces the first.
    """

    replies: bool
    state: WaitState = "waiting"
    mentor: Name | None = None
    plan: Annotated[str, Meta(min_length=1, max_length=64)] | None = None
    limit: Annotated[int, Meta(ge=1, le=MAX_WATCHED)] = 100
    steps: bool = False


class Notices(Command, frozen=True, gc=False):
    """One's own notices with ids below `before` (null: the newest), at most `limit` of them, newest first."""

    before: NoticeId | None = None
    limit: Annotated[int, Meta(ge=1, le=MAX_NOTICES)] = 50
    ask: AskId | None = None


class ReadNotices(Command, frozen=True, gc=False, tag="notices_read"):
    """One has seen one's notices up to and including `upto`, or those of `ids`: one of the two is given."""

    upto: NoticeId | None = None
    ids: Annotated[list[NoticeId], Meta(max_length=MAX_NOTICES)] = []
    ask: AskId | None = None


class ListLater(Command, frozen=True, gc=False, tag="scheduled"):
    """One's own messages that go out later, and those that could not: of a conversation, or (null) of all."""

    conversation: Name | None = None
    ask: AskId | None = None


class Reschedule(RoomCommand, frozen=True, gc=False):
    """Give a message that goes out later another time, text or files; null: as it is."""

    id: MessageId
    at: str | None = None
    body: str | None = None
    attachments: Annotated[list[Name], Meta(max_length=MAX_ATTACHMENTS)] | None = None
    ask: AskId | None = None


class Unschedule(Command, frozen=True, gc=False):
    """Take back a message that goes out later, or one that could not: it is kept no longer.

    It is their writer's also where they follow the conversation no longer.
    """

    conversation: Name
    id: MessageId
    ask: AskId | None = None


class Draft(RoomCommand, frozen=True, gc=False):
    """What one is writing there is this now; '' for nothing. `seen`: the `at` of the draft that one has seen."""

    body: str
    seen: str | None = None
    ask: AskId | None = None


class Drafts(Command, frozen=True, gc=False):
    """What one is writing in all of one's conversations."""

    ask: AskId | None = None


class Renew(Command, frozen=True, gc=False):
    """Go on with a fresh token of the same person in the same role: the connection stays until that one expires."""

    token: str
    ask: AskId | None = None


AnyCommand = (
    Hello
    | Send
    | Edit
    | Delete
    | React
    | GiveExercise
    | HandIn
    | Check
    | Read
    | Acknowledge
    | Urgent
    | Typing
    | JoinSession
    | Signal
    | History
    | Search
    | Conversations
    | Follow
    | Unfollow
    | Watch
    | Notices
    | ReadNotices
    | ListLater
    | Reschedule
    | Unschedule
    | Draft
    | Drafts
    | Renew
)

COMMANDS: tuple[type[msgspec.Struct], ...] = (
    Hello,
    Send,
    Edit,
    Delete,
    React,
    GiveExercise,
    HandIn,
    Check,
    Read,
    Acknowledge,
    Urgent,
    Typing,
    JoinSession,
    Signal,
    History,
    Search,
    Conversations,
    Follow,
    Unfollow,
    Watch,
    Notices,
    ReadNotices,
    ListLater,
    Reschedule,
    Unschedule,
    Draft,
    Drafts,
    Renew,
)


class Addressed(Struct):
    """What an error can be addressed to, where the rest of a command is wrong."""

    id: Any = None
    conversation: Any = None
    ask: Any = None
