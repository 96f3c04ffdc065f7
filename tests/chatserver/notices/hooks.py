"""Webhooks on a real store and database, and the endpoints that they lead to."""

import json
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from ipaddress import ip_network
from typing import Any

from standardwebhooks import Webhook

from chatserver.keys.server_seal import ServerSeal
from chatserver.messages.log import MessageLog
from chatserver.notices.fact import Fact, FactName
from chatserver.notices.guarded_http import GuardedHttp
from chatserver.notices.notice import Notice
from chatserver.notices.noting import Noting
from chatserver.notices.webhook_book import Logged, WebhookBook, WebhookWritten
from chatserver.notices.webhook_request import WebhookSender
from chatserver.notices.webhook_requests import WebhookDetails
from chatserver.notices.webhooks import WebhookChannel
from chatserver.records.database import Database
from quotas.ledger.redis import RedisLedger
from quotas.notices import NoticePolicy
from quotas.store.link import Link
from tests.chatserver.keys.making import conversation_keys
from tests.chatserver.notices.outboxes import Post
from tests.http_endpoint import HttpEndpoint, Received

HERE = (ip_network("127.0.0.0/8"),)


class Published:
    """What those who are connected are told."""

    def __init__(self) -> None:
        self.notices: list[Notice] = []

    async def publish(self, notice: Notice, unread: int) -> None:
        self.notices.append(notice)


class Hooks:
    """One process that sends by webhooks, with a clock that a test moves."""

    def __init__(self, database: Database, link: Link, shift: int, name: str = "first") -> None:
        self.database = database
        self.http = GuardedHttp(own=HERE)
        ledger = RedisLedger(link, shift)
        keys = conversation_keys(database)
        seal = ServerSeal(keys, "webhooks")
        self.published = Published()
        self.noting = Noting(database, NoticePolicy(), self, self.published)
        self.channel = WebhookChannel(
            database=database,
            sender=WebhookSender(self.http, seal),
            log=MessageLog(database, ledger, keys),
            noting=self.noting,
        )
        self.post = Post(database, link, shift, name, [self.channel])
        self.book = WebhookBook(database=database, http=self.http, seal=seal, ringing=self, clock=self.post.ledger.now)

    async def ring(self, due_at: int | None) -> None:
        await self.post.outbox.ring(due_at)

    async def hook(self, id: str, endpoint: HttpEndpoint, *events: str, with_text: bool = False) -> str:
        """Make it; its secret, or '' where there was one."""
        url = f"http://127.0.0.1:{endpoint.port}/{id}"
        written = await self.book.put(id, WebhookDetails(url, list(events or ["*"]), with_text))
        assert isinstance(written, WebhookWritten), written
        return written.secret or ""

    async def note(self, event: FactName, mark: str, **known: Any) -> None:
        """Something happened now."""
        now = await self.post.ledger.now()
        booking = mark if event.startswith(("booking.", "session.")) else ""
        fact = Fact(
            event=event,
            mark=mark,
            at=now,
            conversation="c1",
            booking=booking,
            member="mia",
            mentor="tom",
            data=known,
        )
        async with self.database.begin() as connection:
            made = await self.noting.note(connection, [fact], now)
        await self.noting.tell(made)

    async def settle(self) -> None:
        """Send what is due."""
        await self.post.settle()

    async def later(self, ms: int) -> None:
        """Let time pass, and send what is due then."""
        await self.post.later(ms)
        await self.settle()

    async def log(self, id: str) -> list[Logged]:
        """What the endpoint was told of, the newest first."""
        found = await self.book.deliveries(id, None, 200)
        assert isinstance(found, list)
        return found

    async def outcomes(self, id: str) -> list[str | None]:
        """The oldest first."""
        return [each.delivery.outcome for each in reversed(await self.log(id))]


def verified(secret: str, received: Received) -> dict[str, Any]:
    """The body, as receivers check it by the library. Raises WebhookVerificationError."""
    headers: Mapping[str, str] = received.headers
    Webhook(secret).verify(received.body, dict(headers))
    body: dict[str, Any] = json.loads(received.body)
    return body


@asynccontextmanager
async def hooks_at(database: Database, store_url: str) -> AsyncIterator[Hooks]:
    """With a clock that may be moved."""
    link = Link(store_url)
    await link.open()
    hooks = Hooks(database, link, 1)
    await hooks.post.ledger.load()
    try:
        yield hooks
    finally:
        await hooks.post.outbox.close()
        await hooks.http.close()
        link.close()
