"""Slots on real records: what a member may book, and what is named instead."""

from chatserver.sessions.outcomes import BookingDone, BookingRefused
from quotas import instant
from quotas.instant import DAY, HOUR, MINUTE
from quotas.session_book import WantedBooking
from tests.chatserver.sessions.coaching import Coaching, at, office
from tests.chatserver.sessions.desk import TUESDAY

WEDNESDAY = at("2026-01-14T09:00:00")


async def booked(desk: Coaching, id: str, starts_at: int, by: str = "member", conversation: str = "c1") -> str:
    """ "ok", or why not."""
    wanted = WantedBooking(id, conversation, "video_call", starts_at, 30)
    outcome = await desk.bookings.book(wanted, by)  # type: ignore[arg-type]  # a test's own words
    match outcome:
        case BookingDone():
            return "ok"
        case BookingRefused(reason):
            return reason
    raise AssertionError(outcome)


async def test_a_mentor_without_hours_offers_nothing(coached: Coaching) -> None:
    assert await coached.slots.free("tom", 30, TUESDAY, TUESDAY + 14 * DAY, TUESDAY) == []
    assert await coached.slots.next_free("tom", 30, TUESDAY, 5) == []
    assert await booked(coached, "b1", WEDNESDAY) == "outside_slots"


async def test_a_member_books_slots_and_nothing_else(coached: Coaching) -> None:
    """The mentor books any free time. What was taken meanwhile is busy; the buffer around it is no slot any more."""
    details = office("wednesday")
    await coached.hours.put("tom", type(details)(details.weekly, buffer_minutes=15))
    await coached.open("c2", "ola", plan="coaching")
    free = await coached.slots.free("tom", 30, WEDNESDAY, WEDNESDAY + DAY, coached.now)
    assert free == list(range(WEDNESDAY, WEDNESDAY + 150 * MINUTE + 1, 15 * MINUTE))
    assert await booked(coached, "b1", WEDNESDAY + HOUR) == "ok"
    assert await booked(coached, "b2", WEDNESDAY + HOUR, conversation="c2") == "busy"
    assert await booked(coached, "b2", WEDNESDAY + 90 * MINUTE, conversation="c2") == "outside_slots"
    assert await booked(coached, "b2", WEDNESDAY + 105 * MINUTE, conversation="c2") == "ok"
    assert await booked(coached, "b3", WEDNESDAY + DAY) == "outside_slots"
    assert await booked(coached, "b3", WEDNESDAY + DAY, by="mentor") == "ok"
    free = await coached.slots.free("tom", 30, WEDNESDAY, WEDNESDAY + DAY, coached.now)
    assert free == [WEDNESDAY, WEDNESDAY + 15 * MINUTE, WEDNESDAY + 150 * MINUTE]


async def test_notice_hours(coached: Coaching) -> None:
    await coached.hours.put("tom", office("wednesday"))
    coached.now = WEDNESDAY - DAY + 1
    assert await booked(coached, "b1", WEDNESDAY) == "outside_slots"
    assert await booked(coached, "b1", WEDNESDAY + 15 * MINUTE) == "ok"


async def test_a_booking_is_not_in_its_own_way(coached: Coaching) -> None:
    """It moves by a quarter of an hour, into its own buffer."""
    details = office("wednesday")
    await coached.hours.put("tom", type(details)(details.weekly, buffer_minutes=30))
    assert await booked(coached, "b1", WEDNESDAY) == "ok"
    assert isinstance(await coached.bookings.move("b1", WEDNESDAY + 45 * MINUTE, "member"), BookingDone)
    outcome = await coached.bookings.move("b1", WEDNESDAY + DAY, "member")
    assert isinstance(outcome, BookingRefused)
    assert outcome.reason == "outside_slots"


async def test_the_next_free_starts(coached: Coaching) -> None:
    """From now on or later, only those at which the member is free too, however far ahead the mentor is open."""
    await coached.hours.put("tom", office("wednesday"))
    await coached.open("c9", "mia", "ann", plan="coaching")
    assert await booked(coached, "b9", WEDNESDAY, by="mentor", conversation="c9") == "ok"
    for after, first in ((0, at("2026-01-07T10:00:00")), (WEDNESDAY, WEDNESDAY)):
        found = await coached.slots.next_free("tom", 90, coached.now, 3, after=after)
        assert [instant.text(start) for start in found] == [
            instant.text(first + quarter * 15 * MINUTE) for quarter in range(3)
        ]
    [first] = await coached.slots.next_free("tom", 30, coached.now, 1, after=WEDNESDAY, member="mia")
    assert first == WEDNESDAY + 30 * MINUTE
    within = await coached.slots.free("tom", 30, WEDNESDAY, WEDNESDAY + HOUR, coached.now, member="mia")
    assert within == [WEDNESDAY + 30 * MINUTE, WEDNESDAY + 45 * MINUTE]


async def test_no_further_than_can_be_booked(coached: Coaching) -> None:
    """400 days ahead is the last."""
    await coached.hours.put("tom", office("monday", "tuesday", "wednesday", "thursday", "friday"))
    end = coached.now + 400 * DAY
    found = await coached.slots.free("tom", 30, end - DAY, end + 7 * DAY, coached.now)
    assert found[-1] == end
    assert await coached.slots.next_free("tom", 30, coached.now, 5, after=end) == [end]


async def test_whose_member(coached: Coaching) -> None:
    """Of a conversation that has not ended."""
    assert await coached.slots.has_member("tom", "mia")
    assert not await coached.slots.has_member("tom", "ola")
    await coached.change("c1", status="paused")
    assert await coached.slots.has_member("tom", "mia")
    await coached.change("c1", status="ended")
    assert not await coached.slots.has_member("tom", "mia")
