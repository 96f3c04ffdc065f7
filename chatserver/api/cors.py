"""Which pages' scripts may ask and read answers (Fetch standard, CORS protocol): those of `allowed_origins`.

No credentials: the token is in a header that the page sets itself, and never in a cookie.
"""

from collections.abc import Iterable

from starlette.datastructures import Headers
from starlette.responses import Response

from chatserver.api import problem
from chatserver.api.problem import ProblemError

METHODS = "GET, HEAD, PUT, PATCH, POST, DELETE"
ASKS_WITH = (
    "Authorization, Content-Type, Content-Disposition, Accept-Language, Range, If-Match, If-None-Match, traceparent"
)
"""Headers that a page may send beside those that every page may."""
READS = "Retry-After, ETag, Allow, WWW-Authenticate, X-Request-Id, Content-Disposition, Content-Range"
"""Headers of an answer that a page may read beside those that every page may."""
MAX_AGE = 7_200
"""Seconds for which a browser may remember the answer to a preflight; two hours is the most that Chromium takes."""


class Cors:
    """What is said to the pages of these origins."""

    def __init__(self, allowed: Iterable[str]) -> None:
        self._allowed = frozenset(allowed)

    def headers(self, asked: Headers) -> dict[str, str]:
        """What goes onto every answer, refusals and faults too: without it the page could not read why."""
        origin = asked.get("origin")
        # Caches must not give one origin what another was answered, nor the answer to none.
        said = {"Vary": "Origin"} if self._allowed else {}
        if origin in self._allowed:
            said |= {"Access-Control-Allow-Origin": str(origin), "Access-Control-Expose-Headers": READS}
        return said

    def preflight(self, method: str, asked: Headers) -> Response | None:
        """The answer to a browser that asks whether it may ask; None where this is no such question."""
        if method != "OPTIONS" or "origin" not in asked or "access-control-request-method" not in asked:
            return None
        if asked["origin"] not in self._allowed:
            detail = "pages of this origin may not ask here; the setting `allowed_origins` names those that may"
            return problem.response(ProblemError(403, detail))
        may = {
            "Access-Control-Allow-Methods": METHODS,
            "Access-Control-Allow-Headers": ASKS_WITH,
            "Access-Control-Max-Age": str(MAX_AGE),
        }
        return Response(status_code=204, headers=may)
