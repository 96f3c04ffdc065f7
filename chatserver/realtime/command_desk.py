"""Who obeys a command: each capability has a desk, which the connection hands its commands to.

The connection itself obeys `send` alone: nothing else is said as often.
"""

import asyncio
from collections.abc import Mapping
from typing import Any, Protocol

from msgspec import Struct

from chatserver.access.tokens import Identity
from chatserver.protocol.codec import Encoding
from chatserver.protocol.codes import Code
from chatserver.protocol.commands import Command, Send
from chatserver.protocol.entry import More
from chatserver.protocol.event import Event
from chatserver.protocol.events import Role
from chatserver.realtime.conversation_list import ConversationList
from chatserver.realtime.follower import Follower
from chatserver.realtime.room import Room
from quotas.ledger.base import StandIn
from quotas.standing import Writer


class WritesAs(Struct, frozen=True):
    """On which side somebody writes; of whoever stands in for the mentor, until when."""

    side: Writer
    stand_in: StandIn | None = None


def more_said(command: Send) -> More | None:
    """What a message says beside its text; None where that is all."""
    if command.reply_to is None and not command.attachments:
        return None
    return More(command.reply_to, list(command.attachments))


class Asker(Protocol):
    """What a desk needs of the connection that asks."""

    id: str
    user: str
    role: Role
    encoding: Encoding
    turn: asyncio.Lock
    """Whoever reads a page for the connection holds it: see `Reader.turn`."""
    ended: bool
    drafts: dict[str, int]
    """What its app knows of drafts: by conversation, when each was written, 0 for none."""
    conversations: ConversationList | None
    """Its person's own conversations; None for support and services."""

    @property
    def sign_in(self) -> str:
        """By which it is connected; empty where by a token."""

    def go_on(self, identity: Identity) -> None:
        """Stay as long as its fresh token is good."""

    @property
    def is_congested(self) -> bool:
        """Whether much waits for the reader."""

    @property
    def reads_along(self) -> bool:
        """Whether it may read every conversation and write in none: support and services."""

    def follower(self, conversation: str) -> Follower[Room] | None:
        """Its place in a conversation; None where it does not follow that."""

    def follows(self, conversation: str) -> bool:
        """Whether it follows the conversation already, or is about to."""

    def followers(self) -> list[Follower[Room]]:
        """Its places in conversations."""

    @property
    def followed(self) -> int:
        """How many conversations it follows."""

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

    async def opened(self, conversation: str | None) -> None:
        """Wait until that conversation is followed, or all are that it is about to follow.

        Raises StoreError, DatabaseError.
        """

    def writes_as(self, follower: Follower[Room]) -> WritesAs | None:
        """As whom its person writes there; None for those who only read."""

    def tell(self, event: Event) -> None:
        """Send an event to this connection alone."""

    def push(self, frame: bytes) -> None:
        """Send a frame that was made already."""

    def refuse(self, command: Command, code: Code, message: str = "", retry_after: float | None = None) -> None:
        """Answer a command with an error."""


class CommandDesk(Protocol):
    """Obeys the commands of one capability."""

    async def obey(self, asker: Asker, command: Any) -> None:
        """Answer it, or refuse it. A RoomCommand is about a conversation that the connection follows.

        Raises StoreError, DatabaseError: then the connection answers that the store is not there.
        """


CommandDesks = Mapping[type[Command], CommandDesk]
"""By the command's type."""
