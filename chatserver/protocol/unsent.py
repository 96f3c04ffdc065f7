"""What is not sent yet, on the wire: messages that go out later, and drafts."""

from typing import Literal

from msgspec import Struct

from chatserver.protocol.event import Event
from quotas.admission import Reason

LaterBecame = Literal["waiting", "refused", "sent", "gone"]
"""It waits for its time; it was refused then, and its text is kept; it was sent, or taken back."""
LaterReason = Reason | Literal["stand_in_over"]
"""Why it was refused: as any message, or since whoever wrote it did not stand in for the mentor any more."""


class LaterView(Struct, frozen=True):
    """A message that goes out later, as only who wrote it sees it.

    Of one that was refused `reason` and `opens_at` are as then; of one that was sent `seq` is its place, where that is
    known. The text of what is kept no longer is empty. `attachments` are the ids of its files, `reply_to` is the seq
    that it answers.
    """

    conversation: str
    id: str
    body: str
    at: str | None
    written_at: str | None
    state: LaterBecame
    reason: LaterReason | None = None
    opens_at: str | None = None
    seq: int | None = None
    attachments: list[str] = []
    reply_to: int | None = None


class Scheduled(Event, frozen=True):
    """The answer to a `send` with `at`, and to `reschedule`: the message is kept, and goes out by itself then."""

    conversation: str
    id: str
    at: str
    written_at: str
    ask: str | None = None


class LaterList(Event, frozen=True, tag="scheduled_list"):
    """The answer to `scheduled`: the next one first; `more` says whether there are others."""

    messages: list[LaterView]
    more: bool
    ask: str | None = None


class LaterChanged(Event, frozen=True, tag="later"):
    """One's message that goes out later is another one now, was sent, refused or taken back; answers `unschedule` too.

    Null where some of that may have been missed, and of drafts too: whoever shows them asks for them again.
    """

    message: LaterView | None
    ask: str | None = None


class DraftView(Struct, frozen=True):
    """What somebody is writing in a conversation, and since when it stands."""

    conversation: str
    body: str
    at: str | None


class DraftStands(Event, frozen=True, tag="draft"):
    """What one is writing there is this now, with null for `at` where it is nothing; also the answer to `draft`.

    In the answer `returned` is what another device had written meanwhile, if it was not seen: it stands no longer, and
    is for the person to keep or to drop.
    """

    conversation: str
    body: str
    at: str | None
    returned: str | None = None
    ask: str | None = None


class DraftList(Event, frozen=True, tag="drafts"):
    """The answer to `drafts`: the newest first; `more` says whether there may be others."""

    drafts: list[DraftView]
    more: bool
    ask: str | None = None
