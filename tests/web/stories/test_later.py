"""A text that cannot be sent now is kept and goes out by itself; what one types is on one's other devices."""

from pathlib import Path

import pytest
from playwright.async_api import Browser, Locator, Page, expect

from chatserver.sessions.absence_requests import AbsenceDetails
from chatserver.sessions.absences import AbsenceWritten
from tests.chatserver.attachments.files import photo
from tests.chatserver.realtime.servers import here
from tests.stories.clock import move_clock, when
from tests.web.browsers import PHONE, signed_in
from tests.web.stories.axe import nothing_found
from tests.web.stories.writing import letters, write

# One browser serves all tests of a process, so they share its loop.
pytestmark = pytest.mark.asyncio(loop_scope="session")


def field(page: Page) -> Locator:
    return page.get_by_role("textbox", name="Message")


async def test_what_is_locked_is_sent_when_it_opens(browser: Browser, valkey_url: str, tmp_path: Path) -> None:
    """On Saturday, for Monday morning; another text is refused again, and comes back."""
    async with here(valkey_url, tmp_path, now=when("saturday", "10:00")) as server:
        await server.conversation("c1", "light")
        async with (
            signed_in(browser, server, "mia", **PHONE) as mia,
            signed_in(browser, server, "mia") as laptop,
            signed_in(browser, server, "tora") as tora,
        ):
            page = mia.page
            await expect(page.get_by_text("Writing rests today.")).to_be_visible()
            await expect(page.get_by_role("button", name="Send when it opens")).to_be_hidden()
            await field(page).fill("I dared to, since I knew that I can tell you.")
            await page.set_viewport_size({"width": 360, "height": 480})
            await page.get_by_role("button", name="Attach").click()
            await page.get_by_role("button", name="Send when it opens").click()
            time = page.get_by_label("Day and time")
            await expect(time).to_have_value(when("monday", "08:00", weeks=1)[:10] + "T08:00")
            await expect(page.get_by_text("It opens a writing window.")).to_be_visible()
            await expect(page.get_by_role("button", name="Keep it and send it then")).to_be_in_viewport(ratio=1)
            await page.set_viewport_size(PHONE["viewport"])
            await expect(page.get_by_role("group", name="When should it be sent?")).to_be_visible()
            await time.fill(when("sunday", "08:00")[:10] + "T08:00")
            await page.get_by_role("button", name="Keep it and send it then").click()
            await expect(page.get_by_role("alert")).to_contain_text("Writing opens Monday 00:00.")
            await time.fill(when("monday", "08:00", weeks=1)[:10] + "T09:00")
            await time.press("Enter")
            await expect(field(page)).to_have_value("")
            waiting = page.get_by_role("list", name="Waiting to be sent")
            await expect(waiting).to_contain_text("Will be sent Monday 09:00.")
            elsewhere = laptop.page.get_by_role("list", name="Waiting to be sent")
            await expect(elsewhere).to_contain_text("I dared to, since I knew that I can tell you.")
            await elsewhere.get_by_role("button", name="Change").click()
            other = laptop.page.get_by_label("Day and time")
            await other.fill(when("monday", "08:00", weeks=1)[:10] + "T08:30")
            await other.press("Enter")
            await expect(waiting).to_contain_text("Will be sent Monday 08:30.")
            await expect(elsewhere.get_by_role("button", name="Change")).to_be_focused()
            await field(page).fill("And this one not.")
            await page.get_by_role("button", name="Send when it opens").click()
            await page.get_by_role("button", name="Keep it and send it then").click()
            await expect(waiting.get_by_role("listitem")).to_have_count(2)
            await waiting.get_by_role("button", name="Take it back: Monday 08:00").click()
            await expect(field(page)).to_have_value("And this one not.")
            await expect(elsewhere.get_by_role("listitem")).to_have_count(1)
            await move_clock(valkey_url, when("monday", "09:00", weeks=1))
            await expect(waiting).to_be_hidden()
            await expect(letters(page, "I dared to, since I knew")).to_be_visible()
            await tora.page.get_by_role("link", name="Mia").click()
            await expect(letters(tora.page, "I dared to, since I knew")).to_be_visible()
            await expect(field(page)).to_have_value("And this one not.")


async def test_what_is_typed_is_on_the_other_device_and_of_two_texts_none_is_lost(
    browser: Browser, valkey_url: str, tmp_path: Path
) -> None:
    """The mentor goes from desk to phone; what they typed on both at once stands on both."""
    async with here(valkey_url, tmp_path, now=when("tuesday", "10:00")) as server:
        await server.conversation("c1", "basic")
        async with (
            signed_in(browser, server, "mia") as desk,
            signed_in(browser, server, "mia", **PHONE) as phone,
            signed_in(browser, server, "tora") as tora,
        ):
            await field(desk.page).fill("Dear Tora, I have thought")
            await expect(field(phone.page)).to_have_value("Dear Tora, I have thought")
            await field(phone.page).fill("Dear Tora, I have thought about it.")
            await expect(field(desk.page)).to_have_value("Dear Tora, I have thought about it.")
            await phone.page.evaluate("document.querySelector('member-page').app.chats.chat.stop()")
            await field(phone.page).fill("Written on the train.")
            await field(desk.page).fill("Written at the desk.")
            async with server.device("mia") as device:
                await device.say("drafts")
                while (await device.hears("drafts"))["drafts"][0]["body"] != "Written at the desk.":
                    await device.say("drafts")
            await phone.page.evaluate("document.querySelector('member-page').app.chats.chat.start()")
            await expect(phone.page.get_by_text("On another device you had written this.")).to_be_visible()
            await expect(field(phone.page)).to_have_value("Written on the train.")
            await expect(field(desk.page)).to_have_value("Written on the train.")
            await phone.page.get_by_role("button", name="Put it in the field").click()
            both = "Written at the desk.\n\nWritten on the train."
            await expect(field(phone.page)).to_have_value(both)
            await expect(field(desk.page)).to_have_value(both)
            await phone.page.get_by_role("button", name="Send", exact=True).click()
            await expect(field(desk.page)).to_have_value("")
            await expect(field(phone.page)).to_have_value("")
            await tora.page.get_by_role("link", name="Mia").click()
            await expect(letters(tora.page, "Written at the desk.")).to_be_visible()
            await field(tora.page).fill("Good that you write.")
            await tora.page.get_by_role("button", name="Send later").click()
            await expect(tora.page.get_by_label("Day and time")).to_be_focused()
            await tora.page.keyboard.press("Escape")
            await expect(field(tora.page)).to_be_focused()
            await write(tora.page, "Good that you write!")
            await expect(letters(phone.page, "Good that you write!")).to_be_visible()


async def test_files_of_what_is_locked_go_with_it_and_its_text_can_be_changed(
    browser: Browser, valkey_url: str, tmp_path: Path
) -> None:
    """A picture that waits since Saturday; on another device it is taken back, with its picture, and kept once more."""
    picture = tmp_path / "høst.jpg"
    picture.write_bytes(photo("JPEG", (400, 300)))
    async with here(valkey_url, tmp_path / "data", now=when("saturday", "10:00")) as server:
        await server.conversation("c1", "light")
        async with (
            signed_in(browser, server, "mia", **PHONE) as mia,
            signed_in(browser, server, "mia") as laptop,
            signed_in(browser, server, "tora") as tora,
        ):
            page = mia.page
            await page.get_by_role("button", name="Attach").click()
            await page.get_by_label("Choose files").set_input_files(picture)
            chosen = page.get_by_role("list", name="Goes with the message")
            await expect(chosen.get_by_text("høst.jpg")).to_be_visible()
            await expect(chosen.get_by_role("progressbar")).to_have_count(0)
            await page.get_by_role("button", name="Send when it opens").click()
            await page.get_by_role("button", name="Keep it and send it then").click()
            waiting = page.get_by_role("list", name="Waiting to be sent")
            await expect(waiting.get_by_role("button", name="Show høst.jpg")).to_be_visible()
            await expect(chosen).to_have_count(0)
            await nothing_found(page)
            await waiting.get_by_role("button", name="Change: Monday 08:00").click()
            await expect(page.get_by_label("Text", exact=True)).to_be_focused()
            await page.get_by_label("Text", exact=True).fill("Autumn")
            await page.get_by_label("Day and time").fill(when("monday", "08:00", weeks=1)[:10] + "T08:30")
            await nothing_found(page)
            await page.get_by_role("button", name="Keep it and send it then").click()
            await expect(waiting).to_contain_text("Will be sent Monday 08:30.")
            await expect(waiting).to_contain_text("Autumn")
            elsewhere = laptop.page.get_by_role("list", name="Waiting to be sent")
            await expect(elsewhere).to_contain_text("Autumn")
            await elsewhere.get_by_role("button", name="Take it back: Monday 08:30").click()
            await expect(field(laptop.page)).to_have_value("Autumn")
            back = laptop.page.get_by_role("list", name="Goes with the message")
            await expect(back.get_by_text("høst.jpg")).to_be_visible()
            await expect(waiting).to_have_count(0)
            await laptop.page.get_by_role("button", name="Send when it opens").click()
            await laptop.page.get_by_role("button", name="Keep it and send it then").click()
            await expect(waiting.get_by_role("button", name="Show høst.jpg")).to_be_visible()
            await expect(field(page)).to_have_value("")
            await move_clock(valkey_url, when("monday", "09:00", weeks=1))
            await expect(waiting).to_have_count(0)
            await tora.page.get_by_role("link", name="Mia").click()
            await expect(letters(tora.page, "Autumn")).to_be_visible()
            await expect(tora.page.get_by_role("button", name="Show høst.jpg")).to_be_visible()


async def test_what_a_substitute_left_is_not_lost_when_their_time_is_over(
    browser: Browser, valkey_url: str, tmp_path: Path
) -> None:
    async with here(valkey_url, tmp_path, now=when("tuesday", "09:00")) as server:
        await server.conversation("c1", "basic")
        await server.conversation("c2", "basic", member="uma", mentor="ulf")
        until = when("friday", "09:00")
        details = AbsenceDetails(when("monday", "09:00"), until, "ulf")
        assert isinstance(await server.parts.absences.put("tora", "flu", details), AbsenceWritten)
        async with server.device("mia") as mia:
            await mia.write("question")
        async with signed_in(browser, server, "ulf") as ulf:
            page = ulf.page
            await page.get_by_role("link", name="Mia").click()
            await field(page).fill("How was it on Friday?")
            await page.get_by_role("button", name="Send later").click()
            await page.get_by_label("Day and time").fill(when("saturday", "09:00")[:10] + "T09:00")
            await page.get_by_role("button", name="Keep it and send it then").click()
            await expect(page.get_by_role("list", name="Waiting to be sent")).to_contain_text("Will be sent Saturday")
            await move_clock(valkey_url, when("saturday", "09:01"))
            left = page.get_by_role("region", name="Not sent")
            await expect(left).to_contain_text("How was it on Friday?")
            await nothing_found(page)
            await left.get_by_role("button", name="Drop it").click()
            await expect(left).to_have_count(0)
