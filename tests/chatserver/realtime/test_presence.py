"""Who is there: a person comes with the first device and goes with the last, on whichever server."""

import asyncio
import time
from pathlib import Path

import pytest

from chatserver.operating import presence_leases
from chatserver.realtime import presence
from tests.chatserver.realtime.devices import Device
from tests.chatserver.realtime.servers import HereServer, here, program_beside, token
from tests.engines import StoreProcess


async def presences(device: Device, seconds: float = 0.3) -> list[tuple[str, bool]]:
    """Comings and goings that wait or come within the time."""
    return [(event["user"], event["online"]) for event in await device.silence(seconds) if event["type"] == "presence"]


async def test_the_first_device_comes_and_the_last_one_goes(server: HereServer) -> None:
    """What happens between is nobody's business; one's own presence is not told."""
    async with server.device("tora") as tora:
        async with server.device("mia") as phone:
            assert await tora.hears("presence") == {
                "type": "presence",
                "conversation": "c1",
                "user": "mia",
                "online": True,
            }
            async with server.device("mia"):
                assert await presences(tora, 0.2) == []
            assert await presences(tora, 0.2) == []
            assert ("mia", True) not in await presences(phone, 0.1)
        assert (await tora.hears("presence"))["online"] is False
        assert await presences(tora, 0.2) == []


async def test_the_welcome_says_who_is_there(server: HereServer) -> None:
    """For whoever comes second."""
    async with server.device("tora") as tora, server.device("mia"):
        await tora.hears("presence", user="mia", online=True)
        async with server.device("tora") as second, server.device("mia") as other:
            assert second.welcome["conversations"][0]["peer_online"] is True
            assert other.welcome["conversations"][0]["peer_online"] is True


async def test_across_two_servers(servers: tuple[HereServer, HereServer]) -> None:
    """A device on each: gone only when both have left."""
    one, other = servers
    async with one.device("tora") as tora:
        async with other.device("mia"):
            await tora.hears("presence", user="mia", online=True)
            async with one.device("mia") as second:
                assert await presences(tora) == []
                await second.socket.close()
            assert await presences(tora) == []
        await tora.hears("presence", user="mia", online=False)
        async with other.device("mia") as mia:
            await tora.hears("presence", user="mia", online=True)
            await mia.hears("presence", user="tora", online=True)


async def test_a_killed_server_takes_its_people_along(
    valkey_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It cannot say goodbye: its leases run out. Here the lease of the server left is shortened as that would be."""
    monkeypatch.setattr(presence, "RENEW_EVERY", 0.2)
    async with here(valkey_url, tmp_path / "data") as server:
        await server.conversation("c1", "basic")
        async with server.device("tora") as tora:
            async with program_beside(tmp_path / "data", valkey_url) as doomed, doomed.device("mia"):
                await tora.hears("presence", user="mia", online=True)
                doomed.kill()
                assert await presences(tora, 0.5) == []
                clock = server.parts.clock
                async with asyncio.timeout(30):
                    while ("mia", False) not in await presences(tora):
                        # A minute later, by the clock that judges leases. What the store says puts it right again.
                        clock.measure(clock.real() + presence_leases.LEASE, time.monotonic())
            assert [event for event in await tora.silence(0.3) if event.get("user") == "tora"] == []


async def test_a_server_that_stops_says_goodbye(valkey_url: str, tmp_path: Path) -> None:
    """Its people are gone at once."""
    async with here(valkey_url, tmp_path) as server:
        await server.conversation("c1", "basic")
        async with (
            server.device("tora") as tora,
            program_beside(tmp_path, valkey_url) as other,
            other.device("mia"),
        ):
            await tora.hears("presence", user="mia", online=True)
            other.terminate()
            await tora.hears("presence", user="mia", online=False)
            await asyncio.to_thread(other.process.wait, 30)


async def test_leases_are_there_again_after_the_store_lost_them(tmp_path: Path) -> None:
    """A store that was killed comes back; who is there is there."""
    store = StoreProcess(durable=True).start()
    try:
        async with here(store.url, tmp_path) as server:
            await server.conversation("c1", "basic")
            async with server.device("tora") as tora, server.device("mia") as mia:
                await tora.hears("presence", user="mia", online=True)
                await asyncio.to_thread(store.restart)
                async with asyncio.timeout(30):
                    while not server.parts.store.is_up:  # noqa: ASYNC110 - links offer no event
                        await asyncio.sleep(0.02)
                assert (await mia.write("still here"))["type"] == "accepted"
                assert await presences(tora) == []
                async with server.stranger() as another:
                    welcome = await another.greet(token("tora"), {})
                    assert welcome["conversations"][0]["peer_online"] is True
    finally:
        store.stop()
