"""Cases in a browser: what a mentor or a member asks for, what becomes of it, live on their page."""

from pathlib import Path

import pytest
from playwright.async_api import Browser, expect

from tests.chatserver.realtime.servers import here, token
from tests.plain_http import http_client
from tests.stories.clock import when
from tests.web.browsers import PHONE, signed_in
from tests.web.stories.axe import nothing_found
from tests.web.stories.writing import ask_for_another_mentor

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def test_a_mentor_asks_and_hears_what_becomes_of_it(browser: Browser, valkey_url: str, tmp_path: Path) -> None:
    """By one call from the conversation's menu; support's answer is there without a reload."""
    async with here(valkey_url, tmp_path, now=when("monday", "09:00")) as server:
        await server.conversation("c1", "basic")
        async with signed_in(browser, server, "tora") as tora:
            page = tora.page
            await page.get_by_role("link", name="Mia").click()
            await page.get_by_role("button", name="More about the conversation with Mia").click()
            await page.get_by_role("button", name="What would you like?").click()
            dialog = page.get_by_role("dialog", name="About the conversation with Mia")
            await dialog.get_by_role("button", name="Ask a question").click()
            await page.get_by_label("In your own words").fill("May I move to another day?")
            await page.get_by_role("button", name="Send", exact=True).last.click()
            await expect(page.get_by_text("It is with support.")).to_be_visible()
            await page.keyboard.press("Escape")
            await page.get_by_role("link", name="Cases").click()
            row = page.locator(".own-case")
            await expect(row).to_have_count(1)
            headers = {"Authorization": f"Bearer {token('sara')}"}
            async with http_client(server.http, headers=headers) as support:
                [case] = (await support.get("/v1/cases?open=true")).json()["cases"]
                answered = await support.post(
                    f"/v1/cases/{case['id']}/answered", json={"note": "Yes.", "for": "shared"}
                )
                assert answered.status_code == 200, answered.text
            await expect(page.get_by_text("Nothing is open.")).to_be_visible()


async def test_a_member_asks_for_another_mentor_and_takes_it_back(
    browser: Browser, valkey_url: str, tmp_path: Path
) -> None:
    """In plain words; what they have asked for stands above what else they may ask for."""
    async with here(valkey_url, tmp_path, now=when("monday", "09:00")) as server:
        await server.conversation("c1", "basic")
        async with signed_in(browser, server, "mia") as mia:
            page = mia.page
            await ask_for_another_mentor(page, "I would like to hear another view.")
            dialog = page.locator("#request")
            await page.get_by_role("button", name="Menu", exact=True).click()
            await page.get_by_role("button", name="What would you like?").click()
            await expect(dialog.locator(".own-case")).to_have_count(1)
            await dialog.get_by_role("button", name="Take back").click()
            await expect(dialog.locator(".own-case")).to_have_count(0)


async def test_a_member_reads_what_support_answers(browser: Browser, valkey_url: str, tmp_path: Path) -> None:
    """The bell leads there; what is over stands below what is open, with what was written in it."""
    async with here(valkey_url, tmp_path, now=when("monday", "09:00")) as server:
        await server.conversation("c1", "basic")
        async with (
            http_client(server.http, headers={"Authorization": f"Bearer {token('mia')}"}) as member,
            http_client(server.http, headers={"Authorization": f"Bearer {token('sara')}"}) as support,
            signed_in(browser, server, "mia", **PHONE) as mia,
        ):
            page = mia.page
            asked = await member.put(
                "/v1/cases/q1", json={"kind": "question", "conversation": "c1", "note": "May I move to another day?"}
            )
            assert asked.status_code == 201, asked.text
            [case] = (await support.get("/v1/cases?open=true")).json()["cases"]
            answer = {"note": "You may, until Sunday.", "for": "shared"}
            answered = await support.post(f"/v1/cases/{case['id']}/answered", json=answer)
            assert answered.status_code == 200, answered.text
            await page.get_by_role("button", name="Notices, 1 unread").click()
            await page.get_by_role("dialog", name="Notices").get_by_role("listitem").get_by_role("link").click()
            request = page.get_by_role("dialog", name="What would you like?")
            await expect(request.get_by_role("heading", name="Recently closed")).to_be_visible()
            await request.get_by_text("What was written").click()
            await expect(request.get_by_text("May I move to another day?")).to_be_visible()
            await expect(request.get_by_text("You may, until Sunday.")).to_be_visible()
            await nothing_found(page)
            await page.keyboard.press("Escape")
            await expect(request).to_be_hidden()
            await expect(page.get_by_role("textbox", name="Message")).to_be_visible()
