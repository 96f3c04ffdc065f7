"""Writing in a browser: Light locks and reopens, lines break, texts come back, and nothing that is typed runs."""

from pathlib import Path

import pytest
from playwright.async_api import Browser, expect

from tests.chatserver.realtime.servers import here
from tests.stories.clock import move_clock, when
from tests.web.browsers import PHONE, signed_in
from tests.web.stories.writing import letters, write

# One browser serves all tests of a process, so they share its loop.
pytestmark = pytest.mark.asyncio(loop_scope="session")


async def test_light_locks_keeps_what_is_typed_and_reopens_by_itself(
    browser: Browser, valkey_url: str, tmp_path: Path
) -> None:
    """Two writing days a week and then the input locks; on Monday it opens. The mentor writes all the while."""
    policy = tmp_path / "policy.toml"
    policy.write_text('upgrade_url = "https://plans.example.org/?to={plan}"\n', encoding="utf-8")
    async with here(valkey_url, tmp_path, now=when("monday", "09:00"), policy=policy) as server:
        await server.conversation("c1", "light")
        async with (
            signed_in(browser, server, "mia", **PHONE) as mia,
            signed_in(browser, server, "tora") as tora,
        ):
            await write(mia.page, "Today I told my boss that it is too much.")
            await expect(mia.page.get_by_text("Sent", exact=True)).to_be_visible()
            await expect(mia.page.get_by_text("The window ends in")).to_be_visible()
            await tora.page.get_by_role("link", name="Mia").click()
            await expect(letters(tora.page, "Today I told my boss")).to_be_visible()
            await expect(mia.page.get_by_text("Read", exact=True)).to_be_visible()
            await move_clock(valkey_url, when("wednesday", "09:00"))
            await write(mia.page, "And today she answered.")
            await move_clock(valkey_url, when("thursday", "10:00"))
            field = mia.page.get_by_role("textbox", name="Message")
            send = mia.page.get_by_role("button", name="Send", exact=True)
            await expect(mia.page.get_by_text("Both writing windows this week are used.")).to_be_visible()
            await expect(mia.page.get_by_text("Opens Monday 00:00")).to_be_visible()
            await expect(send).to_have_attribute("aria-disabled", "true")
            await expect(mia.page.get_by_role("link", name="112")).to_be_visible()
            hint = mia.page.locator(".composer__hint")  # beside the conversation it stands only where there is room
            await expect(hint).to_contain_text("With Basic you can write on all weekdays.")
            plans = mia.page.get_by_role("link", name="See what it costs")
            await expect(plans).to_have_attribute("href", "https://plans.example.org/?to=basic")
            await expect(tora.page.get_by_text("Writing is closed for Mia")).to_be_visible()
            await expect(tora.page.get_by_text("0 of 2 left")).to_be_visible()
            await field.fill("I keep this for Monday.")
            await send.click(force=True)  # a person can press it all the same
            await expect(field).to_have_value("I keep this for Monday.")
            await mia.page.reload()
            await expect(field).to_have_value("I keep this for Monday.")
            await write(tora.page, "I read every word. Take the weekend off.")
            await expect(letters(mia.page, "Take the weekend off.")).to_be_visible()
            await expect(tora.page.get_by_text("1 of 2 days written: Thursday")).to_be_visible()
            await move_clock(valkey_url, when("monday", "00:00", weeks=1))
            await expect(send).not_to_have_attribute("aria-disabled", "true")
            await send.click()
            await expect(field).to_have_value("")
            await expect(letters(tora.page, "I keep this for Monday.")).to_be_visible()


async def test_a_text_that_is_refused_comes_back_before_what_was_typed_since(
    browser: Browser, valkey_url: str, tmp_path: Path
) -> None:
    """The server says no when the line is back: what was typed meanwhile stays behind it."""
    async with here(valkey_url, tmp_path, now=when("monday", "09:00")) as server:
        await server.conversation("c1", "basic")
        async with signed_in(browser, server, "mia") as mia:
            await expect(mia.page.get_by_text("Open.")).to_be_visible()
            # While it is on its way the conversation is paused: the page does not know yet.
            await mia.page.evaluate("document.querySelector('member-page').app.chats.chat.stop()")
            await write(mia.page, "Is anybody there?")
            await expect(mia.page.get_by_text("Not sent yet")).to_be_visible()
            await server.change("c1", status="paused")
            await mia.page.get_by_role("textbox", name="Message").fill("I hope so.")
            await mia.page.evaluate("document.querySelector('member-page').app.chats.chat.start()")
            await expect(mia.page.get_by_role("textbox", name="Message")).to_have_value(
                "Is anybody there?\n\nI hope so."
            )
            await expect(mia.page.get_by_text("Not sent.", exact=True)).to_be_visible()


HOSTILE = (
    "<img src=x onerror=alert(1)>",
    "<script>alert(1)</script>",
    "javascript:alert(1)",
    "${alert(1)}",
    "{{constructor.constructor('alert(1)')()}}",
    '"><svg onload=alert(1)>',
    "\u202eright to left\u202c",
    "a" * 3_000,
    "👩‍👩‍👧‍👦 \u0301\u0301\u0301",
)


async def test_what_people_type_is_text(browser: Browser, valkey_url: str, tmp_path: Path) -> None:
    """Shown as it is; nothing runs, nothing is loaded, nothing is wider than the page."""
    async with here(valkey_url, tmp_path, now=when("monday", "09:00")) as server:
        await server.conversation("c1", "basic")
        async with server.device("tora") as tora:
            for number, text in enumerate(HOSTILE):
                await tora.write(text, f"h{number}")
        async with signed_in(browser, server, "mia", **PHONE) as mia:
            await expect(mia.page.get_by_text("onerror=alert(1)")).to_be_visible()
            await expect(mia.page.locator("li.msg")).to_have_count(len(HOSTILE))
            assert await mia.page.locator("li.msg img, li.msg script, li.msg svg svg").count() == 0
            wide = await mia.page.evaluate("document.documentElement.scrollWidth > innerWidth")
            assert not wide
