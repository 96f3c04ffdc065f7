"""Pictures, documents and voices in a conversation: attached, seen, heard, kept."""

from pathlib import Path

import pytest
from playwright.async_api import Browser, expect

from tests.chatserver.attachments.files import pdf, photo
from tests.chatserver.realtime.servers import here
from tests.stories.clock import when
from tests.web.browsers import DESKTOP, PHONE, signed_in
from tests.web.stories.axe import nothing_found
from tests.web.stories.writing import letters

# One browser serves all tests of a process, so they share its loop.
pytestmark = pytest.mark.asyncio(loop_scope="session")


async def test_files_in_a_conversation(browser: Browser, valkey_url: str, tmp_path: Path) -> None:
    """A picture, a document with words, a voice: the mentor sees, hears, keeps them; what cannot be sent says why."""
    picture, paper, page = tmp_path / "før.jpg", tmp_path / "plan.pdf", tmp_path / "page.pdf"
    picture.write_bytes(photo("JPEG", (800, 600)))
    paper.write_bytes(pdf(90_000))
    page.write_bytes(b"<html>no paper</html>")
    async with here(valkey_url, tmp_path / "data", now=when("tuesday", "09:00")) as server:
        await server.conversation("c1", "basic")
        async with (
            signed_in(browser, server, "mia", **PHONE) as mia,
            signed_in(browser, server, "tora") as tora,
        ):
            attach = mia.page.get_by_role("button", name="Attach")
            await attach.focus()
            await mia.page.keyboard.press("Enter")
            await expect(attach).to_have_attribute("aria-expanded", "true")
            await mia.page.get_by_label("Choose files").set_input_files(page)
            chosen = mia.page.get_by_role("list", name="Goes with the message")
            await expect(mia.page.get_by_label("Choose files")).to_have_count(0)
            await expect(mia.page.get_by_role("textbox", name="Message")).to_be_focused()
            await expect(chosen.get_by_text("this cannot")).to_be_visible()
            await mia.page.get_by_role("button", name="Remove page.pdf").click()
            await attach.click()
            await mia.page.get_by_label("Choose files").set_input_files(picture)
            await expect(chosen.get_by_text("før.jpg")).to_be_visible()
            await expect(chosen.get_by_role("progressbar")).to_have_count(0)
            await nothing_found(mia.page)
            await mia.page.get_by_role("button", name="Send").click()
            await expect(mia.page.get_by_role("button", name="Show før.jpg")).to_be_visible()
            await tora.page.get_by_role("link", name="Mia").click()
            shown = tora.page.get_by_role("button", name="Show før.jpg")
            await expect(shown.locator("img")).to_be_visible()
            await shown.press("Enter")
            viewer = tora.page.get_by_role("dialog", name="før.jpg")
            await expect(viewer.get_by_role("img", name="før.jpg")).to_be_visible()
            box = await viewer.bounding_box()
            assert box is not None and abs(2 * box["x"] + box["width"] - DESKTOP["viewport"]["width"]) < 4
            await tora.page.keyboard.press("Escape")
            await expect(viewer).to_have_count(0)
            await nothing_found(tora.page)

            await attach.click()
            await mia.page.get_by_label("Choose files").set_input_files(paper)
            await expect(chosen.get_by_text("plan.pdf")).to_be_visible()
            await expect(chosen.get_by_role("progressbar")).to_have_count(0)
            await mia.page.get_by_role("textbox", name="Message").fill("My plan")
            await mia.page.get_by_role("button", name="Send").click()
            await expect(letters(tora.page, "My plan")).to_be_visible()
            async with tora.page.expect_download() as kept:
                await tora.page.get_by_role("button", name="plan.pdf").click()
            download = await kept.value
            assert download.suggested_filename == "plan.pdf"
            kept_content = Path(await download.path()).read_bytes()  # noqa: ASYNC240 - a millisecond
            assert kept_content == paper.read_bytes()

            await attach.click()
            await mia.page.get_by_role("button", name="Voice message").click()
            await expect(mia.page.get_by_text("Recording 0:02")).to_be_visible()
            await mia.page.get_by_role("button", name="Stop").click()
            await expect(chosen.get_by_text("Voice message")).to_be_visible()
            await expect(chosen.get_by_role("progressbar")).to_have_count(0)
            await mia.page.get_by_role("button", name="Send").click()
            await tora.page.get_by_role("button", name="Listen").click()
            await expect(tora.page.locator("audio")).to_be_visible()
