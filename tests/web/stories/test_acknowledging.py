"""A thank-you needs no answer: the mentor says so, by keyboard, and nobody waits any more."""

from pathlib import Path

import pytest
from playwright.async_api import Browser, expect

from tests.chatserver.realtime.servers import here
from tests.stories.clock import when
from tests.web.browsers import PHONE, signed_in
from tests.web.stories.axe import nothing_found
from tests.web.stories.writing import letters, write

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def test_what_needs_no_answer(browser: Browser, valkey_url: str, tmp_path: Path) -> None:
    """Only once it is said twice; what the member writes then waits anew."""
    policy = tmp_path / "policy.toml"
    policy.write_text("[plans.basic]\nno_answer_needed = true\n")
    async with here(valkey_url, tmp_path / "data", now=when("monday", "09:00"), policy=policy) as server:
        await server.conversation("c1", "basic")
        async with (
            signed_in(browser, server, "mia", **PHONE) as mia,
            signed_in(browser, server, "tora") as tora,
        ):
            page, desk = mia.page, tora.page
            await write(page, "Thank you, that helped.")
            await desk.get_by_role("link", name="Mia").click()
            await expect(letters(desk, "Thank you, that helped.")).to_be_visible()
            needs_none = desk.get_by_role("button", name="Needs no answer")
            await needs_none.press("Enter")
            say_so = desk.get_by_role("button", name="Say so")
            await expect(say_so).to_be_focused()
            await expect(desk.get_by_text("It does not count as an answer.")).to_be_visible()
            await desk.get_by_role("button", name="Not now").press("Enter")
            await expect(needs_none).to_be_focused()
            await nothing_found(desk)
            await needs_none.press("Enter")
            await say_so.press("Enter")

            await expect(letters(page, "Tora has read it. It needs no answer.")).to_be_visible()
            await expect(letters(desk, "You have said that it needs no answer.")).to_be_visible()
            await expect(needs_none).to_have_count(0)
            await expect(desk.get_by_role("textbox", name="Message")).to_be_focused()
            await expect(desk.get_by_text("Mia has been told. No answer is due.")).to_have_count(1)
            await write(page, "One more thing: when do we meet?")
            await expect(letters(desk, "One more thing: when do we meet?")).to_be_visible()
            await expect(needs_none).to_be_visible()
