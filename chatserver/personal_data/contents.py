"""What an export holds, as it stands in its JSON file. Instants are RFC 3339 in UTC, days are ISO dates."""

from msgspec import Struct, field

from chatserver.conversations.person import Locale
from chatserver.protocol.events import Author, MessageKind, Role, SystemEvent
from chatserver.protocol.statements import StatementView
from chatserver.sessions.hours_requests import ListedPrice
from chatserver.sessions.hours_view import HoursView
from quotas.admission import Status
from quotas.memberships import Payer, Renewal, StepKind
from quotas.money import Cadence


class ExportedMembership(Struct, frozen=True):
    """What was agreed at `set_at`, until the next one's; the amount is in the currency's minor unit."""

    renewal: Renewal
    started_on: str
    paid_until: str | None
    amount: int
    currency: str
    payer: Payer
    cadence: Cadence | None
    renews: bool
    set_at: str
    set_by: Role


class ExportedRenewal(Struct, frozen=True):
    """A renewal that was reminded of, or took place: what was paid until `paid_until` is paid until `renewed_until`."""

    kind: StepKind
    paid_until: str
    renewed_until: str
    amount: int
    currency: str
    payer: Payer
    at: str
    noted_at: str


class AboutPerson(Struct, frozen=True):
    """The person's record, a member's membership and a mentor's statements.

    `tokens_refused_before` is null where none were revoked.
    """

    id: str
    role: Role
    name: str
    zone: str
    locale: Locale
    email: str | None
    created_at: str
    updated_at: str
    erased_at: str | None
    tokens_refused_before: str | None
    memberships: list[ExportedMembership]
    renewals: list[ExportedRenewal]
    statements: list[StatementView]
    hours: HoursView | None
    """Of a mentor who has set some."""
    prices: list[ListedPrice]


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
    """A wait for the mentor's answer that is over. Lengths in ms."""

    plan: str
    waiting_since: str
    due_at: str | None
    answered_at: str | None
    dropped_at: str | None
    waited_ms: int
    counted_ms: int | None
    in_time: bool | None


class Notice(Struct, frozen=True):
    """A deadline was warned of, or missed."""

    kind: str
    plan: str
    waiting_since: str
    due_at: str
    at: str


class ExportedPlace(Struct, frozen=True):
    """A start that a series asked for, and the id of its booking; `refusal`, why it was not made."""

    starts_at: str
    booking: str
    refusal: str | None


class ExportedSeries(Struct, frozen=True):
    """A series of sessions, and the places that were made of it."""

    id: str
    service: str
    zone: str
    first: str
    minutes: int
    every_weeks: int
    until: str | None
    begun_by: str
    created_at: str
    ended_at: str | None
    ended_from: str | None
    replaces: str | None
    successor: str | None
    places: list[ExportedPlace]


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
    notices: list[Notice]
    mentor_days: list[str]
    series: list[ExportedSeries]


class ExportedMessage(Struct, frozen=True):
    """A message, the person's or the other's, or an event. Where `erased`, and of events, `body` is empty."""

    seq: int
    at: str
    sender: str = field(name="from")
    role: Author
    id: str
    body: str
    erased: bool
    kind: MessageKind
    event: SystemEvent | None
