"""States of sessions: what is to come, booking, and cancelling."""

from __future__ import annotations

from typing import TYPE_CHECKING

from playwright.async_api import Page, expect

from tests.stories.clock import when
from tests.web.stories.booked import booked, called_off, extra, opened

if TYPE_CHECKING:
    from tests.web.states.states import Stage


async def member_sessions(stage: Stage) -> Page:
    """One is booked; a credit is spent."""
    await opened(stage.server)
    await booked(stage.server, "call", "video_call", when("wednesday", "11:00"))
    page = await stage.app("mia")
    await expect(page.locator("textarea")).to_be_visible()
    await page.evaluate("location.hash = '#/sessions'")
    await expect(page.locator(".units .is-left")).to_be_visible()
    return page


async def member_cancelling(stage: Stage) -> Page:
    """What it costs, in front."""
    page = await member_sessions(stage)
    await stage.moved_to("monday", "10:00")
    await page.locator(".session__acts button").last.click()
    await expect(page.locator("#cancel-session .btn--grave")).to_be_visible()
    return page


async def member_books(stage: Stage) -> Page:
    """The second step."""
    page = await member_sessions(stage)
    await page.locator(".foot a").click()
    await page.locator(".foot button[type=submit]").click()
    await page.locator(".slot input").first.check(force=True)
    return page


async def member_confirms(stage: Stage) -> Page:
    """The third."""
    page = await member_books(stage)
    await page.locator(".foot button[type=submit]").click()
    await expect(page.locator("dd.sum__total")).to_be_visible()
    return page


async def mentor_books(stage: Stage) -> Page:
    """For one of their members, in front."""
    await opened(stage.server)
    page = await stage.app("tora")
    await page.locator(".conv").first.click()
    await page.locator(".thread .bar .btn--primary").click()
    await expect(page.locator("#book .choice").first).to_be_visible()
    return page


async def mentor_today(stage: Stage) -> Page:
    """Two sessions, one of today."""
    await opened(stage.server)
    await booked(stage.server, "chat", "live_chat", when("monday", "15:00"))
    await booked(stage.server, "call", "video_call", when("wednesday", "11:00"))
    return await _behind(stage, "today", ".list--time li")


async def mentor_hours(stage: Stage) -> Page:
    """Hours and absences."""
    await opened(stage.server)
    return await _behind(stage, "hours", ".hours input")


async def mentor_statement(stage: Stage) -> Page:
    """What was earned, after an extra session that the member did not call off in time."""
    await opened(stage.server)
    await extra(stage.server, "gone", when("tuesday", "11:00"))
    await stage.moved_to("monday", "10:00")
    await called_off(stage.server, "gone")
    return await _behind(stage, "statement", "tfoot td")


async def _behind(stage: Stage, tab: str, what: str) -> Page:
    page = await stage.app("tora")
    await expect(page.locator(".conv").first).to_be_visible()
    await page.evaluate(f"location.hash = '#/{tab}'")
    await expect(page.locator(what).first).to_be_visible()
    return page


SESSION_STATES = {
    "member-sessions": member_sessions,
    "member-cancelling": member_cancelling,
    "member-books": member_books,
    "member-confirms": member_confirms,
    "mentor-books": mentor_books,
    "mentor-today": mentor_today,
    "mentor-hours": mentor_hours,
    "mentor-statement": mentor_statement,
}
