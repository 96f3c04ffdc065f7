"""By keyboard alone: a conversation, booking, and support's desk."""

from pathlib import Path

import pytest
from playwright.async_api import Browser, Locator, Page, expect

from chatserver.conversations.requests import PersonDetails
from tests.chatserver.realtime.servers import here
from tests.stories.clock import when
from tests.web.browsers import PHONE, signed_in
from tests.web.stories.booked import opened
from tests.web.stories.writing import letters

pytestmark = pytest.mark.asyncio(loop_scope="session")
MOST_TABS = 80
LINE = "long enough to take its own place among all the others, and it says nothing else. " * 3


async def test_reading_and_writing_without_a_pointer(browser: Browser, valkey_url: str, tmp_path: Path) -> None:
    """More unread messages than a page of history holds; keys lead to them, to the end, and into the field."""
    async with here(valkey_url, tmp_path, now=when("monday", "09:00")) as server:
        await server.conversation("c1", "basic")
        async with server.device("tora") as tora, signed_in(browser, server, "mia") as app:
            mia = app.page
            await expect(mia.get_by_text("Nothing is written yet.")).to_be_visible()
            await mia.goto("about:blank")
            for number in range(70):
                await tora.write(f"Letter {number}: {LINE}", f"l{number}")
            await mia.goto(f"{server.http}/app/member")
            await expect(mia.get_by_text("70 new messages")).to_be_in_viewport()
            await expect(letters(mia, "Letter 0:")).to_be_in_viewport()
            keys = mia.keyboard
            await keys.press("e")
            await expect(letters(mia, "Letter 69:")).to_be_in_viewport()
            await keys.press("u")
            await expect(mia.get_by_text("70 new messages")).to_be_in_viewport()
            await keys.press("w")
            await keys.type("we use keys")
            await keys.press("Shift+Enter")
            await keys.type("?")
            await keys.press("Enter")
            await expect(letters(mia, "we use keys")).to_be_in_viewport()
            await keys.press("Escape")
            await expect(mia.get_by_role("region", name="Conversation with Tora")).to_be_focused()
            await keys.press("?")
            dialog = mia.get_by_role("dialog", name="Keyboard shortcuts")
            await expect(dialog.get_by_text("First unread message")).to_be_visible()
            await dialog.get_by_role("checkbox").press("Space")
            await keys.press("Escape")
            await expect(dialog).to_be_hidden()
            await keys.press("h")
            await expect(mia.locator("#help")).to_be_hidden()
            await mia.get_by_role("button", name="Help").press("Enter")
            await expect(mia.get_by_role("dialog", name="Someone to talk to now")).to_be_visible()


async def press_on(page: Page, target: Locator, key: str = "Enter") -> None:
    """Go there by Tab alone, as whoever has no pointer does, and press a key."""
    await expect(target).to_be_attached()
    for _ in range(MOST_TABS):
        if await target.evaluate("each => each === document.activeElement"):
            await page.keyboard.press(key)
            return
        await page.keyboard.press("Tab")
    raise AssertionError(f"Tab does not lead to {target}")


async def test_booking_and_cancelling_without_a_pointer(browser: Browser, valkey_url: str, tmp_path: Path) -> None:
    """By Tab, Enter, Space and arrows, there and back: menus, steps, slots and dialogs."""
    async with here(valkey_url, tmp_path, now=when("monday", "09:00")) as server:
        await opened(server)
        async with signed_in(browser, server, "mia", **PHONE) as mia, signed_in(browser, server, "tora") as tora:
            page = mia.page
            await expect(page.get_by_role("textbox", name="Message")).to_be_visible()
            await press_on(page, page.get_by_role("button", name="Menu", exact=True))
            await press_on(page, page.get_by_role("link", name="Sessions"))
            await press_on(page, page.get_by_role("link", name="Book session"))
            await press_on(page, page.get_by_role("radio", name="Video call").first, "ArrowDown")
            await press_on(page, page.get_by_role("button", name="Choose a time"))
            wednesday = page.get_by_role("group", name="Wednesday 7 January")
            slot = wednesday.get_by_role("radio", name="10:00")
            # All slots are one group: Tab leads to the first, arrows from one to the next.
            await press_on(page, page.get_by_role("radio").first, "Space")
            while not await slot.is_checked():
                await page.keyboard.press("ArrowDown")
            await press_on(page, page.get_by_role("button", name="Wed 7 Jan, 10:00"))
            await expect(page.get_by_text("Live chat, 30 minutes")).to_be_visible()
            await press_on(page, page.get_by_role("button", name="Book session"))
            await expect(page.get_by_text("Wednesday 7 January, 10:00–10:30")).to_be_visible()
            await press_on(page, page.get_by_role("button", name="Cancel"))
            dialog = page.get_by_role("dialog", name="Cancel the live chat on Wednesday?")
            await expect(dialog).to_be_visible()
            await press_on(page, dialog.get_by_role("button", name="Keep it"))
            await expect(dialog).to_be_hidden()
            await expect(page.get_by_role("button", name="Cancel")).to_be_focused()

            desk = tora.page
            await press_on(desk, desk.get_by_role("link", name="Mia"))
            await press_on(desk, desk.get_by_role("textbox", name="Message"), "End")
            await desk.keyboard.type("See you on Wednesday.")
            await press_on(desk, desk.get_by_role("button", name="Send", exact=True))
            await expect(letters(desk, "See you on Wednesday.")).to_be_visible()
            await press_on(desk, desk.get_by_role("link", name="Hours and absences"))
            await expect(desk.get_by_role("button", name="Add hours on Friday")).to_be_visible()


async def test_the_board_without_a_pointer(browser: Browser, valkey_url: str, tmp_path: Path) -> None:
    """Support sees why, filters, and works a case: nothing needs a mouse."""
    async with here(valkey_url, tmp_path, now=when("thursday", "09:00")) as server:
        await server.conversation("c1", "basic")
        await server.parts.provisioning.put_person("sara", PersonDetails("support", "Sara"))
        async with server.device("mia") as mia, signed_in(browser, server, "sara") as sara:
            await mia.write("Today I told my boss.", "x1", "c1")
            page = sara.page
            table = page.get_by_role("table", name="Waiting for an answer")
            await press_on(page, table.get_by_role("button", name="Why is it due then? Mia to Tora"))
            await expect(table).to_contain_text("The mentor must answer by Friday 9 January 09:00.")
            await press_on(page, page.get_by_role("button", name="Overdue"))
            await expect(table.get_by_role("row", name="Mia")).to_have_count(0)
            await press_on(page, page.get_by_role("link", name="People"))
            await press_on(page, page.get_by_role("searchbox"), "Shift")
            await page.keyboard.type("c1")
            await page.keyboard.press("Enter")
            await expect(page.get_by_role("heading", name="Mia with Tora")).to_be_visible()
            await press_on(page, page.get_by_role("combobox", name="New case"), "ArrowDown")
            await press_on(page, page.get_by_role("button", name="Pause"))
            await expect(page.get_by_role("button", name="Open again")).to_be_visible()
