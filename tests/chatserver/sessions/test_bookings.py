"""Bookings on a real database and store: what is written, what the ledger learns, what is refused."""

import asyncio

from chatserver.conversations.requests import Conflict, Invalid, Missing
from chatserver.sessions.outcomes import BookingDone, BookingRefused
from chatserver.sessions.rows import session_events
from quotas.instant import DAY, HOUR, MINUTE
from quotas.ledger import keys
from quotas.terms import BookedChat
from tests.chatserver.sessions.desk import TUESDAY, Desk, wanted

START = TUESDAY + 72 * HOUR


async def test_a_booking_is_made_once_and_told(desk: Desk) -> None:
    """The ledger knows the live chat, the log has an entry, the booking has its timer."""
    done = await desk.bookings.book(wanted(), "mentor")
    assert isinstance(done, BookingDone)
    assert done.created
    again = await desk.bookings.book(wanted(), "mentor")
    assert again == BookingDone(done.booking)
    standing = await desk.ledger.standing("c1")
    assert standing is not None
    assert standing.settings.chats == (BookedChat(START, START + 30 * MINUTE, START + 30 * MINUTE),)
    [entry] = await desk.ledger.messages("c1", 0, 10, 10)
    assert b'"booked"' in entry.entry
    timers = await desk.store.request("ZRANGE", keys.timers(keys.partition("c1")), 0, -1)
    assert timers == [b"session:b1"]
    async with desk.database.read() as connection:
        assert await session_events.untold(connection, ["c1"], 10) == []
    assert isinstance(await desk.bookings.book(wanted(minutes=45), "mentor"), Conflict)
    assert isinstance(await desk.bookings.book(wanted("b2", conversation="none"), "mentor"), Missing)
    assert isinstance(await desk.bookings.book(wanted("b2", START + 1), "mentor"), Invalid)


async def test_nobody_is_in_two_bookings_at_once(desk: Desk) -> None:
    """Of two hundred who want the mentor's time, one gets it."""
    for number in range(20):
        await desk.open(f"d{number}", member=f"m{number}")
    asked = [
        desk.bookings.book(wanted(f"r{number}-{each}", conversation=f"d{number}"), "mentor")
        for number in range(20)
        for each in range(10)
    ]
    outcomes = await asyncio.gather(*asked)
    assert sum(isinstance(outcome, BookingDone) for outcome in outcomes) == 1
    assert {outcome.reason for outcome in outcomes if isinstance(outcome, BookingRefused)} == {"busy"}
    assert (desk.metrics.sessions["booked"], desk.metrics.session_refusals) == (1, {"busy": 199})


async def test_moving_and_cancelling_give_time_back(desk: Desk) -> None:
    """And the ledger hears of both."""
    assert isinstance(await desk.bookings.book(wanted(), "mentor"), BookingDone)
    moved = await desk.bookings.move("b1", START + HOUR, "mentor")
    assert isinstance(moved, BookingDone)
    assert (moved.booking.sequence, moved.booking.moved_from) == (1, START)
    assert isinstance(await desk.bookings.book(wanted("b2"), "mentor"), BookingDone)
    refused = await desk.bookings.move("b2", START + HOUR, "mentor")
    assert isinstance(refused, BookingRefused)
    assert refused.reason == "busy"
    assert isinstance(await desk.bookings.move("b2", START + HOUR + 30 * MINUTE, "mentor"), BookingDone)
    cancelled = await desk.bookings.cancel("b1", "member")
    assert isinstance(cancelled, BookingDone)
    standing = await desk.ledger.standing("c1")
    assert standing is not None
    assert [chat.starts_at for chat in standing.settings.chats] == [START + HOUR + 30 * MINUTE]
    credits = await desk.credits.of("c1", START)
    assert credits is not None
    assert credits.credits is not None


async def test_what_runs_or_comes_next_however_many_lie_ahead(desk: Desk) -> None:
    """Not what was cancelled or is over; a call that nobody has finished still runs."""
    await desk.open("c2", member="ola", mentor="ulf")
    for number, days in enumerate((3, 40, 80, 120)):
        assert isinstance(await desk.bookings.book(wanted(f"b{number}", TUESDAY + days * DAY), "mentor"), BookingDone)
    call = wanted("v1", TUESDAY + 5 * DAY, "c2", service="video_call")
    assert isinstance(await desk.bookings.book(call, "mentor"), BookingDone)

    async def ahead(now: int) -> list[str | None]:
        found = await desk.credits.outlooks(["c1", "c2", "none"], now)
        assert set(found) == {"c1", "c2"}
        comes = [found[name].next_session for name in ("c1", "c2")]
        return [session.id if session else None for session in comes]

    assert await ahead(desk.now) == ["b0", "v1"]
    assert await ahead(TUESDAY + 3 * DAY + 30 * MINUTE - 1) == ["b0", "v1"]
    assert await ahead(TUESDAY + 3 * DAY + 30 * MINUTE) == ["b1", "v1"]
    assert isinstance(await desk.bookings.cancel("b1", "mentor"), BookingDone)
    assert await ahead(TUESDAY + 3 * DAY + 30 * MINUTE) == ["b2", "v1"]
    desk.now = TUESDAY + 5 * DAY
    assert isinstance(await desk.bookings.join("v1", "member"), BookingDone)
    assert await ahead(desk.now + HOUR) == ["b2", None]
    assert isinstance(await desk.bookings.join("v1", "mentor"), BookingDone)
    assert await ahead(desk.now + HOUR) == ["b2", "v1"]
    assert await ahead(TUESDAY + 121 * DAY) == [None, None]


async def test_who_comes_again_after_a_move_there_and_back_is_heard_again(desk: Desk) -> None:
    """They had come to that very start before it was moved away from it."""
    assert isinstance(await desk.bookings.book(wanted(), "mentor"), BookingDone)
    desk.now = START - 9 * MINUTE
    assert isinstance(await desk.bookings.join("b1", "member"), BookingDone)
    for start in (START + 15 * MINUTE, START):
        moved = await desk.bookings.move("b1", start, "mentor")
        assert isinstance(moved, BookingDone)
        assert not moved.booking.member_joined_at
    for _ in range(2):
        joined = await desk.bookings.join("b1", "member")
        assert isinstance(joined, BookingDone)
        assert joined.booking.member_joined_at == desk.now
    async with desk.database.read() as connection:
        names = [event.name for event in await session_events.of_booking(connection, "b1")]
    assert names == ["booked", "joined", "moved", "moved", "joined"]
