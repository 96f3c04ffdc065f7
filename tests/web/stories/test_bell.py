"""The bell: what happened while one was away, and how much of it is new."""

from pathlib import Path

import pytest
from playwright.async_api import Browser, expect

from tests.chatserver.realtime.servers import here
from tests.stories.clock import move_clock, when
from tests.web.browsers import PHONE, signed_in
from tests.web.stories.booked import booked
from tests.web.stories.writing import letters

pytestmark = pytest.mark.asyncio(loop_scope="session")

HAS_A_NOTICE = """() => new Promise((done) => {
  const { chats } = document.querySelector("member-page").app;
  const look = () => chats.unreadNotices === 1 && done();
  chats.watch(look);
  look();
})"""

HAS_NONE = HAS_A_NOTICE.replace("chats.unreadNotices === 1", "chats.isKnown && chats.unreadNotices === 0")


async def test_what_happened_stands_behind_the_bell_and_is_read_there(
    browser: Browser, valkey_url: str, tmp_path: Path
) -> None:
    """The mentor books and writes; the member hears of it on two devices, and reads it on one."""
    async with here(valkey_url, tmp_path, now=when("monday", "09:00")) as server:
        await server.conversation("c1", "live")
        async with (
            signed_in(browser, server, "mia", **PHONE) as phone,
            signed_in(browser, server, "mia") as desk,
            server.device("tora") as tora,
        ):
            mia = phone.page
            await expect(mia.get_by_role("button", name="Notices", exact=True)).to_be_visible()
            await booked(server, "video", "video_call", when("wednesday", "11:00"))
            bell = mia.get_by_role("button", name="Notices, 1 unread")
            await expect(bell).to_be_visible()
            await expect(desk.page.get_by_role("button", name="Notices, 1 unread")).to_be_visible()
            assert await mia.title() == "(1) Mentor"
            await bell.click()
            notices = mia.get_by_role("dialog", name="Notices").get_by_role("listitem")
            await expect(notices).to_have_count(1)
            await expect(notices).to_contain_text(
                "Your video call with Tora is booked for Wednesday 7 January at 11:00"
            )
            await expect(notices).to_contain_text("new")
            await expect(desk.page.get_by_role("button", name="Notices", exact=True)).to_be_visible()
            await expect(mia).to_have_title("Mentor")
            await notices.get_by_role("link").click()
            await mia.wait_for_url("**#/sessions")
            # On the sessions' page nobody reads the conversation.
            await desk.page.goto("about:blank")
            await tora.write("Shall we talk about your boss?")
            await expect(mia).to_have_title("(1) Mentor")
            await move_clock(valkey_url, when("monday", "09:20"))
            await mia.evaluate(HAS_A_NOTICE)
            await mia.goto(f"{server.http}/app/member")
            await expect(letters(mia, "Shall we talk about your boss?")).to_be_visible()
            # Who has read it needs no bell for it.
            await mia.evaluate(HAS_NONE)
            await expect(mia).to_have_title("Mentor")
            await mia.get_by_role("button", name="Notices", exact=True).click()
            await expect(notices).to_have_count(2)
            await expect(notices.first).to_contain_text("You have an unread message from Tora.")
            await expect(notices.first).not_to_contain_text("new")
