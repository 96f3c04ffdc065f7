"""Signals of a video call: from one of its two people to all that the other is connected with, and to nobody else."""

import time
from base64 import b64decode
from hashlib import sha1
from hmac import HMAC
from pathlib import Path

import pytest

from chatserver.client import ChatClient
from chatserver.protocol.codec import Encoding
from chatserver.protocol.commands import MAX_SIGNAL_BYTES
from chatserver.protocol.session_events import Signalled
from chatserver.setting_values import Rate
from tests.chatserver.realtime.servers import HereServer, here, token
from tests.chatserver.realtime.test_sessions import book
from tests.plain_http import http_client
from tests.stories.clock import move_clock, when

START = when("tuesday", "10:15")
OFFER = '{"offer": "v=0 æ 👋 \\u0000"}'


async def call(server: HereServer, store_url: str, id: str = "s1") -> None:
    """A video call of mia and tora that can be joined from now on."""
    await server.conversation("c1", "live")
    await book(server, START, id=id, service="video_call")
    await move_clock(store_url, when("tuesday", "10:05"))


async def test_all_that_the_other_is_connected_with_hears_it_in_order(valkey_url: str, tmp_path: Path) -> None:
    """On two servers, in both encodings; not the writer's other devices, nor anybody who reads along."""
    async with here(valkey_url, tmp_path) as one, here(valkey_url, tmp_path, now=None) as other:
        await call(one, valkey_url)
        async with (
            one.device("mia") as mia,
            other.device("mia") as tablet,
            one.device("tora", encoding="msgpack") as tora,
            other.device("tora") as phone,
            other.device("sara", {"c1": 0}) as sara,
        ):
            for data in (OFFER, "candidate 1", "candidate 2"):
                await mia.say("signal", booking="s1", to="tora", data=data)
            for device in (tora, phone):
                heard = [await device.hears("signal") for _ in range(3)]
                assert heard == [
                    {"type": "signal", "booking": "s1", "from": "mia", "data": data}
                    for data in (OFFER, "candidate 1", "candidate 2")
                ]
            await tora.say("signal", booking="s1", to="mia", data="answer")
            assert (await mia.hears("signal"))["data"] == (await tablet.hears("signal"))["data"] == "answer"
            for device in (mia, tablet, sara):
                assert not [event for event in await device.silence() if event["type"] == "signal"]


async def test_only_while_the_call_may_be_joined(valkey_url: str, tmp_path: Path) -> None:
    async with here(valkey_url, tmp_path) as server:
        await server.conversation("c1", "live")
        await book(server, START, service="video_call")
        async with server.device("mia") as mia, server.device("tora") as tora:
            await mia.say("signal", booking="s1", to="tora", data=OFFER, ask="q1")
            early = await mia.error("not_open")
            assert early["ask"] == "q1"
            assert when("tuesday", "10:05") in early["message"]
            await move_clock(valkey_url, when("tuesday", "10:05"))
            await mia.say("signal", booking="s1", to="tora", data=OFFER)
            await tora.hears("signal")
            await server.change("c1", status="suspended")
            await mia.say("signal", booking="s1", to="tora", data=OFFER)
            await mia.error("not_open")
            await server.change("c1", status="open")
            await server.parts.bookings.join("s1", "member")
            await server.parts.bookings.join("s1", "mentor")
            await move_clock(valkey_url, when("tuesday", "11:00"))  # past its booked end: nobody is cut off
            await mia.say("signal", booking="s1", to="tora", data="over time")
            await tora.hears("signal", data="over time")
            await server.parts.bookings.finish("s1", "mentor")
            await mia.say("signal", booking="s1", to="tora", data=OFFER)
            await mia.error("not_open")


async def test_only_between_its_two_people(valkey_url: str, tmp_path: Path) -> None:
    """Another's call and one that is not there look the same; a live chat is no call."""
    async with here(valkey_url, tmp_path) as server:
        await server.conversation("c2", "live", member="ola")
        await call(server, valkey_url)
        await book(server, when("tuesday", "11:00"), id="s2", conversation="c2", service="video_call")
        await book(server, when("tuesday", "12:00"), id="s3", service="live_chat")
        async with server.device("mia") as mia, server.device("ola") as ola, server.device("sara", {"c1": 0}) as sara:
            for booking in ("s2", "s3", "absent"):
                await mia.say("signal", booking=booking, to="tora", data=OFFER)
                assert (await mia.error("not_found"))[
                    "message"
                ] == f"there is no video call {booking!r} for this person"
            await mia.say("signal", booking="s1", to="ola", data=OFFER)
            assert "'tora'" in (await mia.error("invalid_field"))["message"]
            await sara.say("signal", booking="s1", to="mia", data=OFFER)
            await sara.error("read_only")
            assert not [event for event in await ola.silence() if event["type"] == "signal"]


async def test_its_length_is_bounded_and_counts(valkey_url: str, tmp_path: Path) -> None:
    """16 KiB of UTF-8; the longest costs what a message does, and more than the rate allows is refused."""
    async with here(valkey_url, tmp_path, rate_limit=Rate(1, "hour", 2)) as server:
        await call(server, valkey_url)
        longest = "x" * MAX_SIGNAL_BYTES
        async with server.device("mia") as mia, server.device("tora") as tora:
            await mia.say("signal", booking="s1", to="tora", data=longest)
            assert (await tora.hears("signal"))["data"] == longest
            await mia.say("signal", booking="s1", to="tora", data="æ" * (MAX_SIGNAL_BYTES // 2 + 1))
            await mia.error("text_too_long")
            await mia.say("signal", booking="s1", to="tora", data="short", ask="q1")
            assert (await tora.hears("signal"))["data"] == "short"
            await mia.say("signal", booking="s1", to="tora", data=longest, ask="q2")
            limited = await mia.error("rate_limited")
            assert limited["ask"] == "q2"
            assert limited["retry_after"] > 0


@pytest.mark.parametrize("encoding", ["json", "msgpack"])
async def test_the_client_says_and_hears_them(valkey_url: str, tmp_path: Path, encoding: Encoding) -> None:
    async with here(valkey_url, tmp_path) as server:
        await call(server, valkey_url)
        async with (
            ChatClient(server.http, token("mia"), encoding=encoding) as mia,
            ChatClient(server.http, token("tora")) as tora,
        ):
            await mia.online()
            await tora.online()
            await mia.signal("s1", "tora", OFFER)
            async for event in tora.events():
                if isinstance(event, Signalled):
                    assert event == Signalled("s1", "mia", OFFER)
                    break


async def test_how_browsers_find_each_other(valkey_url: str, tmp_path: Path) -> None:
    """A password for the relay lasts until the call must be over, in real time, whatever the server's clock."""
    stun, turn, secret = ("stun:stun.example.org",), ("turn:turn.example.org:3478",), "shared with coturn"
    async with here(valkey_url, tmp_path, stun_urls=stun, turn_urls=turn, turn_secret=secret) as server:
        await call(server, valkey_url)
        async with http_client(server.http, headers={"Authorization": f"Bearer {token('mia')}"}) as api:
            answer = (await api.get("/v1/bookings/s1/call")).json()
            await move_clock(valkey_url, when("tuesday", "10:45"))
            late = await api.get("/v1/bookings/s1/call")
    assert (answer["booking"], answer["to"], answer["relayed"]) == ("s1", "tora", True)
    direct, relay = answer["ice_servers"]
    assert direct == {"urls": ["stun:stun.example.org"], "username": None, "credential": None}
    until, _, person = relay["username"].partition(":")
    assert (relay["urls"], person) == (["turn:turn.example.org:3478"], "mia")
    assert b64decode(relay["credential"]) == HMAC(secret.encode(), relay["username"].encode(), sha1).digest()
    # From 10:05 on it can last until 12:45.
    assert abs(int(until) - (time.time() + 160 * 60)) < 60 * 60
    assert (late.status_code, late.json()["reason"]) == (409, "not_open")


async def test_without_servers_it_says_that_there_is_no_relay(valkey_url: str, tmp_path: Path) -> None:
    async with here(valkey_url, tmp_path) as server:
        await call(server, valkey_url)
        async with http_client(server.http, headers={"Authorization": f"Bearer {token('tora')}"}) as api:
            answer = (await api.get("/v1/bookings/s1/call")).json()
    assert answer == {"booking": "s1", "to": "mia", "ice_servers": [], "relayed": False}
