"""The door in its states, and the settings behind it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from playwright.async_api import Page, expect

from chatserver.conversations.requests import Missing

if TYPE_CHECKING:
    from tests.web.states.states import Stage, State


async def _door(stage: Stage, came: str) -> Page:
    """The door, by what stands behind the address's #."""
    await stage.server.conversation("c1", "basic")
    page = await stage.app("mia")
    await page.goto(f"{stage.server.http}/app/sign-in#{came}")
    await expect(page.locator("h1")).to_be_visible()
    return page


async def door_link(stage: Stage) -> Page:
    """A link that still opens."""
    await stage.server.conversation("c1", "basic")
    link = await stage.server.parts.sign_in_links.make("mia")
    assert not isinstance(link, Missing)
    return await _door(stage, link.partition("#")[2])


async def door_spent(stage: Stage) -> Page:
    """One that opens nothing any more."""
    return await _door(stage, "nothing")


async def door_signed_out(stage: Stage) -> Page:
    """Whoever has signed out."""
    return await _door(stage, "signed-out")


async def door_address(stage: Stage) -> Page:
    """Whom their platform knows and nobody here does: they can write an address."""
    return await _door(stage, "not-known")


async def door_sent(stage: Stage) -> Page:
    """A link is on its way, if they are known."""
    page = await door_address(stage)
    await page.locator("#address").fill("nobody@example.org")
    await page.locator("form button").click()
    await expect(page.locator("#address")).to_have_count(0)
    return page


async def settings(stage: Stage) -> Page:
    """What somebody hears, where they are signed in, their data."""
    await stage.server.conversation("c1", "basic")
    page = await stage.app("mia")
    await page.goto(f"{stage.server.http}/app/settings")
    await expect(page.locator(".places li").first).to_be_visible()
    return page


DOOR_STATES: dict[str, State] = {
    "door-link": door_link,
    "door-spent": door_spent,
    "door-signed-out": door_signed_out,
    "door-address": door_address,
    "door-sent": door_sent,
    "settings": settings,
}
"""By the name of the picture."""
