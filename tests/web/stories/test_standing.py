"""A conversation that stands still, or is over, as both see it while their pages are open."""

from pathlib import Path

import pytest
from playwright.async_api import Browser, Page, expect

from chatserver.conversations.requests import PersonDetails
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
            await expect(page.get_by_role("link", name="112")).to_be_visible()
            await expect(desk.get_by_text("Who Mia can call")).to_be_visible()
            await expect(desk.get_by_role("link", name="112")).to_be_visible()

            await server.change("c1", status="open")
            await expect(desk.get_by_text("Who Mia can call")).to_have_count(0)
            await server.change("c1", status="paused")
            await expect(page.get_by_text("The conversation is paused. What you type stays here.")).to_be_visible()
            await locked(page)
            await expect(desk.get_by_text("Who Mia can call")).to_be_visible()
            await expect(desk.get_by_role("link", name="112")).to_have_attribute("href", "tel:112")
            await write(desk, "Have a good journey.")
            await expect(letters(page, "Have a good journey.")).to_be_visible()

            await server.change("c1", status="open")
            await page.get_by_role("button", name="Send", exact=True).click()
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
    await expect(page.get_by_role("button", name="Send", exact=True)).to_have_attribute("aria-disabled", "true")


async def test_a_report_stops_both_until_support_has_looked(browser: Browser, valkey_url: str, tmp_path: Path) -> None:
    """The member asks that nobody write; the mentor sees that, and nothing of a report; support closes it."""
    async with here(valkey_url, tmp_path, now=when("monday", "09:00")) as server:
        await server.conversation("c1", "basic")
        await server.parts.provisioning.put_person("sara", PersonDetails("support", "Sara"))
        async with (
            signed_in(browser, server, "mia", **PHONE) as mia,
            signed_in(browser, server, "tora") as tora,
            signed_in(browser, server, "sara") as sara,
        ):
            page, desk, support = mia.page, tora.page, sara.page
            await desk.get_by_role("link", name="Mia").click()
            await page.get_by_role("button", name="Menu", exact=True).click()
            await page.get_by_role("button", name="What would you like?").click()
            request = page.locator("#request")
            await request.get_by_role("button", name="Report").click()
            await request.get_by_role("checkbox", name="Nobody should write here for now").check()
            await request.get_by_label("In your own words").fill("I do not feel safe.")
            await request.get_by_role("button", name="Send", exact=True).click()
            await expect(page.get_by_text("It is with support.")).to_be_visible()
            await page.keyboard.press("Escape")
            for each in (page, desk):
                await expect(each.get_by_text("Nobody can write here now.")).to_be_visible()
                await locked(each)
            await desk.get_by_role("link", name="Cases").click()
            await expect(desk.get_by_text("Nothing is open.")).to_be_visible()
            await desk.get_by_role("link", name="Conversations").click()
            await desk.get_by_role("link", name="Mia").click()

            await support.get_by_role("link", name="Cases").click()
            await support.get_by_role("table").get_by_role("link").click()
            case = support.get_by_role("article")
            await expect(case.get_by_text("“I do not feel safe.”")).to_be_visible()
            await case.get_by_role("button", name="Look into it").click()
            await case.get_by_role("group", name="Look into it").get_by_role("button", name="Look into it").click()
            await expect(case.get_by_role("list", name="Steps")).to_contain_text("Reviewing")
            await case.get_by_role("button", name="Dismiss the report").click()
            ending = case.get_by_role("group", name="Dismiss the report")
            await ending.get_by_role("button", name="Dismiss the report").click()
            await expect(page.locator(".state")).to_contain_text("Open.")
            await write(desk, "Good morning, Mia.")
            await expect(letters(page, "Good morning, Mia.")).to_be_visible()
