"""States of the bell and of what is pushed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from playwright.async_api import Page, expect

from tests.stories.clock import when
from tests.web.stories.booked import booked

if TYPE_CHECKING:
    from tests.web.states.states import Stage


async def member_notices(stage: Stage) -> Page:
    """Two notices behind the bell, both new."""
    await stage.server.conversation("c1", "live")
    page = await stage.app("mia")
    await booked(stage.server, "b1", "video_call", when("wednesday", "11:00"))
    await booked(stage.server, "b2", "live_chat", when("thursday", "11:00"))
    await expect(page.locator(".bell .count")).to_have_text("2")
    await page.locator(".bell").click()
    await expect(page.locator(".told__one")).to_have_count(2)
    return page


async def mentor_no_notices(stage: Stage) -> Page:
    """Nothing has happened yet."""
    await stage.server.conversation("c1", "live")
    page = await stage.app("tora")
    await page.locator(".bell").click()
    await expect(page.locator("notice-list p")).to_be_visible()
    return page


async def member_push_offer(stage: Stage) -> Page:
    """The first message is sent: shall this device say when an answer comes?"""
    await stage.server.conversation("c1", "basic")
    page = await _pushable(stage)
    await page.locator("textarea").fill("I hope that you read this soon.")
    await page.locator("[type=submit]").click()
    await expect(page.locator("push-offer button").first).to_be_visible()
    return page


async def settings_push(stage: Stage) -> Page:
    """It may be turned on here."""
    await stage.server.conversation("c1", "basic")
    page = await _pushable(stage)
    await page.goto(f"{stage.server.http}/app/settings")
    await expect(page.locator("push-setting button")).to_be_visible()
    return page


async def _pushable(stage: Stage) -> Page:
    page = await stage.app("mia", service_workers="allow")
    await page.context.grant_permissions(["notifications"], origin=stage.server.http)
    return page


BELL_STATES = {
    "member-notices": member_notices,
    "mentor-no-notices": mentor_no_notices,
    "member-push-offer": member_push_offer,
    "settings-push": settings_push,
}
