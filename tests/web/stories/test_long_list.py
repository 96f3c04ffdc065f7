"""A mentor with more conversations than one page of the list has."""

from pathlib import Path

import pytest
from playwright.async_api import Browser, Locator, Page, expect

from chatserver.conversations.requests import ConversationDetails, PersonDetails, Written
from chatserver.realtime import conversation_list
from tests.chatserver.realtime.servers import HereServer, here
from tests.stories.clock import when
from tests.web.browsers import signed_in
from tests.web.stories.writing import letters

pytestmark = pytest.mark.asyncio(loop_scope="session")

COUNT = 70
PAGE = 40


async def many(server: HereServer) -> None:
    """c0 to c69, each with a member of its own; the highest ones were written in last."""
    provisioning = server.parts.provisioning
    await provisioning.put_person("tora", PersonDetails("mentor", "Tora"))
    for number in range(COUNT):
        member = "mia" if number == 0 else f"m{number}"
        await provisioning.put_person(member, PersonDetails("member", "Mia" if number == 0 else f"Kim {number:02}"))
        made = await provisioning.put_conversation(f"c{number}", ConversationDetails(member, "tora", "basic"))
        assert isinstance(made, Written)
    async with server.device("tora") as tora:
        for number in range(COUNT):
            await tora.write(f"hello {number}", id=f"{number}", conversation=f"c{number}")


def rows(page: Page) -> Locator:
    """The conversations of the list."""
    return page.locator(".conv__name")


async def test_the_list_goes_on_as_one_scrolls_and_what_happens_further_down_comes_up(
    browser: Browser, valkey_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whichever page a conversation is on, its address opens it; and what was opened is read without a line, too."""
    monkeypatch.setattr(conversation_list, "MAX_LISTED", PAGE)
    async with here(valkey_url, tmp_path, now=when("monday", "09:00")) as server:
        await many(server)
        async with signed_in(browser, server, "tora") as app:
            page = app.page
            await expect(rows(page)).to_have_count(30)
            async with server.device("mia") as mia:
                await mia.write("Is this a good time?", conversation="c0")
            await expect(rows(page).first).to_have_text("Mia")
            await expect(page.get_by_text("1 unread")).to_have_count(1)
            end = page.get_by_role("button", name="Show more")
            for count in (60, COUNT):
                await end.scroll_into_view_if_needed()
                await expect(rows(page)).to_have_count(count)
            await expect(end).to_have_count(0)
            assert len(set(await rows(page).all_inner_texts())) == COUNT
            await page.goto(f"{server.http}/app/mentor#/conversations/c1")
            await page.reload()
            await expect(letters(page, "hello 1")).to_be_visible()
            # The page itself comes, nothing that it asks for does.
            for path in ("**/app/ticket", "**/v1/**"):
                await page.route(path, lambda route: route.abort())
            await page.reload()
            await expect(letters(page, "hello 1")).to_be_visible()
            await expect(page.get_by_text("You are offline.")).to_be_visible()
            await page.unroute_all()
            await expect(page.get_by_text("You are offline.")).to_have_count(0)
            await expect(rows(page).first).to_have_text("Mia")
