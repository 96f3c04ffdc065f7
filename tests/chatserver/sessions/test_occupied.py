"""Nobody is in two bookings at once: in whichever role, length or process; and what ends gives its time back."""

import asyncio
from collections import Counter
from itertools import product
from random import Random

import pytest

from chatserver.conversations.requests import Conflict
from chatserver.records.database import Database
from chatserver.sessions.outcomes import BookingDone, BookingRefused
from chatserver.sessions.rows import occupancy
from quotas.bookings import LENGTHS, QUARTER, Booking
from quotas.instant import DAY, HOUR, MINUTE
from quotas.store.link import Link
from quotas.terms import BookedChat
from tests.chatserver.sessions.desk import TUESDAY, Desk, wanted
from tests.chatserver.sessions.equality import live, rulebook

START = TUESDAY + 72 * HOUR


async def test_two_members_with_one_mentor(desk: Desk) -> None:
    """And one person who is a member here and a mentor there."""
    await desk.open("c2", member="ola")
    for id, role in (("una", "mentor"), ("eva", "mentor"), ("per", "member")):
        await desk.person(id, role)
    await desk.put("c3", member="tom", mentor="una")
    await desk.put("c4", member="mia", mentor="eva")
    await desk.put("c5", member="per", mentor="eva")
    assert isinstance(await desk.bookings.book(wanted("b1", START), "mentor"), BookingDone)
    for number, name in enumerate(("c2", "c3", "c4")):
        refused = await desk.bookings.book(wanted(f"x{number}", START, name), "mentor")
        assert isinstance(refused, BookingRefused), name
        assert refused.reason == "busy"
    assert isinstance(await desk.bookings.book(wanted("b5", START, "c5"), "mentor"), BookingDone)


async def test_somebody_in_conversation_with_themselves_is_there_once(desk: Desk) -> None:
    """The keys are of people, not of roles."""
    await desk.put("self", member="tom", mentor="tom")
    assert isinstance(await desk.bookings.book(wanted("b", START, "self"), "mentor"), BookingDone)
    refused = await desk.bookings.book(wanted("x"), "mentor")
    assert isinstance(refused, BookingRefused)


@pytest.mark.parametrize("first", LENGTHS)
async def test_overlapping_and_adjoining(desk: Desk, first: int) -> None:
    """Every length at every quarter around a booking: refused where it overlaps, made where it adjoins."""
    await desk.open("c2", member="ola", plan="live")
    await desk.bookings.correct("c1", "k", 900, "many")
    await desk.bookings.correct("c2", "k", 900, "many")
    places = product(LENGTHS, (-90, -60, -45, -30, -15, 0, 15, 30, 45, 60, 90))
    for day, (minutes, offset) in enumerate(places, start=1):
        start = START + (day % 20) * DAY + day // 20 * 6 * HOUR
        end = start + first * MINUTE
        assert isinstance(await desk.bookings.book(wanted(f"a{day}", start, minutes=first), "mentor"), BookingDone)
        other = start + offset * MINUTE
        outcome = await desk.bookings.book(wanted(f"b{day}", other, "c2", minutes=minutes), "mentor")
        overlaps = other < end and start < other + minutes * MINUTE
        assert isinstance(outcome, BookingRefused) is overlaps, (minutes, offset)


async def test_moves_against_bookings(desk: Desk) -> None:
    """Many at once want the same hour, some by moving there: one has it, and what moved away has left its place."""
    for number in range(8):
        await desk.open(f"d{number}", member=f"m{number}")
        made = await desk.bookings.book(wanted(f"old{number}", START + number * HOUR, f"d{number}"), "mentor")
        assert isinstance(made, BookingDone)
    target = START + 2 * DAY
    outcomes = await asyncio.gather(
        *(desk.bookings.move(f"old{number}", target + number % 2 * QUARTER, "mentor") for number in range(8)),
        *(desk.bookings.book(wanted(f"new{number}", target, f"d{number}"), "mentor") for number in range(8)),
    )
    won = [outcome.booking for outcome in outcomes if isinstance(outcome, BookingDone)]
    assert len(won) == 1
    assert {each.reason for each in outcomes if isinstance(each, BookingRefused)} == {"busy"}
    await assert_occupied(desk, [f"d{number}" for number in range(8)])


async def assert_occupied(desk: Desk, names: list[str]) -> None:
    """The places taken are exactly those of the bookings that are not cancelled."""
    found: list[Booking] = []
    for name in names:
        found += await desk.bookings.of_conversation(name, 0, TUESDAY + 500 * DAY)
    places = {place: each.id for each in found if each.cancelled is None for place in occupancy.places_of(each)}
    cancelled = {place for each in found for place in occupancy.places_of(each)} - set(places)
    async with desk.database.read() as connection:
        assert await occupancy.holders(connection, set(places) | cancelled) == places


async def test_what_is_cancelled_gives_its_time_back(desk: Desk) -> None:
    assert isinstance(await desk.bookings.book(wanted("b1"), "mentor"), BookingDone)
    assert isinstance(await desk.bookings.cancel("b1", "mentor"), BookingDone)
    assert isinstance(await desk.bookings.book(wanted("b2"), "mentor"), BookingDone)
    assert isinstance(await desk.bookings.cancel("b1", "mentor"), BookingRefused)
    await assert_occupied(desk, ["c1"])


async def test_a_conversation_that_ends_cancels_what_has_not_started(desk: Desk) -> None:
    """Not late, not counted, its time given back, and told; a session that runs goes on."""
    await desk.open("c2", member="ola")
    await desk.bookings.book(wanted("running", START), "mentor")
    await desk.bookings.book(wanted("soon", START + HOUR), "mentor")
    desk.now = START
    await desk.change("c1", status="ended")
    soon, running = await desk.bookings.find("soon"), await desk.bookings.find("running")
    assert soon is not None
    assert soon.cancelled is not None
    assert running is not None
    assert (soon.cancelled.by, soon.cancelled.late, soon.cancelled.counts) == ("end", False, False)
    assert running.cancelled is None
    standing = await desk.ledger.standing("c1")
    assert standing is not None
    assert standing.settings.chats == (BookedChat(START, START + 30 * MINUTE, START + 30 * MINUTE),)
    found = await desk.credits.of("c1", START)
    assert found is not None
    assert found.credits is not None
    assert found.credits.used == 1
    assert isinstance(await desk.bookings.book(wanted("b2", START + HOUR, "c2"), "mentor"), BookingDone)
    await desk.telling.tell("c1")
    entries = [entry.entry for entry in await desk.ledger.messages("c1", 0, 10, 10)]
    assert [b'"cancelled"' in entry and b'"end"' in entry for entry in entries] == [False, False, True]
    assert isinstance(await desk.bookings.join("running", "mentor"), BookingDone)


async def test_a_pause_leaves_bookings_as_they_are(desk: Desk) -> None:
    """A session can be joined and finished in it; nothing is booked or moved; what is cancelled is not late."""
    await desk.bookings.book(wanted("b", START), "mentor")
    await desk.bookings.book(wanted("later", START + DAY), "mentor")
    await desk.change("c1", status="paused")
    desk.now = START
    for side in ("member", "mentor"):
        assert isinstance(await desk.bookings.join("b", side), BookingDone)
    assert isinstance(await desk.bookings.finish("b", "mentor"), BookingDone)
    cancelled = await desk.bookings.cancel("later", "member")
    assert isinstance(cancelled, BookingDone)
    assert cancelled.booking.cancelled is not None
    assert not cancelled.booking.cancelled.late


async def test_two_processes_that_race(desk: Desk, database: Database, valkey_url: str) -> None:
    """Each with its own connections, for the same slots and sometimes with the same ids: one has each, once."""
    other_database, other_link = Database(database.url), Link(valkey_url)
    await other_link.open()
    other = Desk(other_database, other_link)
    await other.ledger.load()
    for number in range(20):
        await desk.open(f"d{number}", member=f"m{number}")
    asked = [(wanted(f"s{slot}-{n}", START + slot * HOUR, f"d{n}"), slot) for slot in range(2) for n in range(20)]
    asked += [(wanted(f"both{slot}", START + slot * HOUR, "d0"), slot) for slot in range(2)]
    tries = [(booking, slot, each) for booking, slot in asked for each in (desk, other)]
    Random(5).shuffle(tries)
    outcomes = await asyncio.gather(*(each.bookings.book(booking, "mentor") for booking, _, each in tries))
    created: Counter[int] = Counter()
    for (_, slot, _), outcome in zip(tries, outcomes, strict=True):
        if isinstance(outcome, BookingDone):
            created[slot] += outcome.created
        else:
            assert not isinstance(outcome, Conflict)
            assert isinstance(outcome, BookingRefused)
            assert outcome.reason in ("busy", "no_credits")
    assert created == {0: 1, 1: 1}
    other_link.close()
    await other_database.close()


async def test_random_events_in_memory_and_in_the_records(database: Database, valkey_url: str) -> None:
    """`python -m tests.chatserver.sessions.equality` does it a million times."""
    link = Link(valkey_url)
    await link.open()
    desk = Desk(database, link, rulebook=rulebook())
    await desk.ledger.load()
    events = [some async for some in live(desk, "test", worlds=20, rounds=12)]
    assert sum(events) > 200
    link.close()
