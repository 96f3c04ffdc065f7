"""A month of Live and a month of Video, played in seconds: over real sockets and HTTP, with the clock moved ahead."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx

from tests.chatserver.realtime.devices import Device
from tests.chatserver.realtime.servers import HereServer, here, token
from tests.plain_http import http_client
from tests.stories.clock import move_clock, when

Found = dict[str, Any]


class Person:
    """Somebody with a device and an app that speaks HTTP."""

    def __init__(self, device: Device, http: httpx.AsyncClient) -> None:
        self.device = device
        self._http = http

    async def book(self, id: str, service: str, at: str) -> httpx.Response:
        details = {"conversation": "c1", "service": service, "starts_at": at, "minutes": 30}
        return await self._http.put(f"/v1/bookings/{id}", json=details)

    async def move(self, id: str, to: str) -> httpx.Response:
        return await self._http.patch(f"/v1/bookings/{id}", json={"starts_at": to})

    async def does(self, id: str, what: str) -> Found:
        """`join`, `finish`, `cancel` or `no-show`; the booking after it."""
        answer = await self._http.post(f"/v1/bookings/{id}/{what}", json={} if what == "cancel" else None)
        assert answer.is_success, answer.text
        found: Found = answer.json()
        return found

    async def booking(self, id: str) -> Found:
        found: Found = (await self._http.get(f"/v1/bookings/{id}")).json()
        return found

    async def credits(self) -> tuple[int, int]:
        """Used and left in the running month."""
        found = (await self._http.get("/v1/conversations/c1/credits")).json()
        return found["used"], found["left"]

    async def hears_of(self, kind: str, booking: str) -> Found:
        """The first event of that kind about that session that nobody has asked for yet."""
        event: Found = await self.device._first(
            lambda event: event["type"] == "session" and event["kind"] == kind and event["booking"]["id"] == booking,
            f"{kind} {booking}",
        )
        return event


@asynccontextmanager
async def person(server: HereServer, name: str) -> AsyncIterator[Person]:
    headers = {"Authorization": f"Bearer {token(name, seconds=100 * 24 * 3600)}"}
    async with (
        server.device(name, seconds=100 * 24 * 3600) as device,
        http_client(server.http, headers=headers) as http,
    ):
        yield Person(device, http)


@asynccontextmanager
async def month(store_url: str, folder: Path, plan: str) -> AsyncIterator[tuple[Person, Person]]:
    """A member and a mentor on that plan, from Monday morning on."""
    async with here(store_url, folder, now=when("monday", "09:00")) as server:
        await server.conversation("c1", plan)
        async with person(server, "mia") as mia, person(server, "tora") as tora:
            yield mia, tora


async def test_a_month_of_live(valkey_url: str, tmp_path: Path) -> None:
    """Two sessions: a live chat on a closed day that both come to, and a call that only the mentor comes to."""
    saturday = when("saturday", "10:00")
    async with month(valkey_url, tmp_path, "live") as (mia, tora):
        assert (await tora.book("chat", "live_chat", saturday)).status_code == 201
        assert (await tora.book("call", "video_call", when("tuesday", "10:00", weeks=2))).status_code == 201
        refused = await tora.book("third", "video_call", when("tuesday", "10:00", weeks=3))
        assert (refused.status_code, refused.json()["reason"], refused.json()["credits_left"]) == (409, "no_credits", 0)
        assert (await tora.move("call", when("wednesday", "10:00", weeks=2))).is_success
        assert (await mia.hears_of("moved", "call"))["booking"]["moved_from"] == when("tuesday", "10:00", weeks=2)

        await move_clock(valkey_url, when("saturday", "09:55"))
        await mia.hears_of("starting", "chat")
        assert (await mia.device.write("early"))["opens_at"] == saturday
        await mia.does("chat", "join")
        await move_clock(valkey_url, saturday)
        await tora.hears_of("started", "chat")
        assert (await mia.device.write("good morning"))["type"] == "accepted"
        assert (await tora.device.write("and to you"))["type"] == "accepted"
        await mia.hears_of("joined", "chat")
        await move_clock(valkey_url, when("saturday", "10:30"))
        assert (await mia.hears_of("ended", "chat"))["booking"]["state"] == "held"
        assert (await mia.device.write("one more"))["reason"] == "closed"

        await move_clock(valkey_url, when("wednesday", "10:00", weeks=2))
        await tora.does("call", "join")
        await move_clock(valkey_url, when("wednesday", "10:05", weeks=2))
        await mia.hears_of("late", "call")
        await move_clock(valkey_url, when("wednesday", "10:10", weeks=2))
        assert (await tora.booking("call"))["state"] == "no_show_candidate"
        assert (await tora.does("call", "no-show"))["state"] == "no_show"
        missed = await mia.hears_of("no_show", "call")
        assert (missed["booking"]["counts"], missed["booking"]["billable"]) == (True, True)
        await mia.hears_of("ended", "call")
        assert await mia.credits() == (2, 0)

        await move_clock(valkey_url, when("thursday", "09:00", weeks=4))  # 5 February: a new month.
        assert await mia.credits() == (0, 2)
        names = [
            message["event"]["name"]
            for message in mia.device.waiting
            if message["type"] == "message" and "event" in message
        ]
        assert names == ["booked", "booked", "moved", "started", "ended", "started", "late", "no_show", "ended"]


async def test_a_month_of_video(valkey_url: str, tmp_path: Path) -> None:
    """Four calls: finished, left open, that nobody came to, and called off on the evening before."""
    async with month(valkey_url, tmp_path, "video") as (mia, tora):
        for week in range(4):
            booked = await tora.book(f"call{week}", "video_call", when("tuesday", "10:00", weeks=week))
            assert booked.status_code == 201
        refused = await tora.book("chat", "live_chat", when("friday", "10:00"))
        assert refused.json()["reason"] == "not_in_plan"

        await move_clock(valkey_url, when("tuesday", "10:01"))
        for each in (mia, tora):
            await each.does("call0", "join")
        await move_clock(valkey_url, when("tuesday", "10:27"))
        await mia.hears_of("ending", "call0")
        assert (await tora.does("call0", "finish"))["state"] == "held"
        await mia.hears_of("ended", "call0")

        await move_clock(valkey_url, when("tuesday", "10:01", weeks=1))
        for each in (mia, tora):
            await each.does("call1", "join")
        await move_clock(valkey_url, when("tuesday", "11:00", weeks=1))
        assert (await tora.booking("call1"))["state"] == "running"
        await move_clock(valkey_url, when("tuesday", "12:30", weeks=1))
        assert (await mia.hears_of("ended", "call1"))["booking"]["state"] == "held"

        await move_clock(valkey_url, when("tuesday", "10:30", weeks=2))
        nobody = await mia.hears_of("ended", "call2")
        assert (nobody["booking"]["state"], nobody["booking"]["counts"], nobody["credits_left"]) == (
            *("unattended", False, 1),
        )
        await move_clock(valkey_url, when("monday", "20:00", weeks=3))
        late = await mia.does("call3", "cancel")
        assert (late["state"], late["late"], late["counts"], late["billable"]) == ("cancelled", True, True, True)
        assert await mia.credits() == (3, 1)
        await move_clock(valkey_url, when("wednesday", "10:00", weeks=3))
        told = [event["booking"]["id"] for event in await tora.device.silence() if event.get("kind") == "started"]
        assert told == ["call0", "call1", "call2"]
