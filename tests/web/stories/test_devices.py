"""One person on more than one device, and in more than one tab: they agree on what is read and what is sent."""

from pathlib import Path

import pytest
from playwright.async_api import Browser, expect

from tests.chatserver.realtime.servers import here
from tests.stories.clock import when
from tests.web.browsers import DESKTOP, PHONE, signed_in
from tests.web.stories.writing import letters, write

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def test_a_mentors_two_devices_agree_on_what_is_unread(browser: Browser, valkey_url: str, tmp_path: Path) -> None:
    """What was read on one is read on the other; what is written on one stands on the other, and is not new there."""
    async with here(valkey_url, tmp_path, now=when("monday", "09:00")) as server:
        await server.conversation("c1", "basic")
        async with (
            server.device("mia") as mia,
            signed_in(browser, server, "tora", **PHONE) as phone,
            signed_in(browser, server, "tora", **DESKTOP) as desk,
        ):
            rows = [each.page.get_by_role("link", name="Mia") for each in (phone, desk)]
            await mia.write("Two things.", "m1")
            await mia.write("The first is done.", "m2")
            for row in rows:
                await expect(row).to_contain_text("2 unread")
            await rows[0].click()
            await expect(letters(phone.page, "The first is done.")).to_be_visible()
            await expect(rows[1]).not_to_contain_text("unread")
            await write(phone.page, "Which one?")
            await expect(rows[1]).to_contain_text("Answered")
            await expect(rows[1]).not_to_contain_text("unread")
            await rows[1].click()
            await expect(letters(desk.page, "Which one?")).to_be_visible()
            await expect(desk.page.get_by_text("new message")).to_have_count(0)


async def test_two_tabs_share_what_is_typed_and_send_what_is_unsent_once(
    browser: Browser, valkey_url: str, tmp_path: Path
) -> None:
    """The other tab sends for one that was closed; the draft is where one goes on."""
    async with here(valkey_url, tmp_path, now=when("monday", "09:00")) as server:
        await server.conversation("c1", "basic")
        async with server.device("tora") as tora, signed_in(browser, server, "mia", **PHONE) as mia:
            first = mia.page
            await expect(first.get_by_text("Open.")).to_be_visible()
            await first.evaluate("document.querySelector('member-page').app.chats.chat.stop()")
            await write(first, "I wrote this in a tunnel.")
            await expect(first.get_by_text("Not sent yet")).to_be_visible()
            await first.get_by_role("textbox", name="Message").fill("And this I have not finished")
            second = await first.context.new_page()
            await second.goto(f"{server.http}/app/member")
            await expect(letters(second, "I wrote this in a tunnel.")).to_be_visible()
            await expect(second.get_by_role("textbox", name="Message")).to_have_value("And this I have not finished")
            assert (await tora.hears("message"))["body"] == "I wrote this in a tunnel."
            await first.evaluate("document.querySelector('member-page').app.chats.chat.start()")
            await expect(first.get_by_text("Not sent yet")).to_have_count(0)
            await expect(letters(first, "I wrote this in a tunnel.")).to_have_count(1)
            await write(second, "And this I have not finished: now I have.")
            await expect(letters(first, "now I have.")).to_be_visible()
            await tora.say("history", conversation="c1")
            assert len((await tora.hears("history"))["messages"]) == 2
