"""The composition root: the one place where the parts meet."""

import asyncio
import contextlib
import logging
from collections.abc import AsyncIterator, Coroutine
from functools import partial
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from msgspec import Struct
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.routing import WebSocketRoute

from chatserver.access.addresses import Proxies
from chatserver.access.rate_limit import RateLimit
from chatserver.access.revocation import RevocableTokens
from chatserver.access.tokens import Authenticator
from chatserver.api import ApiContext, routes
from chatserver.api.cors import Cors
from chatserver.api.exposition import Exposition, Sources
from chatserver.api.gate import Gate
from chatserver.api.health import health_routes
from chatserver.api.home import home_route
from chatserver.api.problem import elsewhere
from chatserver.api.worker_numbers import Seat
from chatserver.conversations.lost_records import lost_records_problem
from chatserver.conversations.provisioning import Provisioning
from chatserver.conversations.rebuild import rules_problem
from chatserver.keys.conversation_keys import ConversationKeys
from chatserver.keys.master_keys import master_keys
from chatserver.keys.rotation import masters_problem
from chatserver.messages.archive import Archive
from chatserver.messages.log import MessageLog
from chatserver.messages.restore import ArchiveRestorer
from chatserver.operating.clock_shift import settle_shift
from chatserver.operating.durability import durability_warnings
from chatserver.operating.health import Health
from chatserver.operating.store_clock import StoreClock
from chatserver.operating.store_counts import StoreCounts
from chatserver.operating.store_watch import problem_of
from chatserver.private_files import tighten
from chatserver.realtime.door import Door
from chatserver.realtime.greeting import Greeting
from chatserver.realtime.hub import Hub
from chatserver.records.database import Database
from chatserver.records.migrate import migrate
from chatserver.replies.board import Board
from chatserver.replies.clock_move import ClockMove
from chatserver.replies.deadlines import ReplyWatch
from chatserver.replies.recorder import ReplyRecords
from chatserver.replies.report import ReplyReports
from chatserver.settings import Settings
from quotas import instant
from quotas.ledger.archive import LedgerArchive
from quotas.ledger.open_waits import OpenWaits
from quotas.ledger.redis import RedisLedger
from quotas.ledger.waits import Waits
from quotas.plans import Policy, builtin_policy, load_policy
from quotas.store.port import Store
from quotas.store.stores import store_at
from quotas.terms import Rulebook

logger = logging.getLogger(__name__)

if TYPE_CHECKING:
    from chatserver.operating.tracing import Traces


class StartError(Exception):
    """The server cannot start; one sentence that says why and what to do."""


class Parts(Struct, frozen=True):
    """A server, put together and connected, but not listening yet."""

    rulebook: Rulebook
    link: Store
    ledger: RedisLedger
    database: Database
    keys: ConversationKeys
    archive: Archive
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
    """The store, connected, and the ledger on it, with the clock as the store says; its shift."""
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
    await asyncio.to_thread(tighten, settings.data_dir)
    database = Database(settings.records_url)
    try:
        for revision in await migrate(database):
            logger.info("migrated", extra={"revision": revision})
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
        from chatserver.operating.tracing import exported
    except ImportError:
        sentence = "`traces` is set, and OpenTelemetry is not installed: pip install '.[otel]' in a checkout"
        raise StartError(sentence) from None
    traces = exported(settings.traces)
    try:
        yield traces
    finally:
        await asyncio.to_thread(traces.close)


@contextlib.asynccontextmanager
async def assembled(
    settings: Settings, store_url: str, seat: Seat | None = None, *, at_work: bool = True
) -> AsyncIterator[Parts]:
    """Everything but the listening; `seat` where this is one of several workers.

    Not `at_work`, it notes no deadline and archives nothing by itself: where workers do, and /metrics is theirs.
    Raises the errors of its parts, each one sentence for people.
    """
    rulebook = Rulebook(policy_of(settings))
    authenticator = Authenticator(settings)
    masters = master_keys(settings)
    async with (
        migrated(settings) as database,
        connected(settings, store_url) as (link, ledger, shift),
        traced(settings) as traces,
    ):
        if problem := await rules_problem(database, rulebook):
            raise StartError(problem)
        if problem := await masters_problem(database, masters):
            raise StartError(problem)
        if problem := await lost_records_problem(database, link):
            raise StartError(problem)
        tail = LedgerArchive(link, ledger, shift)
        provisioning = Provisioning(database, ledger, rulebook, ledger.now, ArchiveRestorer(database, ledger, tail))
        keys = ConversationKeys(database, masters)
        messages = MessageLog(database, ledger, keys)
        hub = Hub(link, ledger, messages, keys, rulebook, StoreClock(await ledger.time(), shift), uuid4().hex[:12])
        hub.traces = traces
        link.on_push = hub.pushed
        link.on_missed = hub.missed
        tokens = RevocableTokens(settings, hub.revocations)
        proxies = Proxies(settings.trusted_proxies)
        door = Door(settings.connections_before_hello, hub.metrics, proxies)
        people, addresses = RateLimit(settings.rate_limit), RateLimit(settings.rate_limit)
        greeting = Greeting(hub, authenticator, settings.allowed_origins, people, addresses, proxies)
        board = Board(ledger, OpenWaits(ledger))
        waits = Waits(link, ledger, shift)
        health = Health(link, database, ledger, partial(problem_of, store_url))
        numbers = Sources(
            hub.metrics, hub.gauges, link, StoreCounts(waits, tail, ledger), health, ledger, settings.data_dir
        )
        exposition = Exposition(numbers, tokens, settings.metrics, seat)
        app = Starlette(
            routes=[
                WebSocketRoute("/v1/chat", greeting.endpoint),
                *routes(
                    ApiContext(
                        provisioning=provisioning,
                        ledger=ledger,
                        messages=messages,
                        authenticator=tokens,
                        board=board,
                        revocations=hub.revocations,
                        reports=ReplyReports(database, rulebook, ledger.now),
                        people=people,
                        metrics=hub.metrics,
                    )
                ),
                *health_routes(health),
                exposition.route(),
                home_route(),
            ],
            middleware=[Middleware(Gate, hub.metrics, health, Cors(settings.allowed_origins), hub.traces)],
            exception_handlers={HTTPException: elsewhere},
        )
        app.router.redirect_slashes = False
        watch = ReplyWatch(ledger, waits, rulebook, hub.metrics)
        if settings.now is not None:
            await ClockMove(ledger, waits, watch.settle_due).to(instant.parse(settings.now))
            hub.clock.move(ledger.shift)
        hub.clock_moves.when_due = watch.look_at
        records = ReplyRecords(link, ledger, waits, database, rulebook, uuid4().hex[:12])
        archive = Archive(link, ledger, tail, database, settings, hub.metrics, uuid4().hex[:12])
        parts = Parts(
            rulebook,
            link,
            ledger,
            database,
            keys,
            archive,
            provisioning,
            hub,
            app,
            door,
            health,
            ledger.shift,
            await durability_warnings(link),
        )
        if not at_work:
            yield parts
            return
        async with _working(hub, watch.run(), records.run(), archive.run(), health.watch()), exposition.told():
            yield parts


@contextlib.asynccontextmanager
async def _working(hub: Hub, *work: Coroutine[Any, Any, None]) -> AsyncIterator[None]:
    hub.start()
    tasks = [asyncio.get_running_loop().create_task(each) for each in work]
    try:
        yield
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await hub.stop()
