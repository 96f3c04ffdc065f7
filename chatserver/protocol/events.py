"""What the server says: answers to commands, and events that come by themselves.

Instants are RFC 3339 in UTC with milliseconds. Apps ignore fields and types that they do not know.
"""

from typing import Any, Literal

from msgspec import Struct, field

from chatserver.protocol.board import BoardShown
from chatserver.protocol.cases import CaseChanged
from chatserver.protocol.codes import Code
from chatserver.protocol.event import Event
from chatserver.protocol.notices import NoticeCame, NoticesPage, NoticesRead, UnreadNotices
from chatserver.protocol.session_events import CreditsLeft, NextSession, SessionChanged, Signalled
from chatserver.protocol.unsent import DraftList, DraftStands, LaterChanged, LaterList, Scheduled
from quotas.admission import Reason, Status
from quotas.help_policy import LineKind
from quotas.standing import ChangeKind

MAX_CONVERSATIONS = 5_000
"""Most conversations of a member or mentor: their connection follows all of them."""
MAX_LIST_BYTES = 64 * 1024 - 1024
"""Bytes of the conversations of one page of a member's or mentor's list: with what is around them it has 64 KiB."""

Role = Literal["member", "mentor", "support", "service"]
Author = Literal[Role, "system"]
"""By whom something in a conversation is: a person in their role, or the system."""
MessageKind = Literal["text", "event", ChangeKind]
"""What has a seq: what somebody wrote, what happened, as the system noted it, or what was done to a message."""


class HelpLine(Struct, frozen=True):
    """A number that one can call at a lock, of the member's country.

    `name` is whose it is, empty where `kind` says it all; `hours` when it is answered, empty for day and night.
    """

    number: str
    kind: LineKind
    name: str
    hours: str


class Composer(Struct, frozen=True):
    """Whether the member may write now, why not, until when, what is left, and at a lock whom they can call."""

    open: bool
    reason: Reason | None
    opens_at: str | None
    window_ends_at: str | None
    windows_left: int | None
    messages_left: int | None
    live_until: str | None
    help: list[HelpLine] | None = None
    """At every lock; null while writing is open."""
    urgent_note: bool = False
    """Whether the member may send an urgent note now: there is one a lock."""


class Reply(Struct, frozen=True):
    """What the mentor owes: nothing (all null), or an answer since `waiting_since`, by `due_at` if that is promised."""

    waiting_since: str | None
    due_at: str | None
    overdue: bool


class Away(Struct, frozen=True):
    """The mentor is away until then; `substitute` is the mentor who stands in, null where nobody does."""

    until: str
    substitute: str | None


class SystemEvent(Struct, frozen=True):
    """What happened, for apps to put into words. Of names that they do not know they show the name, or nothing."""

    name: str
    data: dict[str, Any]


class LastMessage(Struct, frozen=True, omit_defaults=True):
    """The last message or event of a conversation as it stands, for lists: `text` is how its body begins, in one line.

    What is as it mostly is, is left out.
    """

    seq: int
    sender: str = field(name="from")
    role: Author
    at: str
    text: str
    erased: bool = False
    event: SystemEvent | None = None
    """Of an event, which has no text."""
    kind: MessageKind = "text"
    deleted: bool = False
    attachments: int = 0
    """How many files it has."""
    urgent: bool = False
    """It is an urgent note."""
    edited_at: str | None = None


class ConversationView(Struct, frozen=True):
    """A conversation as the app finds it. `read_seq` is the reader's own mark, `peer_read_seq` the other side's."""

    id: str
    member: str
    mentor: str
    plan: str
    status: Status
    zone: str
    last_seq: int
    read_seq: int
    peer_read_seq: int
    peer_online: bool
    composer: Composer
    reply: Reply
    unread: int = 0
    """How many texts of the other side come after `read_seq`, up to `last_seq`."""
    last: LastMessage | None = None
    """Null where there is none, where the reader may not read it, and where it is not at hand."""
    banner: str | None = None
    """A text key of the plan that the app translates and shows above the composer, such as `only_video_included`."""
    credits: CreditsLeft | None = None
    """Null where the plan has no sessions, and while the records do not answer."""
    next_session: NextSession | None = None
    muted: bool = False
    """Whether the reader has muted it: its notices are sent nowhere. False too while the records do not answer."""
    away: Away | None = None
    """Null while the mentor is there, and while the records do not answer."""
    names: dict[str, str] = {}
    """How the people are called whom one meets in it, by id; of those who were erased, or are not known, nothing."""
    country: str = ""
    """The country whose help lines hold for the member, by ISO 3166-1; empty where none is known."""
    reads_from: int | None = None
    """The first seq that the reader may read, who stands in for the mentor; null for all others, who may read all."""
    no_answer_needed: bool = False
    """Whether the mentor's side may end a wait by saying so."""


FEATURES = (
    "acknowledge",
    "ask",
    "changes",
    "conversations",
    "drafts",
    "exercises",
    "help",
    "last",
    "later",
    "names",
    "renew",
    "search",
    "signal",
    "unread",
)
"""What has joined the protocol since its first release."""


class OwnSettings(Struct, frozen=True):
    """What the records say of the person themselves: name, language and time zone."""

    name: str
    locale: str
    zone: str


class Welcome(Event, frozen=True):
    """The answer to hello. What was missed follows as `message` events, in order."""

    user: str
    role: Role
    now: str
    conversations: list[ConversationView]
    notices: UnreadNotices | None = None
    """Null for services, and while the records do not answer."""
    settings: OwnSettings | None = None
    """One's own; null for whom the records do not know, and while they do not answer."""
    features: list[str] = []
    """What this server has beyond the first release of the protocol, by name: apps look here before they rely on it."""
    more: bool = False
    """Whether one has conversations beside these: they are followed too, and come by `conversations`."""
    edit_minutes: int = 0
    """For how long one may edit one's own message; 0 for never."""


class Reaction(Struct, frozen=True):
    """An emoji, and the people who reacted with it."""

    emoji: str
    people: list[str]


class EarlierText(Struct, frozen=True):
    """What a message said from `at` on."""

    body: str
    at: str


class Message(Event, frozen=True, omit_defaults=True):
    """One message. `seq` is dense within the conversation: 1, 2, 3, … the same for everyone.

    An event is by `system`, in role and `from`, and has no text.
    """

    conversation: str
    seq: int
    sender: str = field(name="from")
    role: Author
    at: str
    id: str
    body: str
    erased: bool = False
    """The text is no longer there, and `body` is empty. Left out otherwise."""
    kind: MessageKind = "text"
    """Left out of texts."""
    event: SystemEvent | None = None
    """Of an event, and left out otherwise."""
    about: int | None = None
    """Of an edit, a deletion or a reaction: the seq of the message. Left out otherwise.

    An edit's `body` is the new text, a reaction's the emoji, '' where it was taken back.
    """
    reply_to: int | None = None
    """The seq of the message that it answers. Left out where it answers none."""
    attachments: list[str] = []
    """The ids of its files. Left out where it has none."""
    exercise: str | None = None
    """The id of the exercise that it gives, or that was handed in by it. Left out where there is none."""
    urgent: bool = False
    """It is an urgent note, which a member sent while they could not write. Left out otherwise."""
    deleted: bool = False
    """It was deleted, and `body` is empty; so is an edit of a message that was. Left out otherwise."""
    written_at: str | None = None
    """When it was written, of what went out later by itself. Left out otherwise."""
    edited_at: str | None = None
    """In `history`: when `body` was written, where that is not the first text."""
    reactions: list[Reaction] = []
    """In `history`: who reacted with what, in the order of the emoji."""
    as_of: int | None = None
    """In `history`: the seq of the last edit, deletion or reaction that this already has in it."""
    earlier: list[EarlierText] = []
    """In `history`, and to support alone: what it said before it was edited, oldest first."""


class Accepted(Event, frozen=True):
    """The message is stored, and flushed as the durability setting promises."""

    conversation: str
    id: str
    seq: int
    at: str
    composer: Composer


class Refused(Event, frozen=True):
    """The rules say no. `body` is the writer's text, unchanged: nothing typed is lost."""

    conversation: str
    id: str
    reason: Reason
    opens_at: str | None
    body: str
    composer: Composer


class ComposerChanged(Event, frozen=True, tag="composer"):
    """The answer to check; also sent by itself when writing opens or closes or what is left changes."""

    conversation: str
    composer: Composer
    ask: str | None = None
    """That of the question that it answers; null where it comes by itself. Alike elsewhere."""


class ReplyChanged(Event, frozen=True, tag="reply"):
    """To the mentor: what is owed has changed."""

    conversation: str
    reply: Reply


class Deadline(Event, frozen=True):
    """To mentor and support: a reply deadline is near (`hours` before it) or was missed (`hours` 0). Once each."""

    conversation: str
    kind: Literal["warning", "missed"]
    due_at: str
    hours: float


class ConversationChanged(Event, frozen=True, tag="conversation"):
    """A conversation was added, or its plan, status or zone changed, or its mentor went away or came back.

    To a substitute, too, when their time begins, and when a member has begun to wait.
    """

    conversation: ConversationView


class ReadMark(Event, frozen=True, tag="read"):
    """Someone has seen everything up to `seq`."""

    conversation: str
    sender: str = field(name="from")
    seq: int


class UnreadLeft(Event, frozen=True, tag="unread"):
    """To all connections of whoever's read mark has moved: so many texts of the other side up to `last_seq` are unread.

    Each that comes after it, by `message`, is one more.
    """

    conversation: str
    unread: int
    last_seq: int


class TypingNow(Event, frozen=True, tag="typing"):
    """Someone is typing."""

    conversation: str
    sender: str = field(name="from")


class Presence(Event, frozen=True):
    """A person came (their first device) or went (their last)."""

    conversation: str
    user: str
    online: bool


class ConversationsPage(Event, frozen=True, tag="conversations"):
    """The answer to conversations: those that come next by urgency; `more` says whether others come after them."""

    conversations: list[ConversationView]
    more: bool
    ask: str | None = None


class HistoryPage(Event, frozen=True, tag="history"):
    """Messages as they stand, before the asked-for seq, oldest first; `more` says whether older entries exist.

    `first` is the seq of the first entry that was read, which may be a change: the next page ends before it.
    """

    conversation: str
    messages: list[Message]
    more: bool
    first: int
    ask: str | None = None


class FoundMessage(Struct, frozen=True):
    """A message that holds what was looked for. `snippet` is what stands around it, in pieces.

    The first of them may be empty; every second one, from the second on, was found.
    """

    conversation: str
    seq: int
    sender: str = field(name="from")
    role: Author
    at: str
    snippet: list[str]


class SearchPage(Event, frozen=True, tag="search"):
    """The answer to search, newest first; `next` is the `before` of those that come after them, null where none do."""

    found: list[FoundMessage]
    next: str | None
    ask: str | None = None


class Following(Event, frozen=True):
    """The answer to follow. What was missed follows as `message` events, in order."""

    conversation: ConversationView
    ask: str | None = None


class Unfollowed(Event, frozen=True):
    """The answer to unfollow: nothing more comes by itself of the conversation.

    Also to a substitute whose time is over: the conversation is theirs no longer.
    """

    conversation: str
    ask: str | None = None


class Renewed(Event, frozen=True):
    """The answer to renew: the connection stays until `until`, of real time, unless it is renewed again."""

    until: str
    ask: str | None = None


class WaitAcknowledged(Event, frozen=True, tag="acknowledged"):
    """The answer to acknowledge: the event `seq` says so in the conversation, and the wait is over."""

    conversation: str
    seq: int
    ask: str | None = None


class Clock(Event, frozen=True):
    """The server's clock was moved ahead to `now`: of a demo or a test, never of real people."""

    now: str


class Gap(Event, frozen=True):
    """What came after `after` can no longer be replayed one by one; refetch with history."""

    conversation: str
    after: int


class Error(Event, frozen=True):
    """Something was wrong with a command; the connection lives on. `temporary` says whether trying again can help.

    `retry_after`: seconds until it can, null where that is not known.
    """

    code: Code
    message: str
    temporary: bool
    id: str | None = None
    conversation: str | None = None
    retry_after: float | None = None
    ask: str | None = None


AnyEvent = (
    Welcome
    | Message
    | Accepted
    | Refused
    | ComposerChanged
    | ReplyChanged
    | Deadline
    | ConversationChanged
    | ReadMark
    | UnreadLeft
    | TypingNow
    | Presence
    | SessionChanged
    | ConversationsPage
    | Signalled
    | HistoryPage
    | SearchPage
    | Following
    | Unfollowed
    | BoardShown
    | NoticesPage
    | NoticesRead
    | NoticeCame
    | CaseChanged
    | Scheduled
    | LaterList
    | LaterChanged
    | DraftStands
    | DraftList
    | Renewed
    | WaitAcknowledged
    | Clock
    | Gap
    | Error
)
