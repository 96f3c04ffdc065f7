"""A real browser for tests: Debian's Chromium, one a test process, and people signed in with it."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Any

from playwright.async_api import Browser as Chromium
from playwright.async_api import BrowserContext, ConsoleMessage, Page, async_playwright, expect

from chatserver.conversations.person import Locale
from chatserver.conversations.requests import Missing
from tests.chatserver.realtime.servers import HereServer
from tests.chromium import CHROMIUM

FLAGS: Sequence[str] = (
    *("--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"),
    *("--disable-background-networking", "--disable-component-update", "--disable-sync"),
    *("--use-fake-ui-for-media-stream", "--use-fake-device-for-media-stream=fps=10"),
    "--allow-loopback-in-peer-connection",
)
LANGUAGES: dict[str, Locale] = {"en-GB": "en", "nb-NO": "nb", "da-DK": "da"}
PHONE: dict[str, Any] = {"viewport": {"width": 360, "height": 740}, "has_touch": True, "is_mobile": True}
DESKTOP: dict[str, Any] = {"viewport": {"width": 1280, "height": 800}}


WITHIN = 60_000.0
"""Milliseconds in which what is expected must come, on however slow a machine."""
expect.set_options(timeout=WITHIN)


class AppPage:
    """A page of one person's app, and what went wrong in it."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.faults: list[str] = []
        page.on("pageerror", lambda error: self.faults.append(str(error)))
        page.on("console", self._said)

    def _said(self, message: ConsoleMessage) -> None:
        # A server that is away is no fault of the page's.
        if (
            message.type == "error"
            and "Failed to load resource" not in message.text
            and "WebSocket" not in message.text
        ):
            self.faults.append(message.text)


@asynccontextmanager
async def chromium() -> AsyncIterator[Chromium]:
    """The browser, without a window."""
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=list(FLAGS))
        try:
            yield browser
        finally:
            await browser.close()


@asynccontextmanager
async def signed_in(
    browser: Chromium, server: HereServer, person: str, *, locale: str = "en-GB", **options: Any
) -> AsyncIterator[AppPage]:
    """The person's app, opened by a link as they would open it; nothing may have gone wrong in it at the end.

    Without a service worker, which takes its time: `service_workers="allow"` lets it be.
    """
    # A page speaks its person's own language.
    await server.parts.provisioning.set_locale(person, LANGUAGES[locale])
    context: BrowserContext = await browser.new_context(
        locale=locale, timezone_id="Europe/Oslo", **{"service_workers": "block", **DESKTOP, **options}
    )
    try:
        context.set_default_timeout(WITHIN)
        app = AppPage(await context.new_page())
        await sign_in(app.page, server, person)
        yield app
        assert app.faults == [], app.faults
    finally:
        await context.close()


async def sign_in(page: Page, server: HereServer, person: str) -> None:
    """By a link, in a page of whichever browser."""
    link = await server.parts.sign_in_links.make(person)
    assert not isinstance(link, Missing)
    await page.goto(f"{server.http}/app/sign-in#{link.partition('#')[2]}")
    await page.get_by_role("main").get_by_role("button").click()
    await page.wait_for_url(lambda url: "/app/sign-in" not in url)
