"""Extra sessions are booked as they were agreed on, once; what cannot be booked is left to support, with the reason."""

import pytest

from chatserver.cases.case_doers import CaseDoers
from chatserver.cases.meeting_effects import MeetingEffects
from chatserver.conversations.requests import Invalid
from chatserver.sessions.outcomes import BookingDone
from quotas.bookings import Price
from quotas.cases.acts import CaseDoing
from quotas.cases.facts import CaseFacts
from quotas.cases.record import Case
from quotas.instant import DAY, HOUR
from tests.chatserver.cases.case_desk import MIA, SARA, TOM, CaseDesk, did
from tests.chatserver.sessions.desk import TUESDAY, wanted

FIRST, SECOND = TUESDAY + 3 * DAY, TUESDAY + 5 * DAY
PRICE = Price(80_000, "NOK")


@pytest.fixture
def meeting(desk: CaseDesk) -> CaseDesk:
    """With effects as the product has them."""
    effects = MeetingEffects(database=desk.database, bookings=desk.bookings)
    doers = CaseDoers(
        provisioning=desk.provisioning, memberships=desk.memberships, bookings=desk.bookings, telling=desk.telling
    )
    desk.effects.update(doers.effects() | effects.effects())
    return desk


async def case_of(desk: CaseDesk, id: str) -> Case:
    seen = await desk.seen(id, SARA)
    assert seen is not None
    return seen.case


async def test_an_accepted_quote_books_the_times_that_it_names(meeting: CaseDesk) -> None:
    """At its price, beside the plan and outside slots; what is done again changes nothing."""
    await meeting.membership()
    ref = (await meeting.opened("x", "extra_session", MIA, number=2)).case.id
    await meeting.acted(ref, "quoted", TOM, price=PRICE, starts_at=(FIRST, SECOND))
    accepted = await meeting.acted("x", "booked", MIA)
    assert accepted.case.state == "booked"
    for number, start in enumerate((FIRST, SECOND), 1):
        booking = await meeting.bookings.find(f"extra-{ref}-{number}")
        assert booking is not None
        assert (booking.kind, booking.starts_at, booking.minutes) == ("extra", start, 45)
        assert (booking.price, booking.service, booking.set_by) == (PRICE, "video_call", "support")
    case = await case_of(meeting, ref)
    assert (case.history[-1].did, case.history[-1].because) == ("effect:book", f"extra-{ref}-1 extra-{ref}-2")
    assert await meeting.effects["book"](case, TUESDAY) == f"extra-{ref}-1 extra-{ref}-2"
    assert len(await meeting.bookings.of_conversation("c1", 0, SECOND + DAY)) == 2


async def test_who_accepts_a_quote_names_no_other_time(meeting: CaseDesk) -> None:
    """Nor a booking: the quote holds as it is."""
    await meeting.membership()
    ref = (await meeting.opened("x", "extra_session", MIA, number=1)).case.id
    await meeting.acted(ref, "quoted", TOM, price=PRICE, starts_at=(FIRST,))
    for facts in (CaseFacts(starts_at=(SECOND,)), CaseFacts(minutes=90), CaseFacts(booking="b1")):
        refused = await meeting.book.act("x", CaseDoing("booked", facts), MIA)
        assert isinstance(refused, Invalid)
        assert "is no fact of this" in refused.errors[0].message


async def test_what_is_busy_by_now_is_left_to_support(meeting: CaseDesk) -> None:
    """The other session is booked all the same."""
    await meeting.membership()
    ref = (await meeting.opened("x", "extra_session", MIA, number=2)).case.id
    await meeting.acted(ref, "quoted", TOM, price=PRICE, starts_at=(FIRST, SECOND))
    taken = wanted("b1", FIRST, service="video_call")
    assert isinstance(await meeting.bookings.book(taken, "mentor"), BookingDone)
    await meeting.acted("x", "booked", MIA)
    last = (await case_of(meeting, ref)).history[-1]
    assert (last.did, last.because) == ("by_hand:book", f"extra-{ref}-2; 2026-01-09T09:00:00.000Z busy")


async def test_a_business_has_one_session_more_for_nothing(meeting: CaseDesk) -> None:
    """Support approves; the mentor says when. The statement leaves what they get to the platform."""
    await meeting.membership(payer="business")
    await meeting.list_price(45, PRICE)
    ref = (await meeting.opened("x", "extra_session", MIA, number=1)).case.id
    await meeting.acted(ref, "approved", SARA)
    await meeting.acted(ref, "booked", TOM, starts_at=(FIRST,))
    booking = await meeting.bookings.find(f"extra-{ref}-1")
    assert booking is not None
    assert (booking.kind, booking.price, booking.set_by) == ("extra", None, "mentor")


async def test_the_member_of_a_business_takes_a_slot(meeting: CaseDesk) -> None:
    """Another time is refused, and the history says so."""
    await meeting.membership(payer="business")
    await meeting.publish(since="09:00", until="12:00")
    for id, start, last in (
        ("x1", FIRST + 10 * HOUR, "by_hand:book"),
        ("x2", FIRST + HOUR, "effect:book"),
    ):
        ref = (await meeting.opened(id, "extra_session", MIA, number=1)).case.id
        await meeting.acted(ref, "approved", SARA)
        await meeting.acted(id, "booked", MIA, starts_at=(start,))
        assert did(await meeting.seen(ref, SARA))[-1] == last


async def test_a_business_names_the_booking_that_there_is(meeting: CaseDesk) -> None:
    """One of that conversation."""
    await meeting.membership(payer="business")
    made = wanted("b1", FIRST, service="video_call", kind="extra", price=PRICE)
    assert isinstance(await meeting.bookings.book(made, "mentor"), BookingDone)
    for id, booking, last in (("x1", "b1", "effect:book"), ("x2", "b2", "by_hand:book")):
        ref = (await meeting.opened(id, "extra_session", MIA, number=1)).case.id
        await meeting.acted(ref, "approved", SARA)
        await meeting.acted(ref, "booked", TOM, booking=booking)
        assert did(await meeting.seen(ref, SARA))[-1] == last
