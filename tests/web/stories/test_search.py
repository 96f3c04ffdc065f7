"""A word is looked for, and leads to where it was written: across a mentor's conversations, and in a member's."""

from pathlib import Path

import pytest
from playwright.async_api import Browser, expect

from tests.chatserver.realtime.servers import here
from tests.stories.clock import when
from tests.web.browsers import PHONE, signed_in
from tests.web.stories.axe import nothing_found
from tests.web.stories.writing import letters

pytestmark = pytest.mark.asyncio(loop_scope="session")
LINE = "long enough to take its own place among all the others, and it says nothing else. " * 3


async def test_a_word_leads_to_where_it_was_written(browser: Browser, valkey_url: str, tmp_path: Path) -> None:
    """The mentor finds by keyboard what stands far up in another conversation; the member on a phone, by the menu."""
    async with here(valkey_url, tmp_path, now=when("monday", "09:00")) as server:
        await server.conversation("c1", "basic")
        await server.conversation("c2", "basic", member="ola")
        async with server.device("tora") as tora, server.device("ola") as ola:
            await tora.write("Jeg øvde på søndag, og det gikk fint.", "first", "c1")
            for number in range(120):
                await tora.write(f"Letter {number}: {LINE}", f"l{number}", "c1")
            await ola.write("What about Sunday?", "o1", "c2")
            await ola.write("Søndag is Sunday, I know.", "o2", "c2")
        async with signed_in(browser, server, "tora") as desk, signed_in(browser, server, "mia", **PHONE) as phone:
            tora_page, keys = desk.page, desk.page.keyboard
            await tora_page.get_by_role("link", name="Ola").click()
            await expect(letters(tora_page, "What about Sunday?")).to_be_visible()
            await tora_page.get_by_role("region", name="Conversation with Ola").focus()
            await keys.press("s")
            dialog = tora_page.get_by_role("dialog", name="Search all conversations")
            await expect(dialog.get_by_role("searchbox", name="Words to look for")).to_be_focused()
            await keys.type("sondag")
            hits = dialog.get_by_role("list", name="Search").get_by_role("button")
            await expect(hits).to_have_count(2)
            await expect(hits.first).to_contain_text("Søndag is Sunday")
            await expect(hits.last.locator("mark")).to_have_text("søndag")
            await nothing_found(tora_page)
            await dialog.get_by_role("checkbox", name="Only with Ola").check()
            await expect(hits).to_have_count(1)
            await dialog.get_by_role("checkbox", name="Only with Ola").uncheck()
            await expect(hits).to_have_count(2)
            await dialog.get_by_role("searchbox").focus()
            for _ in range(2):
                await keys.press("ArrowDown")
            await keys.press("Enter")
            await expect(dialog).to_be_hidden()
            found = letters(tora_page, "Jeg øvde på søndag")
            await expect(found).to_be_in_viewport()
            await expect(tora_page.locator(".msg:focus")).to_contain_text("Jeg øvde på søndag")
            await expect(tora_page.get_by_role("heading", name="Mia")).to_be_visible()

            page = phone.page
            await expect(letters(page, "Letter 119:")).to_be_attached()
            await page.get_by_role("button", name="Menu", exact=True).click()
            await page.get_by_role("button", name="Search", exact=True).click()
            box = page.get_by_role("dialog", name="Search")
            await box.get_by_role("searchbox").fill("nothing of the kind")
            await expect(box.get_by_text("Nothing found.")).to_be_visible()
            await box.get_by_role("searchbox").fill("fint")
            await box.get_by_role("list", name="Search").get_by_role("button").click()
            await expect(letters(page, "Jeg øvde på søndag")).to_be_in_viewport()
