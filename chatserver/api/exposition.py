"""`GET /metrics`: the server's numbers with their Prometheus names. What each means: docs/metrics.md."""

import shutil
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import AbstractAsyncContextManager, nullcontext
from pathlib import Path
from typing import Literal, get_args

from msgspec import Struct
from prometheus_client import (
    CONTENT_TYPE_PLAIN_0_0_4,
    CollectorRegistry,
    GCCollector,
    PlatformCollector,
    ProcessCollector,
)
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, HistogramMetricFamily, Metric
from prometheus_client.registry import Collector
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from chatserver.access.tokens import Authenticator
from chatserver.api import problem
from chatserver.api.authentication import identify
from chatserver.api.problem import ProblemError
from chatserver.api.worker_numbers import Seat, WorkerNumbers, text_of
from chatserver.cases.case_counts import CaseCount, CaseCounts
from chatserver.notices.delivery import CHANNELS, ChannelName
from chatserver.notices.outbox_counts import ChannelCount, OutboxCounts
from chatserver.operating.gauges import Gauges
from chatserver.operating.health import Health, HealthCheck
from chatserver.operating.metrics import Histogram, Metrics
from chatserver.operating.store_counts import StoreCount, StoreCounts
from chatserver.protocol.codes import CODES, STANDARD_CLOSES, Close
from chatserver.sessions.outcomes import REASONS
from chatserver.sessions.telling import COUNTED
from quotas.admission import Reason
from quotas.ledger.redis import RedisLedger
from quotas.ledger.waits import ENDINGS
from quotas.store.port import Store

OUTCOMES = ("sent", "postponed", "failed", "dropped")
"""Of a try to send something."""

Values = Iterable[tuple[tuple[str, ...], float]]
"""What each combination of labels has."""


class Sources(Struct, frozen=True, kw_only=True):
    """Where the numbers are."""

    metrics: Metrics
    gauges: Callable[[], Gauges]
    store: Store
    counts: StoreCounts
    outbox: OutboxCounts
    cases: CaseCounts
    health: Health
    ledger: RedisLedger
    data_dir: Path


class Exposition(Collector):
    """The endpoint. `access` is `token` (a service's) or `open`; `seat` is set where this is one of several workers."""

    def __init__(
        self, sources: Sources, authenticator: Authenticator, access: Literal["token", "open"], seat: Seat | None = None
    ) -> None:
        self._from = sources
        self._authenticator = authenticator
        self._access = access
        self._registry = CollectorRegistry()
        for collector in (ProcessCollector, PlatformCollector, GCCollector):
            collector(registry=self._registry)
        self._registry.register(self)
        self._workers = WorkerNumbers(seat, self._registry) if seat is not None else None

    def route(self) -> Route:
        """Where it is mounted."""
        return Route("/metrics", self.answer)

    def told(self) -> AbstractAsyncContextManager[None]:
        """Tell the other workers this one's numbers meanwhile, where there are others."""
        return self._workers.told() if self._workers is not None else nullcontext()

    async def answer(self, request: Request) -> Response:
        """All numbers of now, in the text format 0.0.4."""
        try:
            await self._authorise(request)
        except ProblemError as error:
            return problem.response(error)
        whole = [
            *_whole_store(await self._from.counts.latest()),
            *_whole_outbox(await self._from.outbox.latest()),
            *_whole_casebook(await self._from.cases.latest()),
            *self._checks(await self._from.health.checks()),
            *self._machine(),
        ]
        each = self._registry.collect() if self._workers is None else await self._workers.together()
        content = text_of([*each, *whole])
        return Response(content, headers={"Content-Type": CONTENT_TYPE_PLAIN_0_0_4})

    async def _authorise(self, request: Request) -> None:
        if self._access == "open":
            return
        identity = await identify(request, self._authenticator)
        if identity.role not in ("service", "support"):
            raise ProblemError(403, "metrics are for services and support")

    def collect(self) -> Iterator[Metric]:
        """This process's own, called by prometheus-client once for each answer."""
        yield _gauge("workers", "Processes that these numbers are of.", 1)
        yield from self._messages()
        yield from self._latencies()
        yield from self._sockets()
        yield from self._deadlines()
        yield from self._sessions()
        yield from self._outbox()
        yield from self._archive()
        yield from self._at_store()

    def _messages(self) -> Iterator[Metric]:
        metrics = self._from.metrics
        outcomes: dict[tuple[str, ...], float] = {
            ("accepted", ""): metrics.accepted,
            ("repeated", ""): metrics.repeated,
            **{("refused", reason): metrics.refused[reason] for reason in get_args(Reason)},
            **{("error", code): metrics.failed[code] for code in CODES},
        }
        told = "Messages sent to the server, by what became of them."
        yield _counter("messages", told, ("outcome", "reason"), outcomes.items())
        errors = {(code,): metrics.errors[code] for code in CODES}
        yield _counter("errors", "Commands answered with an error event.", ("code",), errors.items())
        limited = {(kind,): number for kind, number in metrics.rate_limited.items()}
        yield _counter("rate_limited", "What was turned away for coming too often.", ("kind",), limited.items())
        requests = {(method, str(status)): number for (method, status), number in metrics.requests.items()}
        yield _counter("http_requests", "HTTP requests answered.", ("method", "status"), requests.items())

    def _latencies(self) -> Iterator[Metric]:
        metrics = self._from.metrics
        yield _histogram("admission_seconds", "From a message sent to the store until its answer.", metrics.admission)
        told = "From a message read off its socket until its answer is told."
        yield _histogram("ack_seconds", told, metrics.acknowledgement)
        late = "From the store's instant of a message until the feed brought it."
        yield _histogram("feed_lag_seconds", late, metrics.feed_lag)
        late = "From the instant of a warning or miss until it was noted."
        yield _histogram("timer_lag_seconds", late, metrics.timer_lag)

    def _sockets(self) -> Iterator[Metric]:
        metrics, gauges = self._from.metrics, self._from.gauges()
        told = "Welcomed connections that are open."
        yield _gauges("connections", told, ("role", "encoding"), gauges.connections.items())
        yield _counter("welcomes", "Hellos answered with a welcome.", (), [((), metrics.welcomed)])
        closed = {(str(int(code)),): metrics.closed[code] for code in (*Close, *STANDARD_CLOSES)}
        yield _counter("closes", "Connections closed by the server, by close code.", ("code",), closed.items())
        yield _gauge("rooms", "Conversations that a connection here follows.", gauges.rooms)
        yield _gauge("commands_in_flight", "Commands read whose answer is not out yet.", gauges.in_flight)
        yield _gauge("unsent_bytes", "Bytes that wait for readers, of all connections.", gauges.unsent_bytes)
        yield _gauge("unsent_most_bytes", "Bytes that wait for the slowest reader.", gauges.unsent_most)

    def _deadlines(self) -> Iterator[Metric]:
        told = "Warnings and misses of reply deadlines noted by this server."
        noted = {(kind,): self._from.metrics.deadlines[kind] for kind in ("warning", "missed")}
        yield _counter("deadlines", told, ("kind",), noted.items())
        told = "Waits for an answer that are over and that this server recorded, by how they ended."
        ended = {(how,): self._from.metrics.waits[how] for how in ENDINGS}
        yield _counter("waits", told, ("ended",), ended.items())

    def _sessions(self) -> Iterator[Metric]:
        metrics = self._from.metrics
        told = "What happened at sessions, told by this server: booked, moved, cancelled, or how it ended."
        yield _counter("sessions", told, ("what",), [((what,), metrics.sessions[what]) for what in COUNTED])
        told = "What was asked of sessions and refused, by reason."
        refused = {(reason,): metrics.session_refusals[reason] for reason in REASONS}
        yield _counter("session_refusals", told, ("reason",), refused.items())

    def _outbox(self) -> Iterator[Metric]:
        told = "What this server tried to send, by channel and what became of it."
        tried = self._from.metrics.outbox
        outcomes = {(channel, outcome): tried[channel, outcome] for channel in CHANNELS for outcome in OUTCOMES}
        yield _counter("outbox", told, ("channel", "outcome"), outcomes.items())

    def _archive(self) -> Iterator[Metric]:
        told = "Messages that this server moved to the archive."
        yield _counter("archived_messages", told, (), [((), self._from.metrics.archived)])

    def _at_store(self) -> Iterator[Metric]:
        store = self._from.store
        yield _gauge("store_up", "Whether the link to the store is up.", store.is_up)
        yield _gauge("store_pending_requests", "Requests to the store whose answers are owed.", store.pending)

    def _checks(self, checks: dict[str, HealthCheck]) -> Iterator[Metric]:
        ok = {(name,): check.ok for name, check in checks.items()}
        yield _gauges("check_ok", "The checks of /readyz.", ("check",), ok.items())
        yield _gauge("ready", "Whether /readyz answers 200.", self._from.health.is_ready(checks))

    def _machine(self) -> Iterator[Metric]:
        yield _gauge("clock_shift_seconds", "How far the rules' clock runs ahead.", self._from.ledger.shift / 1000)
        try:
            free = shutil.disk_usage(self._from.data_dir).free
        except OSError:
            return
        yield _gauge("data_dir_free_bytes", "Room on the disk of data_dir.", free)


def _whole_store(store: StoreCount | None) -> Iterator[Metric]:
    if store is None:
        return
    yield _gauge("open_waits", "Conversations of the whole store in which an answer is owed.", store.open)
    yield _gauge("overdue_waits", "Those of them whose deadline has passed.", store.overdue)
    yield _gauge("late_timers", "Timers of the whole store that rang and were not taken.", store.late_timers)
    lag = "For how long the archive of the whole store has lacked something."
    yield _gauge("archive_lag_seconds", lag, store.archive_lag / 1000)


def _whole_outbox(outbox: Mapping[ChannelName, ChannelCount] | None) -> Iterator[Metric]:
    if outbox is None:
        return
    queued = {(channel,): count.queued for channel, count in outbox.items()}
    yield _gauges("outbox_queued", "What is to be sent, of the whole store.", ("channel",), queued.items())
    late = {(channel,): count.late / 1000 for channel, count in outbox.items()}
    told = "For how long the one has been due that was due first, of the whole store."
    yield _gauges("outbox_oldest_seconds", told, ("channel",), late.items())


def _whole_casebook(cases: CaseCount | None) -> Iterator[Metric]:
    if cases is None:
        return
    yield _gauges("cases_open", "Cases that are open, of the whole store.", ("kind", "state"), cases.open.items())
    told = "Those of them whose due is past."
    yield _gauges("cases_overdue", told, ("kind", "state"), cases.overdue.items())
    told = "For how long the step of a case has been due that was due first, of the whole store."
    yield _gauge("case_steps_late_seconds", told, cases.late / 1000)


def _counter(name: str, says: str, labels: tuple[str, ...], values: Values) -> Metric:
    family = CounterMetricFamily(f"chatserver_{name}", says, labels=labels)
    for label, value in values:
        family.add_metric(label, value)
    return family


def _gauge(name: str, says: str, value: float) -> Metric:
    return _gauges(name, says, (), [((), value)])


def _gauges(name: str, says: str, labels: tuple[str, ...], values: Values) -> Metric:
    family = GaugeMetricFamily(f"chatserver_{name}", says, labels=labels)
    for label, value in values:
        family.add_metric(label, float(value))
    return family


def _histogram(name: str, says: str, histogram: Histogram) -> Metric:
    family = HistogramMetricFamily(f"chatserver_{name}", says)
    buckets, below = [], 0
    for bound, count in zip((*histogram.bounds, float("inf")), histogram.counts, strict=True):
        below += count
        buckets.append(("+Inf" if bound == float("inf") else f"{bound:g}", float(below)))
    family.add_metric((), buckets, histogram.sum)
    return family
