"""What is booked stands in the conversation, says by whom, and goes into one's calendar."""

from pathlib import Path

import pytest
from playwright.async_api import Browser, expect

from tests.chatserver.realtime.servers import here
from tests.stories.clock import when
from tests.web.browsers import PHONE, signed_in
from tests.web.stories.booked import booked, moved

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def test_a_booking_goes_into_the_calendar_as_it_stands(browser: Browser, valkey_url: str, tmp_path: Path) -> None:
    """One button for each session that is to come, beside what was said last of it."""
    async with here(valkey_url, tmp_path, now=when("monday", "09:00")) as server:
        await server.conversation("c1", "live")
        await booked(server, "call", "video_call", when("thursday", "11:00"))
        async with signed_in(browser, server, "mia", **PHONE) as mia:
            page = mia.page
            await expect(
                page.get_by_text("Tora has booked a video call: Thursday 8 January 11:00–11:30.")
            ).to_be_visible()
            await moved(server, "call", when("friday", "12:00"))
            await expect(
                page.get_by_text("Tora has moved the video call to Friday 9 January 12:00–12:30.")
            ).to_be_visible()
            async with page.expect_download() as download:
                await page.get_by_role("button", name="Add to calendar").click()
            saved = await (await download.value).path()
            assert (await download.value).suggested_filename == "session.ics"
            content = saved.read_text(encoding="utf-8")
            assert "BEGIN:VEVENT" in content
            assert "DTSTART:20260109T110000Z" in content
            assert "Tora" in content
