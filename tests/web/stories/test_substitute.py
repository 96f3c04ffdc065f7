"""A mentor is away: the member sees it before they write, and somebody else answers under their own name."""

from pathlib import Path

import pytest
from playwright.async_api import Browser, expect

from chatserver.sessions.absence_requests import AbsenceDetails
from chatserver.sessions.absences import AbsenceWritten
from tests.chatserver.realtime.servers import here
from tests.stories.clock import move_clock, when
from tests.web.browsers import PHONE, signed_in
from tests.web.stories.writing import letters, write

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def test_somebody_answers_in_the_mentors_place(browser: Browser, valkey_url: str, tmp_path: Path) -> None:
    """The conversation comes to them by itself, and goes when the mentor is back, who finds all of it."""
    async with here(valkey_url, tmp_path, now=when("monday", "09:00")) as server:
        await server.conversation("c1", "basic")
        await server.conversation("c2", "basic", member="uma", mentor="ulf")
        details = AbsenceDetails(when("tuesday", "00:00"), when("thursday", "09:00"), "ulf")
        assert isinstance(await server.parts.absences.put("tora", "skiing", details), AbsenceWritten)
        async with (
            signed_in(browser, server, "mia", **PHONE) as mia,
            signed_in(browser, server, "ulf") as ulf,
        ):
            page, desk = mia.page, ulf.page
            await expect(desk.get_by_role("link", name="Uma")).to_be_visible()
            await expect(desk.get_by_role("link", name="Mia")).to_have_count(0)
            await move_clock(valkey_url, when("tuesday", "10:00"))
            await expect(page.get_by_text("Tora is away until Thu 8 Jan")).to_be_visible()
            await expect(page.get_by_text("Ulf answers meanwhile.")).to_be_visible()

            await write(page, "I am stuck.")
            row = desk.get_by_role("link", name="Mia")
            await expect(row).to_contain_text("1 unread")
            await row.click()
            await expect(letters(desk, "I am stuck.")).to_be_visible()
            await write(desk, "Start with the smallest step.")
            await expect(letters(page, "Start with the smallest step.")).to_be_visible()
            answer = page.get_by_role("list", name="Messages").get_by_role("listitem").last
            await expect(answer.get_by_text("Ulf", exact=True)).to_be_visible()
            await expect(row).to_contain_text("Answered")

            await desk.get_by_role("button", name="Search all conversations").click()
            words = desk.get_by_role("searchbox", name="Words to look for")
            await words.fill("smallest")
            await expect(desk.get_by_role("list", name="Search").get_by_role("button")).to_have_count(1)

            await move_clock(valkey_url, when("thursday", "09:00"))
            await expect(page.get_by_text("Tora is away until")).to_have_count(0)
            await expect(desk.get_by_role("link", name="Mia")).to_have_count(0)
            await expect(letters(desk, "Start with the smallest step.")).to_have_count(0)
            # What was found meanwhile is theirs to read no longer.
            await words.fill("smallest step")
            await expect(desk.get_by_text("Nothing found.")).to_be_visible()
            async with signed_in(browser, server, "tora") as tora:
                back = tora.page
                await expect(back.get_by_role("link", name="Mia")).to_contain_text("1 unread")
                await back.get_by_role("link", name="Mia").click()
                await expect(letters(back, "Start with the smallest step.")).to_be_visible()
