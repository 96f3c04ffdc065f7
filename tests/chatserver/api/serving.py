"""The API alone, on a real socket, store and database."""

import asyncio
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from ipaddress import ip_network
from pathlib import Path

import uvicorn
from starlette.applications import Starlette
from starlette.middleware import Middleware

from chatserver.access.addresses import Proxies
from chatserver.access.rate_limit import RateLimit
from chatserver.access.revocation import RevocableTokens
from chatserver.access.tokens import issue
from chatserver.api import ApiContext, routes
from chatserver.api.calendar_feeds import calendar_route
from chatserver.api.cors import Cors
from chatserver.api.gate import Gate
from chatserver.api.open_endpoint import AddressLimit
from chatserver.api.operation import AnyOperation
from chatserver.api.routes import OPERATIONS
from chatserver.api.unsubscribe import unsubscribe_route
from chatserver.attachments.book import AttachmentBook
from chatserver.attachments.file_store import FileStore
from chatserver.attachments.uploads import Uploads
from chatserver.attachments.virus_scan import VirusScanner
from chatserver.audit.reads import SupportReads
from chatserver.cases.evidence import CaseEvidence
from chatserver.conversations.provisioning import Provisioning
from chatserver.foundation import founded
from chatserver.keyed import casebook
from chatserver.keys.conversation_keys import ConversationKeys
from chatserver.keys.server_seal import ServerSeal
from chatserver.mentoring.room import mentoring_on
from chatserver.messages.lane import sealed_post
from chatserver.messages.log import MessageLog
from chatserver.notices.bounces import MailBounces
from chatserver.notices.guarded_http import GuardedHttp
from chatserver.notices.outbox_counts import OutboxCounts
from chatserver.notices.push_subscriptions import PushSubscriptions
from chatserver.notices.server_secrets import ServerSecrets
from chatserver.notices.unsubscribing import Unsubscribing
from chatserver.notices.vapid import Vapid
from chatserver.notices.webhook_book import WebhookBook
from chatserver.operating.health import Health
from chatserver.protocol.events import Role
from chatserver.records.database import Database
from chatserver.replies.board import Board
from chatserver.replies.report import ReplyReports
from chatserver.server import listening_socket
from chatserver.sessions.bookings import Bookings
from chatserver.sessions.calendar_feeds import CalendarFeeds
from chatserver.sessions.relays import Relays
from chatserver.setting_values import Rate
from chatserver.settings import Settings
from quotas.instant import parse
from quotas.ledger.base import Posted, posted
from quotas.ledger.open_waits import OpenWaits
from quotas.ledger.redis import RedisLedger
from quotas.plans import Policy
from quotas.policy_file import builtin_policy
from quotas.standing import Writer
from quotas.store.link import Link
from quotas.terms import Rulebook
from tests.chatserver.keys.making import conversation_keys
from tests.chatserver.realtime.servers import UNLIMITED, UnsignalledServer

PUBLIC = "https://chat.example.org"
"""What links begin with."""
SECRET = "a secret of at least thirty-two bytes"


@dataclass(frozen=True)
class Served:
    """A running server and what it stands on."""

    url: str
    ledger: RedisLedger
    keys: ConversationKeys
    provisioning: Provisioning
    bookings: Bookings
    unsubscribing: Unsubscribing

    async def move_clock(self, to: str) -> None:
        """On to that instant; for servers that were given one to begin at."""
        self.ledger.hear_shift(parse(to) - await self.ledger.time())

    async def write(self, conversation: str, writer: Writer, sender: str, id: str, body: str) -> int:
        """Write a message as the chat does; returns its seq."""
        standing = await self.ledger.standing(conversation)
        assert standing is not None
        key = await self.keys.current(conversation, standing.settings.key)
        post = sealed_post(key, writer, sender, id, body, "o")
        result = await posted(self.ledger, post, standing.settings, standing.terms(self.provisioning.rulebook))
        assert isinstance(result, Posted), result
        return result.seq


@asynccontextmanager
async def served(
    database: Database,
    store_url: str,
    *,
    now: str | None = None,
    policy: Policy | None = None,
    operations: Sequence[AnyOperation] = OPERATIONS,
    knocks: Rate = UNLIMITED,
    files: FileStore | None = None,
    scanner: VirusScanner | None = None,
) -> AsyncIterator[Served]:
    """Serve the API, whose clock goes on from `now` where that is given; the database is migrated already.

    `knocks` bounds requests to addresses that open without a token. Without `files` none can be kept.
    """
    link = Link(store_url)
    await link.open()
    ledger = RedisLedger(link)
    if now is not None:
        ledger = RedisLedger(link, parse(now) - await ledger.time())
    await ledger.load()
    base = founded(Rulebook(policy or builtin_policy()), database, link, ledger)
    provisioning = base.provisioning
    tokens = RevocableTokens(Settings(jwt_secret=SECRET), base.revocations)
    keys = conversation_keys(database)
    board = Board(ledger, OpenWaits(ledger))
    feeds = CalendarFeeds(
        database=database,
        provisioning=provisioning,
        policy=provisioning.rulebook.policy.sessions,
        clock=ledger.now,
        url=PUBLIC,
    )
    kept = files or FileStore(None, Path("/dev/null/nowhere"))
    log = MessageLog(database, ledger, keys)
    bounces = MailBounces(database, ledger.now)
    secrets = ServerSecrets(database, ServerSeal(keys, "secrets"), ledger.now)
    unsubscribing = Unsubscribing(database, secrets, ledger.now, PUBLIC)
    context = ApiContext(
        provisioning=provisioning,
        choosing=base.choosing,
        trials=base.trials,
        ledger=ledger,
        messages=MessageLog(database, ledger, keys),
        authenticator=tokens,
        board=board,
        revocations=base.revocations,
        reports=ReplyReports(database, provisioning.rulebook, ledger.now),
        bookings=base.bookings,
        calls=base.calls,
        relays=Relays(),
        credits=base.credits,
        hours=base.hours,
        absences=base.absences,
        slots=base.slots,
        prices=base.prices,
        series=base.series,
        advice=base.advice,
        memberships=base.memberships,
        statements=base.statements,
        telling=base.telling,
        webhooks=WebhookBook(
            database=database,
            http=GuardedHttp(own=[ip_network("127.0.0.0/8")]),
            seal=ServerSeal(keys, "webhooks"),
            ringing=base.outbox,
            clock=ledger.now,
        ),
        feeds=feeds,
        bounces=bounces,
        notice_lists=base.notice_lists,
        preferences=base.preferences,
        openings=base.openings,
        push=PushSubscriptions(database, ServerSeal(keys, "push"), GuardedHttp(), ledger.now),
        vapid=Vapid(secrets, None),
        cases=casebook(base, keys),
        quiet=base.quiet,
        leaving_mentors=base.leaving_mentors,
        evidence=CaseEvidence(
            database=database,
            log=base.case_log,
            messages=MessageLog(database, ledger, keys),
            keys=keys,
            clock=ledger.now,
        ),
        attachments=AttachmentBook(
            database=database,
            keys=keys,
            store=kept,
            log=log,
            policy=provisioning.rulebook.policy.attachments,
            clock=ledger.now,
        ),
        uploads=Uploads(
            database=database,
            keys=keys,
            store=kept,
            scanner=scanner,
            policy=provisioning.rulebook.policy.attachments,
            clock=ledger.now,
        ),
        database=database,
        reads=SupportReads(database),
        mentoring=mentoring_on(database, keys, MessageLog(database, ledger, keys), ledger.now),
        clock=ledger.now,
        people=RateLimit(UNLIMITED),
        metrics=base.metrics,
    )
    gate = Middleware(
        Gate,
        metrics=context.metrics,
        health=Health(link, database, ledger, str, OutboxCounts(database, ledger.now).unsent),
        cors=Cors(()),
        traces=None,
    )
    door = AddressLimit(RateLimit(knocks), Proxies(()), base.metrics)
    links = [calendar_route(feeds, door), unsubscribe_route(unsubscribing, door)]
    app = Starlette(routes=[*routes(context, operations), *links], middleware=[gate])
    with listening_socket("127.0.0.1", 0) as listening:
        server = UnsignalledServer(uvicorn.Config(app, log_config=None, lifespan="off"))
        serving = asyncio.create_task(server.serve(sockets=[listening]))
        try:
            async with asyncio.timeout(30):
                while not server.started:  # noqa: ASYNC110 - uvicorn has no event for it
                    await asyncio.sleep(0.01)
            url = f"http://127.0.0.1:{listening.getsockname()[1]}"
            yield Served(url, ledger, keys, provisioning, base.bookings, unsubscribing)
        finally:
            server.should_exit = True
            await serving
            link.close()


def bearer(user: str, role: Role, lifetime_seconds: int = 86_400) -> dict[str, str]:
    """The headers of a request by that person."""
    now = time.time_ns() // 1_000_000
    return {"Authorization": f"Bearer {issue(SECRET, user, role, lifetime_seconds, now)}"}


SERVICE = bearer("billing", "service")
