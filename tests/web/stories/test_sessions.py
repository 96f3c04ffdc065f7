"""Sessions in a browser: booked in three steps, moved with its credit, and cancelled once its cost is read."""

from pathlib import Path

import pytest
from playwright.async_api import Browser, Locator, Page, expect

from tests.chatserver.realtime.servers import here
from tests.stories.clock import move_clock, when
from tests.web.browsers import PHONE, signed_in
from tests.web.stories.booked import booked, opened
from tests.web.stories.calling import joined

pytestmark = pytest.mark.asyncio(loop_scope="session")


def sessions(page: Page) -> Locator:
    """What is to come, wherever the page shows it."""
    return page.get_by_role("region", name="Sessions", exact=True)


def slot(page: Page, day: str, clock: str) -> Locator:
    """One of the free times that are shown."""
    return page.get_by_role("group", name=day).get_by_role("radio", name=clock)


async def test_a_member_books_in_three_steps_and_moves_with_the_credit(
    browser: Browser, valkey_url: str, tmp_path: Path
) -> None:
    """The price stands before the button, and moving spends nothing again."""
    async with here(valkey_url, tmp_path, now=when("monday", "09:00")) as server:
        await opened(server)
        async with signed_in(browser, server, "mia", **PHONE) as mia, signed_in(browser, server, "tora") as tora:
            page = mia.page
            await page.get_by_role("button", name="Menu", exact=True).click()
            await page.get_by_role("link", name="Sessions").click()
            await expect(page.get_by_text("2 of 2 left.")).to_be_visible()
            await page.get_by_role("link", name="Book session").click()
            await expect(page.get_by_role("list", name="Steps").get_by_text("Service")).to_be_visible()
            await expect(page.get_by_text("NOK 550")).to_be_visible()
            await page.get_by_role("button", name="Choose a time").click()
            await slot(page, "Tuesday 6 January", "11:00").check(force=True)
            await page.get_by_role("button", name="Tue 6 Jan, 11:00").click()
            await expect(page.get_by_text("It starts so soon that you can no longer move it.")).to_be_visible()
            await page.locator(".bookbox .foot").get_by_role("button", name="Back").click()
            await slot(page, "Wednesday 7 January", "11:00").check(force=True)
            await page.get_by_role("button", name="Wed 7 Jan, 11:00").click()
            await expect(page.get_by_text("You will have 1 of 2 left")).to_be_visible()
            await expect(
                page.get_by_text("You can move it free of charge until Monday 5 January 11:00.")
            ).to_be_visible()
            await page.get_by_role("button", name="Book session").click()
            await expect(sessions(page).get_by_text("Wednesday 7 January, 11:00–11:30")).to_be_visible()
            await expect(page.get_by_text("1 of 2 left.", exact=True)).to_be_visible()
            await expect(tora.page.get_by_text("Wed 11:00")).to_be_visible()
            await sessions(page).get_by_role("button", name="Move").click()
            await slot(page, "Friday 9 January", "10:30").check(force=True)
            await page.get_by_role("button", name="Move it there: Fri 9 Jan, 10:30").click()
            await expect(sessions(page).get_by_text("Friday 9 January, 10:30–11:00")).to_be_visible()
            await expect(page.get_by_text("1 of 2 left.", exact=True)).to_be_visible()
            await expect(tora.page.get_by_text("Fri 10:30")).to_be_visible()
            await sessions(page).get_by_role("button", name="Move").click()
            await page.get_by_role("dialog").get_by_role("button", name="Later week").click()
            await slot(page, "Friday 16 January", "10:30").check(force=True)
            await page.get_by_role("button", name="Move it there: Fri 16 Jan, 10:30").click()
            await expect(sessions(page).get_by_text("Friday 16 January, 10:30–11:00")).to_be_visible()
            # The week that it is in now comes first.
            await sessions(page).get_by_role("button", name="Move").click()
            await expect(slot(page, "Wednesday 14 January", "11:00")).to_be_attached()


async def test_cancelling_says_first_what_it_costs_and_the_free_way_stands_before_it(
    browser: Browser, valkey_url: str, tmp_path: Path
) -> None:
    """It counts as held; on short notice it cannot even be moved any more."""
    async with here(valkey_url, tmp_path, now=when("monday", "09:00")) as server:
        await opened(server)
        await booked(server, "call", "video_call", when("friday", "11:00"))
        async with signed_in(browser, server, "mia") as mia:
            page = mia.page
            dialog = page.get_by_role("dialog", name="Cancel the video call on Friday?")
            await move_clock(valkey_url, when("tuesday", "09:00"))
            await sessions(page).get_by_role("button", name="Cancel").click()
            await expect(
                dialog.get_by_text("If you cancel, it counts as held: its credit stays spent.")
            ).to_be_visible()
            await expect(dialog.get_by_text("Moving it costs nothing until Wednesday 7 January 11:00.")).to_be_visible()
            await expect(dialog.get_by_role("button")).to_have_text(["Move it instead", "Keep it", "Cancel anyway"])
            await dialog.get_by_role("button", name="Keep it").click()
            await move_clock(valkey_url, when("thursday", "09:00"))
            await sessions(page).get_by_role("button", name="Move").click()
            await expect(page.get_by_text("It starts too soon for you to move it.")).to_be_visible()
            await page.get_by_role("dialog").get_by_role("button", name="Keep it").click()
            await sessions(page).get_by_role("button", name="Cancel").click()
            await expect(dialog.get_by_role("button")).to_have_text(["Keep it", "Cancel anyway"])
            await dialog.get_by_role("button", name="Cancel anyway").click()
            await expect(sessions(page).get_by_text("Nothing is booked.")).to_be_visible()
            await sessions(page).get_by_role("link", name="Sessions").click()
            await expect(page.get_by_text("1 of 2 left.", exact=True)).to_be_visible()


async def test_a_mentor_opens_hours_books_and_closes_with_a_no_show(
    browser: Browser, valkey_url: str, tmp_path: Path
) -> None:
    """Hours that are saved are what members may book; who is booked stands under today, and what is owed is there."""
    async with here(valkey_url, tmp_path, now=when("monday", "09:00")) as server:
        await server.conversation("c1", "live")
        async with signed_in(browser, server, "tora") as tora, signed_in(browser, server, "mia", **PHONE) as mia:
            page = tora.page
            await page.get_by_role("link", name="Hours and absences").click()
            await page.get_by_role("button", name="Add hours on Friday").click()
            await page.get_by_label("Until, Friday").fill("10:00")
            await page.get_by_role("button", name="Save").click()
            await expect(page.get_by_text("The hours are saved.")).to_be_visible()
            await page.get_by_role("link", name="Conversations").click()
            await page.get_by_role("link", name="Mia").click()
            await page.get_by_role("button", name="Book session").click()
            dialog = page.get_by_role("dialog", name="Book session")
            await expect(dialog.get_by_text("For Mia, live.")).to_be_visible()
            await dialog.get_by_role("button", name="Choose a time").click()
            await expect(slot(page, "Friday 9 January", "09:30")).to_be_attached()
            # Mentors book any time at which both are free.
            await dialog.get_by_label("Another time").fill("2026-01-05T09:15")
            await dialog.get_by_role("button", name="Mon 5 Jan, 09:15").click()
            await expect(dialog.get_by_text("1 of 2 are left then until")).to_be_visible()
            await dialog.get_by_role("button", name="Book session").click()
            await expect(dialog).to_be_hidden()
            await expect(mia.page.get_by_text("Video call Mon 5 Jan 09:15")).to_be_visible()
            await page.get_by_role("link", name="Today", exact=True).click()
            await move_clock(valkey_url, when("monday", "09:16"))
            call = await joined(page, "Join the session with Mia")
            await expect(call.get_by_text("Waiting for Mia")).to_be_visible()
            await move_clock(valkey_url, when("monday", "09:26"))
            await page.get_by_role("button", name="Mia did not come").click()
            await expect(page.get_by_text("Video call, 30\u00a0min, did not come")).to_be_visible()
