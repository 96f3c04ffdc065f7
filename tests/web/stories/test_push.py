"""Push: offered after the first message, sealed for this browser, shown by the worker, and over with the sign-in."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import Browser, BrowserContext, Page, expect
from sqlalchemy import select

from chatserver.keys.server_seal import ServerSeal
from chatserver.notices.guarded_http import GuardedHttp
from chatserver.notices.push import PushChannel
from chatserver.notices.push_subscriptions import PushSubscriptions
from chatserver.records.tables import OUTBOX
from tests.certificates import server_context, trusting
from tests.chatserver.notices.browser import Browser as PushedBrowser
from tests.chatserver.notices.pushing import LOOPBACK
from tests.chatserver.realtime.servers import HereServer, here
from tests.http_endpoint import HttpEndpoint, http_endpoint
from tests.stories.clock import move_clock, when
from tests.web.browsers import PHONE, WITHIN, signed_in
from tests.web.stories.axe import nothing_found
from tests.web.stories.test_bell import HAS_A_NOTICE
from tests.web.stories.writing import letters, write

pytestmark = pytest.mark.asyncio(loop_scope="session")

SUBSCRIBING = """
  const given = %s, key = "the browser's push service";
  const made = () => ({
    endpoint: given.endpoint,
    expirationTime: null,
    toJSON: () => given,
    unsubscribe: async () => Boolean(localStorage.removeItem(key)),
  });
  PushManager.prototype.getSubscription = async () => localStorage.getItem(key) && made();
  PushManager.prototype.subscribe = async ({ userVisibleOnly, applicationServerKey }) => {
    if (!userVisibleOnly) throw new Error("silent");
    localStorage.setItem(key, applicationServerKey);
    return made();
  };
"""
"""Chromium's own push service is out of reach of tests: only it is stood in for."""
SHOWN = """async (count) => {
  const registration = await navigator.serviceWorker.ready;
  for (let tries = 0; tries < 500; tries += 1) {
    const shown = await registration.getNotifications();
    if (shown.length === count) return shown.map(({ title, body, tag, data }) => ({ title, body, tag, data }));
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error(`${count} are not shown`);
}"""
HAS_ONE_UNREAD = """() => new Promise((done) => {
  const talk = document.querySelector("member-page").app.chats.talk("c1");
  const look = () => talk.unread === 1 && done();
  talk.watch(look);
  look();
})"""
TOUCHED = """async () => {
  const [notification] = await registration.getNotifications();
  dispatchEvent(new NotificationEvent("notificationclick", { notification }));
}"""


@asynccontextmanager
async def pushing(server: HereServer) -> AsyncIterator[HttpEndpoint]:
    """The server sends what it pushes to `push.example`, which is here."""

    async def resolve(host: str, port: int) -> list[str]:
        return ["127.0.0.1"]

    parts, http = server.parts, GuardedHttp(own=LOOPBACK, tls=trusting(), resolve=resolve)
    async with http_endpoint(tls=server_context("push.example")) as service:
        subscriptions = PushSubscriptions(parts.database, ServerSeal(parts.keys, "push"), http, parts.ledger.now)
        parts.channels["push"] = PushChannel(parts.database, subscriptions, parts.vapid, http)
        try:
            yield service
        finally:
            await http.close()


async def subscribing(context: BrowserContext, browser: PushedBrowser, origin: str) -> None:
    """From the next page on the browser subscribes there, and its owner lets it."""
    details = browser.subscription()
    given = {"endpoint": details.endpoint, "keys": {"p256dh": details.keys.p256dh, "auth": details.keys.auth}}
    await context.add_init_script(SUBSCRIBING % json.dumps(given))
    await context.grant_permissions(["notifications"], origin=origin)


async def delivered(page: Page, origin: str, message: bytes) -> None:
    """As the browser's push service hands it to the worker."""
    devtools = await page.context.new_cdp_session(page)
    known: asyncio.Future[str] = asyncio.get_running_loop().create_future()

    def updated(event: dict[str, list[dict[str, str]]]) -> None:
        for each in event["registrations"]:
            if each["scopeURL"].startswith(origin) and not known.done():
                known.set_result(each["registrationId"])

    devtools.on("ServiceWorker.workerRegistrationUpdated", updated)
    await devtools.send("ServiceWorker.enable")
    async with asyncio.timeout(WITHIN / 1000):
        given = {"origin": origin, "registrationId": await known, "data": message.decode()}
    await devtools.send("ServiceWorker.deliverPushMessage", given)


async def asked(page: Page, script: str, given: object = None) -> Any:
    """What a script answers that waits for something: unlike what is expected, Playwright would wait without end."""
    async with asyncio.timeout(WITHIN / 1000):
        return await page.evaluate(script, given)


async def leave(page: Page) -> None:
    """For the sessions, until nothing of the conversation can be read any more."""
    await page.evaluate("location.hash = '#/sessions'")
    await expect(page.get_by_role("list", name="Messages")).to_have_count(0)


async def test_a_push_says_that_something_came_and_leads_to_it(
    browser: Browser, valkey_url: str, tmp_path: Path
) -> None:
    """From the first message to signing out, which ends it."""
    async with here(valkey_url, tmp_path, now=when("monday", "09:00")) as server, pushing(server) as service:
        await server.conversation("c1", "basic")
        pushed = PushedBrowser(f"https://push.example:{service.port}/push/1")
        async with (
            signed_in(browser, server, "mia", **{**PHONE, "service_workers": "allow"}) as app,
            server.device("tora") as tora,
        ):
            mia = app.page
            await subscribing(mia.context, pushed, server.http)
            await mia.reload()
            offer = mia.get_by_role("region", name="Notices on this device")
            await expect(offer).to_have_count(0)
            await tora.write("Good morning!")
            await mia.get_by_role("button", name="Message menu").click()
            await mia.get_by_role("dialog", name="Message menu").get_by_role("button", name="💪").click()
            await expect(mia.get_by_role("list", name="Messages")).to_contain_text("💪")
            await expect(offer).to_have_count(0)
            await write(mia, "I hope that you read this soon.")
            await expect(offer).to_contain_text("Shall this device tell you when Tora answers?")
            await expect(offer).to_contain_text("never what was written")
            await offer.get_by_role("button", name="Yes, tell me").click()
            await expect(offer).to_contain_text("This device tells you from now on.")
            await offer.get_by_role("button", name="Close").click()
            await expect(offer).to_have_count(0)

            await leave(mia)
            await tora.write("About your boss: be kind to yourself.")
            await expect(mia).to_have_title("(1) Mentor")
            await move_clock(valkey_url, when("monday", "09:20"))
            await service.until(1)
            body = service.received[0].body
            assert b"boss" not in body
            said = pushed.opened(body)
            assert said["title"] == "Tora has answered"
            assert "boss" not in json.dumps(said)
            await delivered(mia, server.http, pushed.decrypted(body))
            [shown] = await asked(mia, SHOWN, 1)
            assert (shown["title"], shown["body"].split(".")[0]) == (said["title"], "Tora has answered you")
            assert (shown["tag"], shown["data"]["conversation"]) == (said["tag"], "c1")
            [worker] = mia.context.service_workers
            await worker.evaluate(TOUCHED)
            await expect(letters(mia, "be kind to yourself")).to_be_visible()

            await leave(mia)
            await tora.write("Tell me how it went.", "m2")
            await asked(mia, HAS_ONE_UNREAD)
            await delivered(mia, server.http, pushed.decrypted(body))
            assert len(await asked(mia, SHOWN, 1)) == 1
            await mia.goto(f"{server.http}/app/member#/conversations/c1")
            assert await asked(mia, SHOWN, 0) == []

            await mia.goto(f"{server.http}/app/settings")
            await expect(mia.get_by_text("gets push")).to_be_visible()
            await mia.get_by_role("button", name="Turn it off").click()
            await expect(mia.get_by_text("It is off.")).to_be_visible()
            await expect(mia.get_by_text("gets push")).to_have_count(0)
            assert await server.parts.push.of_person("mia") == []
            await mia.get_by_role("button", name="Turn it on").click()
            await expect(mia.get_by_text("It is on.")).to_be_visible()
            assert len(await server.parts.push.of_person("mia")) == 1
            await mia.get_by_role("button", name="Sign out here").click()
            await mia.wait_for_url("**/app/sign-in*")
            assert await server.parts.push.of_person("mia") == []
            left = "async () => (await navigator.serviceWorker.getRegistrations()).length"
            assert await mia.evaluate(left) == 0


async def test_of_a_muted_conversation_nothing_is_pushed_to_any_device(
    browser: Browser, valkey_url: str, tmp_path: Path
) -> None:
    """Muted on the phone, it is so at the desk; there one wants to hear of it again. The list has all of it."""
    async with here(valkey_url, tmp_path, now=when("monday", "09:00")) as server, pushing(server) as service:
        await server.conversation("c1", "basic")
        pushed = PushedBrowser(f"https://push.example:{service.port}/push/1")
        async with (
            signed_in(browser, server, "mia", **PHONE) as phone,
            signed_in(browser, server, "mia") as desk,
            server.device("tora") as tora,
        ):
            await server.parts.push.put("mia", "phone", pushed.subscription())
            heads = [each.page.get_by_role("banner") for each in (phone, desk)]
            await heads[0].get_by_role("button", name="Menu").click()
            mute = phone.page.get_by_role("button", name="Mute this conversation")
            await expect(mute).to_contain_text("Reading and deadlines go on.")
            await nothing_found(phone.page)
            await phone.page.context.set_offline(True)
            await mute.click()
            await expect(phone.page.get_by_role("alert")).to_contain_text("That did not work.")
            await phone.page.context.set_offline(False)
            await heads[0].get_by_role("button", name="Menu").click()
            await mute.click()
            for head in heads:
                await expect(head).to_contain_text("Muted")
            await expect(phone.page.get_by_role("status")).to_contain_text("Muted. No notices of it")
            await nothing_found(phone.page)

            for each in (phone, desk):
                await leave(each.page)
            await tora.write("How was it?")
            await asked(phone.page, HAS_ONE_UNREAD)
            await move_clock(valkey_url, when("monday", "09:20"))
            await asked(phone.page, HAS_A_NOTICE)
            async with server.parts.database.read() as records:
                to_send = select(OUTBOX.c.channel).where(OUTBOX.c.person_id == "mia")
                assert (await records.execute(to_send)).all() == []

            await desk.page.evaluate("location.hash = ''")
            await expect(letters(desk.page, "How was it?")).to_be_visible()
            await heads[1].get_by_role("button", name="Menu").click()
            await desk.page.get_by_role("button", name="Hear of it again").click()
            await expect(heads[1]).not_to_contain_text("Muted")
            await leave(desk.page)
            await tora.write("There is no hurry.", "m2")
            await asked(phone.page, HAS_ONE_UNREAD)
            await move_clock(valkey_url, when("monday", "09:40"))
            await service.until(1)
            assert pushed.opened(service.received[0].body)["conversation"] == "c1"
