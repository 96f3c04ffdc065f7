"""The server put together, on what foundation.py has opened."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Collection, Coroutine
from functools import partial
from typing import TYPE_CHECKING, Any

from msgspec.structs import asdict
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.routing import BaseRoute, WebSocketRoute

from chatserver.access.addresses import Proxies
from chatserver.access.rate_limit import RateLimit
from chatserver.access.revocation import RevocableTokens
from chatserver.access.tokens import Authenticator
from chatserver.api import ApiContext, routes
from chatserver.api.calendar_feeds import calendar_route
from chatserver.api.cors import Cors
from chatserver.api.exposition import Exposition, Sources
from chatserver.api.gate import Gate
from chatserver.api.health import health_routes
from chatserver.api.home import home_route
from chatserver.api.open_endpoint import AddressLimit
from chatserver.api.problem import elsewhere
from chatserver.api.unsubscribe import unsubscribe_route
from chatserver.api.worker_numbers import Seat
from chatserver.audit.policy_seen import note_policy
from chatserver.audit.reads import SupportReads
from chatserver.cases.case_counts import CaseCounts
from chatserver.composition.opening import StartError
from chatserver.conversations.lost_records import lost_records_problem
from chatserver.conversations.rebuild import rules_problem
from chatserver.conversations.trial_windows import TrialWindows
from chatserver.keyed import Keyed, export_of, with_keys
from chatserver.messages.search import MessageSearch
from chatserver.notices.outbox_counts import OutboxCounts
from chatserver.operating.append_only_file import rewriting_warnings
from chatserver.operating.bells import Bells
from chatserver.operating.durability import durability_warnings
from chatserver.operating.health import Health
from chatserver.operating.store_clock import StoreClock
from chatserver.operating.store_counts import StoreCounts
from chatserver.operating.store_watch import problem_of
from chatserver.protocol.commands import (
    Acknowledge,
    Conversations,
    Delete,
    Edit,
    GiveExercise,
    HandIn,
    JoinSession,
    React,
    Renew,
    Search,
    Signal,
    Urgent,
    Watch,
)
from chatserver.realtime.acknowledge_desk import AcknowledgeDesk
from chatserver.realtime.board_desk import BoardDesk
from chatserver.realtime.board_watch import BoardSubscriptions
from chatserver.realtime.change_desk import ChangeDesk
from chatserver.realtime.door import Door
from chatserver.realtime.everyday_desk import EverydayDesk
from chatserver.realtime.exercise_desk import ExerciseDesk
from chatserver.realtime.follow_desk import FollowDesk
from chatserver.realtime.greeting import Greeting
from chatserver.realtime.hub import Hub
from chatserver.realtime.list_desk import ListDesk
from chatserver.realtime.note_desk import NoteDesk
from chatserver.realtime.notice_desk import NoticeDesk
from chatserver.realtime.people_desk import PeopleDesk
from chatserver.realtime.renew_desk import RenewDesk
from chatserver.realtime.search_desk import SearchDesk
from chatserver.realtime.session_desk import SessionDesk
from chatserver.realtime.signal_desk import SignalDesk
from chatserver.realtime.unsent_desk import UnsentDesk
from chatserver.replies.board import Board
from chatserver.replies.clock_move import ClockMove
from chatserver.replies.report import ReplyReports
from chatserver.sessions.relays import relays_of
from chatserver.sessions.standing_in import StandInBook
from chatserver.settings import Settings
from chatserver.sign_ins.identity_provider import IdentityProvider, ProviderAccount
from chatserver.sign_ins.platform_people import PlatformPeople
from chatserver.web.oidc import BACK, PlatformDesk
from chatserver.web.own_exports import OwnExports
from chatserver.web.routes import web_routes
from chatserver.web.sign_in_pages import ASKING_FOR_MAIL, SignInDesk, WebLimits
from quotas import instant
from quotas.help_policy import stale_lines
from quotas.ledger import feed
from quotas.ledger.open_waits import OpenWaits
from quotas.terms import Rulebook

if TYPE_CHECKING:
    from chatserver.operating.tracing import Traces


class Parts(Keyed, frozen=True, kw_only=True):
    """A server, put together and connected, but not listening yet."""

    clock: StoreClock
    hub: Hub
    app: Starlette
    door: Door
    """Where connections wait until they have said who they are."""
    health: Health
    warnings: list[str]
    """What makes "accepted" mean less than "kept"."""

    @property
    def shift(self) -> int:
        """How many ms the rules' clock runs ahead; 0 on a real server."""
        return self.ledger.shift


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
async def signing_in(settings: Settings, base: Keyed) -> AsyncIterator[PlatformDesk | None]:
    """What signs in by the platform's identity provider; None where the settings name none."""
    if settings.oidc_issuer is None or settings.oidc_client_id is None:
        yield None
        return
    back = f"{settings.outside_url}{BACK}"
    account = ProviderAccount(settings.oidc_issuer, settings.oidc_client_id, settings.oidc_client_secret, back)
    provider = IdentityProvider(account)
    people = PlatformPeople(base.database, settings.oidc_person_claim)
    try:
        yield PlatformDesk(provider, people, base.sign_ins, await base.secrets.secret_of("signing-in"))
    finally:
        await provider.close()


@contextlib.asynccontextmanager
async def assembled(
    settings: Settings, store_url: str, seat: Seat | None = None, *, at_work: bool = True
) -> AsyncIterator[Parts]:
    """Everything but the listening; `seat` where this is one of several workers.

    Not `at_work`, it notes no deadline and archives nothing by itself: where workers do, and /metrics is theirs.
    Raises the errors of its parts, each one sentence for people.
    """
    authenticator = Authenticator(settings)
    async with (
        with_keys(settings, store_url) as base,
        traced(settings) as traces,
        signing_in(settings, base) as platform,
    ):
        await _require_all(base)
        metrics, ledger = base.metrics, base.ledger
        clock = StoreClock(await ledger.time(), ledger.shift)
        bells = Bells(base.store, clock)

        def clock_moved(due_in: Collection[int]) -> None:
            base.watch.look_at(due_in)
            bells.clock_moved()

        notices = NoticeDesk(base.notice_lists)
        open_waits = OpenWaits(ledger)
        board = Board(ledger, open_waits)
        watched = BoardSubscriptions(
            store=base.store,
            ledger=ledger,
            clock=clock,
            board=board,
            waits=open_waits,
            absences=base.absences,
            policy=base.rulebook.policy,
        )
        sessions = SessionDesk(base.bookings, base.credits, base.presence, clock, base.rulebook.policy.sessions)
        unsent = UnsentDesk(base.later, base.drafts)
        people_desk, reads = PeopleDesk(base.provisioning), SupportReads(base.database)
        hub = Hub(
            store=base.store,
            ledger=ledger,
            log=base.messages,
            keys=base.keys,
            rulebook=base.rulebook,
            clock=clock,
            metrics=metrics,
            revocations=base.revocations,
            sessions=sessions,
            trial_windows=TrialWindows(base.database, ledger, base.rulebook),
            notices=notices,
            people=people_desk,
            board=watched,
            node=base.node,
            bells=bells,
            unsent=unsent,
            stand_ins=StandInBook(base.database),
            reads=reads,
            when_due=clock_moved,
        )
        base.store.on_push = hub.pushed
        base.store.on_missed = hub.missed
        proxies, people = Proxies(settings.trusted_proxies), RateLimit(settings.rate_limit)
        changes = ChangeDesk(base.rulebook.policy.messages, base.attachments, base.mentoring.exercises)
        exercises = ExerciseDesk(base.mentoring, metrics, hub)
        greeting = Greeting(
            hub=hub,
            desks={
                **EverydayDesk(hub).desks(),
                **unsent.desks(),
                **notices.desks(),
                **FollowDesk().desks(),
                Conversations: ListDesk(),
                Renew: RenewDesk(authenticator, base.revocations),
                Watch: BoardDesk(watched, base.rulebook),
                JoinSession: sessions,
                Signal: SignalDesk(base.calls, base.store, base.rulebook.policy.sessions),
                Acknowledge: AcknowledgeDesk(base.rulebook.policy),
                Urgent: NoteDesk(base.keys, base.rulebook, unsent),
                Edit: changes,
                Delete: changes,
                React: changes,
                GiveExercise: exercises,
                HandIn: exercises,
                Search: SearchDesk(MessageSearch(base.database, base.messages, base.keys)),
            },
            notices=notices,
            people_desk=people_desk,
            ledger=ledger,
            clock=clock,
            authenticator=authenticator,
            revocations=base.revocations,
            allowed_origins=settings.allowed_origins,
            public_url=settings.public_url,
            people=people,
            addresses=RateLimit(settings.rate_limit),
            proxies=proxies,
            metrics=metrics,
            traces=traces,
            claims=base.attachments,
            edit_minutes=base.rulebook.policy.messages.edit_minutes,
        )
        tokens = RevocableTokens(settings, base.revocations)
        authenticator.tickets = tokens.tickets = base.tickets
        outbox_counts = OutboxCounts(base.database, ledger.now)
        health = Health(base.store, base.database, ledger, partial(problem_of, store_url), outbox_counts.unsent)
        numbers = Sources(
            metrics=metrics,
            gauges=hub.gauges,
            store=base.store,
            counts=StoreCounts(base.waits, base.timers, base.ledger_archive, ledger),
            outbox=outbox_counts,
            cases=CaseCounts(base.database, ledger.now),
            health=health,
            ledger=ledger,
            data_dir=settings.data_dir,
        )
        exposition = Exposition(numbers, tokens, settings.metrics, seat)
        context = ApiContext(
            provisioning=base.provisioning,
            choosing=base.choosing,
            trials=base.trials,
            ledger=ledger,
            messages=base.messages,
            authenticator=tokens,
            board=board,
            revocations=base.revocations,
            reports=ReplyReports(base.database, base.rulebook, ledger.now),
            bookings=base.bookings,
            calls=base.calls,
            relays=relays_of(settings),
            credits=base.credits,
            hours=base.hours,
            absences=base.absences,
            slots=base.slots,
            prices=base.prices,
            series=base.series,
            advice=base.advice,
            memberships=base.memberships,
            statements=base.statements,
            webhooks=base.webhooks,
            telling=base.telling,
            feeds=base.feeds,
            bounces=base.mailing.bounces,
            notice_lists=base.notice_lists,
            preferences=base.preferences,
            openings=base.openings,
            push=base.push,
            vapid=base.vapid,
            cases=base.cases,
            quiet=base.quiet,
            leaving_mentors=base.leaving_mentors,
            evidence=base.evidence,
            attachments=base.attachments,
            uploads=base.uploads,
            database=base.database,
            reads=reads,
            mentoring=base.mentoring,
            clock=ledger.now,
            people=people,
            metrics=metrics,
        )
        # Calendars and mail programs ask often, and from addresses that many share: they have buckets of their own.
        without_token = AddressLimit(RateLimit(settings.rate_limit), proxies, metrics)
        limits = WebLimits(without_token, AddressLimit(RateLimit(ASKING_FOR_MAIL), proxies, metrics))
        desk = SignInDesk(base.sign_ins, base.sign_in_links, base.sign_in_mails, OwnExports(export_of(base)))
        app = _application(
            [
                WebSocketRoute("/v1/chat", greeting.endpoint),
                *routes(context),
                *health_routes(health),
                exposition.route(),
                home_route(),
                *web_routes(settings, base.rulebook.policy.help, desk, limits, platform),
                calendar_route(base.feeds, without_token),
                unsubscribe_route(base.mailing.unsubscribing, without_token),
            ],
            Middleware(Gate, metrics=metrics, health=health, cors=Cors(settings.allowed_origins), traces=traces),
        )
        if settings.now is not None and await ledger.now() < (later := instant.parse(settings.now)):
            await ClockMove(ledger, base.waits, base.watch.kinds, base.watch.settle_due).to(later)
            clock.move(ledger.shift)
        await note_policy(base.database, base.rulebook.policy, await ledger.now())
        bells.connect(feed.RINGS, base.watch.agenda)
        bells.connect(feed.EVENT, base.records.agenda)
        bells.connect(feed.URGENT, base.records.agenda, hurries=True)
        bells.connect(feed.UNARCHIVED, base.archive.agenda)
        parts = Parts(
            **asdict(base),
            clock=clock,
            hub=hub,
            app=app,
            door=Door(settings.connections_before_hello, metrics, proxies),
            health=health,
            warnings=[
                *await durability_warnings(base.store),
                *await rewriting_warnings(base.store),
                *_want_checking(base.rulebook, await ledger.now()),
            ],
        )
        if not at_work:
            yield parts
            return
        work = (
            *(base.watch.run(), base.records.run(), base.archive.run(), base.telling.run(), health.watch()),
            *(base.attachment_sweep.run(), base.trace_sweep.run()),
        )
        async with _working(hub, *work), exposition.told():
            yield parts


def _want_checking(rulebook: Rulebook, now: int) -> list[str]:
    """What the policy says of the world, and may be true no longer at `now`."""
    said = stale_lines(rulebook.policy.help, instant.date_of(now))
    return [] if said is None else [said]


async def _require_all(base: Keyed) -> None:
    """Raises StartError where the rules lack what conversations need, or the records what the store has."""
    if problem := await rules_problem(base.database, base.rulebook):
        raise StartError(problem)
    if problem := await lost_records_problem(base.database, base.store):
        raise StartError(problem)


def _application(routes: list[BaseRoute], gate: Middleware) -> Starlette:
    app = Starlette(routes=routes, middleware=[gate], exception_handlers={HTTPException: elsewhere})
    app.router.redirect_slashes = False
    return app


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
