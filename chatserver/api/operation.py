"""An operation of the API: what the routes need to run it and the OpenAPI document to describe it."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any, Generic, Literal, TypeVar

from msgspec import Struct

from chatserver.access.rate_limit import RateLimit
from chatserver.access.revocation import Revocations
from chatserver.access.tokens import Authenticator, Identity
from chatserver.conversations.provisioning import Provisioning
from chatserver.messages.log import MessageLog
from chatserver.operating.metrics import Metrics
from chatserver.replies.board import Board
from chatserver.replies.report import ReplyReports
from quotas.ledger.base import Ledger

MAX_BODY_BYTES = 64 * 1024
"""A larger body is refused with 413."""


@dataclass(frozen=True, kw_only=True)
class ApiContext:
    """What the operations work with."""

    provisioning: Provisioning
    ledger: Ledger
    messages: MessageLog
    authenticator: Authenticator
    board: Board
    revocations: Revocations
    reports: ReplyReports
    people: RateLimit
    """What one person may ask for, the sockets' commands included."""
    metrics: Metrics


class NoQuery(Struct, frozen=True, forbid_unknown_fields=True):
    """An operation without query parameters."""


Query = TypeVar("Query", bound=Struct)
Body = TypeVar("Body", bound=Struct | None)


@dataclass(frozen=True)
class HttpCall(Generic[Query, Body]):
    """One request, checked: the token, the id ('' where the path has none), every parameter and field."""

    context: ApiContext
    identity: Identity
    id: str
    query: Query
    body: Body
    headers: Mapping[str, str]
    """By name in lower case."""


@dataclass(frozen=True)
class HttpAnswer:
    """A success. Everything else is raised as ProblemError."""

    status: int
    content: Struct


@dataclass(frozen=True)
class Operation(Generic[Query, Body]):
    """`path` may name an `{id}`; `answers` maps each status of success to its Struct and what it says.

    `refusals` are the statuses that `handler` itself may raise, beside those that every such operation has.
    `csv` makes CSV (RFC 4180) of a success; where it is given, the request's `Accept` chooses between JSON and CSV.
    """

    method: Literal["GET", "PUT", "PATCH", "POST"]
    path: str
    name: str
    summary: str
    handler: Callable[[HttpCall[Query, Body]], Awaitable[HttpAnswer]]
    answers: Mapping[int, tuple[type[Struct], str]]
    refusals: tuple[int, ...]
    query: type[Query]
    body: type[Body] | None = None
    csv: Callable[[Any], str] | None = None

    @property
    def writes(self) -> bool:
        """Whether only service and support may call it."""
        return self.method != "GET"

    @property
    def problems(self) -> list[int]:
        """Every status of failure that it may answer with."""
        found = {401, 422, 429, 500, 503, *self.refusals}
        if self.writes:
            found.add(403)
        if self.body is not None:
            found |= {400, 408, 413, 415}
        if self.csv is not None:
            found.add(406)
        return sorted(found)


AnyOperation = Operation[Any, Any]
