"""A one-off session with another mentor: its case says what it costs, and follows what becomes of it."""

from typing import Any

from chatserver.conversations.requests import FieldProblem, Invalid
from chatserver.sessions.outcomes import BookingDone, BookingRefused
from quotas import instant
from quotas.bookings import Booking, Price, billable
from quotas.cases.acts import CaseDoing
from quotas.cases.facts import CaseFacts
from quotas.instant import DAY, MINUTE
from quotas.session_book import WantedBooking
from tests.chatserver.cases.case_desk import MIA, SARA, did
from tests.chatserver.cases.meeting_desk import MeetingDesk
from tests.chatserver.sessions.desk import TUESDAY, wanted

START = TUESDAY + 3 * DAY
END = START + 45 * MINUTE
HALF = Price(50_000, "NOK")


def one_off(ref: str, id: str = "o1", starts_at: int = START, **more: object) -> WantedBooking:
    known = {"service": "video_call", "minutes": 45, "kind": "one_off"} | more
    return wanted(id, starts_at, f"guest-{ref}", **known)


async def approved(desk: MeetingDesk, **facts: Any) -> str:
    ref = (await desk.opened("o", "one_off_session", MIA)).case.id
    await desk.acted(ref, "approved", SARA, mentor="kim", **facts)
    return ref


async def facts_of(desk: MeetingDesk, ref: str) -> CaseFacts:
    seen = await desk.seen(ref, SARA)
    assert seen is not None
    return seen.case.facts


async def found(desk: MeetingDesk, id: str) -> Booking:
    booking = await desk.bookings.find(id)
    assert booking is not None
    return booking


async def test_it_costs_half_of_what_a_month_does(meeting: MeetingDesk) -> None:
    """Worked out from the membership; whoever books it does not say the price, and there is one for each case."""
    await meeting.membership()
    ref = await approved(meeting)
    assert (await facts_of(meeting, ref)).price == HALF
    cheap = await meeting.bookings.book(one_off(ref, price=Price(1, "NOK")), "mentor")
    assert isinstance(cheap, Invalid)
    made = await meeting.bookings.book(one_off(ref), "mentor")
    assert isinstance(made, BookingDone)
    assert made.booking.price == HALF
    again = await meeting.bookings.book(one_off(ref), "mentor")
    assert again == BookingDone(made.booking)
    second = await meeting.bookings.book(one_off(ref, "o2", START + DAY), "mentor")
    assert isinstance(second, BookingRefused)
    assert second.reason == "not_in_plan"


async def test_without_a_case_there_is_none(meeting: MeetingDesk) -> None:
    elsewhere = await meeting.bookings.book(
        wanted("o1", START, service="video_call", kind="one_off", price=HALF), "support"
    )
    assert isinstance(elsewhere, BookingRefused)
    assert elsewhere.reason == "not_in_plan"


async def test_the_member_takes_a_slot_of_the_guest(meeting: MeetingDesk) -> None:
    await meeting.publish("kim", since="08:00", until="12:00")
    ref = await approved(meeting, price=HALF)
    late = await meeting.bookings.book(one_off(ref, starts_at=START + DAY // 2), "member")
    assert isinstance(late, BookingRefused)
    assert late.reason == "outside_slots"
    assert isinstance(await meeting.bookings.book(one_off(ref), "member"), BookingDone)


async def test_the_case_follows_its_session(meeting: MeetingDesk) -> None:
    """Booked, moved, over: as of the instants at which that was; its timer rings at once, and then at the end."""
    ref = await approved(meeting, price=HALF)
    meeting.now += DAY
    assert isinstance(await meeting.bookings.book(one_off(ref), "mentor"), BookingDone)
    assert await meeting.timer(ref) == instant.text(meeting.now)
    await meeting.ring(ref)
    seen = await meeting.seen(ref, MIA)
    assert seen is not None
    assert (seen.case.state, seen.case.since, seen.case.facts.booking) == ("booked", TUESDAY + DAY, "o1")
    assert await meeting.timer(ref) == instant.text(END)
    assert isinstance(await meeting.bookings.move("o1", START + DAY, "mentor"), BookingDone)
    await meeting.ring(ref)
    assert await meeting.timer(ref) == instant.text(END + DAY)
    meeting.now = START + DAY
    for side in ("member", "mentor"):
        assert isinstance(await meeting.bookings.join("o1", side), BookingDone)
    meeting.now += 40 * MINUTE
    assert isinstance(await meeting.bookings.finish("o1", "mentor"), BookingDone)
    await meeting.ring(ref)
    seen = await meeting.seen(ref, MIA)
    assert seen is not None
    assert (seen.case.state, seen.case.since, seen.case.facts.outcome) == ("done", meeting.now, "held")
    assert await meeting.timer(ref) == instant.text(meeting.now + 7 * DAY)


async def test_what_nobody_looked_at_is_told_as_it_was(meeting: MeetingDesk) -> None:
    """A process died before it set the timer: the case is right at its due, and whenever somebody reads it."""
    ref = await approved(meeting, price=HALF)
    assert isinstance(await meeting.bookings.book(one_off(ref), "mentor"), BookingDone)
    meeting.now = TUESDAY + 31 * DAY
    await meeting.ring(ref)
    seen = await meeting.seen(ref, SARA)
    assert did(seen) == [
        *("opened", "approved", "effect:open_guest", "booked", "effect:cancel_replaced", "done"),
        *("effect:close_guest_later",),
    ]
    assert seen is not None
    assert (seen.case.since, seen.case.facts.outcome) == (END, "unattended")


async def test_a_session_that_is_called_off_ends_the_case(meeting: MeetingDesk) -> None:
    """The two may still write for a week."""
    ref = await approved(meeting, price=HALF)
    assert isinstance(await meeting.bookings.book(one_off(ref), "mentor"), BookingDone)
    meeting.now += DAY
    assert isinstance(await meeting.bookings.cancel("o1", "mentor"), BookingDone)
    await meeting.ring(ref)
    assert (await facts_of(meeting, ref)).outcome == "cancelled"
    guest = await meeting.provisioning.get_conversation(f"guest-{ref}")
    assert guest is not None
    assert guest.status == "open"


async def test_a_session_that_it_replaces_is_cancelled_and_stays_counted(meeting: MeetingDesk) -> None:
    """Once there is the other one: nobody is paid for it, and the member pays nothing."""
    await meeting.membership()
    assert isinstance(await meeting.bookings.book(wanted("b1", START + DAY), "mentor"), BookingDone)
    ref = await approved(meeting, replaces="b1")
    assert (await facts_of(meeting, ref)).price is None
    assert (await found(meeting, "b1")).cancelled is None
    made = await meeting.bookings.book(one_off(ref), "mentor")
    assert isinstance(made, BookingDone)
    assert made.booking.price is None
    await meeting.ring(ref)
    replaced = await found(meeting, "b1")
    assert replaced.cancelled is not None
    assert (replaced.cancelled.by, replaced.cancelled.counts) == ("support", True)
    assert not billable(replaced, meeting.rulebook.policy.sessions, meeting.now)


async def test_only_a_session_of_the_conversation_is_replaced(meeting: MeetingDesk) -> None:
    """Nor one that has begun: support is told at once."""
    assert isinstance(await meeting.bookings.book(wanted("b1", START, "c2"), "mentor"), BookingDone)
    assert isinstance(await meeting.bookings.book(wanted("b2", START), "mentor"), BookingDone)
    ref = (await meeting.opened("o", "one_off_session", MIA)).case.id
    doing = CaseDoing("approved", CaseFacts(mentor="ann", replaces="b1"))
    no_such = FieldProblem("facts.replaces", "the conversation has no such booking")
    assert await meeting.book.act(ref, doing, SARA) == Invalid([no_such])
    meeting.now = START
    doing = CaseDoing("approved", CaseFacts(mentor="ann", replaces="b2"))
    begun = FieldProblem("facts.replaces", "has begun; allowed: a booking that lies ahead")
    assert await meeting.book.act(ref, doing, SARA) == Invalid([begun])
