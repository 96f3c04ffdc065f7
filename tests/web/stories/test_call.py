"""A video call in two browsers, which exchange pictures peer to peer: from the check before it to its end."""

from pathlib import Path

import pytest
from playwright.async_api import Browser, expect

from tests.chatserver.realtime.servers import here, token
from tests.plain_http import http_client
from tests.stories.clock import move_clock, when
from tests.web.browsers import PHONE, AppPage, signed_in
from tests.web.cable import cable
from tests.web.relay import relay
from tests.web.stories.booked import booked
from tests.web.stories.calling import Radio, joined, note, sees
from tests.web.stories.test_changes import choose
from tests.web.stories.writing import letters, write

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def test_two_meet_one_loses_the_network_and_the_call_comes_back(
    browser: Browser, valkey_url: str, tmp_path: Path
) -> None:
    """Each has seen themselves before. The line is mended by itself, and nothing of the session is lost."""
    async with here(valkey_url, tmp_path, now=when("monday", "09:00")) as server, cable() as line:
        await server.conversation("c1", "live")
        await booked(server, "call", "video_call", when("monday", "11:00"))
        await move_clock(valkey_url, when("monday", "10:45"))
        line.plug_in(server.port)
        direct, server.http = server.http, line.http
        async with signed_in(browser, server, "mia", **PHONE) as member:
            server.http = direct
            async with signed_in(browser, server, "tora") as mentor:
                mia = member.page
                await mia.goto(f"{line.http}/app/call/call")
                await expect(mia.get_by_text("You can join from 10:50.")).to_be_visible()
                await expect(mia.get_by_text("We can hear you.")).to_be_visible()
                radio = await Radio.of(mia)
                await move_clock(valkey_url, when("monday", "10:51"))
                await mia.get_by_role("button", name="Join").click()
                await expect(mia.get_by_text("Waiting for Tora")).to_be_visible()
                await mentor.page.get_by_role("link", name="Today", exact=True).click()
                tora = await joined(mentor.page, "Join the session with Mia")
                at_desk = AppPage(tora)
                await sees(mia)
                await sees(tora)
                await tora.get_by_role("button", name="Mute").click()
                await expect(mia.get_by_text("Tora, muted")).to_be_visible()
                await expect(note(tora, "You are muted. Mia sees that")).to_be_visible()
                await tora.get_by_role("button", name="Mute").click()
                await write(tora, "Here is the page I mentioned.")
                await expect(mia.get_by_role("button", name="Chat")).to_contain_text("1 unread")
                await mia.get_by_role("button", name="Chat").click()
                await expect(letters(mia, "Here is the page I mentioned.")).to_be_visible()
                await choose(mia, "Here is the page I mentioned.", "Answer")
                await expect(mia.get_by_role("textbox", name="Message")).to_be_focused()
                await mia.get_by_role("button", name="Chat").click()

                await radio.turn(on=False)
                line.pull_out()
                await expect(note(mia, "The line dropped. Trying again.")).to_be_visible()
                await expect(note(tora, "Mia’s line is down too.")).to_be_visible()
                line.plug_in(server.port)
                await radio.turn(on=True)
                for page in (mia, tora):
                    await expect(note(page, "The line dropped.")).to_have_count(0)
                    await sees(page)

                # The first page hears of the second one later, and does not take the call back.
                await mia.evaluate("document.querySelector('call-page').app.chats.chat.stop()")
                tablet = await mia.context.new_page()
                await tablet.goto(mia.url)
                await tablet.get_by_role("button", name="Join").click()
                await sees(tablet)
                await mia.evaluate("document.querySelector('call-page').app.chats.chat.start()")
                await expect(mia.get_by_role("heading", name="The call goes on in another window")).to_be_visible()
                await mia.get_by_role("button", name="Join again").click()
                await sees(mia)
                await tablet.close()

                await move_clock(valkey_url, when("monday", "11:30"))
                for page in (mia, tora):
                    await expect(note(page, "The booked time has passed.")).to_be_visible()
                await expect(mia.get_by_text("Over time")).to_be_visible()
                await sees(mia)
                await tora.get_by_role("button", name="End the session").click()
                for page in (mia, tora):
                    await expect(page.get_by_role("heading", name="The session is over")).to_be_visible()
                await mia.get_by_role("link", name="Open the chat").click()
                await expect(letters(mia, "Here is the page I mentioned.")).to_be_visible()
                assert at_desk.faults == []
        async with http_client(server.http, headers={"Authorization": f"Bearer {token('sara')}"}) as api:
            booking = (await api.get("/v1/bookings/call")).json()
        assert booking["state"] == "held"


async def test_who_cannot_be_connected_hears_why_and_what_to_do(
    browser: Browser, valkey_url: str, tmp_path: Path
) -> None:
    """Nothing comes through one of the networks, and the platform has no relay. The chat is open."""
    async with here(valkey_url, tmp_path, now=when("monday", "09:00")) as server:
        await server.conversation("c1", "live")
        await booked(server, "call", "video_call", when("monday", "11:00"))
        await move_clock(valkey_url, when("monday", "10:55"))
        async with signed_in(browser, server, "mia", **PHONE) as member, signed_in(browser, server, "tora") as mentor:
            for app in (member, mentor):
                await app.page.clock.install()
                await (await Radio.of(app.page)).turn(on=False)
                await app.page.goto(f"{server.http}/app/call/call")
                await app.page.get_by_role("button", name="Join").click()
            for app in (member, mentor):
                await expect(app.page.get_by_text("Connecting you with")).to_be_visible()
            for app in (member, mentor):
                await app.page.clock.fast_forward(46_000)
                await expect(
                    app.page.get_by_role("heading", name="We could not connect the two of you")
                ).to_be_visible()
                await expect(app.page.get_by_text("This platform has no relay")).to_be_visible()
            await member.page.get_by_role("link", name="Open the chat").click()
            await write(member.page, "Shall we write instead?")
            await expect(letters(member.page, "Shall we write instead?")).to_be_visible()


async def test_where_no_other_way_is_open_the_call_goes_through_the_relay(
    browser: Browser, valkey_url: str, tmp_path: Path
) -> None:
    """With the passwords that the server makes for this call."""
    secret = "shared with the relay"
    async with (
        relay(secret) as way,
        here(valkey_url, tmp_path, now=when("monday", "09:00"), turn_urls=(way.url,), turn_secret=secret) as server,
    ):
        await server.conversation("c1", "live")
        await booked(server, "call", "video_call", when("monday", "11:00"))
        await move_clock(valkey_url, when("monday", "10:55"))
        async with signed_in(browser, server, "mia", **PHONE) as mia, signed_in(browser, server, "tora") as tora:
            for app in (mia, tora):
                await app.page.add_init_script(NO_DIRECT_WAY)
                await app.page.goto(f"{server.http}/app/call/call")
                await app.page.get_by_role("button", name="Join").click()
            await sees(mia.page)
            await sees(tora.page)
            assert way.people == {"mia", "tora"}


NO_DIRECT_WAY = """
const Direct = RTCPeerConnection;
globalThis.RTCPeerConnection = class extends Direct {
  constructor(given) {
    super({ ...given, iceTransportPolicy: "relay" });
  }
};
"""
"""As a network that lets nothing through but to the relay."""


async def test_without_leave_for_the_camera_one_joins_all_the_same(
    browser: Browser, valkey_url: str, tmp_path: Path
) -> None:
    """What the browser keeps back is said, with what to do; a call that is not one's own is not there."""
    async with here(valkey_url, tmp_path, now=when("monday", "09:00")) as server:
        await server.conversation("c1", "live")
        await server.conversation("c2", "live", member="ola", mentor="ulf")
        await booked(server, "call", "video_call", when("monday", "11:00"))
        await move_clock(valkey_url, when("monday", "11:01"))
        async with signed_in(browser, server, "mia") as mia, signed_in(browser, server, "ola") as ola:
            await mia.page.add_init_script(
                "navigator.mediaDevices.getUserMedia = () => Promise.reject(new DOMException('', 'NotAllowedError'))"
            )
            await mia.page.goto(f"{server.http}/app/call/call")
            await expect(
                mia.page.get_by_text("The browser keeps camera and microphone from this page.")
            ).to_be_visible()
            await expect(mia.page.get_by_text("Tora will not see you")).to_be_visible()
            await mia.page.get_by_role("button", name="Join").click()
            await move_clock(valkey_url, when("monday", "11:05"))
            await expect(note(mia.page, "Tora has not joined yet. Tora has been sent a message.")).to_be_visible()
            await mia.page.get_by_role("button", name="Leave").click()
            await expect(mia.page.get_by_text("The session goes on until 11:30. You can come back.")).to_be_visible()
            await mia.page.get_by_role("button", name="Join again").click()
            await expect(mia.page.get_by_text("Waiting for Tora")).to_be_visible()
            await server.change("c1", status="suspended")
            await expect(mia.page.get_by_role("heading", name="The conversation is suspended")).to_be_visible()
            await ola.page.goto(f"{server.http}/app/call/call")
            await expect(ola.page.get_by_role("heading", name="This call is not here")).to_be_visible()
