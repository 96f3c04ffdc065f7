"""A mentor saves an exercise and gives it; the member fills it in over a weekend and hands it in when writing opens."""

from pathlib import Path

import pytest
from playwright.async_api import Browser, Page, expect

from tests.chatserver.realtime.servers import here
from tests.stories.clock import move_clock, when
from tests.web.browsers import PHONE, signed_in
from tests.web.stories.axe import nothing_found
from tests.web.stories.writing import letters

pytestmark = pytest.mark.asyncio(loop_scope="session")

EXPECTED = "I answer on weekdays. You write what is on your mind."


async def save_what_is_used_again(page: Page) -> None:
    """A text, an exercise with a question of each kind, and what to expect."""
    await page.get_by_role("link", name="Texts and exercises").click()
    await page.get_by_role("button", name="New text").click()
    await page.get_by_label("Title").fill("Greeting")
    await page.get_by_label("Text", exact=True).fill("Good morning {name}.")
    await page.get_by_role("button", name="Save", exact=True).first.click()
    await expect(page.get_by_text("Nothing is saved yet.")).to_have_count(0)
    await expect(page.get_by_role("button", name="Change Greeting")).to_be_focused()
    await page.get_by_role("button", name="Remove Greeting").click()
    await expect(page.get_by_role("button", name="Remove", exact=True)).to_be_focused()
    await page.get_by_role("button", name="Back", exact=True).click()
    await expect(page.get_by_role("button", name="Change Greeting")).to_be_focused()
    await page.get_by_role("button", name="New exercise").click()
    await page.get_by_label("Title").fill("A week")
    await page.get_by_label("Folder").fill("Sleep")
    await page.get_by_label("Introduction").fill("{name}, take a minute each evening.")
    first = page.get_by_role("group", name="Question 1")
    await first.get_by_label("What you ask").fill("How did you sleep?")
    await first.get_by_label("Answered by").select_option("scale")
    await first.get_by_label("On how many days").fill("2")
    await page.get_by_role("button", name="Add a question").click()
    second = page.get_by_role("group", name="Question 2")
    await second.get_by_label("What you ask").fill("What helped?")
    await page.get_by_role("button", name="Add a question").click()
    third = page.get_by_role("group", name="Question 3")
    await third.get_by_label("What you ask").fill("When do you go to bed?")
    await third.get_by_label("Answered by").select_option("choice")
    await third.get_by_label("To choose from").fill("Early\nLate")
    await nothing_found(page)
    await page.get_by_role("button", name="Save", exact=True).first.click()
    await expect(page.get_by_role("heading", name="Sleep")).to_be_visible()
    about = page.get_by_role("region", name="About you")
    await about.get_by_label("What to expect").fill(EXPECTED)
    await about.get_by_label("What you know of").fill("sleep, stress")
    await about.get_by_role("button", name="Save").click()
    await expect(about.get_by_text("Saved.")).to_be_visible()
    await nothing_found(page)


async def test_an_exercise_over_a_weekend(browser: Browser, valkey_url: str, tmp_path: Path) -> None:
    async with here(valkey_url, tmp_path, now=when("friday", "15:00")) as server:
        await server.conversation("c1", "light")
        async with signed_in(browser, server, "tora") as desk, signed_in(browser, server, "mia", **PHONE) as phone:
            tora, mia = desk.page, phone.page
            await save_what_is_used_again(tora)

            # A saved text goes into the message, with the name in its place.
            await tora.get_by_role("link", name="Conversations").click()
            await tora.get_by_role("link", name="Mia").first.click()
            await tora.get_by_role("button", name="Saved texts").click()
            saved = tora.get_by_role("dialog", name="Saved texts and exercises")
            await expect(saved.get_by_role("button", name="Put “Greeting” into the message")).to_be_visible()
            await nothing_found(tora)
            await saved.get_by_role("button", name="Put “Greeting” into the message").click()
            await expect(tora.get_by_role("textbox", name="Message")).to_have_value("Good morning Mia.")
            async with server.device("tora") as laptop:
                await laptop.say("drafts")
                if not (await laptop.hears("drafts"))["drafts"]:
                    await laptop.hears("draft", body="Good morning Mia.")

            # An exercise is given.
            await tora.get_by_role("button", name="Saved texts").click()
            await saved.get_by_label("Search").fill("week")
            await saved.get_by_role("button", name="Give “A week”").click()
            await expect(saved.get_by_text("Mia, take a minute each evening.")).to_be_visible()
            await saved.get_by_role("button", name="Give it").click()
            await expect(saved).to_be_hidden()
            await expect(letters(tora, "Mia, take a minute each evening.")).to_be_visible()

            # The member saw at the beginning what to expect, and fills it in while writing rests.
            await mia.reload()
            await expect(mia.get_by_text("What you and Tora can expect of each other")).to_be_visible()
            await move_clock(valkey_url, when("saturday", "10:00"))
            await mia.get_by_role("button", name="Open the exercise").click()
            await mia.get_by_label("Day 1").fill("4")
            await mia.get_by_role("textbox", name="What helped?").fill("A walk.")
            await mia.get_by_role("combobox", name="When do you go to bed?").select_option("Late")
            await expect(mia.get_by_text("Kept.", exact=True)).to_be_visible()
            await expect(mia.get_by_text("3 of 4 answered")).to_be_visible()
            await expect(mia.get_by_role("button", name="Hand in")).to_have_attribute("aria-disabled", "true")
            await mia.get_by_role("button", name="Hand in").scroll_into_view_if_needed()
            await expect(mia.get_by_role("heading", name="A week")).to_be_in_viewport(ratio=1)
            await expect(mia.get_by_role("link", name="All exercises")).to_be_in_viewport(ratio=1)
            await nothing_found(mia)

            # Both see how far it is; the answers are the member's.
            await tora.get_by_role("button", name="Exercises", exact=True).click()
            progress = tora.get_by_role("dialog", name="Exercises of Mia")
            await progress.get_by_text("3 of 4 answered").click()
            await expect(progress.get_by_text("Mia fills it in.")).to_be_visible()
            await expect(progress.get_by_text("A walk.")).to_have_count(0)
            await nothing_found(tora)
            await tora.keyboard.press("Escape")

            # On Monday it is handed in, and is one message.
            await move_clock(valkey_url, when("monday", "09:00", weeks=1))
            await mia.get_by_role("button", name="Hand in").click()
            await expect(mia.get_by_text("Hand it in now?")).to_be_visible()
            await mia.get_by_role("button", name="Hand in").click()
            await expect(mia.get_by_text("Handed in Monday")).to_be_visible()
            await expect(mia.get_by_role("region", name="Exercises")).to_be_focused()
            await expect(letters(tora, "A walk.")).to_be_visible()
            await tora.get_by_role("button", name="See the answers").click()
            await expect(progress.get_by_text("A walk.")).to_be_visible()
            await mia.get_by_role("link", name="All exercises").click()
            await expect(mia.get_by_text("Handed in", exact=True)).to_be_visible()
            await nothing_found(mia)
