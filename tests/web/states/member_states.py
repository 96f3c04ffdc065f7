"""States of the member's page beside writing and locks."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from playwright.async_api import Page, expect

from tests.chatserver.realtime.servers import token
from tests.plain_http import http_client
from tests.stories.clock import when
from tests.web.stories.booked import A_YEAR, booked

if TYPE_CHECKING:
    from tests.web.states.states import Stage

REQUESTS = re.compile("What would you like|Hva ønsker du")
"""In the languages that states are seen in."""


async def member_live(stage: Stage) -> Page:
    """A live chat runs, for two minutes more."""
    await stage.server.conversation("c1", "live")
    await booked(stage.server, "chat", "live_chat", when("monday", "10:00"))
    await stage.moved_to("monday", "10:02")
    await stage.said("tora", "Good to see you. Where would you like to begin today?")
    await stage.moved_to("monday", "10:28")
    page = await stage.app("mia")
    await expect(page.locator(".bar__left b")).to_be_visible()
    return page


async def member_away(stage: Stage) -> Page:
    """The mentor is away, somebody stands in, and only video is included."""
    await stage.server.conversation("c2", "basic", member="ola", mentor="ulf")
    await stage.server.conversation("c1", "video")
    headers = {"Authorization": f"Bearer {token('tora', seconds=A_YEAR)}"}
    absence = {"from": when("monday", "08:00"), "until": when("monday", "08:00", weeks=1), "substitute": "ulf"}
    async with http_client(stage.server.http, headers=headers) as api:
        answer = await api.put("/v1/mentors/tora/absences/a1", json=absence)
    assert answer.status_code == 201, answer.text
    page = await stage.app("mia")
    await expect(page.get_by_role("note")).to_have_count(2)
    return page


async def member_paused(stage: Stage) -> Page:
    """Support has paused it."""
    await stage.server.conversation("c1", "basic")
    await stage.said("mia", "I will be travelling.")
    await stage.server.change("c1", status="paused")
    return await _locked(stage)


async def member_suspended(stage: Stage) -> Page:
    """Nobody can write."""
    await stage.server.conversation("c1", "basic")
    await stage.server.change("c1", status="suspended")
    return await _locked(stage)


async def member_ended(stage: Stage) -> Page:
    """It can be read, and there is nothing to write in any more."""
    await stage.server.conversation("c1", "basic")
    await stage.said("tora", "It was a joy to walk beside you.")
    await stage.server.change("c1", status="ended")
    page = await _locked(stage)
    await expect(page.locator("textarea")).to_be_hidden()
    return page


async def member_menu(stage: Stage) -> Page:
    """The menu of the header, in front."""
    await stage.server.conversation("c1", "basic")
    page = await stage.app("mia")
    await page.locator("[popovertarget=menu]").click()
    await expect(page.locator("#menu")).to_be_visible()
    return page


async def member_keys(stage: Stage) -> Page:
    """The list of shortcuts, in front."""
    await stage.server.conversation("c1", "basic")
    page = await stage.app("mia")
    await expect(page.locator(".composer")).to_be_visible()
    await page.keyboard.press("?")
    await expect(page.locator("#shortcuts dt").first).to_be_visible()
    return page


async def member_plan(stage: Stage) -> Page:
    """What the plan allows, and how the week stands."""
    await stage.server.conversation("c1", "light")
    await stage.said("mia", "It has been a heavy day.")
    page = await stage.app("mia")
    await expect(page.locator(".composer")).to_be_visible()
    await page.evaluate("location.hash = '#/plan'")
    await expect(page.locator(".page svg.week")).to_be_visible()
    return page


async def member_requests(stage: Stage) -> Page:
    """What one may ask for, in front."""
    page = await member_menu(stage)
    await page.locator("#menu").get_by_role("button", name=REQUESTS).click()
    await expect(page.locator("#request li").first).to_be_visible()
    return page


async def member_offline(stage: Stage) -> Page:
    """What was read stays, and a text waits."""
    await stage.server.conversation("c1", "basic")
    await stage.said("tora", "I have read what you wrote last week.")
    page = await stage.app("mia")
    await expect(page.get_by_text("I have read what you wrote last week.")).to_be_visible()
    await page.context.set_offline(True)
    await expect(page.locator(".strip--offline")).to_be_visible()
    await page.locator("textarea").fill("I am on the train now.")
    await page.locator("[type=submit]").click()
    await expect(page.locator(".mark--unsent")).to_be_visible()
    return page


async def _locked(stage: Stage) -> Page:
    page = await stage.app("mia")
    await expect(page.locator(".composer--locked")).to_be_visible()
    return page


MEMBER_STATES = {
    "member-live": member_live,
    "member-away": member_away,
    "member-paused": member_paused,
    "member-suspended": member_suspended,
    "member-ended": member_ended,
    "member-menu": member_menu,
    "member-keys": member_keys,
    "member-plan": member_plan,
    "member-requests": member_requests,
    "member-offline": member_offline,
}
