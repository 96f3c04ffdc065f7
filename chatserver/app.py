"""The composition root: the one place where the parts meet."""

import asyncio
import contextlib
import gc
import logging
import signal
import socket
from collections.abc import AsyncIterator, Callable, Iterator
from types import FrameType
from typing import TYPE_CHECKING
from uuid import uuid4

import structlog
import uvicorn
from msgspec import Struct
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.routing import WebSocketRoute

from chatserver.api import ApiContext, routes
from chatserver.api.exposition import Exposition, Sources
from chatserver.api.gate import Gate
from chatserver.api.health import health_routes
from chatserver.auth import Authenticator
from chatserver.protocol.commands import MAX_FRAME_BYTES
from chatserver.realtime.door import Door
from chatserver.realtime.entrance import http_protocol
from chatserver.realtime.greeting import Greeting
from chatserver.realtime.hub import Hub
from chatserver.realtime.socket import ChatSocket
from chatserver.records.database import Database
from chatserver.records.migrate import migrate
from chatserver.settings import Settings
from chatserver.workflows.board import Board
from chatserver.workflows.clock_shift import settle_shift
from chatserver.workflows.durability import durability_warnings
from chatserver.workflows.health import Health
from chatserver.workflows.provisioning import Provisioning
from chatserver.workflows.rebuild import plans_problem
from chatserver.workflows.reply_records import ReplyRecords
from chatserver.workflows.reply_report import ReplyReports
from chatserver.workflows.reply_watch import ReplyWatch
from chatserver.workflows.revocation import RevocableTokens
from chatserver.workflows.store_clock import StoreClock
from chatserver.workflows.wait_counts import WaitCounts
from quotas.ledger.open_waits import OpenWaits
from quotas.ledger.redis import RedisLedger
from quotas.ledger.store import Store
from quotas.ledger.stores import store_at
from quotas.ledger.waits import Waits
from quotas.plans import Policy, builtin_policy, load_policy
from quotas.terms import Rulebook

PING_EVERY = 30.0
"""Seconds between keep-alive pings, and how long an answer may take."""
GARBAGE_THRESHOLD = 20_000
"""Objects more than were freed, at which Python looks for cycles; its default of 700 is felt on the message path."""
TELL_FOR = 0.2
"""Seconds for which /readyz answers 503 at least, when the server stops, before nobody is let in any more."""
DRAIN_WITHIN = 12
"""Seconds that chats have to end when the server stops: what is in flight is answered in two."""
SEND_BUFFER = 128 * 1024
"""Bytes that the system keeps for a reader, on top of the server's own MAX_UNSENT; Linux doubles it for its own use."""
STOP_WITHIN = 8
"""Seconds that whatever is still open has after that."""

log = structlog.stdlib.get_logger(__name__)


if TYPE_CHECKING:
    from chatserver.tracing import Traces


class StartError(Exception):
    """The server cannot start; one sentence that says why and what to do."""


class Parts(Struct, frozen=True):
    """A server, put together and connected, but not listening yet."""

    rulebook: Rulebook
    link: Store
    ledger: RedisLedger
    database: Database
    provisioning: Provisioning
    hub: Hub
    app: Starlette
    door: Door
    """Where connections wait until they have said who they are."""
    health: Health
    shift: int
    """How many ms the rules' clock runs ahead; 0 on a real server."""
    warnings: list[str]
    """What makes "accepted" mean less than "kept"."""


def policy_of(settings: Settings) -> Policy:
    """The policy that the settings name. Raises PolicyError."""
    return load_policy(settings.policy) if settings.policy else builtin_policy()


@contextlib.asynccontextmanager
async def connected(settings: Settings, store_url: str) -> AsyncIterator[tuple[Store, RedisLedger, int]]:
    """The store, connected, and the ledger on it, with the clock as the store says."""
    link = store_at(store_url, replicated=settings.durability == "replicated")
    await link.open()
    try:
        shift = await settle_shift(link, settings.now)
        ledger = RedisLedger(link, shift)
        await ledger.load()
        link.on_up = ledger.load_at
        yield link, ledger, shift
    finally:
        link.close()


@contextlib.asynccontextmanager
async def migrated(settings: Settings) -> AsyncIterator[Database]:
    """The database, brought up to date."""
    database = Database(settings.records_url)
    try:
        for revision in await migrate(database):
            log.info("migrated", revision=revision)
        yield database
    finally:
        await database.close()


@contextlib.asynccontextmanager
async def traced(settings: Settings) -> AsyncIterator["Traces | None"]:
    """Traces, where the settings ask for them. Raises StartError."""
    if settings.traces is None:
        yield None
        return
    try:
        from chatserver.tracing import exported
    except ImportError:
        sentence = "`traces` is set, and OpenTelemetry is not installed: pip install 'chatserver[otel]'"
        raise StartError(sentence) from None
    traces = exported(settings.traces)
    try:
        yield traces
    finally:
        await asyncio.to_thread(traces.close)


@contextlib.asynccontextmanager
async def assembled(settings: Settings, store_url: str) -> AsyncIterator[Parts]:
    """Everything but the listening. Raises the errors of its parts, each one sentence for people."""
    rulebook = Rulebook(policy_of(settings))
    authenticator = Authenticator(settings)
    async with (
        migrated(settings) as database,
        connected(settings, store_url) as (link, ledger, shift),
        traced(settings) as traces,
    ):
        if problem := await plans_problem(database, rulebook):
            raise StartError(problem)
        provisioning = Provisioning(database, ledger, rulebook, ledger.now)
        hub = Hub(link, ledger, rulebook, StoreClock(await ledger.now()), uuid4().hex[:12])
        hub.traces = traces
        link.on_push = hub.pushed
        link.on_missed = hub.missed
        tokens = RevocableTokens(settings, hub.revocations)
        door = Door(settings.connections_before_hello, hub.metrics)
        greeting = Greeting(hub, authenticator, settings.allowed_origins, settings.rate_limit)
        board = Board(ledger, OpenWaits(link, ledger))
        waits = Waits(link, ledger, shift)
        health = Health(link, database, shift)
        numbers = Sources(hub.metrics, hub.gauges, link, WaitCounts(waits, ledger), health, shift, settings.data_dir)
        app = Starlette(
            routes=[
                WebSocketRoute("/v1/chat", greeting.endpoint),
                *routes(
                    ApiContext(
                        provisioning=provisioning,
                        ledger=ledger,
                        authenticator=tokens,
                        board=board,
                        revocations=hub.revocations,
                        reports=ReplyReports(database, rulebook, ledger.now),
                    )
                ),
                *health_routes(health),
                Exposition(numbers, tokens, settings.metrics).route(),
            ],
            middleware=[Middleware(Gate, hub.metrics, health, hub.traces)],
        )
        hub.start()
        watching = asyncio.get_running_loop().create_task(ReplyWatch(ledger, waits, rulebook, hub.metrics).run())
        records = ReplyRecords(link, ledger, waits, database, rulebook, uuid4().hex[:12])
        recording = asyncio.get_running_loop().create_task(records.run())
        try:
            yield Parts(
                rulebook,
                link,
                ledger,
                database,
                provisioning,
                hub,
                app,
                door,
                health,
                shift,
                await durability_warnings(link),
            )
        finally:
            watching.cancel()
            recording.cancel()
            await asyncio.gather(watching, recording, return_exceptions=True)
            await hub.stop()


def listening_socket(host: str, port: int) -> socket.socket:
    """A socket bound to the address. Raises StartError."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    sock = socket.socket(family)
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    # Connections inherit it. Left alone, the system keeps up to 4 MiB for each reader that does not read.
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, SEND_BUFFER)
    try:
        sock.bind((host, port))
    except OSError as error:
        sock.close()
        raise StartError(
            f"port {port} on {host} cannot be used: {error.strerror}; free it or choose another with --port"
        ) from None
    sock.set_inheritable(True)
    return sock


class _Server(uvicorn.Server):
    """uvicorn's server, which stops on a signal and lets the cleanup after it run undisturbed.

    It goes on listening until its chats have ended, so that whoever asks /readyz hears 503.
    """

    def __init__(self, config: uvicorn.Config, health: Health) -> None:
        super().__init__(config)
        self._health = health

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        self._health.draining = True
        super().handle_exit(sig, frame)

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        loop = asyncio.get_running_loop()
        until = loop.time() + DRAIN_WITHIN
        for connection in self._chats():
            connection.shutdown()
        await asyncio.sleep(TELL_FOR)
        while self._chats() and loop.time() < until and not self.force_exit:  # noqa: ASYNC110 - uvicorn has no event
            await asyncio.sleep(0.02)
        await super().shutdown(sockets)

    def _chats(self) -> list[ChatSocket]:
        return [connection for connection in self.server_state.connections if isinstance(connection, ChatSocket)]

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        loop = asyncio.get_running_loop()
        for number in (signal.SIGINT, signal.SIGTERM):
            loop.add_signal_handler(number, self.handle_exit, number, None)
        try:
            yield
        finally:
            for number in (signal.SIGINT, signal.SIGTERM):
                loop.remove_signal_handler(number)
                signal.signal(number, signal.SIG_IGN)


def server_config(app: Starlette, door: Door) -> uvicorn.Config:
    """How uvicorn serves the application: the chat's own sockets, its bounds, and no words of its own."""
    return uvicorn.Config(
        app,
        http=http_protocol(door),
        ws=ChatSocket,
        ws_max_size=MAX_FRAME_BYTES,
        ws_ping_interval=PING_EVERY,
        ws_ping_timeout=PING_EVERY,
        ws_per_message_deflate=False,
        lifespan="off",
        log_config=None,
        log_level=logging.WARNING,
        access_log=False,
        server_header=False,
        timeout_graceful_shutdown=STOP_WITHIN,
    )


async def listen(parts: Parts, sock: socket.socket, on_ready: Callable[[], None]) -> None:
    """Serve until SIGINT or SIGTERM; `on_ready` is called once connections are accepted."""
    server = _Server(server_config(parts.app, parts.door), parts.health)
    serving = asyncio.get_running_loop().create_task(server.serve(sockets=[sock]))
    while not server.started and not serving.done():  # noqa: ASYNC110 - uvicorn has no event for it
        await asyncio.sleep(0.01)
    if server.started:
        gc.collect()
        gc.freeze()  # What the start made stays; no collection need look at it again.
        gc.set_threshold(GARBAGE_THRESHOLD, 20, 50)
        on_ready()
    await serving
