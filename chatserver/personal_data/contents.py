"""What an export holds, as it stands in its JSON file. Instants are RFC 3339 in UTC, days are ISO dates."""

from msgspec import Struct, field

from chatserver.conversations.conversation import ConversationKind, EndedReason
from chatserver.conversations.person import Locale
from chatserver.personal_data.recorded import Rows
from chatserver.protocol.events import Author, MessageKind, Role, SystemEvent
from quotas.admission import Status


class AboutPerson(Struct, frozen=True):
    """The person's record. `tokens_refused_before` is null where none were revoked."""

    id: str
    role: Role
    name: str
    zone: str
    locale: Locale
    email: str | None
    country: str | None
    created_at: str
    updated_at: str
    erased_at: str | None
    tokens_refused_before: str | None
    records: Rows
    """Hours, prices and statements of a mentor, memberships of a member; what they heard of, what was sent, what they
    want to hear, and where to."""


class Other(Struct, frozen=True):
    """Who the person writes with; the name is empty where they were erased."""

    id: str
    role: Role
    name: str


class ExportedPlan(Struct, frozen=True):
    """A plan held from `started_at` until before `ended_at`; null while it is held."""

    plan: str
    started_at: str
    ended_at: str | None


class Stand(Struct, frozen=True):
    """How the conversation stands in the store. Counts are those of `week`, which numbers all weeks since year 1."""

    last_seq: int
    member_read: int
    mentor_read: int
    week: int
    windows_used: int
    messages_used: int
    window_ends_at: str | None
    live_until: str | None
    waiting_since: str | None
    due_at: str | None
    missed: bool


class ExportedWait(Struct, frozen=True):
    """A wait for the mentor's answer that is over. Lengths in ms. `answered_by`: who answered in the mentor's place.

    At `dropped_at` it ended without an answer; `ended_as` says how, null where with the conversation.
    """

    plan: str
    waiting_since: str
    due_at: str | None
    answered_at: str | None
    dropped_at: str | None
    waited_ms: int
    counted_ms: int | None
    in_time: bool | None
    answered_by: str | None
    ended_as: str | None


class DeadlineNotice(Struct, frozen=True):
    """A deadline was warned of, or missed."""

    kind: str
    plan: str
    waiting_since: str
    due_at: str
    at: str


class ExportedConversation(Struct, frozen=True):
    """A conversation with everything but its messages. `stand` is null where the store does not know it."""

    id: str
    other: Other
    status: Status
    zone: str
    holidays: str
    created_at: str
    updated_at: str
    plans: list[ExportedPlan]
    stand: Stand | None
    waits: list[ExportedWait]
    notices: list[DeadlineNotice]
    mentor_days: list[str]
    subscription_from: str | None
    kind: ConversationKind
    ended_reason: EndedReason | None
    """None too where it is that somebody was removed."""
    chosen_plan: str | None
    chosen_at: str | None
    read_by_support: list[str]
    """When, as far as that is told: `cases.readings_told`."""
    records: Rows
    """Its sessions: bookings, corrections of credits, what happened, series."""


class ExportedMessage(Struct, frozen=True):
    """A message, the person's or the other's, an event, or an edit, a deletion or a reaction, in its place.

    `body` is the text, an edit's the new one, a reaction's the emoji, '' where it was taken back. It is empty where
    `erased` or `deleted`, of deletions and of events. `about` is the seq of the message that was changed, `reply_to` of
    the one that it answers; `attachments` are ids of files.
    """

    seq: int
    at: str
    sender: str = field(name="from")
    role: Author
    id: str
    body: str
    exercise: str | None
    """The id of the exercise that it gives, or that was handed in by it."""
    urgent: bool
    written_at: str | None
    """Of what went out later by itself."""
    erased: bool
    kind: MessageKind
    event: SystemEvent | None
    about: int | None = None
    reply_to: int | None = None
    attachments: list[str] = []
    deleted: bool = False
