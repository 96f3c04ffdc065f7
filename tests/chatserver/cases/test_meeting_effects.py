"""Extra sessions are booked as they were agreed on, and another cadence applies from the next period on: each once."""

from datetime import date
from typing import Any

from sqlalchemy import select

from chatserver.cases.case_requests import CaseOpening
from chatserver.conversations.requests import FieldProblem, Invalid
from chatserver.records.tables import MEMBERSHIP_STEPS
from chatserver.sessions.outcomes import BookingDone
from quotas import instant
from quotas.bookings import Price
from quotas.cases.acts import CaseDoing
from quotas.cases.facts import CaseFacts
from quotas.cases.record import Case
from quotas.instant import DAY, HOUR
from quotas.ledger.timers import Rung
from tests.chatserver.cases.case_desk import MIA, SARA, TOM, did
from tests.chatserver.cases.meeting_desk import MeetingDesk
from tests.chatserver.sessions.desk import TUESDAY, wanted

FIRST, SECOND = TUESDAY + 3 * DAY, TUESDAY + 5 * DAY
PRICE = Price(80_000, "NOK")


async def case_of(desk: MeetingDesk, id: str) -> Case:
    seen = await desk.seen(id, SARA)
    assert seen is not None
    return seen.case


async def test_an_accepted_quote_books_the_times_that_it_names(meeting: MeetingDesk) -> None:
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


async def test_who_accepts_a_quote_names_no_other_time(meeting: MeetingDesk) -> None:
    """Nor a booking: the quote holds as it is."""
    await meeting.membership()
    ref = (await meeting.opened("x", "extra_session", MIA, number=1)).case.id
    await meeting.acted(ref, "quoted", TOM, price=PRICE, starts_at=(FIRST,))
    assert isinstance(await meeting.bookings.book(wanted("b1", SECOND, service="video_call"), "mentor"), BookingDone)
    for facts in (CaseFacts(starts_at=(SECOND,)), CaseFacts(minutes=90), CaseFacts(booking="b1")):
        refused = await meeting.book.act("x", CaseDoing("booked", facts), MIA)
        assert isinstance(refused, Invalid)
        assert "is no fact of this" in refused.errors[0].message


async def test_what_is_busy_by_now_is_left_to_support(meeting: MeetingDesk) -> None:
    """The other session is booked all the same."""
    await meeting.membership()
    ref = (await meeting.opened("x", "extra_session", MIA, number=2)).case.id
    await meeting.acted(ref, "quoted", TOM, price=PRICE, starts_at=(FIRST, SECOND))
    taken = wanted("b1", FIRST, service="video_call")
    assert isinstance(await meeting.bookings.book(taken, "mentor"), BookingDone)
    await meeting.acted("x", "booked", MIA)
    last = (await case_of(meeting, ref)).history[-1]
    assert (last.did, last.because) == ("by_hand:book", f"extra-{ref}-2; 2026-01-09T09:00:00.000Z busy")


async def test_a_business_has_one_session_more_for_nothing(meeting: MeetingDesk) -> None:
    """Support approves; the mentor says when. The statement leaves what they get to the platform."""
    await meeting.membership(payer="business")
    await meeting.list_price(45, PRICE)
    ref = (await meeting.opened("x", "extra_session", MIA, number=1)).case.id
    await meeting.acted(ref, "approved", SARA)
    await meeting.acted(ref, "booked", TOM, starts_at=(FIRST,))
    booking = await meeting.bookings.find(f"extra-{ref}-1")
    assert booking is not None
    assert (booking.kind, booking.price, booking.set_by) == ("extra", None, "mentor")


async def test_the_member_of_a_business_takes_a_slot(meeting: MeetingDesk) -> None:
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


async def test_a_business_names_the_booking_that_there_is(meeting: MeetingDesk) -> None:
    """One of that conversation: no other is taken."""
    await meeting.membership(payer="business")
    made = wanted("b1", FIRST, service="video_call", kind="extra", price=PRICE)
    assert isinstance(await meeting.bookings.book(made, "mentor"), BookingDone)
    other = wanted("b2", SECOND, "c2", service="video_call")
    assert isinstance(await meeting.bookings.book(other, "mentor"), BookingDone)
    ref = (await meeting.opened("x", "extra_session", MIA, number=1)).case.id
    await meeting.acted(ref, "approved", SARA)
    for booking in ("b2", "b3"):
        refused = await meeting.book.act(ref, CaseDoing("booked", CaseFacts(booking=booking)), TOM)
        assert refused == Invalid([FieldProblem("facts.booking", "the conversation has no such booking")])
    await meeting.acted(ref, "booked", TOM, booking="b1")
    assert did(await meeting.seen(ref, SARA))[-1] == "effect:book"


async def test_what_is_booked_as_any_other_is_what_was_asked_for(meeting: MeetingDesk) -> None:
    """As many as that, since the approval; nothing is booked beside it."""
    await meeting.membership(payer="business")

    async def book(id: str, start: int, **more: Any) -> None:
        made = wanted(id, start, service="video_call", **more)
        assert isinstance(await meeting.bookings.book(made, "mentor"), BookingDone)

    await book("b0", TUESDAY + DAY, kind="extra", price=PRICE)
    ref = (await meeting.opened("x", "extra_session", MIA, number=2)).case.id
    await meeting.later(1)
    await meeting.acted(ref, "approved", SARA)
    await book("b1", FIRST, kind="extra", price=PRICE)
    await book("b2", FIRST + DAY)
    assert (await case_of(meeting, ref)).state == "approved"
    await meeting.later(1)
    await book("b3", SECOND, kind="extra", price=PRICE)
    await meeting.ring(ref)
    case = await case_of(meeting, ref)
    assert (case.state, case.facts.booking, case.ended_at) == ("booked", "b3", meeting.now)
    assert [(each.did, each.because) for each in case.history[-2:]] == [("booked", "b1"), ("effect:book", "b3")]
    ahead = await meeting.bookings.of_conversation("c1", 0, SECOND + DAY)
    assert [each.id for each in ahead] == ["b0", "b1", "b2", "b3"]


async def test_a_slower_cadence_thins_out_the_series(meeting: MeetingDesk) -> None:
    """From the next period on: places that stay keep their bookings, others are cancelled, uncounted.

    What was moved by hand keeps its place, and is listed; so the two see what is left to settle.
    """
    await meeting.membership(cadence="every_two_weeks")
    await meeting.begin(first="2026-01-14T09:00:00+01:00")
    moved = "s1:20260225"
    assert isinstance(
        await meeting.bookings.move(moved, instant.parse("2026-02-27T12:00:00+01:00"), "mentor"), BookingDone
    )
    assert await meeting.starts() == ["01-14T08:00", "01-28T08:00", "02-11T08:00", "02-27T11:00"]
    ref = (await meeting.opened("k", "cadence_change", MIA, to="monthly", reason="cost")).case.id
    confirmed = await meeting.acted("k", "confirmed", MIA)
    assert (confirmed.case.facts.applies_on, confirmed.case.facts.price) == (date(2026, 2, 6), Price(50_000, "NOK"))
    await meeting.show("2026-02-06T00:00:00+01:00")
    for _ in range(2):
        await meeting.ring(ref)
    last = (await case_of(meeting, ref)).history[-1]
    assert (last.did, last.because) == ("effect:apply_cadence", f"cadence-{ref}-1 moved:{moved}")
    assert await meeting.starts() == ["02-11T08:00", "02-27T11:00", "03-11T08:00"]
    kept = await meeting.bookings.find("s1:20260211")
    assert kept is not None
    assert kept.cancelled is None
    view = await meeting.series.view(f"cadence-{ref}-1")
    assert view is not None
    assert [each.booking_id for each in view.places] == ["s1:20260211", moved, f"cadence-{ref}-1:20260311"]
    case = await case_of(meeting, ref)
    assert await meeting.effects["apply_cadence"](case, meeting.now) == last.because
    found = await meeting.memberships.find("mia")
    assert found is not None
    assert (found.terms.cadence, found.terms.monthly_price, found.terms.next_cadence) == ("monthly", 50_000, None)


async def test_a_faster_cadence_fills_in(meeting: MeetingDesk) -> None:
    """Every week, at the same local time, without a booking anew where there is one."""
    await meeting.membership(payer="business", cadence="every_two_weeks")
    await meeting.begin(first="2026-01-14T09:00:00+01:00")
    ref = (await meeting.opened("k", "cadence_change", TOM, to="weekly", reason="support")).case.id
    await meeting.acted(ref, "approved", SARA)
    hers = await meeting.book.act(ref, CaseDoing("confirmed"), MIA)
    assert not isinstance(hers, Invalid)
    await meeting.show("2026-02-06T00:00:00+01:00")
    await meeting.ring(ref)
    booked = await meeting.bookings.of_conversation("c1", meeting.now, meeting.now + 22 * DAY)
    assert [(each.id, each.cancelled) for each in booked] == [
        ("s1:20260211", None),
        (f"cadence-{ref}-1:20260218", None),
        ("s1:20260225", None),
    ]


async def test_what_renews_meanwhile_costs_what_was_agreed_for_that_day(meeting: MeetingDesk) -> None:
    """Also where it falls due before the case: whoever charges hears the price of the month that begins."""
    await meeting.membership(cadence="every_two_weeks", started_on=date(2026, 1, 6))
    ref = (await meeting.opened("k", "cadence_change", MIA, to="weekly", reason="support")).case.id
    await meeting.acted("k", "confirmed", MIA)
    await meeting.show("2026-02-06T09:00:00+01:00")
    await meeting.renewals.ring(Rung(0, "renewal", "mia", meeting.now))
    await meeting.ring(ref)
    async with meeting.database.read() as connection:
        steps = await connection.execute(select(MEMBERSHIP_STEPS.c.kind, MEMBERSHIP_STEPS.c.price_amount))
    assert ("renewed", 200_000) in [tuple(step) for step in steps]


async def test_a_cadence_that_is_declined_after_all_costs_nothing(meeting: MeetingDesk) -> None:
    await meeting.membership(cadence="every_two_weeks")
    await meeting.opened("k", "cadence_change", MIA, to="weekly", reason="support")
    await meeting.acted("k", "confirmed", MIA)
    found = await meeting.memberships.find("mia")
    assert found is not None
    assert (found.terms.next_cadence, found.terms.next_cadence_from) == ("weekly", date(2026, 2, 6))
    await meeting.acted("k", "declined", MIA)
    found = await meeting.memberships.find("mia")
    assert found is not None
    assert (found.terms.cadence, found.terms.next_cadence) == ("every_two_weeks", None)


async def test_without_a_membership_support_tells_whoever_charges(meeting: MeetingDesk) -> None:
    """The sessions are planned anew all the same."""
    ref = (await meeting.opened("k", "cadence_change", MIA, to="weekly", reason="support")).case.id
    await meeting.acted("k", "confirmed", MIA)
    await meeting.show("2026-02-06T00:00:00+01:00")
    await meeting.ring(ref)
    assert did(await meeting.seen(ref, SARA))[-3:] == ["by_hand:agree_cadence", "applied", "effect:apply_cadence"]


async def test_another_cadence_is_another_one(meeting: MeetingDesk) -> None:
    await meeting.membership(cadence="every_two_weeks")
    facts = CaseFacts(to="every_two_weeks", reason="cost")
    refused = await meeting.book.open("k", CaseOpening("cadence_change", "c1", facts), MIA)
    assert isinstance(refused, Invalid)
    assert refused.errors[0].message == "is how often they meet already, every_two_weeks"


async def test_a_quote_is_in_the_currency_of_the_membership(meeting: MeetingDesk) -> None:
    await meeting.membership()
    ref = (await meeting.opened("x", "extra_session", MIA, number=1)).case.id
    quote = CaseDoing("quoted", CaseFacts(price=Price(8_000, "EUR"), starts_at=(FIRST,)))
    refused = await meeting.book.act(ref, quote, TOM)
    assert isinstance(refused, Invalid)
    assert refused.errors[0].message == "must be in NOK, the currency of the membership"


async def test_who_pays_does_not_say_the_price(meeting: MeetingDesk) -> None:
    await meeting.membership(cadence="every_two_weeks")
    await meeting.opened("k", "cadence_change", MIA, to="weekly", reason="support")
    refused = await meeting.book.act("k", CaseDoing("confirmed", CaseFacts(price=Price(1, "NOK"))), MIA)
    assert isinstance(refused, Invalid)
    assert refused.errors[0].field == "facts.price"
