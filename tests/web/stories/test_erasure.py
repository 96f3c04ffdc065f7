"""A member is erased while pages are open: what was theirs goes from each of them, and they are signed out."""

from pathlib import Path

import pytest
from playwright.async_api import Browser, expect

from chatserver.conversations.requests import PersonDetails
from chatserver.keyed import erasing
from chatserver.settings import Settings
from tests.chatserver.realtime.servers import SECRET, here
from tests.stories.clock import when
from tests.web.browsers import PHONE, signed_in
from tests.web.stories.writing import LEFT, letters, write

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def erase(store_url: str, folder: Path, person: str) -> None:
    """As the command does, beside the server that runs."""
    async with erasing(Settings(data_dir=folder, jwt_secret=SECRET), store_url) as erasure:
        await erasure.erase(person, lambda done, total: None)


async def test_an_erasure_as_open_pages_see_it(browser: Browser, valkey_url: str, tmp_path: Path) -> None:
    """The device forgets; the mentor keeps what they wrote themselves, and reads that the rest was erased."""
    async with here(valkey_url, tmp_path, now=when("monday", "09:00")) as server:
        await server.conversation("c1", "basic")
        await server.parts.provisioning.put_person("sara", PersonDetails("support", "Sara"))
        async with (
            signed_in(browser, server, "mia", **PHONE) as mia,
            signed_in(browser, server, "tora") as tora,
            signed_in(browser, server, "sara") as sara,
        ):
            page, desk, support = mia.page, tora.page, sara.page
            await write(page, "Nobody may keep this.")
            await desk.get_by_role("link", name="Mia").click()
            await expect(letters(desk, "Nobody may keep this.")).to_be_visible()
            await write(desk, "It stays between us.")
            await expect(letters(page, "It stays between us.")).to_be_visible()
            await page.get_by_role("textbox", name="Message").fill("Nor this.")
            await support.get_by_role("link", name="People").click()
            await support.get_by_role("searchbox").fill("c1")
            await support.get_by_role("button", name="Find").click()
            await expect(support.get_by_role("heading", name="Mia with Tora")).to_be_visible()

            await erase(valkey_url, tmp_path, "mia")

            await page.wait_for_url("**/app/sign-in*")
            assert await page.evaluate(LEFT) == []
            await expect(desk.locator(".state")).to_contain_text("The conversation has ended.")
            await expect(letters(desk, "This message was erased.")).to_be_visible()
            await expect(desk.get_by_text("Nobody may keep this.")).to_have_count(0)
            await expect(letters(desk, "It stays between us.")).to_be_visible()
            await support.reload()
            await expect(support.get_by_text("Ended", exact=True)).to_be_visible()
