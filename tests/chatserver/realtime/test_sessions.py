"""Sessions on the socket: who is told what of a booking, on every server, and who comes to it."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, event

from chatserver.client import ChatClient, ChatError
from chatserver.protocol.session_events import SessionChanged
from chatserver.sessions.outcomes import BookingDone
from chatserver.sessions.rows import session_events
from quotas import instant
from quotas.bookings import Booking
from quotas.plans import Service
from quotas.session_book import WantedBooking
from tests.chatserver.realtime.devices import Device, Event
from tests.chatserver.realtime.servers import HereServer, here, token
from tests.stories.clock import move_clock, when

FRIDAY = when("friday", "18:00")
SATURDAY = when("saturday", "10:00")
"""A day on which nobody writes but in a live chat."""


@contextmanager
def questions(*about: str) -> Iterator[list[str]]:
    """Every SELECT about one of these tables, or any, that this process sends to a database meanwhile.

    But for a duty's look every few seconds.
    """
    asked: list[str] = []

    def note(_: Any, __: Any, statement: str, *___: Any) -> None:
        if not statement.startswith("SELECT") or statement.startswith("SELECT DISTINCT session_events."):
            return
        if not about or any(table in statement for table in about):
            asked.append(statement)

    event.listen(Engine, "before_cursor_execute", note)
    try:
        yield asked
    finally:
        event.remove(Engine, "before_cursor_execute", note)


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
            await move_clock(store_url, when("saturday", "09:55"))
            assert await kinds(mia, "starting") == await kinds(tora, "starting") == ["starting"]
            await tora.say("join", conversation="c1", booking="s1")
            joined = await said(tora, "joined")
            assert joined["booking"]["joins"]["mentor"] is not None
            assert (await said(mia, "joined")) == joined
            await tora.say("join", conversation="c1", booking="s1")  # Who has joined may come back.
            assert (await said(tora, "joined"))["booking"]["joins"] == joined["booking"]["joins"]
            refused = await mia.write("too early")
            assert (refused["reason"], refused["opens_at"]) == ("closed", SATURDAY)
            await move_clock(store_url, SATURDAY)
            await said(mia, "started")
            assert (await mia.hears_composer(live_until=when("saturday", "10:30")))["open"]
            await move_clock(store_url, when("saturday", "10:05"))
            late = await said(mia, "late")
            assert late["booking"]["state"] == "running"
            accepted = await mia.write("here I am")
            assert accepted["type"] == "accepted"
            there = await said(tora, "joined")
            assert there["booking"]["joins"]["member"] == accepted["at"]
            await move_clock(store_url, when("saturday", "10:30"))
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


async def test_a_server_that_starts_in_a_live_chat_finds_it_open_from_its_start_on(
    valkey_url: str, tmp_path: Path
) -> None:
    """Everything was down at the start: the composer is open all the same, and what was due is done in its order."""
    async with here(valkey_url, tmp_path, now=FRIDAY) as server:
        await server.conversation("c1", "live")
        await book(server)
    async with here(valkey_url, tmp_path, now=when("saturday", "10:06")) as server, server.device("mia") as mia:
        [conversation] = mia.welcome["conversations"]
        assert conversation["composer"]["live_until"] == when("saturday", "10:30")
        assert conversation["next_session"]["state"] == "running"
        assert (await mia.write("here I am"))["type"] == "accepted"
        await said(mia, "joined")
        assert await noted(server) == [
            ("booked", "18:00"),
            ("reminder", "09:48"),
            ("starting", "09:50"),
            ("started", "10:00"),
            ("joined", "10:06"),
        ]


async def test_a_message_in_a_live_chat_is_due_from_its_booked_end_on(valkey_url: str, tmp_path: Path) -> None:
    async with here(valkey_url, tmp_path, now=when("tuesday", "10:00")) as server:
        await server.conversation("c1", "live")
        await book(server, when("tuesday", "10:15"))
        await move_clock(valkey_url, when("tuesday", "10:15"))
        async with server.device("mia") as mia, server.device("tora") as tora:
            await mia.write("a question")
            assert (await tora.hears("reply"))["reply"]["due_at"] == when("wednesday", "10:45")


async def test_who_may_not_join_is_told_why(server: HereServer) -> None:
    """Too early, another conversation's, unknown; support reads along and joins nothing."""
    await server.conversation("c2", "live", member="ola")
    await server.change("c1", plan="live")
    await book(server, when("tuesday", "10:15"))
    await book(server, when("tuesday", "11:00"), id="s2", conversation="c2")
    async with server.device("mia") as mia, server.device("sara", {"c1": 0}) as sara:
        await mia.say("join", conversation="c1", booking="s1")
        assert when("tuesday", "10:05") in (await mia.error("not_open"))["message"]
        for booking in ("s2", "s3"):
            await mia.say("join", conversation="c1", booking=booking)
            assert booking in (await mia.error("not_open"))["message"]
        await mia.say("join", conversation="c2", booking="s2")
        await mia.error("not_found")
        await sara.say("join", conversation="c1", booking="s1")
        await sara.error("read_only")
        await mia.say("join", conversation="c1")
        await mia.error("invalid_field")


async def test_both_encodings_and_support_hear_the_same(server: HereServer) -> None:
    await server.change("c1", plan="live")
    async with (
        server.device("mia", encoding="msgpack") as mia,
        server.device("tora") as tora,
        server.device("sara", {"c1": 0}) as sara,
    ):
        await book(server, when("tuesday", "10:15"))
        assert await said(mia, "booked") == await said(tora, "booked") == await said(sara, "booked")


async def test_a_plan_brings_its_credits(server: HereServer) -> None:
    """Basic has none; Live has two, which the change of plan says with it; a coach's cadence is not counted."""
    async with server.device("mia") as mia:
        assert mia.welcome["conversations"][0]["credits"] is None
        await server.change("c1", plan="live")
        changed = (await mia.hears("conversation"))["conversation"]
        assert (changed["plan"], changed["credits"]["left"]) == ("live", 2)


async def test_a_correction_is_told(server: HereServer) -> None:
    await server.change("c1", plan="live")
    async with server.device("mia") as mia:
        await server.parts.credits.correct("c1", "k1", 3, "a gift")
        await server.parts.telling.tell("c1")
        corrected = await said(mia, "corrected")
        assert (corrected["booking"], corrected["credits_left"]) == (None, 5)
        assert (await mia.hears("conversation"))["conversation"]["credits"]["left"] == 5


async def test_a_mentor_of_many_is_welcomed_with_few_questions_to_the_records(server: HereServer) -> None:
    """However many conversations they have: each has its credits and its next session."""
    for number in range(30):
        await server.conversation(f"d{number}", "live")
    await book(server, when("wednesday", "10:00"), conversation="d7")
    async with server.device("tora"):  # The keys are at hand from here on.
        pass
    counts = []
    for _ in range(5):
        with questions() as asked:
            async with server.device("tora") as tora:
                views = {view["id"]: view for view in tora.welcome["conversations"]}
        counts.append(len(asked))
    assert len(views) == 31
    assert views["d7"]["next_session"]["booking"] == "s1"
    assert (views["d7"]["credits"]["left"], views["d8"]["credits"]["left"]) == (1, 2)
    # One of them is for whom they stand in, one who they are, one how people are called.
    # What the server asks by itself meanwhile only adds to it.
    assert min(counts) == 9, asked


async def test_the_client_joins_and_knows_what_comes_next(server: HereServer, valkey_url: str) -> None:
    """A join is answered also where the side has joined before; too early it is an error of its own."""
    await server.change("c1", plan="live")
    await book(server, when("tuesday", "10:15"))
    async with ChatClient(server.http, token("mia")) as mia, ChatClient(server.http, token("tora")) as tora:
        await asyncio.gather(mia.online(), tora.online())
        known = mia.conversations["c1"]
        assert known.credits is not None
        assert known.next_session is not None
        assert (known.credits.left, known.next_session.booking) == (1, "s1")
        with pytest.raises(ChatError, match="can be joined from") as refused:
            await mia.join("c1", "s1")
        assert refused.value.code == "not_open"
        await move_clock(valkey_url, when("tuesday", "10:06"))
        first, of_tora = await asyncio.gather(mia.join("c1", "s1"), tora.join("c1", "s1"))
        assert first.joins.member is not None
        assert of_tora.joins.mentor is not None
        again = await mia.join("c1", "s1")
        assert again.joins.member == first.joins.member
        async for happened in tora.events():
            if isinstance(happened, SessionChanged) and happened.kind == "joined":
                break
