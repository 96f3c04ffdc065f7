"""The way in for every request, and the way out for every answer.

In: its id in the logs, its count, its trace, whether a page may ask, and no chat while draining. Out: its id, the
headers of every answer, and a problem where something failed that nobody foresaw.
"""

import logging
from contextlib import nullcontext
from typing import TYPE_CHECKING
from uuid import uuid4

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from chatserver.api import problem
from chatserver.api.cors import Cors
from chatserver.api.problem import ProblemError
from chatserver.operating.health import Health
from chatserver.operating.logs import logged_about
from chatserver.operating.metrics import Metrics
from chatserver.security_headers import SECURITY_HEADERS

if TYPE_CHECKING:
    from chatserver.operating.tracing import Traces

logger = logging.getLogger(__name__)

METHODS = frozenset({"GET", "HEAD", "PUT", "PATCH", "POST", "DELETE", "OPTIONS"})
"""What is counted by name: anyone may make up more."""


_TWO_LENGTHS = ProblemError(
    400, "the body has two lengths, Content-Length and Transfer-Encoding; send one", headers={"Connection": "close"}
)
"""A proxy that goes by the other one takes a part of the body for the next person's request (RFC 9112, 6.3)."""


class Gate:
    """ASGI middleware."""

    def __init__(self, app: ASGIApp, *, metrics: Metrics, health: Health, cors: Cors, traces: "Traces | None") -> None:
        self._app = app
        self._cors = cors
        self._metrics = metrics
        self._health = health
        self._traces = traces

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            await self._request(scope, receive, send)
        elif self._health.draining:
            await _turn_away(send)
        else:
            await self._app(scope, receive, send)

    async def _request(self, scope: Scope, receive: Receive, send: Send) -> None:
        request_id = uuid4().hex[:16]
        method = scope["method"] if scope["method"] in METHODS else "other"
        asked = Headers(scope=scope)
        begun = False
        # Probes come every few seconds and say nothing new.
        traces = self._traces if scope["path"].startswith("/v1/") else None
        with (
            logged_about(request=request_id),
            traces.request(method, asked) if traces is not None else nullcontext() as span,
        ):

            async def answer(message: Message) -> None:
                nonlocal begun
                if message["type"] == "http.response.start":
                    begun = True
                    status: int = message["status"]
                    self._metrics.requests[method, status] += 1
                    headers = MutableHeaders(scope=message)
                    headers["X-Request-Id"] = request_id
                    for name, value in (SECURITY_HEADERS | self._cors.headers(asked)).items():
                        headers.setdefault(name, value)
                    if traces is not None and span is not None:
                        template = _template(scope)
                        traces.answered(span, f"{method} {template}".strip(), template, status, request_id)
                await send(message)

            if "content-length" in asked and "transfer-encoding" in asked:
                await problem.response(_TWO_LENGTHS)(scope, receive, answer)
                return
            if preflight := self._cors.preflight(method, asked):
                await preflight(scope, receive, answer)
                return
            try:
                await self._app(scope, receive, answer)
            except Exception:
                if begun:
                    raise
                # By its template where it has one: some paths hold a secret.
                logger.exception("%s %s failed", method, _template(scope) or scope["path"])
                fault = ProblemError(500, "the fault is logged; the same request again is safe")
                await problem.response(fault)(scope, receive, answer)


def _template(scope: Scope) -> str:
    """The path with names for what differs, such as `/v1/people/{id}`; empty where no route has it."""
    if "endpoint" not in scope:
        return ""
    path: str = scope["path"]
    for name, value in scope["path_params"].items():
        path = path.replace(f"/{value}", f"/{{{name}}}", 1)
    return path


async def _turn_away(send: Send) -> None:
    """A WebSocket while the process stops: the app comes back, and meets another process."""
    headers = [(b"retry-after", b"1"), (b"content-type", b"text/plain")]
    await send({"type": "websocket.http.response.start", "status": 503, "headers": headers})
    await send({"type": "websocket.http.response.body", "body": b"the server is restarting; reconnect"})
