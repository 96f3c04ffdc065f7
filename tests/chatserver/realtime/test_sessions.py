"""Sessions on the socket: who is told what of a booking, on every server, and who comes to it."""

from collections.abc import Collection
from pathlib import Path

from chatserver.operating.clock_shift import settle_shift
from chatserver.replies.clock_move import ClockMove
from chatserver.sessions.outcomes import BookingDone
from chatserver.sessions.rows import session_events
from chatserver.sessions.session_timers import SESSION
from quotas import instant
from quotas.bookings import Booking
from quotas.ledger.redis import RedisLedger
from quotas.ledger.waits import REPLY, Waits
from quotas.plans import Service
from quotas.session_book import WantedBooking
from tests.chatserver.realtime.devices import Device, Event
from tests.chatserver.realtime.servers import HereServer, here
from tests.quotas.ledgers import link_to
from tests.stories.clock import when

FRIDAY = when("friday", "18:00")
SATURDAY = when("saturday", "10:00")
"""A day on which nobody writes but in a live chat."""


async def move(store_url: str, to: str) -> None:
    """Move the clock as one who does nothing but that: the servers do what is due."""

    async def unexpected(partitions: Collection[int]) -> None:
        raise AssertionError("servers are running")

    async with link_to(store_url) as link:
        shift = await settle_shift(link, None)
        ledger = RedisLedger(link, shift)
        await ClockMove(ledger, Waits(link, ledger, shift), [REPLY, SESSION], unexpected).to(instant.parse(to))


async def book(
    server: HereServer, at: str = SATURDAY, *, id: str = "s1", service: Service = "live_chat", conversation: str = "c1"
) -> Booking:
    done = await server.parts.bookings.book(WantedBooking(id, conversation, service, instant.parse(at), 30), "mentor")
    assert isinstance(done, BookingDone), done
    return done.booking


async def noted(server: HereServer, booking: str = "s1") -> list[tuple[str, str]]:
    """What is kept of a booking: each name, and when, in Oslo's hours and minutes."""
    async with server.parts.database.read() as connection:
        events = await session_events.of_booking(connection, booking)
    return [(event.name, instant.text(event.at + 3_600_000)[11:16]) for event in events]


async def said(device: Device, kind: str) -> Event:
    """The first event of that kind about a session that nobody has asked for yet."""
    return await device._first(lambda event: event["type"] == "session" and event["kind"] == kind, kind)


async def kinds(device: Device, until: str) -> list[str]:
    """What it is told of sessions up to that kind, and has not asked for yet."""
    last = await said(device, until)
    return [event["kind"] for event in _taken(device, "session")] + [last["kind"]]


def _taken(device: Device, kind: str) -> list[Event]:
    found = [event for event in device.waiting if event["type"] == kind]
    device.waiting = [event for event in device.waiting if event["type"] != kind]
    return found


async def test_a_live_chat_from_the_booking_to_its_end_on_two_servers(store_url: str, tmp_path: Path) -> None:
    """Both are told each thing once, on whichever server they are; the composer is open from start to end."""
    async with here(store_url, tmp_path, now=FRIDAY) as one, here(store_url, tmp_path, now=None) as other:
        await one.conversation("c1", "live")
        async with one.device("mia") as mia, other.device("tora") as tora:
            [before] = mia.welcome["conversations"]
            assert (before["credits"]["left"], before["next_session"]) == (2, None)
            await book(one)
            booked = await said(mia, "booked")
            assert booked["booking"]["id"] == "s1"
            assert (booked["booking"]["state"], booked["credits_left"]) == ("booked", 1)
            assert (await said(tora, "booked")) == booked
            entry = await tora.hears("message", role="system")
            assert (entry["seq"], entry["event"]["name"]) == (1, "booked")
            after = (await mia.hears("conversation"))["conversation"]
            assert after["credits"] == {"left": 1, "period_until": before["credits"]["period_until"]}
            assert after["next_session"] == {
                "booking": "s1",
                "service": "live_chat",
                "starts_at": SATURDAY,
                "minutes": 30,
                "state": "booked",
            }
            await move(store_url, when("saturday", "09:55"))
            assert await kinds(mia, "starting") == await kinds(tora, "starting") == ["starting"]
            await tora.say("join", conversation="c1", booking="s1")
            joined = await said(tora, "joined")
            assert joined["booking"]["joins"]["mentor"] is not None
            assert (await said(mia, "joined")) == joined
            await tora.say("join", conversation="c1", booking="s1")  # Who has joined may come back.
            assert (await said(tora, "joined"))["booking"]["joins"] == joined["booking"]["joins"]
            refused = await mia.write("too early")
            assert (refused["reason"], refused["opens_at"]) == ("closed", SATURDAY)
            await move(store_url, SATURDAY)
            await said(mia, "started")
            assert (await mia.hears_composer(live_until=when("saturday", "10:30")))["open"]
            await move(store_url, when("saturday", "10:05"))
            late = await said(mia, "late")
            assert late["booking"]["state"] == "running"
            accepted = await mia.write("here I am")
            assert accepted["type"] == "accepted"
            there = await said(tora, "joined")
            assert there["booking"]["joins"]["member"] == accepted["at"]
            await move(store_url, when("saturday", "10:30"))
            assert await kinds(mia, "ended") == ["joined", "ending", "ending", "ended"]
            assert await kinds(tora, "ended") == ["started", "late", "ending", "ending", "ended"]
            await mia.hears_composer(live_until=None, opens_at=when("monday", "00:00", weeks=1))
            while (after := (await tora.hears("conversation"))["conversation"])["next_session"] is not None:
                pass
            for device in (mia, tora):
                assert not [event for event in await device.silence() if event["type"] == "session"]
        assert [name for name, _ in await noted(one)] == [
            *("booked", "reminder", "starting", "joined", "started", "late", "joined", "ending", "ending", "ended"),
        ]
