"""Support reads a conversation: from an urgent note's case, which leads to the note, and from its own page."""

from pathlib import Path

import pytest
from playwright.async_api import Browser, expect

from chatserver.conversations.requests import PersonDetails
from tests.chatserver.attachments.files import pdf, upload
from tests.chatserver.realtime.servers import here, token
from tests.plain_http import http_client
from tests.stories.clock import move_clock, when
from tests.web.browsers import signed_in
from tests.web.stories.axe import nothing_found

# One browser serves all tests of a process, so they share its loop.
pytestmark = pytest.mark.asyncio(loop_scope="session")

SINCE_THEN = 60
"""More than a page holds."""


async def test_support_reads_a_conversation_and_both_learn_of_it(
    browser: Browser, valkey_url: str, tmp_path: Path
) -> None:
    async with here(valkey_url, tmp_path / "data", now=when("thursday", "09:00")) as server:
        await server.conversation("c1", "basic")
        await server.parts.provisioning.put_person("sara", PersonDetails("support", "Sara"))
        async with (
            server.device("mia") as mia,
            server.device("tora") as tora,
            http_client(server.http) as http,
            signed_in(browser, server, "sara") as sara,
        ):
            await mia.write("I am furios", "m1")
            await mia.say("edit", conversation="c1", id="e1", about=1, body="I am furious")
            assert (await mia.answer("e1"))["type"] == "accepted"
            await tora.write("So am I", "t1")
            await tora.say("delete", conversation="c1", id="d1", about=3)
            assert (await tora.answer("d1"))["type"] == "accepted"
            await tora.say("react", conversation="c1", id="r1", about=1, emoji="❤️")
            assert (await tora.answer("r1"))["type"] == "accepted"
            assert (await upload(http, "tora", "f1", pdf(9_000), "plan.pdf")).is_success
            await tora.say("send", conversation="c1", id="t2", body="A plan", attachments=["f1"], reply_to=1)
            assert (await tora.answer("t2"))["type"] == "accepted"
            await move_clock(valkey_url, when("saturday", "10:00"))
            await mia.say("urgent", conversation="c1", id="n1", body="Please call me")
            assert (await mia.answer("n1"))["type"] == "accepted"

            page = sara.page
            await page.get_by_role("link", name="Cases").click()
            await page.locator("tbody a").first.click()
            messages = page.get_by_role("list", name="Messages", exact=True)
            read = page.get_by_role("button", name="Read the conversation")
            await expect(page.get_by_text("None are kept.")).to_have_count(0)
            await read.click()
            note = messages.get_by_role("listitem").filter(has_text="Please call me")
            await expect(note).to_be_focused()
            await expect(note).to_contain_text("Urgent note")
            await nothing_found(page)

            # Also where much was written since, and to the beginning from there.
            for number in range(SINCE_THEN):
                await tora.write(f"Line {number}")
            await page.get_by_role("link", name="c1", exact=True).click()
            await expect(page.get_by_role("heading", name="Mia", level=1)).to_be_visible()
            await page.go_back()
            await read.click()
            await expect(note).to_be_focused()
            await page.go_forward()
            await read.click()
            await expect(messages.get_by_role("listitem").last).to_be_focused()
            await expect(messages.get_by_text("I am furious")).to_have_count(0)
            await page.get_by_role("button", name="Show older ones").click()
            first = messages.get_by_role("listitem").first
            await expect(first).to_contain_text("Mia")
            await expect(first.get_by_role("deletion")).to_have_text("I am furios")
            await expect(first).to_contain_text("I am furious")
            await expect(first).to_contain_text("❤️ Tora")
            await expect(messages.get_by_text("This message was taken back.")).to_have_count(1)
            await expect(messages.get_by_text("So am I")).to_have_count(0)
            await expect(messages.get_by_text("Answers Mia: I am furious")).to_be_visible()
            async with page.expect_download() as kept:
                await messages.get_by_role("button", name="plan.pdf").click()
            assert (await kept.value).suggested_filename == "plan.pdf"
            await expect(page.get_by_role("button", name="Show older ones")).to_have_count(0)
            await nothing_found(page)
            for person in ("mia", "tora"):
                bearer = {"Authorization": f"Bearer {token(person)}"}
                readings = (await http.get("/v1/conversations/c1/readings", headers=bearer)).json()
                assert len(readings["read_at"]) == 1, readings
