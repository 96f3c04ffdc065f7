"""A member who does not come: said without blame, with what comes next, and counted on the mentor's side."""

from pathlib import Path

import pytest
from playwright.async_api import Browser, expect

from tests.chatserver.realtime.servers import here
from tests.stories.clock import move_clock, when
from tests.web.browsers import PHONE, signed_in
from tests.web.stories.booked import attended, booked
from tests.web.stories.writing import letters, write

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def test_a_no_show_as_both_see_it(browser: Browser, valkey_url: str, tmp_path: Path) -> None:
    """Five minutes late it says so; the mentor alone says that nobody came; the member reads of the next session."""
    async with here(valkey_url, tmp_path, now=when("monday", "09:00")) as server:
        await server.conversation("c1", "live")
        await booked(server, "call", "video_call", when("monday", "10:00"))
        await booked(server, "next", "video_call", when("wednesday", "11:00"))
        async with (
            signed_in(browser, server, "mia", locale="nb-NO", **PHONE) as mia,
            signed_in(browser, server, "tora") as tora,
        ):
            desk = tora.page
            await desk.get_by_role("link", name="Mia").click()
            await expect(mia.page.get_by_text("Videosamtale man. 5. jan. kl. 10:00")).to_be_visible()
            await move_clock(valkey_url, when("monday", "10:01"))
            await attended(server, "call", by="tora")
            await expect(mia.page.get_by_text("Timen (videosamtale) har begynt.")).to_be_visible()
            await move_clock(valkey_url, when("monday", "10:06"))
            await expect(mia.page.get_by_text("En av dere er ikke med ennå.")).to_be_visible()
            await move_clock(valkey_url, when("monday", "10:11"))
            await desk.get_by_role("button", name="Mia did not come").click()
            await expect(letters(desk, "Mia did not come.")).to_be_visible()
            await expect(
                mia.page.get_by_text("Så synd at vi ikke møttes i dag. Neste time er onsdag kl. 11:00.")
            ).to_be_visible()
            # The session that comes next stands where the missed one stood, and writing goes on.
            await expect(mia.page.get_by_text("Videosamtale ons. 7. jan. kl. 11:00")).to_be_visible()
            await write(desk, "I waited a while. Is everything all right?")
            await expect(mia.page.get_by_text("Is everything all right?").first).to_be_visible()
