"""A conversation that stands still, or is over, as both see it while their pages are open."""

from pathlib import Path

import pytest
from playwright.async_api import Browser, Page, expect

from tests.chatserver.realtime.servers import here
from tests.stories.clock import when
from tests.web.browsers import PHONE, signed_in
from tests.web.stories.writing import letters, write

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def test_paused_suspended_and_ended(browser: Browser, valkey_url: str, tmp_path: Path) -> None:
    """Each says what it is and what stays; help is there throughout; what was typed can be sent, or copied."""
    async with here(valkey_url, tmp_path, now=when("monday", "09:00")) as server:
        await server.conversation("c1", "basic")
        async with (
            signed_in(browser, server, "mia", **PHONE) as mia,
            signed_in(browser, server, "tora") as tora,
        ):
            page, desk = mia.page, tora.page
            await desk.get_by_role("link", name="Mia").click()
            await write(page, "I shall be travelling for a month.")
            await expect(letters(desk, "I shall be travelling for a month.")).to_be_visible()
            await page.get_by_role("textbox", name="Message").fill("My train leaves now.")

            await server.change("c1", status="suspended")
            for each in (page, desk):
                await expect(each.get_by_text("Nobody can write here now.")).to_be_visible()
                await locked(each)
            await expect(page.get_by_role("link", name="116 123")).to_be_visible()

            await server.change("c1", status="open")
            await server.change("c1", status="paused")
            await expect(page.get_by_text("The conversation is paused. What you type stays here.")).to_be_visible()
            await locked(page)
            await write(desk, "Have a good journey.")
            await expect(letters(page, "Have a good journey.")).to_be_visible()

            await server.change("c1", status="open")
            await page.get_by_role("button", name="Send").click()
            await expect(letters(desk, "My train leaves now.")).to_be_visible()
            await desk.get_by_role("textbox", name="Message").fill("One thing that I wanted to say")

            await server.change("c1", status="ended")
            for each in (page, desk):
                await expect(each.locator(".state")).to_contain_text("The conversation has ended.")
                await expect(letters(each, "Have a good journey.")).to_be_visible()
            await expect(page.get_by_role("textbox", name="Message")).to_be_hidden()
            await expect(desk.get_by_role("textbox", name="Message")).to_have_value("One thing that I wanted to say")
            await locked(desk)
            await page.get_by_role("button", name="Help").click()
            await expect(page.get_by_role("dialog", name="Someone to talk to now")).to_be_visible()


async def locked(page: Page) -> None:
    await expect(page.get_by_role("button", name="Send")).to_have_attribute("aria-disabled", "true")
