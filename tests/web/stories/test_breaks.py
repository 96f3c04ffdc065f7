"""Lines that break: writing goes on, everything is sent once and in order, and what was read stays readable."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path

import pytest
from playwright.async_api import Browser, expect

from tests.chatserver.realtime.servers import HereServer, here
from tests.stories.clock import when
from tests.web.browsers import PHONE, signed_in
from tests.web.cable import Cable, cable
from tests.web.stories.writing import LEFT, letters, write

pytestmark = pytest.mark.asyncio(loop_scope="session")
NOW = when("monday", "09:00")


@asynccontextmanager
async def behind(line: Cable, store_url: str, folder: Path, *, now: str | None = NOW) -> AsyncIterator[HereServer]:
    """A server that apps reach by the line, as long as it runs."""
    async with here(store_url, folder, now=now) as server:
        server.http = line.http
        line.plug_in(server.port)
        try:
            yield server
        finally:
            line.pull_out()


async def test_a_server_stops_and_what_is_written_meanwhile_comes_once_and_in_order(
    browser: Browser, valkey_url: str, tmp_path: Path
) -> None:
    """The tab is closed before the server is back, and opened after."""
    async with AsyncExitStack() as stack:
        line = await stack.enter_async_context(cable())
        async with behind(line, valkey_url, tmp_path) as server:
            await server.conversation("c1", "basic")
            async with server.device("tora") as tora:
                await tora.write("Write whenever it suits you.")
            mia = (await stack.enter_async_context(signed_in(browser, server, "mia", **PHONE))).page
            await write(mia, "I am on the train.")
            await expect(mia.get_by_text("Sent", exact=True)).to_be_visible()
        await expect(mia.get_by_text("You are offline.")).to_be_visible()
        for text in ("It may come in pieces.", "He called again this morning."):
            await write(mia, text)
        await expect(mia.get_by_text("Not sent yet")).to_have_count(2)
        await expect(letters(mia, "Write whenever it suits you.")).to_be_visible()
        await mia.goto("about:blank")
        async with behind(line, valkey_url, tmp_path, now=None) as server, server.device("tora") as tora:
            await mia.goto(f"{line.http}/app/member")
            await expect(letters(mia, "He called again this morning.")).to_be_visible()
            await expect(mia.get_by_text("Not sent yet")).to_have_count(0)
            await tora.say("history", conversation="c1")
            assert [each["body"] for each in (await tora.hears("history"))["messages"]] == [
                "Write whenever it suits you.",
                "I am on the train.",
                "It may come in pieces.",
                "He called again this morning.",
            ]


async def test_without_a_line_the_newest_messages_are_there_and_writing_goes_on(
    browser: Browser, valkey_url: str, tmp_path: Path
) -> None:
    """The page begins with what the device has kept; what is new stands below it once the line is back."""
    async with cable() as line, behind(line, valkey_url, tmp_path) as server:
        await server.conversation("c1", "basic")
        async with server.device("tora") as tora, signed_in(browser, server, "mia", **PHONE) as app:
            mia = app.page
            await tora.write("This stays with you.")
            await expect(letters(mia, "This stays with you.")).to_be_visible()
            await mia.context.set_offline(True)
            await expect(mia.get_by_text("You are offline.")).to_be_visible()
            await mia.context.set_offline(False)
            await expect(mia.get_by_text("You are offline.")).to_have_count(0)
            # The page itself comes, nothing that it asks for does.
            for path in ("**/app/ticket", "**/v1/**"):
                await mia.route(path, lambda route: route.abort())
            await mia.reload()
            await expect(letters(mia, "This stays with you.")).to_be_visible()
            await expect(mia.get_by_text("You are offline.")).to_be_visible()
            await expect(mia.get_by_text("Not known yet.")).to_be_visible()
            await write(mia, "I read it in the tunnel.")
            await expect(mia.get_by_text("Not sent yet")).to_be_visible()
            await tora.write("And this comes after it.")
            await mia.unroute_all()
            await expect(letters(mia, "And this comes after it.")).to_be_visible()
            await expect(mia.get_by_text("1 new message")).to_be_visible()
            await expect(mia.get_by_text("Not sent yet")).to_have_count(0)
            await expect(letters(mia, "I read it in the tunnel.")).to_be_visible()
            await expect(letters(mia, "This stays with you.")).to_have_count(1)


async def test_signing_out_leaves_nothing_on_the_device(browser: Browser, valkey_url: str, tmp_path: Path) -> None:
    """Neither messages nor drafts nor who it was."""
    async with here(valkey_url, tmp_path, now=NOW) as server:
        await server.conversation("c1", "basic")
        async with signed_in(browser, server, "mia", **PHONE) as app:
            mia = app.page
            await write(mia, "Nobody else may read this here.")
            await expect(mia.get_by_text("Sent", exact=True)).to_be_visible()
            await mia.get_by_role("textbox", name="Message").fill("Nor this.")
            await mia.get_by_role("button", name="Menu", exact=True).click()
            await mia.get_by_role("button", name="Sign out").click()
            await mia.wait_for_url("**/app/sign-in*")
            assert await mia.evaluate(LEFT) == []


async def test_at_a_lock_nothing_is_promised(browser: Browser, valkey_url: str, tmp_path: Path) -> None:
    """What is written while there is no line is kept, and sent by nobody."""
    async with cable() as line, behind(line, valkey_url, tmp_path, now=when("saturday", "09:00")) as server:
        await server.conversation("c1", "basic")
        async with signed_in(browser, server, "mia", **PHONE) as app:
            mia = app.page
            await expect(mia.get_by_text("Writing rests today.")).to_be_visible()
            line.pull_out()
            strip = mia.locator(".strip--offline")
            await expect(strip).to_contain_text("You are offline. What you write is kept here.")
