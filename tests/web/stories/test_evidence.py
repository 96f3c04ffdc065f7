"""Support looks at what somebody sent, deleted and was reported for."""

from pathlib import Path

import pytest
from playwright.async_api import Browser, expect

from chatserver.conversations.requests import PersonDetails
from tests.chatserver.attachments.files import pdf, photo, upload
from tests.chatserver.realtime.servers import here, token
from tests.plain_http import http_client
from tests.stories.clock import when
from tests.web.browsers import PHONE, signed_in
from tests.web.stories.axe import nothing_found
from tests.web.stories.writing import letters, write

# One browser serves all tests of a process, so they share its loop.
pytestmark = pytest.mark.asyncio(loop_scope="session")


async def test_files_of_a_deleted_message_are_read_in_the_case(
    browser: Browser, valkey_url: str, tmp_path: Path
) -> None:
    """A picture is seen there, a document kept; the history says that they were opened."""
    picture, paper = photo(), pdf(9_000)
    async with here(valkey_url, tmp_path / "data", now=when("tuesday", "09:00")) as server:
        await server.conversation("c1", "basic")
        await server.parts.provisioning.put_person("sara", PersonDetails("support", "Sara"))
        async with http_client(server.http) as http:
            assert (await upload(http, "tora", "f1", picture, "rude.jpg")).is_success
            assert (await upload(http, "tora", "f2", paper, "rude.pdf")).is_success
            async with server.device("tora") as tora:
                await tora.say("send", conversation="c1", id="m1", body="Look at this", attachments=["f1", "f2"])
                assert (await tora.answer("m1"))["type"] == "accepted"
                report = {"kind": "misconduct", "conversation": "c1", "facts": {"person": "tora", "messages": ["m1"]}}
                bearer = {"Authorization": f"Bearer {token('mia')}"}
                assert (await http.put("/v1/cases/r1", json=report, headers=bearer)).is_success
                await tora.say("delete", conversation="c1", id="d1", about=1)
                assert (await tora.answer("d1"))["type"] == "accepted"
        await server.parts.attachment_sweep.sweep()
        async with signed_in(browser, server, "sara") as sara:
            page = sara.page
            await page.get_by_role("link", name="Cases").click()
            await page.locator("tbody a").first.click()
            await page.route("**/evidence", lambda route: route.abort())
            await page.get_by_role("button", name="Read the reported messages").click()
            await expect(page.get_by_role("alert")).to_contain_text("That did not work.")
            await page.unroute_all()
            await page.get_by_role("button", name="Read the reported messages").click()
            await expect(page.get_by_text("Look at this")).to_be_visible()
            show = page.get_by_role("button", name="Show rude.jpg")
            await show.focus()
            await page.keyboard.press("Enter")
            await expect(page.get_by_role("img", name="rude.jpg")).to_be_visible()
            await expect(show).to_be_focused()
            async with page.expect_download() as kept:
                await page.get_by_role("button", name="rude.pdf").click()
            download = await kept.value
            assert download.suggested_filename == "rude.pdf"
            assert Path(await download.path()).read_bytes() == paper  # noqa: ASYNC240 - a millisecond
            await expect(page.get_by_text("opened a file of the reported messages")).to_have_count(2)
            await nothing_found(page)


async def test_a_message_is_reported_where_it_stands(browser: Browser, valkey_url: str, tmp_path: Path) -> None:
    """By its menu, in the apps of both; support has it with the case."""
    async with here(valkey_url, tmp_path / "data", now=when("tuesday", "09:00")) as server:
        await server.conversation("c1", "basic")
        await server.parts.provisioning.put_person("sara", PersonDetails("support", "Sara"))
        async with (
            signed_in(browser, server, "mia", **PHONE) as mia,
            signed_in(browser, server, "tora") as tora,
            signed_in(browser, server, "sara") as sara,
        ):
            await write(mia.page, "You are no good.")
            await tora.page.get_by_role("link", name="Mia").click()
            await write(tora.page, "Neither are you.")
            for page, text in ((mia.page, "Neither are you."), (tora.page, "You are no good.")):
                await expect(letters(page, text)).to_be_visible()
                row = page.get_by_role("list", name="Messages").get_by_role("listitem").filter(has_text=text).first
                await row.get_by_role("button", name="Message menu").click()
                menu = page.get_by_role("dialog", name="Message menu")
                await menu.get_by_role("button", name="Report").click()
                form = page.get_by_role("dialog", name="Report")
                await expect(form.get_by_text("goes to support")).to_contain_text(text)
                await form.get_by_label("In your own words").fill("This hurts.")
                await nothing_found(page)
                await form.get_by_role("button", name="Send", exact=True).click()
                await expect(form.get_by_text("It is with support.")).to_be_visible()
                await page.keyboard.press("Escape")
            # One's own is not reported.
            await mia.page.get_by_role("button", name="Message menu").first.click()
            await expect(mia.page.get_by_role("button", name="Take back")).to_be_visible()
            await expect(mia.page.get_by_role("button", name="Report")).to_have_count(0)
            await sara.page.get_by_role("link", name="Cases").click()
            await sara.page.locator("tbody a").first.click()
            await sara.page.get_by_role("button", name="Read the reported messages").click()
            await expect(sara.page.get_by_text("You are no good.")).to_be_visible()
            await expect(sara.page.get_by_text("Neither are you.")).to_be_visible()
            await expect(sara.page.get_by_text("Reported", exact=True).first).to_be_visible()


async def test_another_message_goes_into_the_report_that_is_open(
    browser: Browser, valkey_url: str, tmp_path: Path
) -> None:
    """Whoever reported one reports the next by the same menu; support reads which, and what it said."""
    async with here(valkey_url, tmp_path, now=when("tuesday", "09:00")) as server:
        await server.conversation("c1", "basic")
        async with server.device("tora") as tora, signed_in(browser, server, "mia", **PHONE) as mia:
            page = mia.page
            for text in ("You are useless.", "Nobody likes you."):
                await tora.write(text)
                await expect(letters(page, text)).to_be_visible()
                await page.get_by_role("button", name="Message menu").last.click()
                menu = page.get_by_role("dialog", name="Message menu")
                await menu.get_by_role("button", name="Report").click()
                dialog = page.locator("#request")
                await expect(dialog.get_by_text(text)).to_be_visible()
                await dialog.get_by_label("In your own words").fill(f"About: {text}")
                await nothing_found(page)
                await dialog.get_by_role("button", name="Send", exact=True).click()
                await expect(page.get_by_text("It is with support.")).to_be_visible()
                await page.keyboard.press("Escape")
        headers = {"Authorization": f"Bearer {token('sara')}"}
        async with http_client(server.http, headers=headers) as support:
            [case] = (await support.get("/v1/cases?open=true")).json()["cases"]
            history = (await support.get(f"/v1/cases/{case['id']}")).json()["history"]
            [note] = [each["note"] for each in history if each["did"] == "note"]
            assert note.startswith("Also reported: the message from Tora, ")
            assert note.endswith("“Nobody likes you.”\n\nAbout: Nobody likes you."), note
