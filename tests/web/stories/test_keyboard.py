"""A conversation by keyboard alone."""

from pathlib import Path

import pytest
from playwright.async_api import Browser, expect

from tests.chatserver.realtime.servers import here
from tests.stories.clock import when
from tests.web.browsers import signed_in
from tests.web.stories.writing import letters

pytestmark = pytest.mark.asyncio(loop_scope="session")
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
