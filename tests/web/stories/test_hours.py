"""A mentor says when they may be booked, on which days that is different, and who stands in while they are away."""

from pathlib import Path

import pytest
from playwright.async_api import Browser, expect

from tests.chatserver.realtime.servers import here, token
from tests.plain_http import http_client
from tests.stories.clock import move_clock, when
from tests.web.browsers import PHONE, signed_in
from tests.web.stories.axe import nothing_found
from tests.web.stories.booked import A_YEAR, opened

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def test_a_day_that_differs_and_a_week_away(browser: Browser, valkey_url: str, tmp_path: Path) -> None:
    """The Wednesday is in the evening, the Thursday is off; a substitute is chosen by name, and the member sees who."""
    async with here(valkey_url, tmp_path, now=when("monday", "09:00")) as server:
        await server.conversation("c2", "basic", member="ola", mentor="ulf")
        await opened(server)
        async with signed_in(browser, server, "tora") as tora, signed_in(browser, server, "mia", **PHONE) as mia:
            page = tora.page
            await page.get_by_role("link", name="Hours and absences").click()
            for date in ("2026-01-07", "2026-01-08"):
                await page.get_by_label("Date").fill(date)
                await page.get_by_role("button", name="Add the day").click()
            await page.get_by_role("button", name="Add hours on Wednesday 7\u00a0January").click()
            await page.get_by_label("From, Wednesday 7\u00a0January").fill("18:00")
            await page.get_by_label("Until, Wednesday 7\u00a0January").fill("19:00")
            await nothing_found(page)
            await page.get_by_role("button", name="Save").click()
            await expect(page.get_by_text("The hours are saved.")).to_be_visible()
            headers = {"Authorization": f"Bearer {token('tora', seconds=A_YEAR)}"}
            async with http_client(server.http, headers=headers) as api:
                hours = (await api.get("/v1/mentors/tora/hours")).json()
            assert hours["exceptions"] == [
                {"date": "2026-01-07", "open": [{"from": "18:00", "until": "19:00"}]},
                {"date": "2026-01-08", "open": []},
            ]
            await page.get_by_role("button", name="As usual again on Thursday 8\u00a0January").click()
            await expect(page.get_by_role("group", name="Thursday 8\u00a0January")).to_have_count(0)

            away = page.get_by_role("region", name="Absences")
            await away.get_by_label("From").fill("2026-01-12T08:00")
            await away.get_by_label("Until").fill("2026-01-19T08:00")
            await away.get_by_role("button", name="Add an absence").click()
            await expect(away.get_by_text("The absence is saved.")).to_be_visible()
            await away.get_by_role("listitem").get_by_label("Who stands in").select_option(label="Ulf")
            await nothing_found(page)
            await move_clock(valkey_url, when("monday", "09:00", weeks=1))
            await expect(mia.page.get_by_text("Ulf answers meanwhile.")).to_be_visible()
