"""Before something is sent about a session it is asked whether it is still so."""

from typing import Any

import pytest
from msgspec.structs import replace

from chatserver.notices.notice import Notice
from chatserver.sessions.outcomes import BookingDone
from chatserver.sessions.still_booked import ASKED_ABOUT, OVER, StillBooked, still_booked_problem
from quotas import instant
from quotas.bookings import Booking, Cancellation
from quotas.instant import HOUR, MINUTE
from quotas.plans import SessionPolicy
from tests.chatserver.sessions.desk import Desk, wanted
from tests.quotas.moments import oslo

POLICY = SessionPolicy()
START = oslo("2026-01-09T10:00:00")
BOOKING = Booking("b1", "c1", "mia", "tom", "live_chat", "plan", START, 30, 0, 1, "mentor", 1)


def notice(event: Any, **more: Any) -> Notice:
    data = {"starts_at": instant.text(START)} | more
    return Notice(1, "mia", event, "b1", "c1", "b1", data, 1, 1)


@pytest.mark.parametrize(
    ("event", "after_start", "problem"),
    [
        ("booking.booked", -1, None),
        ("booking.moved", 0, "it has begun"),
        ("session.reminder", -1, None),
        ("session.reminder", 0, "it has begun"),
        ("session.starting", 29 * MINUTE, None),
        ("session.starting", 30 * MINUTE, "it is over"),
        ("session.close_reminder", 29 * MINUTE, None),
        ("session.close_reminder", 30 * MINUTE, "it is over"),
    ],
)
def test_what_is_past_is_not_sent(event: str, after_start: int, problem: str | None) -> None:
    assert still_booked_problem(notice(event), BOOKING, POLICY, START + after_start) == problem


@pytest.mark.parametrize("event", ASKED_ABOUT)
def test_what_was_moved_or_cancelled_is_not_sent(event: str) -> None:
    about = notice(event, absent="member")
    moved = replace(BOOKING, starts_at=START + HOUR)
    cancelled = replace(BOOKING, cancelled=Cancellation(2, "member", late=False, counts=False))
    assert still_booked_problem(about, moved, POLICY, START - 1) == "moved meanwhile"
    assert still_booked_problem(about, cancelled, POLICY, START - 1) == "cancelled meanwhile"


def test_who_has_come_is_not_late() -> None:
    late, now = notice("session.late", absent="member"), START + 6 * MINUTE
    waits = replace(BOOKING, mentor_joined_at=START)
    assert still_booked_problem(late, waits, POLICY, now) is None
    assert still_booked_problem(late, replace(waits, member_joined_at=now), POLICY, now) == "they have come"
    assert still_booked_problem(late, waits, POLICY, START + HOUR) == "it is over"


def test_what_was_decided_needs_no_decision() -> None:
    candidate, now = notice("session.candidate", absent="member"), START + 11 * MINUTE
    waits = replace(BOOKING, mentor_joined_at=START)
    assert still_booked_problem(candidate, waits, POLICY, now) is None
    assert still_booked_problem(candidate, replace(waits, no_show_at=now), POLICY, now) == "it is settled"


async def test_the_booking_is_looked_up(desk: Desk) -> None:
    still = StillBooked(desk.database, POLICY, desk.clock)
    done = await desk.bookings.book(wanted(), "mentor")
    assert isinstance(done, BookingDone)
    about = notice("booking.booked", starts_at=instant.text(done.booking.starts_at))
    assert await still.answer(about) is None
    for event in ASKED_ABOUT:
        await desk.change("c1", status="suspended")
        assert await still.answer(replace(about, event=event)) == "suspended"
    await desk.change("c1", status="open")
    for event in OVER:
        assert await still.answer(replace(about, event=event)) is None
    await desk.bookings.cancel("b1", "mentor")
    assert await still.answer(about) == "cancelled meanwhile"
    assert await still.answer(replace(about, booking="b9")) == "there is no such booking"
