"""A process is killed at what it does for sessions: each thing happens once all the same."""

import asyncio
from pathlib import Path

from chatserver.conversations.requests import ConversationDetails, PersonDetails, Written
from chatserver.notices.rows import notices
from chatserver.protocol.entry import head_of
from chatserver.sessions.outcomes import BookingDone
from chatserver.sessions.rows import session_events
from quotas import instant
from quotas.session_book import WantedBooking
from tests.chatserver.realtime.servers import HereServer, here, program
from tests.stories.clock import move_clock, when

COUNT = 12
NINE, TEN, PAST_TEN = (when("tuesday", at) for at in ("09:00", "10:00", "10:05"))


async def furnish(server: HereServer) -> None:
    """Live chats at ten for many, each with a member and a mentor of its own."""
    parts = server.parts
    for number in range(COUNT):
        await parts.provisioning.put_person(f"m{number}", PersonDetails("member", "Mia"))
        await parts.provisioning.put_person(f"t{number}", PersonDetails("mentor", "Tora"))
        details = ConversationDetails(f"m{number}", f"t{number}", "live")
        assert isinstance(await parts.provisioning.put_conversation(f"c{number}", details), Written)
        wanted = WantedBooking(f"s{number}", f"c{number}", "live_chat", instant.parse(TEN), 30)
        assert isinstance(await parts.bookings.book(wanted, "mentor"), BookingDone)


async def test_steps_happen_once_while_a_server_is_killed_at_them(store_url: str, tmp_path: Path) -> None:
    """One of two is killed as soon as somebody hears of a start that all of them have at the same instant."""
    async with here(store_url, tmp_path, now=NINE) as server:
        await furnish(server)
    with program(tmp_path, store_url=store_url) as one, program(tmp_path, store_url=store_url) as other:
        async with other.device("m0", role="member") as listening:
            moving = asyncio.create_task(move_clock(store_url, PAST_TEN))
            await listening._first(lambda event: event["type"] == "session" and event["kind"] == "started", "a start")
            one.kill()
            await moving
    async with here(store_url, tmp_path, now=None) as server:
        for number in range(COUNT):
            async with server.parts.database.read() as connection:
                events = await session_events.of_booking(connection, f"s{number}")
                assert await session_events.untold(connection, f"c{number}", 10) == []
                heard = [each.event for each in await notices.page(connection, f"m{number}", None, 10)]
            assert [event.name for event in events] == ["booked", "reminder", "starting", "started"]
            assert heard == ["session.starting", "booking.booked"]
            assert [instant.text(event.at) for event in events[2:]] == [when("tuesday", "09:50"), TEN]
            entries = await server.parts.ledger.messages(f"c{number}", 0, 10, 10)
            assert [head.event.name for entry in entries if (head := head_of(entry.entry)).event] == [
                "booked",
                "started",
            ]
