"""An absence on open sockets: it is there when it begins, changes and ends, on every server, without a message."""

from pathlib import Path

from chatserver.sessions.absence_requests import AbsenceDetails
from chatserver.sessions.absences import AbsenceWritten
from tests.chatserver.realtime.devices import Device, Event
from tests.chatserver.realtime.servers import HereServer, here
from tests.stories.clock import move_clock, when

MONDAY, TUESDAY, WEDNESDAY, FRIDAY = (when(day, "09:00") for day in ("monday", "tuesday", "wednesday", "friday"))


async def away(server: HereServer, since: str, until: str, substitute: str | None = None, id: str = "flu") -> None:
    written = await server.parts.absences.put("tora", id, AbsenceDetails(since, until, substitute))
    assert isinstance(written, AbsenceWritten), written


async def told(device: Device) -> Event | None:
    """What the next view of the conversation says of it."""
    event = await device._first(lambda event: event["type"] == "conversation", "conversation")
    found: Event | None = event["conversation"]["away"]
    return found


async def test_both_see_it_begin_change_and_end_on_two_servers(store_url: str, tmp_path: Path) -> None:
    async with here(store_url, tmp_path, now=MONDAY) as one, here(store_url, tmp_path, now=None) as other:
        await one.conversation("c1", "basic")
        await one.conversation("c2", "basic", member="uma", mentor="ulf")
        async with one.device("mia") as mia, other.device("tora") as tora, other.device("uma") as uma:
            assert mia.welcome["conversations"][0]["away"] is None
            await away(one, TUESDAY, FRIDAY)
            await move_clock(store_url, TUESDAY)
            for device in (mia, tora):
                assert await told(device) == {"until": FRIDAY, "substitute": None}
            await away(other, TUESDAY, FRIDAY, "ulf")
            await away(other, FRIDAY, when("saturday", "09:00"), id="more")
            for device in (mia, tora):
                assert await told(device) == {"until": FRIDAY, "substitute": "ulf"}
            async with one.device("mia") as again:
                assert again.welcome["conversations"][0]["away"] == {"until": FRIDAY, "substitute": "ulf"}
            await move_clock(store_url, when("saturday", "08:00"))
            for device in (mia, tora):
                assert await told(device) == {"until": when("saturday", "09:00"), "substitute": None}
            await move_clock(store_url, when("saturday", "09:00"))
            for device in (mia, tora):
                assert await told(device) is None
            assert [event for event in uma.waiting if event["type"] == "conversation"] == []


async def test_it_is_taken_back(store_url: str, tmp_path: Path) -> None:
    async with here(store_url, tmp_path, now=TUESDAY) as server:
        await server.conversation("c1", "basic")
        await away(server, MONDAY, FRIDAY)
        async with server.device("mia") as mia:
            assert mia.welcome["conversations"][0]["away"] == {"until": FRIDAY, "substitute": None}
            assert await server.parts.absences.remove("tora", "flu") is None
            assert await told(mia) is None
