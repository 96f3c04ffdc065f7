"""Help at a lock: numbers, larger beside words that suggest danger, which nobody learns of; and an urgent note."""

from pathlib import Path

import pytest
from axe_playwright_python.async_playwright import Axe
from playwright.async_api import Browser, Page, expect

from chatserver.conversations.requests import PersonDetails
from tests.chatserver.realtime.servers import here
from tests.stories.clock import when
from tests.web.browsers import PHONE, signed_in
from tests.web.stories.writing import letters

pytestmark = pytest.mark.asyncio(loop_scope="session")

CANARY = "I want to die. Nobody reads this"


def told(page: Page) -> list[str]:
    """What the page says to the server from now on, but for drafts, which are kept sealed for the writer's devices."""
    said: list[str] = []
    page.on("request", lambda request: said.append(f"{request.url} {request.post_data}"))
    page.on("websocket", lambda socket: socket.on("framesent", lambda frame: said.append(str(frame))))
    return said


def heard(said: list[str], words: str) -> list[str]:
    return [each for each in said if words in each and '"type":"draft"' not in each]


async def test_a_member_in_danger_finds_help_and_sends_an_urgent_note(
    browser: Browser, valkey_url: str, tmp_path: Path
) -> None:
    async with here(valkey_url, tmp_path, now=when("saturday", "22:00")) as server:
        await server.conversation("c1", "basic")
        await server.parts.provisioning.put_person("mia", PersonDetails("member", "Mia", country="NO"))
        async with (
            signed_in(browser, server, "tora") as mentors,
            signed_in(browser, server, "mia", **PHONE) as app,
        ):
            mia, tora = app.page, mentors.page
            said = told(mia)
            await mia.reload()
            field = mia.get_by_role("textbox", name="Message")
            await expect(mia.get_by_role("link", name="116 123")).to_be_visible()
            await field.fill("It was a long week.")
            large = mia.get_by_role("region", name="Someone to talk to now")
            await expect(mia.get_by_role("button", name="Write an urgent note")).to_be_visible()
            await expect(large).to_have_count(0)
            await field.fill(CANARY)
            await expect(large.get_by_role("link", name="22 40 00 40")).to_be_visible()
            await expect(large.get_by_role("link", name="113")).to_have_attribute("href", "tel:113")
            assert (await Axe().run(mia)).violations_count == 0
            await mia.get_by_role("button", name="Write an urgent note").click()
            note = mia.get_by_role("textbox", name="Urgent note")
            await expect(note).to_have_value(CANARY)
            await expect(mia.get_by_role("link", name="116 123")).to_be_visible()
            assert heard(said, "want to die") == []
            await note.fill("Please call me tonight")
            assert (await Axe().run(mia)).violations_count == 0
            await mia.get_by_role("button", name="Deliver it now").click()
            await expect(mia.get_by_text("Your urgent note has been sent.")).to_be_focused()
            await expect(letters(mia, "Please call me tonight")).to_be_visible()
            await expect(mia.get_by_role("button", name="Write an urgent note")).to_have_count(0)
            await expect(field).to_have_value(CANARY)
            await tora.get_by_role("link", name="Mia").first.click()
            await expect(letters(tora, "Please call me tonight")).to_be_visible()
            await expect(letters(tora, "Urgent note")).to_be_visible()
            assert heard(said, "want to die") == []
            assert heard(said, "Please call me tonight")
