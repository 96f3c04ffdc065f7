"""One person on more than one device, and in more than one tab: they agree on what is read and what is sent."""

from pathlib import Path

import pytest
from playwright.async_api import Browser, Page, expect

from tests.chatserver.realtime.servers import here
from tests.stories.clock import when
from tests.web.browsers import DESKTOP, PHONE, sign_in, signed_in
from tests.web.stories.writing import letters, write

pytestmark = pytest.mark.asyncio(loop_scope="session")

LEAVING = """() => {
  window.frames_ = [];
  window.requestAnimationFrame = (draw) => window.frames_.push(draw);
  document.querySelector("message-list").toEnd();
  location.hash = "#/sessions";
}"""
"""From then on nothing is drawn."""
DRAWN = """() => {
  for (let draw = window.frames_.shift(); draw; draw = window.frames_.shift()) draw(performance.now());
}"""
"""All that was to be drawn, and what that wanted to be drawn after it."""
UNREAD = "() => document.querySelector('member-page').app.chats.talk('c1').unread"


async def test_a_mentors_two_devices_agree_on_what_is_unread(browser: Browser, valkey_url: str, tmp_path: Path) -> None:
    """What was read on one is read on the other; what is written on one stands on the other, and is not new there.

    What is muted is so on both.
    """
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
            menu = desk.page.get_by_role("button", name="More about the conversation with Mia")
            await menu.press("Enter")
            await desk.page.get_by_role("button", name="Mute this conversation").press("Enter")
            await expect(menu).to_be_focused()
            await expect(rows[1]).to_contain_text("Muted")
            bar = phone.page.get_by_role("region", name="Mia").locator(".bar")
            await expect(bar).to_contain_text("Muted")
            await bar.get_by_role("button", name="More about the conversation with Mia").click()
            await phone.page.get_by_role("button", name="Hear of it again").click()
            await expect(rows[1]).not_to_contain_text("Muted")


async def test_what_comes_just_after_one_has_left_the_conversation_stays_unread(
    browser: Browser, valkey_url: str, tmp_path: Path
) -> None:
    """Also where the page was still on its way to the newest message: a browser draws whenever it likes."""
    async with here(valkey_url, tmp_path, now=when("monday", "09:00")) as server:
        await server.conversation("c1", "basic")
        async with server.device("tora") as tora, signed_in(browser, server, "mia", **PHONE) as app:
            mia = app.page
            await tora.write("How was it?")
            await expect(letters(mia, "How was it?")).to_be_visible()
            await expect(mia).to_have_title("Mentor")
            await mia.evaluate(LEAVING)
            await expect(mia.get_by_role("list", name="Messages")).to_have_count(0)
            await tora.write("There is no hurry.", "m2")
            await expect(mia).to_have_title("(1) Mentor")
            await mia.evaluate(DRAWN)
            assert await mia.evaluate(UNREAD) == 1


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


async def test_whoever_signs_in_in_another_window_takes_nothing_over(
    browser: Browser, valkey_url: str, tmp_path: Path
) -> None:
    """The open page of the one before begins anew as whoever is signed in: it says nothing as them."""
    async with here(valkey_url, tmp_path, now=when("monday", "09:00")) as server:
        await server.conversation("c1", "basic")
        async with server.device("mia") as phone, signed_in(browser, server, "mia", **DESKTOP) as mia:
            first = mia.page
            await expect(first.get_by_text("Open.")).to_be_visible()
            await first.evaluate("document.querySelector('member-page').app.chats.chat.stop()")
            await write(first, "For Tora alone.")
            await expect(first.get_by_text("Not sent yet")).to_be_visible()
            second = await first.context.new_page()
            await sign_in(second, server, "tora")
            await expect(second.get_by_role("link", name="Mia")).to_be_visible()
            # Its ticket is too old for another connection.
            await first.evaluate("performance.now = ((now) => () => now() + 60_000)(performance.now.bind(performance))")
            await first.evaluate("document.querySelector('member-page').app.chats.chat.start()")
            await first.wait_for_url("**/app/mentor*")
            await expect(first.get_by_role("link", name="Mia")).to_be_visible()
            await expect(first.get_by_text("For Tora alone.")).to_have_count(0)
            assert not [event for event in await phone.silence() if event["type"] == "message"]


async def test_a_sign_in_that_ended_while_the_device_was_away_leaves_nothing_to_read(
    browser: Browser, valkey_url: str, tmp_path: Path
) -> None:
    """The page hears of it by having no ticket: what it kept goes, as if it had been there."""
    async with here(valkey_url, tmp_path, now=when("monday", "09:00")) as server:
        await server.conversation("c1", "basic")
        async with server.device("tora") as tora, signed_in(browser, server, "mia", **PHONE) as mia:
            page = mia.page
            await tora.write("Only for you.")
            await expect(letters(page, "Only for you.")).to_be_visible()
            await until_kept(page, 1)
            await page.evaluate("document.querySelector('member-page').app.chats.chat.stop()")
            await page.context.clear_cookies()
            await page.evaluate("performance.now = ((now) => () => now() + 60_000)(performance.now.bind(performance))")
            await page.evaluate("document.querySelector('member-page').app.chats.chat.start()")
            await page.wait_for_url("**/app/sign-in*")
            await until_kept(page, 0)
            assert await page.evaluate("localStorage.getItem('person')") is None


async def until_kept(page: Page, count: int) -> None:
    """The device keeps so many of mia's conversations."""
    await page.evaluate(
        """async (count) => {
          for (let tries = 0; tries < 600; tries += 1) {
            const database = await new Promise((resolve, reject) => {
              const request = indexedDB.open("conversations of mia", 1);
              request.onsuccess = () => resolve(request.result);
              request.onerror = () => reject(request.error);
            });
            const asked = database.transaction("kept").objectStore("kept").count();
            const found = await new Promise((resolve) => asked.onsuccess = () => resolve(asked.result));
            database.close();
            if (found === count) return;
            await new Promise((resolve) => setTimeout(resolve, 100));
          }
          throw new Error("it keeps another number");
        }""",
        count,
    )
