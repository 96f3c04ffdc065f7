"""An operation of the API: what the routes need to run it and the OpenAPI document to describe it."""

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any, Generic, Literal, TypeVar

import msgspec
from msgspec import Struct
from starlette.responses import Response

from chatserver.access.rate_limit import RateLimit
from chatserver.access.revocation import Revocations
from chatserver.access.tokens import Authenticator, Identity
from chatserver.api.negotiation import JSON
from chatserver.api.roles import EVERYBODY, STAFF
from chatserver.attachments.book import AttachmentBook
from chatserver.attachments.uploads import Uploads
from chatserver.audit.reads import SupportReads
from chatserver.cases.casebook import CaseBook
from chatserver.cases.evidence import CaseEvidence
from chatserver.cases.leaving_mentors import LeavingMentors
from chatserver.cases.quiet_members import QuietMembers
from chatserver.conversations.choosing import Choosing
from chatserver.conversations.memberships import Memberships
from chatserver.conversations.provisioning import Provisioning
from chatserver.conversations.requests import FieldProblem
from chatserver.mentoring.room import Mentoring
from chatserver.messages.log import MessageLog
from chatserver.notices.bounces import MailBounces
from chatserver.notices.opening_requests import OpeningRequests
from chatserver.notices.preferences import NoticePreferences
from chatserver.notices.push_subscriptions import PushSubscriptions
from chatserver.notices.reading import NoticeLists
from chatserver.notices.trials import Trials
from chatserver.notices.vapid import Vapid
from chatserver.notices.webhook_book import WebhookBook
from chatserver.operating.metrics import Metrics
from chatserver.protocol.events import Role
from chatserver.records.database import Database
from chatserver.replies.board import Board
from chatserver.replies.report import ReplyReports
from chatserver.sessions.absences import AbsenceBook
from chatserver.sessions.advice import Advice
from chatserver.sessions.bookings import Bookings
from chatserver.sessions.calendar_feeds import CalendarFeeds
from chatserver.sessions.calls import Calls
from chatserver.sessions.credit_book import CreditBook
from chatserver.sessions.hours import OpeningHours
from chatserver.sessions.prices import Prices
from chatserver.sessions.relays import Relays
from chatserver.sessions.series import SeriesBook
from chatserver.sessions.slots import Slots
from chatserver.sessions.statements import Statements
from chatserver.sessions.telling import SessionTelling
from quotas.case_policy import CasePolicy
from quotas.ledger.base import Ledger
from quotas.plans import SessionPolicy

MAX_BODY_BYTES = 64 * 1024
"""A larger body is refused with 413."""


@dataclass(frozen=True, kw_only=True)
class ApiContext:
    """What the operations work with."""

    provisioning: Provisioning
    choosing: Choosing
    trials: Trials
    ledger: Ledger
    messages: MessageLog
    authenticator: Authenticator
    board: Board
    revocations: Revocations
    reports: ReplyReports
    bookings: Bookings
    calls: Calls
    relays: Relays
    credits: CreditBook
    hours: OpeningHours
    absences: AbsenceBook
    slots: Slots
    prices: Prices
    series: SeriesBook
    advice: Advice
    memberships: Memberships
    statements: Statements
    webhooks: WebhookBook
    telling: SessionTelling
    feeds: CalendarFeeds
    bounces: MailBounces
    notice_lists: NoticeLists
    preferences: NoticePreferences
    openings: OpeningRequests
    push: PushSubscriptions
    vapid: Vapid
    cases: CaseBook
    quiet: QuietMembers
    leaving_mentors: LeavingMentors
    evidence: CaseEvidence
    attachments: AttachmentBook
    uploads: Uploads
    database: Database
    reads: SupportReads
    """What support reads is noted there."""
    mentoring: Mentoring
    clock: Callable[[], Awaitable[int]]
    """The store's instant (ms)."""
    people: RateLimit
    """What one person may ask for, the sockets' commands included."""
    metrics: Metrics

    @property
    def case_policy(self) -> CasePolicy:
        """What the policy says of cases."""
        return self.provisioning.rulebook.policy.cases

    @property
    def session_policy(self) -> SessionPolicy:
        """The numbers by which sessions are judged."""
        return self.provisioning.rulebook.policy.sessions


class NoQuery(Struct, frozen=True, forbid_unknown_fields=True):
    """An operation without query parameters."""


Query = TypeVar("Query", bound=Struct)
Body = TypeVar("Body", bound=Struct | None)


@dataclass(frozen=True)
class HttpCall(Generic[Query, Body]):
    """One request, checked: token and role, the id ('' where the path has none), every parameter and field."""

    context: ApiContext
    identity: Identity
    id: str
    query: Query
    body: Body
    headers: Mapping[str, str]
    """By name in lower case."""
    parts: Mapping[str, str]
    """What the path names beside the id, by the names of the operation's `parts`."""
    content: AsyncIterator[bytes] | None = None
    """The body of an upload, as it comes."""


@dataclass(frozen=True)
class HttpAnswer:
    """A success; None is no content. Everything else is raised as ProblemError.

    `response` is the whole answer where it is a file.
    """

    status: int
    content: Struct | None = None
    response: Response | None = None


@dataclass(frozen=True)
class PathPart:
    """What a path names beside `{id}`: the pattern that the whole of it matches, and what is allowed, for people."""

    name: str
    pattern: str
    allowed: str


@dataclass(frozen=True)
class Form:
    """A form in which a success is there: its media type, what makes it of the content, and its own headers."""

    media_type: str
    write: Callable[[Any], str | bytes]
    headers: tuple[tuple[str, str], ...] = ()


AS_JSON = Form(JSON, msgspec.json.encode)


def nothing_more(context: ApiContext, given: Mapping[str, object]) -> list[FieldProblem]:
    """For bodies whose fields are right where their types are."""
    return []


@dataclass(frozen=True)
class Operation(Generic[Query, Body]):
    """`path` may name an `{id}`, and the `parts`.

    `answers` maps each status of success to its Struct (None: no content) and what it says.

    `refusals` are the statuses that `handler` itself may raise, beside those that every such operation has; `refuses`,
    whether the rules may say no to it: 409 with a reason. `roles` may call it: None for everybody where it reads, for
    support and service where it writes. Where there are several `forms`, the request's `Accept` chooses, the first of
    equals. An `upload` takes a body of any kind, a `download` answers with one: a file. `check` says what is wrong with
    fields of the body whose types are right, as far as each field alone tells.
    """

    method: Literal["GET", "PUT", "PATCH", "POST", "DELETE"]
    path: str
    name: str
    summary: str
    handler: Callable[[HttpCall[Query, Body]], Awaitable[HttpAnswer]]
    answers: Mapping[int, tuple[type[Struct] | None, str]]
    refusals: tuple[int, ...]
    query: type[Query]
    body: type[Body] | None = None
    roles: frozenset[Role] | None = None
    parts: tuple[PathPart, ...] = ()
    forms: tuple[Form, ...] = (AS_JSON,)
    refuses: bool = False
    upload: bool = False
    download: bool = False
    check: Callable[[ApiContext, Mapping[str, object]], list[FieldProblem]] = nothing_more

    @property
    def callers(self) -> frozenset[Role]:
        """The roles that may call it; of what, is for `handler` to say."""
        if self.roles is not None:
            return self.roles
        return EVERYBODY if self.method == "GET" else STAFF

    @property
    def problems(self) -> list[int]:
        """Every status of failure that it may answer with."""
        found = {401, 422, 429, 500, 503, *self.refusals}
        if self.callers != EVERYBODY:
            found.add(403)
        if self.refuses:
            found.add(409)
        if self.body is not None:
            found |= {400, 408, 413, 415}
        if self.upload:
            found |= {408, 413}
        if len(self.forms) > 1:
            found.add(406)
        return sorted(found)


AnyOperation = Operation[Any, Any]
