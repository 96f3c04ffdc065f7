"""A message that goes out later, as it is kept, and what can become of it."""

from typing import Literal

from msgspec import Struct

from chatserver.conversations.conversation import ConversationRecord
from chatserver.protocol.entry import Head, More, head_of, more_of
from chatserver.protocol.unsent import LaterReason
from quotas.ledger.base import Posted, PostRefused
from quotas.standing import Writer

LATER = "later"
"""The kind of the timers, named by conversations, that ring when the first of its messages is due."""

LaterState = Literal["waiting", "refused"]
"""It goes out at its time; or its time has come, the rules said no, and the text is kept for who wrote it."""


class LaterMessage(Struct, frozen=True, gc=False):
    """Of one person, in one conversation. Instants in ms."""

    conversation: str
    person: str
    id: str
    """The app's, as of any message of theirs."""
    side: Writer
    send_at: int
    written_at: int
    state: LaterState
    tried_at: int | None
    """Since when it is being sent: then it can be changed no more."""
    reason: LaterReason | None
    opens_at: int | None
    """Why it was refused, and when writing opens by what was known then; None where nobody knows."""
    head: str
    """The head of the entry that is posted, as JSON."""
    digest: bytes
    sealed: bytes
    """The text, with the conversation's key."""

    @property
    def opened_head(self) -> Head:
        """The head, to be read."""
        return head_of(self.head.encode())

    @property
    def more(self) -> More | None:
        """What it has beside its text; None for nothing."""
        return more_of(self.opened_head)


class TooMany(Struct, frozen=True):
    """As many wait in that conversation as one person may have."""


class Underway(Struct, frozen=True):
    """It is being sent at this moment, or was: nothing can be changed."""


class NotLater(Struct, frozen=True):
    """Nothing of that id waits."""


class IdTaken(Struct, frozen=True):
    """The id was used for another text, or for another time."""


Scheduling = LaterMessage | Posted | PostRefused | TooMany | IdTaken
"""What becomes of a message for later: it waits; or its id was sent before, and that is what it was answered."""


def substitute_of(message: LaterMessage, conversation: ConversationRecord | None) -> str:
    """Who wrote it for the mentor, whose ids are their own; '' where its own side did."""
    if message.side != "mentor" or conversation is None or message.person == conversation.mentor:
        return ""
    return message.person
