"""A member and a mentor react, answer, edit and take back, in two browsers."""

from pathlib import Path

import pytest
from playwright.async_api import Browser, Locator, Page, expect

from chatserver.realtime.change_desk import MOST_REACTIONS
from tests.chatserver.realtime.servers import here
from tests.chatserver.realtime.test_changes import change
from tests.stories.clock import when
from tests.web.browsers import DESKTOP, PHONE, signed_in
from tests.web.stories.axe import nothing_found
from tests.web.stories.writing import letters, write

pytestmark = pytest.mark.asyncio(loop_scope="session")

TOO_OFTEN = "That has been changed as often as one may."


def row(page: Page, text: str) -> Locator:
    """That of a message."""
    return page.get_by_role("list", name="Messages").get_by_role("listitem").filter(has_text=text).first


async def choose(page: Page, text: str, choice: str) -> None:
    """What the menu of a message offers."""
    await row(page, text).get_by_role("button", name="Message menu").click()
    await page.get_by_role("dialog", name="Message menu").get_by_role("button", name=choice).click()


async def test_both_react_answer_edit_and_take_back(browser: Browser, valkey_url: str, tmp_path: Path) -> None:
    async with here(valkey_url, tmp_path, now=when("monday", "09:00")) as server:
        await server.conversation("c1", "light")
        async with (
            signed_in(browser, server, "mia", **PHONE) as mia,
            signed_in(browser, server, "tora", **DESKTOP) as tora,
        ):
            await write(mia.page, "I said yes agian.")
            await write(mia.page, "Forget this one.")
            await tora.page.get_by_role("link", name="Mia").click()
            await expect(letters(tora.page, "I said yes agian.")).to_be_visible()

            await choose(mia.page, "agian", "Edit")
            await mia.page.get_by_label("Edit the message").last.fill("I said yes again.")
            await mia.page.get_by_role("button", name="Save").click()
            for page in (mia.page, tora.page):
                await expect(letters(page, "I said yes again.")).to_be_visible()
                await expect(row(page, "I said yes again.")).to_contain_text("edited")

            await choose(mia.page, "Forget this one.", "Take back")
            await mia.page.get_by_role("dialog").get_by_role("button", name="Take back").click()
            await expect(row(mia.page, "This message was taken back.")).to_be_focused()
            for page in (mia.page, tora.page):
                await expect(letters(page, "This message was taken back.")).to_be_visible()
                await expect(letters(page, "Forget this one.")).to_have_count(0)

            await choose(tora.page, "I said yes again.", "💪")
            for page in (mia.page, tora.page):
                await expect(row(page, "I said yes again.")).to_contain_text("💪")

            # By keyboard alone: the newest message's menu is one Tab stop, and the arrows go on from there.
            menus = tora.page.get_by_role("button", name="Message menu")
            await menus.last.focus()
            await tora.page.keyboard.press("Enter")
            await tora.page.get_by_role("dialog", name="Message menu").get_by_role("button", name="Answer").focus()
            await tora.page.keyboard.press("Enter")
            await expect(tora.page.get_by_text("Answering Mia")).to_be_visible()
            await expect(tora.page.get_by_role("textbox", name="Message")).to_be_focused()
            await write(tora.page, "What would you have said otherwise?")
            await expect(row(mia.page, "What would you have said otherwise?")).to_contain_text("I said yes again.")
            await nothing_found(tora.page)

            # The list of conversations says no more what one took back oneself.
            listed = tora.page.get_by_role("link", name="Mia")
            await write(tora.page, "Not this either.")
            await expect(listed).to_contain_text("Not this either.")
            await choose(tora.page, "Not this either.", "Take back")
            await tora.page.get_by_role("dialog").get_by_role("button", name="Take back").click()
            await expect(listed).to_contain_text("This message was taken back.")

            await mia.page.reload()
            await expect(letters(mia.page, "What would you have said otherwise?")).to_be_visible()
            await expect(letters(mia.page, "This message was taken back.")).to_have_count(2)
            await expect(row(mia.page, "I said yes again.").first).to_contain_text("💪")


async def test_an_answer_says_what_it_answers_also_further_up_than_what_is_shown(
    browser: Browser, valkey_url: str, tmp_path: Path
) -> None:
    async with here(valkey_url, tmp_path, now=when("monday", "09:00")) as server:
        await server.conversation("c1", "light")
        async with server.device("tora") as device, signed_in(browser, server, "tora", **DESKTOP) as tora:
            page = tora.page
            for number in range(1, 121):
                await device.write(f"line {number}")
            for id, about in (("a", 1), ("b", 2)):
                await device.say("send", conversation="c1", id=id, body=f"About {id}", reply_to=about)
                assert (await device.answer(id))["type"] == "accepted"
            await page.reload()
            await page.get_by_role("link", name="Mia").click()
            await expect(row(page, "About a")).to_contain_text("line 1")
            await expect(row(page, "About b")).to_contain_text("line 2")
            await expect(row(page, "line 119")).to_be_visible()
            assert await page.get_by_role("list", name="Messages").get_by_text("line 1", exact=True).count() == 1
            await change(device, "edit", 1, body="the first line")
            await expect(row(page, "About a")).to_contain_text("the first line")
            await change(device, "delete", 2)
            await expect(row(page, "About b")).to_contain_text("a message that is not there any more")


async def test_a_reaction_that_is_refused_is_seen_and_heard_until_one_is_not(
    browser: Browser, valkey_url: str, tmp_path: Path
) -> None:
    async with here(valkey_url, tmp_path, now=when("monday", "09:00")) as server:
        await server.conversation("c1", "light")
        async with signed_in(browser, server, "mia", **PHONE) as mia:
            page = mia.page
            announcer = page.locator("page-announcer")
            own = {text: row(page, text).locator(".reaction--mine") for text in ("I said yes.", "I said no.")}
            for text, reaction in own.items():
                await write(page, text)
                await choose(page, text, "👍")
                await expect(reaction).to_contain_text("👍")
            # On another device she has reacted to the first as often as one may.
            async with server.device("mia") as device:
                for number in range(MOST_REACTIONS):
                    await change(device, "react", 1, emoji="👍" if number % 2 else "💪", id=f"again {number}")
            # The same sentence again is another one, else it would not be heard again.
            for heard in (TOO_OFTEN, f"{TOO_OFTEN}\u00a0"):
                await own["I said yes."].click()
                await expect(announcer.get_by_role("alert")).to_have_js_property("textContent", heard)
            await expect(announcer.get_by_role("status")).to_be_empty()
            await nothing_found(page)

            # What is asked for in the menu is told there.
            await choose(page, "I said yes.", "❤️")
            menu = page.get_by_role("dialog", name="Message menu")
            await expect(menu.get_by_role("alert")).to_have_text(TOO_OFTEN)
            await page.keyboard.press("Escape")

            await own["I said no."].click()
            await expect(own["I said no."]).to_have_count(0)
            await expect(announcer.get_by_role("alert")).to_have_count(0)
