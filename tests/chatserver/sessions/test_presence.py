"""Comings and goings at sessions: noted by who is connected, whatever is heard first, and however often."""

import asyncio
from collections.abc import Mapping

import pytest

from chatserver.sessions.attendance import MOST_ABSENCES, Connected
from chatserver.sessions.outcomes import BookingDone
from chatserver.sessions.presence import SessionPresence
from chatserver.sessions.rows import session_events
from quotas.bookings import Side
from quotas.instant import HOUR, MINUTE, SECOND
from tests.chatserver.sessions.desk import TUESDAY, Desk, wanted

START = TUESDAY + 72 * HOUR
BOTH = frozenset({"mia", "tom"})


def presence(desk: Desk, connected: Connected | None = None) -> SessionPresence:
    """As another process has it."""
    return SessionPresence(
        database=desk.database,
        policy=desk.rulebook.policy.sessions,
        telling=desk.telling,
        connected=connected or desk.who,
        clock=desk.clock,
        log=desk.log,
    )


async def begin(desk: Desk, *sides: Side, id: str = "b1", starts_at: int = START) -> None:
    """These have joined, two minutes before the start."""
    assert isinstance(await desk.bookings.book(wanted(id, starts_at), "mentor"), BookingDone)
    desk.now, desk.connected = starts_at - 2 * MINUTE, BOTH
    for side in sides:
        assert isinstance(await desk.bookings.join(id, side), BookingDone)


async def look(
    desk: Desk, *there: str, after: int = 0, who: str = "mia", lapsed: Mapping[str, int] | None = None
) -> None:
    """So many seconds later these are connected, and somebody hears of it."""
    desk.now += after * SECOND
    desk.connected = frozenset(there)
    await presence(desk).note("c1", [who], desk.now, lapsed or {})


async def turns(desk: Desk, id: str = "b1") -> list[tuple[str, str, float]]:
    """Name, side, and seconds after the start."""
    async with desk.database.read() as connection:
        assert await session_events.untold(connection, ["c1"], 1) == []
        events = await session_events.of_booking(connection, id)
    return [
        (event.name, event.data["side"], (event.at - START) / SECOND)
        for event in events
        if event.name in ("joined", "left")
    ]


async def test_each_absence_is_noted_once(desk: Desk) -> None:
    """Also before the start; by several at once; the booking keeps its first join."""
    await begin(desk, "member", "mentor")
    await look(desk, "tom", after=60)
    await look(desk, "tom", after=1)
    await look(desk, "mia", "tom", after=60)
    desk.now, desk.connected = desk.now + SECOND, frozenset({"tom"})
    await asyncio.gather(*(presence(desk).note("c1", ["mia"], desk.now, {}) for _ in range(5)))
    assert await turns(desk) == [
        *(("joined", "member", -120), ("joined", "mentor", -120)),
        *(("left", "member", -60), ("joined", "member", 1), ("left", "member", 2)),
    ]
    booking = await desk.bookings.find("b1")
    assert booking is not None
    assert booking.member_joined_at == START - 2 * MINUTE


async def test_an_old_look_undoes_nothing(desk: Desk) -> None:
    """One process heard that she is there, and is slow; meanwhile she goes, and another one hears of that."""
    await begin(desk, "member")
    asked, may_go_on = asyncio.Event(), asyncio.Event()

    async def who(_: str) -> frozenset[str]:
        there = desk.connected
        asked.set()
        await may_go_on.wait()
        return there

    slow = asyncio.create_task(presence(desk, who).note("c1", ["mia"], desk.now, {}))
    await asked.wait()
    desk.connected = frozenset({"tom"})
    other = asyncio.create_task(presence(desk).note("c1", ["mia"], desk.now, {}))
    await asyncio.wait([other], timeout=0.3)  # In vain, as it may not look before the slow one has written.
    may_go_on.set()
    await asyncio.gather(slow, other)
    assert [name for name, *_ in await turns(desk)] == ["joined", "left"]


async def test_joining_again_over_http_is_coming_back(desk: Desk) -> None:
    """Whoever is at a call held elsewhere has no connection here."""
    await begin(desk, "member")
    await desk.bookings.join("b1", "member")
    assert len(await turns(desk)) == 1
    await look(desk, "tom", after=30)
    await desk.bookings.join("b1", "member")
    await desk.bookings.join("b1", "member")
    assert await turns(desk) == [("joined", "member", -120), ("left", "member", -90), ("joined", "member", -90)]


@pytest.mark.parametrize(("minutes", "noted"), [(29, ["joined", "left"]), (30, ["joined"])])
async def test_only_while_the_session_is_on(desk: Desk, minutes: int, noted: list[str]) -> None:
    """And of nobody who has not joined."""
    await begin(desk, "member")
    desk.now, desk.connected = START + minutes * MINUTE, frozenset()
    await presence(desk).note("c1", ["mia", "tom"], desk.now, {})
    assert [name for name, *_ in await turns(desk)] == noted


async def test_whom_nobody_saw_go_left_when_they_were_there_last(desk: Desk) -> None:
    """But not before they came."""
    await begin(desk, "member", "mentor")
    await look(desk, after=200, lapsed={"mia": desk.now + 140 * SECOND})
    await look(desk, who="tom", lapsed={"tom": desk.now - 500 * SECOND})
    assert (await turns(desk))[2:] == [("left", "member", 20), ("left", "mentor", -120)]


async def test_in_two_sessions_at_once(desk: Desk) -> None:
    """The next one has begun to let people in while the first one runs."""
    await begin(desk, "member")
    assert isinstance(await desk.bookings.book(wanted("b2", START + 30 * MINUTE), "mentor"), BookingDone)
    desk.now = START + 25 * MINUTE
    await desk.bookings.join("b2", "member")
    await look(desk, after=10)
    assert [name for name, *_ in await turns(desk)] == [name for name, *_ in await turns(desk, "b2")]
    assert [name for name, *_ in await turns(desk)] == ["joined", "left"]


async def test_a_bad_connection_does_not_fill_the_records(desk: Desk) -> None:
    await begin(desk, "member")
    for _ in range(MOST_ABSENCES + 2):
        await look(desk, after=1)
        await look(desk, "mia", after=1)
    assert len(await turns(desk)) == 1 + 2 * MOST_ABSENCES
