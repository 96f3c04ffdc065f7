"""From a booking to a browser: noted, queued, sent by a real server to a push service of the tests."""

import asyncio
from pathlib import Path

from msgspec import to_builtins
from sqlalchemy import select

from chatserver.keys.server_seal import ServerSeal
from chatserver.notices.push import PushChannel
from chatserver.notices.push_subscriptions import PushSubscriptions
from chatserver.records.tables import OUTBOX
from chatserver.sessions.outcomes import BookingDone
from quotas import instant
from quotas.session_book import WantedBooking
from tests.certificates import server_context
from tests.chatserver.notices.browser import Browser
from tests.chatserver.notices.pushing import asking_loopback
from tests.chatserver.notices.test_vapid import claims_in
from tests.chatserver.realtime.servers import HereServer, here, token
from tests.http_endpoint import answer, http_endpoint
from tests.plain_http import http_client


async def outcomes(server: HereServer) -> list[str | None]:
    async with server.parts.database.read() as connection:
        query = select(OUTBOX.c.outcome).where(OUTBOX.c.channel == "push").order_by(OUTBOX.c.id)
        return list(await connection.scalars(query))


async def test_a_booking_reaches_the_browser_until_it_says_no(valkey_url: str, tmp_path: Path) -> None:
    """Subscribed over HTTP; at a clock of years ahead; forgotten when its push service says so."""
    async with (
        http_endpoint(tls=server_context("127.0.0.1")) as service,
        asking_loopback() as http,
        here(valkey_url, tmp_path, now="2031-01-07T09:00:00Z") as server,
    ):
        parts = server.parts
        subscriptions = PushSubscriptions(parts.database, ServerSeal(parts.keys, "push"), http, parts.ledger.now)
        parts.channels["push"] = PushChannel(parts.database, subscriptions, parts.vapid, http)
        await server.conversation("c1", "live")
        browser = Browser(f"https://127.0.0.1:{service.port}/push/1")
        async with http_client(server.http, headers={"Authorization": f"Bearer {token('mia', 'member')}"}) as api:
            path = "/v1/people/mia/push-subscriptions/phone"
            refused = await api.put(path, json=to_builtins(browser.subscription()))
            assert refused.status_code == 422, "a real server asks no private place"
            await subscriptions.put("mia", "phone", browser.subscription())
            wanted = WantedBooking("b1", "c1", "video_call", instant.parse("2031-01-14T09:00:00Z"), 30)
            assert isinstance(await parts.bookings.book(wanted, "mentor"), BookingDone)
            await service.until(1)
            said = browser.opened(service.received[0].body)
            assert (said["event"], said["booking"], said["unread"]) == ("booking.booked", "b1", 1)
            assert service.received[0].headers["ttl"] == "86400"
            key = (await api.get("/v1/push/key")).json()["key"]
            assert service.received[0].headers["authorization"].endswith(f"k={key}")
            assert claims_in(service.received[0].headers["authorization"], f"https://127.0.0.1:{service.port}")
            service.otherwise = answer(410)
            assert isinstance(await parts.bookings.cancel("b1", "mentor"), BookingDone)
            await service.until(2)
            async with asyncio.timeout(60):
                while await outcomes(server) != ["sent", "dropped"]:  # noqa: ASYNC110 - rows have no event
                    await asyncio.sleep(0.05)
            listed = await api.get("/v1/people/mia/push-subscriptions")
            assert listed.json() == {"subscriptions": []}
