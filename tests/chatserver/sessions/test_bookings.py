"""Bookings on a real database and store: what is written, what the ledger learns, what is refused."""

import asyncio

from chatserver.conversations.requests import Conflict, Invalid, Missing
from chatserver.sessions.outcomes import BookingDone, BookingRefused
from chatserver.sessions.rows import session_events
from quotas.instant import HOUR, MINUTE
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
