"""Sessions in the terminal chat, on a real server: listed, booked, moved, cancelled, joined, and counted down."""

import asyncio
import subprocess
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from chatserver.sessions.hours_requests import HoursDetails, WeeklyHours
from chatserver.sessions.outcomes import BookingDone
from chatserver.terminal.session_commands import picked
from quotas import instant
from quotas.instant import MINUTE
from quotas.plans import Service
from quotas.session_book import WantedBooking
from tests.chatserver.realtime.servers import HereServer, here, token
from tests.chatserver.terminal.screen import ENTER, at_terminal
from tests.stories.clock import move_clock, when

OSLO = "Europe/Oslo"


@pytest.fixture
async def server(valkey_url: str, tmp_path: Path) -> AsyncIterator[HereServer]:
    """A Tuesday at ten in Oslo: mia and tora on Live; tora is open on Thursday evenings and Monday mornings."""
    async with here(valkey_url, tmp_path / "data", now=when("tuesday", "10:00")) as server:
        await server.conversation("c1", "live")
        weekly = [WeeklyHours("thursday", "17:00", "19:00"), WeeklyHours("monday", "09:00", "11:00")]
        await server.parts.hours.put("tora", HoursDetails(weekly=weekly))
        yield server


async def book(server: HereServer, at: str, service: Service = "live_chat", id: str = "s1") -> None:
    """As the mentor does, who needs no slot."""
    wanted = WantedBooking(id, "c1", service, instant.parse(at), 30)
    assert isinstance(await server.parts.bookings.book(wanted, "mentor"), BookingDone)


async def test_a_member_books_from_the_list_moves_and_cancels(server: HereServer) -> None:
    """Three commands: free times, one of them by its number, and what it has become."""
    async with at_terminal(server, "mia") as mia:
        await mia.sees("online")
        mia.type("/sessions" + ENTER)
        await mia.sees("2 sessions of 30 minutes left this month, until Fri 06 Feb 00:00")
        await mia.sees("No sessions are booked here; /book shows free times.")
        mia.type("/book live 60" + ENTER)
        await mia.sees("Free times for a live chat of 60 minutes:")
        mia.type("/book live" + ENTER)  # the length of the last list is not that of another service
        await mia.sees("Free times for a live chat of 30 minutes:")
        await mia.sees("Thu 08 Jan 1 17:00 2 17:30 3 18:00 4 18:30")
        await mia.sees("Mon 12 Jan 5 09:00 6 09:30 7 10:00 8 10:30")
        mia.type("/book 3" + ENTER)
        await mia.sees("Session booked: live chat, Thursday 8 Jan 18:00, 30 minutes")
        await mia.sees("live chat Thu 08 Jan 18:00, in 2 d")
        mia.type("/book video thu 17:00" + ENTER)
        await mia.sees("Session booked: video call, Thursday 8 Jan 17:00, 30 minutes")
        mia.type("/sessions" + ENTER)
        await mia.sees("1 Thu 08 Jan 17:00 video call, 30 min booked")
        await mia.sees("2 Thu 08 Jan 18:00 live chat, 30 min booked")
        await mia.sees("no session left this month")
        mia.type("/book 1" + ENTER)
        await mia.sees("Too few sessions are left in that month.")
        mia.type("/move 2" + ENTER)
        await mia.sees("/move 2 2 takes the second, /move 2 mon 10:30 another time.")
        mia.type("/move 2 mon 10:00" + ENTER)
        await mia.sees("Session moved: live chat, Monday 12 Jan 10:00, 30 minutes")
        mia.type("/cancel 1" + ENTER)
        await mia.sees("Video call Thursday 8 Jan 17:00: cancelling it now costs nothing. /cancel 1 yes cancels it;")
        mia.type("/cancel 1 yes" + ENTER)
        await mia.sees("Session cancelled: video call, Thursday 8 Jan 17:00, 30 minutes")


async def test_cancelling_says_what_it_spends_and_offers_the_move(server: HereServer, valkey_url: str) -> None:
    """Of one that is far enough ahead, and of one that is not; in the language of the reader."""
    await book(server, when("monday", "09:00", weeks=1))
    await book(server, when("friday", "09:00"), "video_call", "s2")
    await move_clock(valkey_url, when("tuesday", "10:20"))
    async with at_terminal(server, "mia") as mia, at_terminal(server, "mia", "nb") as mia_nb:
        await mia.sees("online")
        mia.type("/cancel 2" + ENTER)
        await mia.sees(
            "Live chat Monday 12 Jan 09:00: cancelling it now spends 1 session of 30 minutes. "
            "/move 2 moves it instead; /cancel 2 yes cancels it all the same."
        )
        await move_clock(valkey_url, when("wednesday", "10:00"))
        mia.type("/cancel 1" + ENTER)
        await mia.sees("You can no longer move it yourself; ask the mentor. /cancel 1 yes cancels it all the same.")
        mia.type("/move 1 thu 18:00" + ENTER)
        await mia.sees("It starts too soon for you to move it; ask the mentor, who still can.")
        await mia_nb.sees("tilkoblet")
        mia_nb.type("/cancel 2" + ENTER)
        await mia_nb.sees("/move 2 flytter den i stedet; /cancel 2 ja avlyser den likevel.")
        mia_nb.type("/cancel 2 ja" + ENTER)
        await mia_nb.sees("Sesjon avlyst: live-chat, mandag 12. jan kl. 09:00, 30 minutter")


async def test_two_people_in_a_live_chat_on_a_closed_day(server: HereServer, valkey_url: str) -> None:
    """The state line counts down, /join comes to it, the composer opens and closes; nobody types too early."""
    await book(server, when("saturday", "10:00"))
    await move_clock(valkey_url, when("saturday", "09:40"))
    async with at_terminal(server, "mia") as mia, at_terminal(server, "tora") as tora:
        await mia.sees("locked: closed today · opens Sat 10 Jan 10:00 (in 19 min) · live chat Sat 10 Jan 10:00, in")
        mia.type("/join" + ENTER)
        await mia.sees("It is too early or too late for that")
        await move_clock(valkey_url, when("saturday", "09:50"))
        await mia.sees("! Tora: Live chat at 10:00, in 10 min · /join")
        mia.type("/join" + ENTER)
        await mia.sees("You have joined the session")
        await tora.sees("Mia has joined the session")
        await tora.sees("live chat in 9 min · /join")
        await mia.shows("live chat in 9 min · /join", False)
        await move_clock(valkey_url, when("saturday", "10:00"))
        await mia.sees("The session has started")
        await mia.sees("live chat until 10:30, 29 min left")
        mia.type("Good morning" + ENTER)
        await tora.sees("Mia Good morning")
        tora.type("And to you" + ENTER)
        await mia.sees("Tora And to you")
        await tora.sees("You have joined the session")
        await move_clock(valkey_url, when("saturday", "10:25"))
        await mia.sees("! Tora: The session ends in 5 min")
        await tora.sees("live chat ends in 4 min")
        await move_clock(valkey_url, when("saturday", "10:30"))
        await mia.sees("The session has ended")
        await mia.sees("locked: closed today")
        await tora.shows("live chat ends", False)


async def test_a_mentor_closes_calls(server: HereServer, valkey_url: str) -> None:
    """One that both came to is finished; of another the member's absence is confirmed, once it is open to that."""
    await book(server, when("wednesday", "10:00"), "video_call")
    await book(server, when("thursday", "10:00"), "video_call", "s2")
    async with at_terminal(server, "tora") as tora, at_terminal(server, "mia") as mia:
        await mia.sees("online")
        await move_clock(valkey_url, when("wednesday", "10:00"))
        tora.type("/finish" + ENTER)
        await tora.sees("Joining is possible from Wednesday 7 Jan 09:50 until Wednesday 7 Jan 10:30")
        for each in (tora, mia):
            each.type("/join" + ENTER)
            await each.sees("You have joined the session")
        tora.type("/finish" + ENTER)
        await tora.sees("The session has ended")
        await move_clock(valkey_url, when("thursday", "10:00"))
        tora.type("/join 1" + ENTER)
        await mia.sees("Tora has joined the session")
        await move_clock(valkey_url, when("thursday", "10:05"))
        await tora.sees("◦ Mia has not joined the video call of 10:00 yet.")
        await mia.sees("◦ Tora is in your video call of 10:00. You can still join.")
        await move_clock(valkey_url, when("thursday", "10:10"))
        await tora.sees("You can record that they did not come. · /no-show")
        tora.type("/no-show" + ENTER)
        await mia.sees("The member did not come to the session")
        tora.type("/sessions" + ENTER)
        await tora.sees("1 Thu 08 Jan 10:00 video call, 30 min no-show")


async def test_what_cannot_be_is_told(server: HereServer) -> None:
    """Numbers and times that there are not, and a plan without sessions; every command is in the help."""
    async with at_terminal(server, "tora") as tora:
        await tora.sees("online")
        tora.type("/help" + ENTER)
        for command in ("/sessions", "/book", "/join", "/move N", "/cancel N", "/finish", "/no-show"):
            await tora.sees(f"· {command}")
        tora.type("/join" + ENTER)
        await tora.sees("No session is running or about to start; /sessions shows what is booked.")
        tora.type("/move" + ENTER)
        await tora.sees("Which session? /sessions numbers them: /move 1.")
        tora.type("/book 7" + ENTER)
        await tora.sees("There is no number 7 in the list; /book shows it again.")
        tora.type("/book some day" + ENTER)
        await tora.sees("some day is no time; write 18:00, thu 18:00 or 2026-12-03 18:00.")
        tora.type("/book 90 18:05" + ENTER)
        await tora.sees("must lie on a quarter of an hour in UTC")
    await server.change("c1", plan="basic")
    await server.parts.hours.put("tora", HoursDetails(weekly=[]))
    async with at_terminal(server, "mia") as mia:
        await mia.sees("online")
        mia.type("/sessions" + ENTER)
        await mia.sees("the plan has no sessions")
        mia.type("/book" + ENTER)
        await mia.sees("The mentor has no free times for a video call of 30 minutes; ask for one here.")
        mia.type("/book thu 18:00" + ENTER)
        await mia.sees("The plan has no sessions of that kind. Plans that have them: live, live+, video.")


async def test_support_books_by_time(server: HereServer) -> None:
    """For those who ask: any free time, and they do not join."""
    async with at_terminal(server, "sara") as sara:
        await sara.sees("online")
        sara.type("/sessions" + ENTER)
        await sara.sees("Open a conversation first")
        sara.type("/follow c1" + ENTER)
        await sara.sees("Mia – Tora: No messages yet.")
        sara.type("/book" + ENTER)
        await sara.sees("Name a time: /book thu 18:00.")
        sara.type("/book live sun 12:00" + ENTER)
        await sara.sees("Session booked: live chat, Sunday 11 Jan 12:00, 30 minutes")
        sara.type("/join 1" + ENTER)
        await sara.sees("sessions are joined by the member and the mentor alone")


async def test_a_pipe_prints_what_is_said_of_a_session(server: HereServer, valkey_url: str) -> None:
    """Beside its entries: that it starts soon, and who has joined."""
    await book(server, when("wednesday", "10:00"))
    run = (
        "import asyncio, sys\nfrom chatserver.terminal.chat import run\n"
        "asyncio.run(run(url=sys.argv[1], token=sys.argv[2], conversation='c1', language='en'))"
    )
    pipe = await asyncio.create_subprocess_exec(
        *(sys.executable, "-c", run, server.http, token("tora")),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    assert pipe.stdin is not None
    assert pipe.stdout is not None
    async with asyncio.timeout(60):
        pipe.stdin.write(b"ready\n")
        assert b"You: ready" in await pipe.stdout.readline()
        await move_clock(valkey_url, when("wednesday", "09:50"))
        assert await pipe.stdout.readline() == "09:50 · Live chat at 10:00, in 10 min\n".encode()
        await server.parts.bookings.join("s1", "member")
        assert (await pipe.stdout.readline()).decode().endswith(" · Mia has joined the session\n")
        pipe.stdin.close()
        assert await pipe.wait() == 0


def test_few_free_times_are_picked() -> None:
    """Of the first days with any, half hours rather than quarters, and never more than a session has minutes."""
    monday = instant.parse("2026-01-12T08:00:00Z")
    quarters = [monday + n * 15 * MINUTE for n in range(4 * 24 * 14)]
    days = picked(quarters, OSLO)
    assert [len(day) for day in days] == [6, 6, 6, 6]
    assert all(start % (30 * MINUTE) == 0 for day in days for start in day)
    assert picked([monday + 15 * MINUTE], OSLO) == [[monday + 15 * MINUTE]]
    assert picked([], OSLO) == []
