"""A place with two people that pushes go out from, and a push service of the tests."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from ipaddress import ip_network
from typing import Any

from chatserver.conversations.conversation import ConversationRecord
from chatserver.conversations.person import PersonRecord
from chatserver.conversations.requests import Invalid, Missing
from chatserver.conversations.rows import conversations, people
from chatserver.keys.server_seal import ServerSeal
from chatserver.notices.delivery import Delivery, DeliveryResult
from chatserver.notices.guarded_http import GuardedHttp
from chatserver.notices.notice import Notice
from chatserver.notices.push import PushChannel
from chatserver.notices.push_subscriptions import PushSubscriptions, Subscribed
from chatserver.notices.rows import notices
from chatserver.notices.server_secrets import ServerSecrets
from chatserver.notices.vapid import Vapid
from chatserver.records.database import Database
from tests.certificates import server_context, trusting
from tests.chatserver.keys.making import conversation_keys
from tests.chatserver.notices.browser import Browser
from tests.http_endpoint import HttpEndpoint, http_endpoint

NOW = 1_767_780_000_000
LOOPBACK = (ip_network("127.0.0.0/8"),)


class Pushing:
    """`now` is the store's instant, `real_now` that of the world (ms)."""

    def __init__(self, database: Database, http: GuardedHttp) -> None:
        self.database = database
        self.now = self.real_now = NOW
        keys = conversation_keys(database)
        self.subscriptions = PushSubscriptions(
            database, ServerSeal(keys, "push"), http, self.clock, lambda: self.real_now
        )
        secrets = ServerSecrets(database, ServerSeal(keys, "secrets"), self.clock)
        self.vapid = Vapid(secrets, "mailto:chat@example.org", lambda: self.real_now / 1000)
        self.channel = PushChannel(database, self.subscriptions, self.vapid, http)

    async def clock(self) -> int:
        return self.now

    async def open(self) -> None:
        """mia, who is to be reached, writes with Mona Berg, her mentor."""
        async with self.database.begin() as connection:
            for person in (
                PersonRecord("mia", "member", "Mia Lie", "Europe/Oslo", "en", None, 1, 1),
                PersonRecord("mona", "mentor", "Mona Berg", "Europe/Oslo", "nb", None, 1, 1),
                PersonRecord("gone", "member", "", "Europe/Oslo", "nb", None, 1, 1, 2),
            ):
                await people.create(connection, person)
            record = ConversationRecord("c1", "mia", "mona", "basic", "Europe/Oslo", "NO", "open", 1, 1, 1)
            await conversations.create(connection, record)

    async def subscribe(self, browser: Browser, device: str = "phone", person: str = "mia", **more: Any) -> Subscribed:
        done = await self.subscriptions.put(person, device, browser.subscription(**more))
        assert not isinstance(done, Invalid | Missing), done
        return done

    async def devices(self, person: str = "mia") -> list[str]:
        return [each.device for each in await self.subscriptions.of_person(person)]

    async def noted(self, *made: Notice) -> tuple[Notice, ...]:
        """They are in their people's lists, with ids."""
        async with self.database.begin() as connection:
            return tuple(await notices.append(connection, made))

    async def send(self, *told: Notice, device: str = "phone", person: str = "mia") -> DeliveryResult:
        return await self.channel.deliver(
            Delivery(
                id=1, key="k", channel="push", person=person, endpoint=device, notices=told, created_at=1, now=self.now
            )
        )


@asynccontextmanager
async def asking_loopback() -> AsyncIterator[GuardedHttp]:
    """What asks push services of the tests, which no server does."""
    http = GuardedHttp(own=LOOPBACK, tls=trusting())
    try:
        yield http
    finally:
        await http.close()


@asynccontextmanager
async def pushing(database: Database) -> AsyncIterator[tuple[Pushing, HttpEndpoint, Browser]]:
    """With a push service on loopback, and a browser that is reached there."""
    async with http_endpoint(tls=server_context("127.0.0.1")) as endpoint, asking_loopback() as http:
        place = Pushing(database, http)
        await place.open()
        yield place, endpoint, Browser(f"https://127.0.0.1:{endpoint.port}/push/1")


def answered(mark: str = "1", **data: Any) -> Notice:
    """Mona has answered mia."""
    return Notice(0, "mia", "reply.answered", mark, "c1", "", {"role": "member", **data}, NOW, NOW)
