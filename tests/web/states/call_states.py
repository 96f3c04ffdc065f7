"""States of a video call: before it, in it, and when something is not as it should be."""

from __future__ import annotations

from typing import TYPE_CHECKING

from playwright.async_api import Page, expect

from tests.stories.clock import when
from tests.web.stories.booked import booked
from tests.web.stories.calling import Radio, sees

if TYPE_CHECKING:
    from tests.web.states.states import Stage


async def call_check(stage: Stage) -> Page:
    """A minute before one can join: one sees and hears oneself."""
    page = await _at_the_call(stage, "10:49")
    await expect(page.locator(".preview video")).to_be_visible()
    return page


async def call_late(stage: Stage) -> Page:
    """The other side has not come."""
    page = await _at_the_call(stage, "10:59")
    await _join(page)
    await stage.moved_to("monday", "11:05")
    await expect(page.locator(".stage__note")).to_be_visible()
    return page


async def call_muted(stage: Stage) -> Page:
    """Both are there, and one of them is neither heard nor seen."""
    page, _ = await _together(stage)
    for control in (0, 1):
        await page.locator(".ctl button").nth(control).click()
    await expect(page.locator(".stage__note")).to_be_visible()
    return page


async def call_chat(stage: Stage) -> Page:
    """The chat, in the place of the stage or beside it."""
    page, _ = await _together(stage)
    chat = page.locator(".ctl button[aria-pressed]").last
    if await chat.get_attribute("aria-pressed") == "false":
        await chat.click()
    await expect(page.locator(".callchat textarea")).to_be_visible()
    return page


async def call_lost(stage: Stage) -> Page:
    """No packet comes through any more."""
    page, radio = await _together(stage)
    await radio.turn(on=False)
    await expect(page.locator(".stage__note")).to_be_visible()
    return page


async def call_over_time(stage: Stage) -> Page:
    """The booked end has passed, and both are still there."""
    page, _ = await _together(stage)
    await stage.moved_to("monday", "11:30")
    await expect(page.locator(".stage__note")).to_be_visible()
    return page


async def call_failed(stage: Stage) -> Page:
    """Nothing has come through from the beginning."""
    page = await _at_the_call(stage, "10:58")
    await page.clock.install()
    await (await Radio.of(page)).turn(on=False)
    await page.reload()
    await _join(page)
    other = await stage.app("tora")
    await other.goto(page.url)
    await _join(other)
    await expect(page.locator(".stage__name")).not_to_have_text("")
    await expect(page.locator("page-announcer p")).not_to_have_text("")
    await page.clock.fast_forward(46_000)
    await expect(page.locator(".check--after ol")).to_be_visible()
    return page


async def call_left(stage: Stage) -> Page:
    """One has left, and may come back."""
    page = await _at_the_call(stage, "11:00")
    await _join(page)
    await page.locator(".btn--leave").click()
    await expect(page.locator(".check--after")).to_be_visible()
    return page


async def _at_the_call(stage: Stage, clock: str) -> Page:
    await stage.server.conversation("c1", "live")
    await booked(stage.server, "call", "video_call", when("monday", "11:00"))
    await stage.said("tora", "I am in the room, come whenever you are ready.")
    await stage.moved_to("monday", clock)
    page = await stage.app("mia")
    await page.goto(f"{stage.server.http}/app/call/call")
    return page


async def _together(stage: Stage) -> tuple[Page, Radio]:
    page = await _at_the_call(stage, "10:58")
    await expect(page.locator(".preview video")).to_be_visible()
    radio = await Radio.of(page)
    await _join(page)
    other = await stage.app("tora")
    await other.goto(page.url)
    await _join(other)
    await sees(page)
    return page, radio


async def _join(page: Page) -> None:
    await page.locator(".check__join").click()


CALL_STATES = {
    "call-check": call_check,
    "call-late": call_late,
    "call-muted": call_muted,
    "call-chat": call_chat,
    "call-lost": call_lost,
    "call-over-time": call_over_time,
    "call-failed": call_failed,
    "call-left": call_left,
}
