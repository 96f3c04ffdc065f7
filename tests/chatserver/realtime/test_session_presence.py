"""Who leaves a session that they joined, and comes back: noted once, whichever device and server it is."""

import asyncio
from pathlib import Path
from typing import Any

import pytest

from chatserver.operating import presence_leases
from chatserver.realtime import presence
from quotas import instant
from quotas.ledger import keys
from tests.chatserver.realtime.devices import Device
from tests.chatserver.realtime.servers import HereServer, here, program_beside, token
from tests.chatserver.realtime.test_sessions import book, questions, said
from tests.plain_http import http_client
from tests.stories.clock import move_clock, when

START, END = when("tuesday", "10:15"), when("tuesday", "10:45")

Turn = tuple[str, str, bool]
"""Name, side, and whether it came back (`joined`) or nobody saw it go (`left`)."""


async def begun(server: HereServer, store_url: str, id: str = "s1") -> None:
    """A live chat, which runs."""
    await server.change("c1", plan="live")
    await book(server, START, id=id)
    await move_clock(store_url, START)


async def happened(server: HereServer, booking: str = "s1") -> list[dict[str, Any]]:
    """As support is told over HTTP."""
    async with http_client(server.http, headers={"Authorization": f"Bearer {token('sara')}"}) as api:
        answer = await api.get(f"/v1/bookings/{booking}/events")
    events: list[dict[str, Any]] = answer.json()["events"]
    return events


async def turns(server: HereServer, count: int = 0) -> list[Turn]:
    """Who came and went, once there are so many."""
    async with asyncio.timeout(30):
        while True:
            found = [
                (each["name"], each["data"]["side"], bool(each["data"].get("again") or each["data"].get("lapsed")))
                for each in await happened(server)
                if each["name"] in ("joined", "left")
            ]
            if len(found) >= count:
                return found
            await asyncio.sleep(0.02)


async def join(device: Device, side: str = "member") -> None:
    """Until that side hears of it."""
    await device.say("join", conversation="c1", booking="s1")
    while not (await said(device, "joined"))["booking"]["joins"][side]:
        pass


async def test_a_side_leaves_with_its_last_device_and_comes_back_with_the_first(
    server: HereServer, valkey_url: str
) -> None:
    """`joins` stay the first instants; on the socket it is presence that says so, and in the conversation nothing."""
    await begun(server, valkey_url)
    async with server.device("tora") as tora:
        async with server.device("mia") as phone:
            await join(phone)
            async with server.device("mia"):
                await phone.socket.close()
                heard = await tora.silence(0.2)
                assert await turns(server) == [("joined", "member", False)]
        assert await turns(server, 2) == [("joined", "member", False), ("left", "member", False)]
        async with server.device("mia") as mia:
            assert await turns(server, 3) == [
                *(("joined", "member", False), ("left", "member", False), ("joined", "member", True)),
            ]
            await mia.say("join", conversation="c1", booking="s1")
            again = await said(mia, "joined")
        came, left, back = [event for event in await happened(server) if event["name"] in ("joined", "left")][:3]
        assert came["at"] <= left["at"] <= back["at"] <= back["noted_at"]
        assert left["by"] == "member"
        booking = await server.parts.bookings.find("s1")
        assert booking is not None
        assert again["booking"]["joins"]["member"] == instant.text(booking.member_joined_at)
        assert booking.member_joined_at <= instant.parse(left["at"])
        heard += await tora.silence()
        assert sum(event["type"] == "session" and event["kind"] == "joined" for event in heard) == 1
        assert {event["event"]["name"] for event in heard if event["type"] == "message"} <= {"booked", "started"}


async def test_on_two_servers_it_is_noted_once(servers: tuple[HereServer, HereServer], store_url: str) -> None:
    """A device on each; both servers hear of each coming and going."""
    one, other = servers
    await begun(one, store_url)
    async with one.device("tora") as here_too, other.device("tora") as tora:
        async with other.device("mia") as mia, one.device("mia") as second:
            await join(mia)
            await join(tora, "mentor")
            await mia.socket.close()
            await here_too.silence(0.3)
            assert len(await turns(one)) == 2
            await second.socket.close()
            assert (await turns(one, 3))[2:] == [("left", "member", False)]
        for count, server in ((4, other), (6, one)):
            async with server.device("mia"):
                await turns(one, count)
            await turns(one, count + 1)
        await tora.silence(0.3)
        assert (await turns(one))[3:] == [("joined", "member", True), ("left", "member", False)] * 2


async def test_who_has_not_joined_leaves_nothing(server: HereServer, valkey_url: str) -> None:
    """Nor who reads along, nor once it is over."""
    await begun(server, valkey_url)
    async with server.device("tora") as tora:
        async with server.device("mia"), server.device("sara", {"c1": 0}):
            await tora.hears("presence", online=True)
        await tora.hears("presence", online=False)
        await join(tora, "mentor")
        async with server.device("mia") as mia:
            await join(mia)
            await server.parts.bookings.finish("s1", "mentor")
        await tora.hears("presence", online=False)
    await asyncio.sleep(0.2)
    assert await turns(server) == [("joined", "mentor", False), ("joined", "member", False)]


async def test_a_killed_server_takes_its_people_out_of_their_session(
    valkey_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nobody says that mia goes: it counts when her lease was last renewed."""
    monkeypatch.setattr(presence, "RENEW_EVERY", 0.2)
    async with here(valkey_url, tmp_path / "data") as server:
        await server.conversation("c1", "live")
        async with server.device("tora") as tora:
            async with program_beside(tmp_path / "data", valkey_url) as doomed:
                await begun(server, valkey_url)
                async with doomed.device("mia") as mia:
                    await tora.hears("presence", user="mia", online=True)
                    await join(mia)
                    doomed.kill()
                    # Its lease is made to run out now, as it would within a minute.
                    lease, key = presence_leases.LEASE, keys.presence("c1")
                    [(holder, until)] = [
                        (name, until)
                        for name, until in await server.parts.store.request("ZRANGE", key, 0, -1, "WITHSCORES")
                        if name.startswith(b"mia ")
                    ]
                    soon = await server.parts.ledger.time() + 100
                    await server.parts.store.request("ZADD", key, "XX", soon, holder)
                    await tora.hears("presence", user="mia", online=False)
            assert until - lease <= soon
            assert await turns(server, 2) == [("joined", "member", False), ("left", "member", True)]
            joined, left = (await happened(server))[-2:]
            assert joined["at"] == left["at"] < left["noted_at"]  # by that lease she was there a minute before


async def test_the_end_says_who_was_there(server: HereServer, valkey_url: str) -> None:
    """Also where nobody was left to note that somebody went."""
    await begun(server, valkey_url)
    async with server.device("mia") as mia, server.device("tora") as tora:
        await join(mia)
        await join(tora, "mentor")
        leases = presence_leases.Leases(server.parts.store, server.parts.node)
        await leases.leave("c1", "mia", await server.parts.ledger.time())  # As if her server had died long ago.
        await move_clock(valkey_url, END)
        await said(tora, "ended")
    ended = [event for event in await happened(server) if event["name"] == "ended"]
    assert [each["data"]["there"] for each in ended] == [["mentor"]]


async def test_who_finishes_it_says_who_was_there(server: HereServer, valkey_url: str) -> None:
    await begun(server, valkey_url)
    async with server.device("mia") as mia, server.device("tora") as tora:
        await join(mia)
        await join(tora, "mentor")
        await server.parts.bookings.finish("s1", "mentor")
        await said(tora, "ended")
    [data] = [event["data"] for event in await happened(server) if event["name"] == "ended"]
    assert (data["state"], data["there"]) == ("held", ["member", "mentor"])


OF_SESSIONS = ("bookings", "session_events", "credit_corrections")
"""Other tables are asked by duties, whenever it suits them."""


async def test_it_costs_nothing_but_at_sessions(server: HereServer, valkey_url: str) -> None:
    """Coming, going and writing ask the records what they asked before: nothing, but for the welcome."""
    await server.change("c1", plan="live")
    await book(server, when("tuesday", "11:00"))
    async with server.device("tora") as tora:
        mia = server.device("mia")
        device = await mia.__aenter__()
        await tora.hears("presence", online=True)
        with questions(*OF_SESSIONS) as asked:
            await device.write("good morning")
            await mia.__aexit__(None, None, None)
            await tora.hears("presence", online=False)
        assert asked == []
    await move_clock(valkey_url, when("tuesday", "11:00"))
    async with server.device("tora") as tora, server.device("mia") as device:
        for each in (tora, device):
            await each.write(f"here {each is tora}")
        await turns(server, 2)
        await tora.silence(0.2)
        with questions(*OF_SESSIONS) as asked:
            for number in range(5):
                await device.write(f"message {number}")
                await tora.write(f"answer {number}")
        assert asked == []


async def test_nobody_joins_in_a_suspension(server: HereServer, valkey_url: str) -> None:
    await begun(server, valkey_url)
    await server.change("c1", status="suspended")
    async with server.device("mia") as mia:
        await mia.say("join", conversation="c1", booking="s1")
        error = await mia.hears("error")
        assert (error["code"], "suspended" in error["message"]) == ("not_open", True)
        await server.change("c1", status="open")
        await join(mia)
