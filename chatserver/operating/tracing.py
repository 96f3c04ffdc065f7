"""Traces for OpenTelemetry: spans of HTTP requests, of hellos and of a share of the messages. The extra `otel`.

Off unless the setting `traces` is given, and this module is imported only then. Where spans go is told by
OpenTelemetry's own `OTEL_*` variables. Spans hold ids and outcomes: never a text, a token, a query or a header.
"""

import random
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from importlib.metadata import version
from typing import Any

from opentelemetry.context import Context
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.propagate import extract
from opentelemetry.sdk.resources import SERVICE_NAME, SERVICE_VERSION, OTELResourceDetector, Resource
from opentelemetry.sdk.trace import SpanProcessor, TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor
from opentelemetry.trace import Span, SpanKind, Status, StatusCode

from quotas.ledger.base import Posted, PostRefused, Reused, Unknown

Result = Any
"""What a post was answered with; only the outcome is recorded."""


class Traces:
    """`share` of messages, 0 to 1, get a span; `processor` takes what has ended."""

    def __init__(self, processor: SpanProcessor, share: float) -> None:
        named = {SERVICE_NAME: "chatserver", SERVICE_VERSION: version("chatserver")}
        # Variables name the service where they are set.
        self._provider = TracerProvider(resource=Resource(named).merge(OTELResourceDetector().detect()))
        self._provider.add_span_processor(processor)
        self._tracer = self._provider.get_tracer("chatserver")
        self._share = share

    def close(self) -> None:
        """Send what has not been sent; gives up after the exporter's own time."""
        self._provider.shutdown()

    @contextmanager
    def request(self, method: str, headers: Mapping[str, str]) -> Iterator[Span]:
        """An HTTP request, as part of the caller's trace where a `traceparent` names one."""
        caller = extract({"traceparent": headers["traceparent"]}) if "traceparent" in headers else Context()
        with self._tracer.start_as_current_span(
            method, caller, SpanKind.SERVER, {"http.request.method": method}, record_exception=False
        ) as span:
            yield span

    def answered(self, span: Span, name: str, template: str, status: int, request_id: str) -> None:
        """The request of `span` is answered; `template` is its path, with names for what differs."""
        span.update_name(name)
        span.set_attributes({"http.route": template, "http.response.status_code": status, "chat.request": request_id})
        if status >= 500:
            span.set_status(Status(StatusCode.ERROR))

    @contextmanager
    def hello(self, connection: str, person: str, role: str) -> Iterator[Span]:
        """From an accepted token to the welcome."""
        attributes = {"chat.connection": connection, "enduser.id": person, "enduser.role": role}
        with self._tracer.start_as_current_span(
            "hello", Context(), SpanKind.SERVER, attributes, record_exception=False
        ) as span:
            yield span

    def message(self, conversation: str, connection: str, done: Callable[[Result], None]) -> Callable[[Result], None]:
        """For a share of the messages, `done` with a span around: from the command to its answer."""
        if random.random() >= self._share:  # noqa: S311 - a sample, not a secret
            return done
        span = self._tracer.start_span(
            "send", Context(), SpanKind.SERVER, {"chat.connection": connection, "chat.conversation": conversation}
        )

        def answered(result: Result) -> None:
            span.set_attribute("chat.outcome", _OUTCOMES.get(type(result), "failed"))
            if isinstance(result, Exception):
                span.set_status(Status(StatusCode.ERROR))
            try:
                done(result)
            finally:
                span.end()

        return answered


_OUTCOMES: dict[type, str] = {Posted: "accepted", PostRefused: "refused", Reused: "id_reused", Unknown: "not_found"}
"""In the words of the protocol; what is none of these is a fault."""


def exported(share: float) -> Traces:
    """Traces that go where the `OTEL_EXPORTER_OTLP_*` variables say, in the background."""
    return Traces(BatchSpanProcessor(OTLPSpanExporter()), share)
