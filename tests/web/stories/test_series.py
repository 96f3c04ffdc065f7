"""A mentor makes sessions that come again every second week, and ends the series: what is booked stays."""

from pathlib import Path

import pytest
from playwright.async_api import Browser, expect

from tests.chatserver.realtime.servers import here
from tests.stories.clock import when
from tests.web.browsers import signed_in
from tests.web.stories.axe import nothing_found
from tests.web.stories.booked import opened

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def test_a_series_begins_and_ends(browser: Browser, valkey_url: str, tmp_path: Path) -> None:
    async with here(valkey_url, tmp_path, now=when("monday", "09:00")) as server:
        await opened(server)
        async with signed_in(browser, server, "tora") as tora:
            page = tora.page
            await page.get_by_role("link", name="Mia").click()
            await page.get_by_role("button", name="Book session").click()
            dialog = page.get_by_role("dialog", name="Book session")
            await dialog.get_by_role("button", name="Choose a time").click()
            wednesday = dialog.get_by_role("group", name="Wednesday 7 January")
            await wednesday.get_by_role("radio", name="11:00").check(force=True)
            await dialog.get_by_role("button", name="Wed 7 Jan, 11:00").click()
            await dialog.get_by_label("How often").select_option(label="Every 2 weeks")
            await nothing_found(page)
            await dialog.get_by_role("button", name="Book session").click()
            await expect(dialog).to_be_hidden()
            await page.get_by_role("link", name="Today").click()
            await expect(page.get_by_role("heading", name="Wednesday 7 January")).to_be_visible()
            await page.get_by_role("link", name="Conversations").click()
            await page.get_by_role("link", name="Mia").click()
            await page.get_by_role("button", name="Book session").click()
            series = dialog.get_by_role("region", name="Running series")
            await expect(series.get_by_text("Every 2 weeks, Wednesday 11:00")).to_be_visible()
            await nothing_found(page)
            await series.get_by_role("button", name="End the series").click()
            await expect(series).to_have_count(0)
