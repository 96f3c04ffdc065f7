"""Support reads a conversation: its two people see when, and support sees in the log who did what."""

from pathlib import Path

import pytest
from playwright.async_api import Browser, expect

from chatserver.conversations.requests import PersonDetails
from tests.chatserver.realtime.servers import here, token
from tests.plain_http import http_client
from tests.stories.clock import when
from tests.web.browsers import PHONE, signed_in
from tests.web.stories.test_support import sound

# One browser serves all tests of a process, so they share its loop.
pytestmark = pytest.mark.asyncio(loop_scope="session")


async def test_what_support_read_is_seen_by_both_sides(browser: Browser, valkey_url: str, tmp_path: Path) -> None:
    """By the member and the mentor with the instant, by support with the name."""
    async with here(valkey_url, tmp_path, now=when("thursday", "09:00")) as server:
        await server.conversation("c1", "basic")
        await server.parts.provisioning.put_person("sara", PersonDetails("support", "Sara"))
        async with (
            signed_in(browser, server, "mia", **PHONE) as mia,
            signed_in(browser, server, "tora", locale="nb-NO") as tora,
            signed_in(browser, server, "sara") as sara,
        ):
            menu = mia.page.get_by_role("button", name="Menu", exact=True)
            wishes = mia.page.get_by_role("button", name="What support has read")
            readings = mia.page.get_by_role("region", name="When support has read this conversation")
            await menu.click()
            await wishes.click()
            await expect(readings).to_contain_text("Support has not read it.")
            await mia.page.keyboard.press("Escape")

            async with http_client(server.http, headers={"Authorization": f"Bearer {token('sara')}"}) as api:
                assert (await api.get("/v1/conversations/c1/messages")).is_success
                assert (await api.patch("/v1/conversations/c1", json={"plan": "live"})).is_success
            await menu.click()
            await wishes.click()
            await expect(readings.get_by_role("listitem")).to_have_count(1)
            await expect(readings.get_by_role("listitem")).to_contain_text("09:")
            await sound(mia.page)

            await tora.page.get_by_role("link", name="Mia").click()
            await tora.page.get_by_role("button", name="Mer om samtalen med Mia").click()
            await tora.page.get_by_role("button", name="Hva ønsker du?").click()
            hers = tora.page.get_by_role("region", name="Når support har lest denne samtalen")
            await expect(hers.get_by_role("listitem")).to_have_count(1)

            page = sara.page
            await page.get_by_role("link", name="Audit").click()
            table = page.get_by_role("table", name="Audit log")
            await expect(table.get_by_role("row", name="Read messages")).to_contain_text("Sara")
            await expect(table.get_by_role("row", name="Changed a conversation")).to_contain_text("plan: live")
            await expect(table.get_by_role("row", name="The server")).to_contain_text("Started with a new policy")
            await sound(page)
            await page.get_by_label("What").select_option("Read messages")
            await page.get_by_role("button", name="Show").click()
            await expect(table.get_by_role("rowheader")).to_have_text(["Sara"])
            await table.get_by_role("link", name="Conversation c1").click()
            await page.get_by_role("link", name="Audit log").click()
            await expect(page.get_by_label("Conversation’s id")).to_have_value("c1")
            await expect(table.get_by_role("row", name="Looked at a conversation")).to_contain_text("Sara")
