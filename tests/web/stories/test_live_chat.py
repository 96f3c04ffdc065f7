"""A live chat in two browsers: announced, begun on a closed day, told of to its end, and closed again by itself."""

from pathlib import Path

import pytest
from playwright.async_api import Browser, Locator, Page, expect

from tests.chatserver.realtime.servers import here
from tests.stories.clock import move_clock, when
from tests.web.browsers import PHONE, signed_in
from tests.web.stories.booked import booked
from tests.web.stories.writing import letters, write

pytestmark = pytest.mark.asyncio(loop_scope="session")


def spoken(page: Page) -> Locator:
    """What a screen reader says last."""
    return page.locator("page-announcer").get_by_role("status")


async def test_a_live_chat_opens_tells_its_time_and_closes_on_both_sides(
    browser: Browser, valkey_url: str, tmp_path: Path
) -> None:
    """On Saturday, when writing rests: the header has the time left, and each moment is spoken once."""
    async with here(valkey_url, tmp_path, now=when("friday", "15:00")) as server:
        await server.conversation("c1", "live")
        await booked(server, "chat", "live_chat", when("saturday", "10:00"))
        async with (
            signed_in(browser, server, "mia", **PHONE) as mia,
            signed_in(browser, server, "tora") as tora,
        ):
            await tora.page.get_by_role("link", name="Mia").click()
            await move_clock(valkey_url, when("saturday", "09:52"))
            await expect(mia.page.get_by_text("Live chat at 10:00")).to_be_visible()
            await expect(mia.page.get_by_text("Opens Saturday 10:00")).to_be_visible()
            await move_clock(valkey_url, when("saturday", "10:00"))
            for page in (mia.page, tora.page):
                await expect(spoken(page)).to_have_text("The live chat has begun. It goes on until 10:30.")
                await expect(page.get_by_text("Live chat until 10:30.")).to_be_visible()
                await expect(page.locator(".bar__left")).to_contain_text("min left of the live chat")
            await write(mia.page, "Good morning. I slept at last.")
            await expect(letters(tora.page, "I slept at last.")).to_be_visible()
            await expect(spoken(tora.page)).to_have_text("Mia: Good morning. I slept at last.")
            await write(tora.page, "How good to hear.")
            await expect(letters(mia.page, "How good to hear.")).to_be_visible()
            await move_clock(valkey_url, when("saturday", "10:25"))
            for page in (mia.page, tora.page):
                await expect(spoken(page)).to_have_text("5 minutes are left of the live chat.")
            await move_clock(valkey_url, when("saturday", "10:29"))
            for page in (mia.page, tora.page):
                await expect(spoken(page)).to_have_text("1 minute is left of the live chat.")
            await mia.page.get_by_role("textbox", name="Message").fill("And one more thing")
            await move_clock(valkey_url, when("saturday", "10:30"))
            for page in (mia.page, tora.page):
                await expect(spoken(page)).to_have_text("The live chat is over.")
                await expect(page.locator(".bar__left")).to_have_count(0)
            await expect(mia.page.get_by_text("Opens Monday 00:00")).to_be_visible()
            await expect(mia.page.get_by_role("textbox", name="Message")).to_have_value("And one more thing")
