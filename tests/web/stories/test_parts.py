"""Parts of a page that are loaded when they are needed, over a line that breaks before they came."""

from pathlib import Path

import pytest
from playwright.async_api import Browser, Page, Route, expect

from chatserver.web.assets import PREFIX, Assets
from tests.chatserver.realtime.servers import here
from tests.stories.clock import when
from tests.web.browsers import signed_in
from tests.web.stories.axe import nothing_found
from tests.web.stories.writing import letters

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def without_parts(page: Page, assets: Assets, name: str) -> None:
    """Begin the page again, of which only what it needs at once gets through."""
    loads = assets.manifest.pages[name]
    at_once = {loads.script, loads.style, *loads.preload, *assets.manifest.words.values()}

    async def decide(route: Route) -> None:
        if route.request.url.rpartition("/")[2] in at_once:
            await route.continue_()
        else:
            await route.abort()

    await page.route(f"**{PREFIX}/*.js", decide)
    await page.reload()


async def test_what_a_line_kept_from_coming_comes_when_it_is_back(
    browser: Browser, valkey_url: str, tmp_path: Path, assets: Assets
) -> None:
    """A mentor's page begins on a bad line and loses it: parts beside the letters are missing, what is asked for is
    refused in words; then they come by themselves, and what is asked for is there."""
    async with here(valkey_url, tmp_path, now=when("monday", "09:00")) as server:
        await server.conversation("c1", "basic")
        async with server.device("mia") as mia:
            await mia.write("I have thought about it.")
        async with signed_in(browser, server, "tora") as app:
            tora = app.page
            await without_parts(tora, assets, "mentor")
            await tora.get_by_role("link", name="Mia").click()
            await expect(letters(tora, "I have thought about it.")).to_be_visible()
            panes, later = tora.get_by_role("heading", name="Sessions today"), tora.locator("later-button")
            await tora.get_by_role("button", name="Search all conversations").click()
            not_loaded = tora.locator(".shown").get_by_text("This could not be loaded. Try again")
            await expect(not_loaded).to_be_visible()
            await nothing_found(tora)

            await tora.context.set_offline(True)
            await expect(tora.get_by_text("You are offline.")).to_be_visible()
            await tora.unroute_all()
            await tora.get_by_role("button", name="Message menu").click()
            not_now = tora.locator(".shown").get_by_text("This cannot be shown without a connection.")
            await expect(not_now).to_be_visible()
            await tora.get_by_role("link", name="Hours and absences").click()
            await expect(tora.get_by_role("main").get_by_text("without a connection")).to_be_visible()
            await nothing_found(tora)
            assert not await panes.count()
            assert not await later.count()

            await tora.context.set_offline(False)
            await expect(tora.locator("mentor-hours")).to_be_visible()
            await expect(not_now).to_have_count(0)
            await tora.get_by_role("link", name="Conversations").click()
            await expect(panes).to_be_visible()
            await tora.get_by_role("link", name="Mia").click()
            await expect(later).to_have_count(1)
            await tora.get_by_role("button", name="Message menu").click()
            await expect(tora.get_by_role("dialog").get_by_role("button", name="Answer")).to_be_visible()
            await tora.keyboard.press("Escape")
            await tora.get_by_role("button", name="Search all conversations").click()
            await expect(tora.get_by_role("searchbox")).to_be_focused()
