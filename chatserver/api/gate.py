"""The way in for every request: its id in the logs and the answer, its count, its trace, and no chat while draining."""

from contextlib import nullcontext
from typing import TYPE_CHECKING
from uuid import uuid4

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from structlog.contextvars import bound_contextvars

from chatserver.metrics import Metrics
from chatserver.workflows.health import Health

if TYPE_CHECKING:
    from chatserver.tracing import Traces

METHODS = frozenset({"GET", "HEAD", "PUT", "PATCH", "POST", "DELETE", "OPTIONS"})
"""What is counted by name: anyone may make up more."""


class Gate:
    """ASGI middleware."""

    def __init__(self, app: ASGIApp, metrics: Metrics, health: Health, traces: "Traces | None") -> None:
        self._app = app
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
        # Probes come every few seconds and say nothing new.
        traces = self._traces if scope["path"].startswith("/v1/") else None
        with (
            bound_contextvars(request=request_id),
            traces.request(method, Headers(scope=scope)) if traces is not None else nullcontext() as span,
        ):

            async def answer(message: Message) -> None:
                if message["type"] == "http.response.start":
                    status: int = message["status"]
                    self._metrics.requests[method, status] += 1
                    MutableHeaders(scope=message)["X-Request-Id"] = request_id
                    if traces is not None and span is not None:
                        template = _template(scope)
                        traces.answered(span, f"{method} {template}".strip(), template, status, request_id)
                await send(message)

            await self._app(scope, receive, answer)


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
