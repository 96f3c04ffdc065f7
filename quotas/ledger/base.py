"""The port: what a ledger keeps and answers. `memory` is the readable reference, `redis` the real one."""

import asyncio
from collections.abc import Callable
from typing import Literal, Protocol

from msgspec import Struct

from quotas.admission import Answered, Reason, Usage
from quotas.instant import HOUR
from quotas.standing import ChangeKind, ConversationSettings, Standing, Writer
from quotas.store.errors import StoreError
from quotas.store.futures import settling
from quotas.terms import Terms

IDEMPOTENCY_PERIOD = 48 * HOUR
"""The same message id within this time gets the first answer. Records live in generations of it: 48 to 96 h."""
DIGEST_BYTES = 8
"""Length of `Post.digest`."""
LARGEST_ENTRY = 34 * 1024
"""Bytes of the longest `Post.entry`, and of what the store says around it: by this, what is read is reckoned."""
MESSAGES_AT_ONCE = 25
"""Messages that are asked of the store in one go."""
ANY_TEXT = bytes(DIGEST_BYTES)
"""The digest in a record of before the last change of key: which text it was can no longer be told."""


class StandIn(Struct, frozen=True, gc=False):
    """Who writes in the mentor's place, in [since, until) by the ledger's clock."""

    person: str
    since: int
    until: int


class Post(Struct, frozen=True, gc=False):
    """A message on its way in. The ledger does not look into `entry`."""

    conversation: str
    writer: Writer
    id: str
    """The app's id; '' for none, then nothing is remembered for a second try."""
    digest: bytes
    """DIGEST_BYTES bytes that tell one text from another."""
    entry: bytes
    origin: str
    """Which connection wrote it, so that the feed can leave it out. Holds no white space."""
    lane: int = 0
    """Whose order it stands in: a number that no other sender has, below 2⁵³; 0 for no order."""
    number: int = 0
    """Its place in that order: each post that is sent has the next, also one that is sent again."""
    after: int = 0
    """Carried out only if that number was carried out last in the lane; 0 where nothing of the lane is on its way."""
    stand_in: StandIn | None = None
    """Of the mentor's side: who writes for them. Outside their time the conversation is Unknown to them.

    Their ids are their own; what they write is no day's writing of the mentor, and the mentor has not read by it.
    """
    written_at: int = 0
    """When it was written, of what is posted later than that, by itself, under an id that was held; 0: now.

    The mentor's ends no wait that began since: it answers nothing of that. Nobody has read anything by it.
    """


class Change(Struct, frozen=True, gc=False):
    """An edit, a deletion or a reaction on its way in: an entry about an earlier message. As `Post` where alike."""

    conversation: str
    writer: Writer
    id: str
    digest: bytes
    """Of kind, message and text."""
    entry: bytes
    origin: str
    kind: ChangeKind
    about: int
    """The seq of the message; that it is one, and that the writer may change it, the caller has seen to.

    An urgent note is neither edited nor deleted.
    """
    of: Writer
    """The side that wrote that message."""
    key: int
    """The number of the key that the entry is sealed with."""
    until: int = 0
    """The last instant at which it can be done; 0: always."""
    stand_in: StandIn | None = None
    left: int = 0
    """How many more of the kind its writer may write about the message, by what is known; 0: any number."""
    known: int = 0
    """The seq of the last change about the message that is known, whoever wrote it; 0 for none."""


class Changed(Struct, frozen=True, gc=False):
    """Stored as `seq` at `at`; `usage` holds now. `first` is false where an earlier change had this id."""

    seq: int
    at: int
    usage: Usage
    first: bool


class ChangeRefused(Struct, frozen=True, gc=False):
    """Nobody changes anything in a conversation of that state: it is ended or suspended."""

    reason: Reason


class TooLate(Struct, frozen=True, gc=False):
    """The time in which it could be done has passed."""


class Deleted(Struct, frozen=True, gc=False):
    """The message is deleted."""


class OtherKey(Struct, frozen=True, gc=False):
    """The conversation has another key: seal it anew."""


class Recount(Struct, frozen=True, gc=False):
    """Not done: as many changes as there are `left` have come about the message since the last one that was `known`.

    They may be the writer's own, from another device.
    """


class Posted(Struct, frozen=True, gc=False):
    """Stored as `seq` at `at`; `usage` holds now.

    `first` is false where an earlier post had this id: then `seq` and `at` are that one's, and `answered` is None,
    so that a wait is never ended twice.
    """

    seq: int
    at: int
    usage: Usage
    answered: Answered | None
    first: bool


class PostRefused(Struct, frozen=True, gc=False):
    """Not stored, by the rules; `usage` holds at `at`, which is now.

    `first` is false where an earlier post had this id: then `reason` and `opens_at` are those it was given.
    """

    reason: Reason
    opens_at: int
    at: int
    usage: Usage
    first: bool


class Stale(Struct, frozen=True, gc=False):
    """The terms do not hold at `standing.now`, or settings have changed: work them out anew and post again."""

    standing: Standing


class Note(Struct, frozen=True, gc=False):
    """An urgent note on its way in, of the member, who may not write now. As `Post` where alike; it has an id."""

    conversation: str
    id: str
    digest: bytes
    entry: bytes
    origin: str
    after: int = 0
    """The seq of the last note before it, whose lock is over; 0 where there is none."""


class NotNoted(Struct, frozen=True, gc=False):
    """Not stored: the conversation has ended, the member may write, or this lock has had its note."""

    why: "WhyNotNoted"


class Again(Struct, frozen=True, gc=False):
    """Not carried out, and nothing has changed: the post it follows was not, or the functions were lost and are back.

    Post again, after those that were answered so before it.
    """


class Reused(Struct, frozen=True, gc=False):
    """The id was used for another text."""


class Unknown(Struct, frozen=True, gc=False):
    """The ledger has no such conversation."""


class Uncounted(Struct, frozen=True, gc=False):
    """The mark has not moved: say how many texts of the other side and events there are up to it: it is not at the end.

    Of its `texts` up to `last_seq` the reader has seen `seen` up to `read`, their mark; None where that is not known.
    """

    last_seq: int
    texts: int
    read: int
    seen: int | None


class Acknowledged(Struct, frozen=True, gc=False):
    """The wait is over; the event that says so is `seq`, written at `at`."""

    seq: int
    at: int


class Otherwise(Struct, frozen=True, gc=False):
    """Nothing was done: that wait is over, or more was written. `waiting_since` is the open one's, 0 for none."""

    waiting_since: int
    last_seq: int


WhyNotNoted = Literal["ended", "open", "noted"]
NoteResult = Posted | NotNoted | Stale | Reused | Unknown
PostResult = Posted | PostRefused | Stale | Again | Reused | Unknown
ChangeResult = Changed | ChangeRefused | TooLate | Deleted | OtherKey | Recount | Reused | Unknown
IdHeld = Posted | PostRefused | Reused | Unknown | None
"""None: the id is held for that text now. Else what an earlier post with it was answered, or that it was another's."""


class Entry(Struct, frozen=True):
    """One message of the log."""

    seq: int
    at: int
    entry: bytes


class Ledger(Protocol):
    """Every method takes `at`: 0 for the ledger's own clock (the rule), else the instant to act at (replay, tests).

    All raise StoreError where the store does not answer.
    """

    async def configure(self, conversation: str, settings: ConversationSettings, *, at: int = 0) -> Standing:
        """Create the conversation or bring its settings up to date; ended stays ended and has no wait."""

    async def standing(self, conversation: str, *, at: int = 0) -> Standing | None:
        """How it stands; None where the ledger has no such conversation."""

    async def carry(self, conversation: str, used: Usage, mark: str, *, at: int = 0) -> bool | None:
        """Add what was used elsewhere in its week to what is used here, and let its window go on here.

        Once for a conversation: whether it was done now, or else before. `mark` says where it was used. None where the
        ledger has no such conversation.
        """

    async def count_together(self, conversation: str, week: int, windows_used: int, *, at: int = 0) -> bool | None:
        """Windows count for this one and others together: so many were used of that week in all of them.

        Of two weeks the later one counts, of two numbers the greater one; whether anything changed. None where the
        ledger has no such conversation.
        """

    async def start_live(self, conversation: str, length: int, *, at: int = 0) -> Standing | None:
        """Start a live chat of `length` ms; a running one gets the new end."""

    def post(
        self,
        post: Post,
        settings: ConversationSettings,
        terms: Terms,
        done: Callable[[PostResult | StoreError], None],
        *,
        at: int = 0,
    ) -> None:
        """Idempotency, admission, seq, append, wait and deadline in one step; `done` is called once with the result.

        Posts may be sent without waiting for answers. Those of a lane that name the one they are `after` are carried
        out in the order of their numbers, whatever happens to those before them.
        """

    async def change(self, change: Change, unread_after: int = 0, *, at: int = 0) -> ChangeResult:
        """Append a change about a message of the log or the archive: it spends nothing and moves no window or deadline.

        A deleted message, and edits of it, have no text in the ledger any more; their places stay. A deletion takes the
        text out of what is counted as written and unread, and where no unanswered text is left, the wait is over
        (`withdrawn`). An edit may stay unread for `unread_after` ms, as in Terms, before the other side is told of it.
        """

    async def changes_about(self, conversation: str, first: int, last: int) -> list[Entry]:
        """What the ledger has of changes about messages with first ≤ seq ≤ last, in the order of their own seqs."""

    async def deleted(self, conversation: str) -> frozenset[int]:
        """Seqs of deleted messages, and of edits of them, of which the archive may still hold the text."""

    async def note(self, note: Note, settings: ConversationSettings, terms: Terms, *, at: int = 0) -> NoteResult:
        """Append an urgent note, once a lock: it is counted as the member's text, spends nothing, and moves no wait.

        An event `urgent` of the partition says that it came, and `note_read` that the mentor's side has read it.
        """

    async def hold(
        self, conversation: str, writer: Writer, id: str, digest: bytes, *, substitute: str = "", at: int = 0
    ) -> IdHeld:
        """Keep an id for a message that is posted later: until then any other post with it is Reused.

        `substitute` is who stands in for the mentor, where they are its writer: their ids are their own.

        Held for IDEMPOTENCY_PERIOD at least; held again, from now on.
        """

    async def release(self, conversation: str, writer: Writer, id: str, *, substitute: str = "") -> None:
        """The id is held no longer; one that was posted stays remembered."""

    async def write_event(self, conversation: str, number: int, entry: bytes, *, at: int = 0) -> bool | None:
        """Append an entry of the system, unless `number` (1 or more) or a later one was; whether it was appended now.

        It has a seq, and the feed and the archive have it like a message, in whatever state the conversation is. It
        spends nothing, and moves no wait, window or deadline. None where the ledger has no such conversation.
        `entry` is shorter than LARGEST_ENTRY.
        """

    async def acknowledge(
        self,
        conversation: str,
        waiting_since: int,
        last_seq: int,
        entry: bytes,
        *,
        stand_in: StandIn | None = None,
        at: int = 0,
    ) -> Acknowledged | Otherwise | None:
        """The mentor's side says that what waits needs no answer: the wait is over, and `entry` is appended.

        Only where the open wait is that of `waiting_since`, and nothing was written after `last_seq`; 0: whatever was.
        None where the ledger has no such conversation, or not for who stands in, outside their time. `entry` is shorter
        than LARGEST_ENTRY.
        """

    async def mark_read(
        self,
        conversation: str,
        reader: Writer,
        seq: int,
        origin: str,
        unread_after: int = 0,
        *,
        seen: int | None = None,
        counted_at: int = 0,
    ) -> bool | Uncounted | None:
        """Move a read mark forward; whether it moved. None where `seq` is beyond the last message, or there is none.

        `seen` is how many texts of the other side and events there are up to `seq`: not needed of the last message.
        They were counted when `counted_at` was the last seq; where there is a later one, which may be a deletion, they
        are to be counted anew. 0: that is not looked at.

        Where the reader was told of unread messages and this is not the last, the rest may stay unread for
        `unread_after` ms, as in Terms.
        """

    async def mark_read_standing_in(self, conversation: str, person: str, seq: int, origin: str) -> bool | None:
        """Move forward the mark of one who stands in for the mentor; else as `mark_read`."""

    async def messages(self, conversation: str, after: int, before: int, limit: int) -> list[Entry]:
        """Messages with after < seq < before in order: the first `limit` (≥ 1) of them; `before` is 1 or more."""

    async def conversations_of(self, person: str) -> list[str]:
        """The ids of a person's conversations, sorted."""


async def posted(
    ledger: Ledger, post: Post, settings: ConversationSettings, terms: Terms, *, at: int = 0
) -> PostResult:
    """Post and wait for the result, where speed does not matter; once more where it is Again. Raises StoreError."""
    result: PostResult | StoreError = Again()
    for _ in range(2):
        if isinstance(result, Again):
            future: asyncio.Future[PostResult | StoreError] = asyncio.get_running_loop().create_future()
            ledger.post(post, settings, terms, settling(future), at=at)
            result = await future
    if isinstance(result, StoreError):
        raise result
    return result
