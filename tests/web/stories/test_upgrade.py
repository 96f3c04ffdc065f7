"""An upgrade in two browsers: support changes the plan while the member looks at the lock."""

from pathlib import Path

import pytest
from playwright.async_api import Browser, expect

from chatserver.conversations.requests import PersonDetails
from tests.chatserver.realtime.servers import here
from tests.stories.clock import move_clock, when
from tests.web.browsers import PHONE, signed_in
from tests.web.stories.writing import letters, write

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def test_an_upgrade_unlocks_at_once(browser: Browser, valkey_url: str, tmp_path: Path) -> None:
    """Nothing is loaded anew: what was typed at the lock is sent as it stands, and the lock's words are gone."""
    async with here(valkey_url, tmp_path, now=when("monday", "09:00")) as server:
        await server.conversation("c1", "light")
        await server.parts.provisioning.put_person("sara", PersonDetails("support", "Sara"))
        async with (
            server.device("tora") as tora,
            signed_in(browser, server, "mia", **PHONE) as mia,
            signed_in(browser, server, "sara") as sara,
        ):
            page = mia.page
            field, send = (
                page.get_by_role("textbox", name="Message"),
                page.get_by_role("button", name="Send", exact=True),
            )
            await write(page, "Today I told my boss that it is too much.")
            await expect(page.get_by_text("Sent", exact=True)).to_be_visible()
            await move_clock(valkey_url, when("wednesday", "09:00"))
            await expect(page.get_by_text("Your next message opens a writing window of 24 hours.")).to_be_visible()
            await write(page, "And today she answered.")
            await expect(letters(page, "And today she answered.")).to_be_visible()
            await move_clock(valkey_url, when("thursday", "10:00"))
            await expect(send).to_have_attribute("aria-disabled", "true")
            await expect(page.get_by_text("With Basic you can write on all weekdays.", exact=True)).to_be_visible()
            await field.fill("She wants to talk tomorrow.")
            await page.get_by_role("button", name="Why?").click()
            why = page.get_by_role("dialog", name="Why is it closed?")
            await expect(why.get_by_role("img")).to_be_visible()

            desk = sara.page
            await desk.get_by_role("link", name="People").click()
            await desk.get_by_role("searchbox").fill("c1")
            await desk.get_by_role("button", name="Find").click()
            await expect(desk.get_by_role("heading", name="Mia with Tora")).to_be_visible()
            await desk.get_by_role("combobox", name="Plan").fill("basic")
            await desk.get_by_role("button", name="Change plan").click()

            await expect(send).not_to_have_attribute("aria-disabled", "true")
            await expect(page.get_by_text("Your writing windows this week are used.")).to_have_count(0)
            await expect(page.get_by_text("With Basic you can write on all weekdays.", exact=True)).to_have_count(0)
            how = page.get_by_role("dialog", name="How writing works")
            await expect(how.get_by_text("Writing is open.")).to_be_visible()
            await page.keyboard.press("Escape")
            await expect(how).to_be_hidden()
            await expect(field).to_have_value("She wants to talk tomorrow.")
            await send.click()
            await expect(field).to_have_value("")
            assert (await tora.hears("message", body="She wants to talk tomorrow."))["from"] == "mia"
