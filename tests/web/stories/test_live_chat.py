"""A live chat in two browsers: booked, announced, begun on a closed day, told of to its end, and closed by itself."""

from pathlib import Path

import pytest
from playwright.async_api import Browser, Locator, Page, expect

from tests.chatserver.realtime.servers import here
from tests.stories.clock import move_clock, when
from tests.web.browsers import PHONE, signed_in
from tests.web.stories.booked import opened
from tests.web.stories.writing import letters, write

pytestmark = pytest.mark.asyncio(loop_scope="session")


def spoken(page: Page) -> Locator:
    """What a screen reader says last."""
    return page.locator("page-announcer").get_by_role("status")


async def test_a_live_chat_from_its_booking_to_its_end(browser: Browser, valkey_url: str, tmp_path: Path) -> None:
    """On Saturday, when writing rests: both join, the header has the time left, and each moment is spoken once."""
    async with here(valkey_url, tmp_path, now=when("thursday", "15:00")) as server:
        await opened(server, days=["saturday"])
        async with (
            signed_in(browser, server, "mia", **PHONE) as mia,
            signed_in(browser, server, "tora") as tora,
        ):
            page = mia.page
            await tora.page.get_by_role("link", name="Mia").click()
            await page.get_by_role("button", name="Menu", exact=True).click()
            await page.get_by_role("link", name="Sessions").click()
            await page.get_by_role("link", name="Book session").click()
            await page.get_by_role("radio", name="Live chat").check(force=True)
            await page.get_by_role("button", name="Choose a time").click()
            saturday = page.get_by_role("group", name="Saturday 10 January")
            await saturday.get_by_role("radio", name="10:00").check(force=True)
            await page.get_by_role("button", name="Sat 10 Jan, 10:00").click()
            await page.get_by_role("button", name="Book session").click()
            await expect(page.get_by_text("Saturday 10 January, 10:00–10:30")).to_be_visible()
            await page.get_by_role("link", name="Back to the conversation").click()
            await expect(letters(page, "You have booked a live chat: Saturday 10 January 10:00–10:30.")).to_be_visible()
            await expect(letters(tora.page, "Mia has booked a live chat: Saturday 10 January")).to_be_visible()

            await move_clock(valkey_url, when("saturday", "09:52"))
            await expect(page.get_by_text("Live chat at 10:00")).to_be_visible()
            await expect(page.get_by_text("Opens Saturday 10:00")).to_be_visible()
            await page.get_by_text("Live chat Sat 10 Jan").click()
            session = page.get_by_role("region", name="Sessions", exact=True)
            await session.get_by_role("button", name="Join").click()
            await expect(session.get_by_text("You are there.")).to_be_visible()
            await tora.page.get_by_role("button", name="Join the session with Mia").click()
            await expect(tora.page.get_by_role("button", name="Join the session with Mia")).to_have_count(0)

            await move_clock(valkey_url, when("saturday", "10:00"))
            for each in (page, tora.page):
                await expect(spoken(each)).to_have_text("The live chat has begun. It goes on until 10:30.")
                await expect(each.get_by_text("Live chat until 10:30.")).to_be_visible()
                await expect(each.locator(".bar__left")).to_contain_text("min left of the live chat")
            await write(page, "Good morning. I slept at last.")
            await expect(letters(tora.page, "I slept at last.")).to_be_visible()
            await expect(spoken(tora.page)).to_have_text("Mia: Good morning. I slept at last.")
            await write(tora.page, "How good to hear.")
            await expect(letters(page, "How good to hear.")).to_be_visible()
            await move_clock(valkey_url, when("saturday", "10:25"))
            for each in (page, tora.page):
                await expect(spoken(each)).to_have_text("5 minutes are left of the live chat.")
            await move_clock(valkey_url, when("saturday", "10:29"))
            for each in (page, tora.page):
                await expect(spoken(each)).to_have_text("1 minute is left of the live chat.")
            await page.get_by_role("textbox", name="Message").fill("And one more thing")
            await move_clock(valkey_url, when("saturday", "10:30"))
            for each in (page, tora.page):
                await expect(spoken(each)).to_have_text("The live chat is over.")
                await expect(each.locator(".bar__left")).to_have_count(0)
                await expect(letters(each, "The live chat is over.")).to_be_visible()
            await expect(page.get_by_text("Opens Monday 00:00")).to_be_visible()
            await expect(page.get_by_role("textbox", name="Message")).to_have_value("And one more thing")
