"""What went wrong, as problem details (RFC 9457)."""

from collections.abc import Mapping, Sequence

import msgspec
from msgspec import UNSET, Struct, UnsetType
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from chatserver.conversations.requests import FieldProblem

MEDIA_TYPE = "application/problem+json"

KINDS: dict[int, tuple[str, str]] = {
    400: ("malformed", "The body is not JSON"),
    401: ("token-needed", "A valid token is needed"),
    403: ("not-allowed", "The token's role does not allow this"),
    404: ("not-found", "There is no such thing for this token"),
    405: ("method-not-allowed", "The method is not known here"),
    406: ("not-acceptable", "There is no such form of the answer"),
    408: ("too-slow", "The body did not come in time"),
    409: ("conflict", "What is recorded already does not allow this"),
    413: ("body-too-large", "The body is too large"),
    415: ("not-json", "The body must be sent as application/json"),
    416: ("no-such-range", "The file has no such bytes"),
    422: ("invalid-fields", "Some fields are wrong"),
    429: ("too-many-requests", "Too many requests of this person"),
    500: ("fault", "A fault of the server"),
    503: ("unavailable", "Something the server needs does not answer or takes no writes"),
}
"""By status: the last part of the problem's type, and its title."""

REFUSED = ("refused", "The rules do not allow this")
"""The other problem with status 409: what was asked is well-formed, and would be allowed at another time or place."""

_TYPE = "urn:chatserver:problem:"


class Problem(Struct, frozen=True, omit_defaults=True):
    """`type` stays the same for a kind of problem; `detail` is for people; `errors` names the wrong fields."""

    type: str
    title: str
    status: int
    detail: str
    errors: list[FieldProblem] = []


class RefusalProblem(Problem, frozen=True, omit_defaults=True, kw_only=True):
    """The rules say no, and nothing has changed. `reason` is the first that holds, for programs.

    `credits_left` is there where units are missing: how many the period has. `free_starts` are starts (RFC 3339) that
    would be accepted, `plans` those plans whose members may do this; both are left out where none would help.
    `possible` are the actions that a case knows now; `case` is the open one that is in the way.
    """

    reason: str
    credits_left: int | UnsetType = UNSET
    free_starts: list[str] = []
    plans: list[str] = []
    possible: list[str] = []
    case: str = ""


class ProblemError(Exception):
    """Ends the handling of a request with a problem."""

    def __init__(
        self,
        status: int,
        detail: str,
        *,
        errors: Sequence[FieldProblem] = (),
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(detail)
        kind, title = KINDS[status]
        self.problem = Problem(f"{_TYPE}{kind}", title, status, detail, list(errors))
        self.headers = headers or {}


class RefusedError(ProblemError):
    """As ProblemError, where the rules say no: status 409 and a reason. `detail` says in words what would work."""

    def __init__(
        self,
        reason: str,
        detail: str,
        *,
        credits_left: int | None = None,
        free_starts: Sequence[str] = (),
        plans: Sequence[str] = (),
        possible: Sequence[str] = (),
        case: str = "",
    ) -> None:
        super().__init__(409, detail)
        kind, title = REFUSED
        self.problem = RefusalProblem(
            type=f"{_TYPE}{kind}",
            title=title,
            status=409,
            detail=detail,
            reason=reason,
            credits_left=UNSET if credits_left is None else credits_left,
            free_starts=list(free_starts),
            plans=list(plans),
            possible=list(possible),
            case=case,
        )


def invalid(errors: Sequence[FieldProblem]) -> ProblemError:
    """These fields cannot be so."""
    detail = "; ".join(f"`{error.field}`: {error.message}" for error in errors)
    return ProblemError(422, detail, errors=errors)


def response(error: ProblemError) -> Response:
    """The problem as an answer."""
    return Response(
        msgspec.json.encode(error.problem),
        status_code=error.problem.status,
        media_type=MEDIA_TYPE,
        headers=error.headers,
    )


async def elsewhere(request: Request, error: Exception) -> Response:
    """The router's own refusals, of paths and methods outside /v1, as problems."""
    if not isinstance(error, HTTPException):
        raise error
    detail = "there is no such path; GET / says what there is"
    if error.status_code == 405:
        detail = f"allowed: {(error.headers or {}).get('Allow', '')}"
    return response(ProblemError(error.status_code, detail, headers=error.headers))
