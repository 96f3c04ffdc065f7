"""What cases ask of the rooms below is done, once, and noted for support."""

from chatserver.cases.conversation_effects import ConversationEffects
from chatserver.cases.credit_effects import CreditEffects
from chatserver.cases.membership_effects import MembershipEffects
from chatserver.sessions.outcomes import BookingDone
from quotas.bookings import state_of
from quotas.instant import DAY, MINUTE
from tests.chatserver.cases.case_desk import MIA, SARA, TOM, CaseDesk, did
from tests.chatserver.sessions.desk import TUESDAY, wanted


def with_effects(desk: CaseDesk) -> None:
    desk.effects |= ConversationEffects(desk.provisioning, desk.telling).effects()
    desk.effects |= (
        MembershipEffects(desk.database, desk.memberships).effects() | CreditEffects(desk.bookings).effects()
    )


async def test_a_churned_conversation_ends_with_its_bookings_and_renewal(desk: CaseDesk) -> None:
    """Bookings ahead are cancelled uncounted; what is paid ahead is noted."""
    with_effects(desk)
    await desk.membership()
    ref = (await desk.opened("g", "ghosting", TOM)).case.id
    question = (await desk.opened("q", "question", TOM)).case.id
    desk.now = TUESDAY + 80 * DAY
    ahead = wanted("b1", TUESDAY + 100 * DAY, service="video_call")
    assert isinstance(await desk.bookings.book(ahead, "mentor"), BookingDone)
    desk.now = TUESDAY + 95 * DAY
    for _ in range(2):
        await desk.ring(ref)
    seen = await desk.seen(ref, SARA)
    assert did(seen)[-3:] == ["churned", "effect:end_conversation", "effect:stop_renewal"]
    assert seen is not None and seen.case.history[-1].because == "paid_until 2026-05-05"
    conversation = await desk.provisioning.get_conversation("c1")
    assert conversation is not None and (conversation.status, conversation.ended_reason) == ("ended", "churned")
    booking = await desk.bookings.find("b1")
    assert booking is not None and booking.cancelled is not None and not booking.cancelled.counts
    membership = await desk.memberships.find("mia")
    assert membership is not None and not membership.terms.renews
    overtaken = await desk.seen(question, SARA)
    assert overtaken is not None and overtaken.case.history[-1].because == "churned"


async def test_a_cancellation_that_is_taken_back_renews_again(desk: CaseDesk) -> None:
    with_effects(desk)
    await desk.membership()
    await desk.opened("m", "membership_cancellation", MIA)
    membership = await desk.memberships.find("mia")
    assert membership is not None and not membership.terms.renews
    await desk.acted("m", "kept", MIA)
    membership = await desk.memberships.find("mia")
    assert membership is not None and membership.terms.renews


async def test_support_confirms_a_no_show(desk: CaseDesk) -> None:
    with_effects(desk)
    start = TUESDAY + DAY
    made = wanted("b1", start, service="video_call")
    assert isinstance(await desk.bookings.book(made, "mentor"), BookingDone)
    desk.now = start + MINUTE
    assert isinstance(await desk.bookings.join("b1", "mentor"), BookingDone)
    desk.now = start + 20 * MINUTE
    ref = (await desk.opened("n", "no_show", SARA, booking="b1")).case.id
    seen = await desk.acted(ref, "reviewed", SARA, outcome="no_show")
    assert did(seen) == ["opened", "reviewed", "effect:correct_units"]
    booking = await desk.bookings.find("b1")
    assert booking is not None
    assert state_of(booking, desk.rulebook.policy.sessions, desk.now) == "no_show"
    opened = await desk.opened("u", "credit_correction", TOM)
    corrected = await desk.acted(opened.case.id, "corrected", SARA, units=2)
    assert corrected.case.history[-1].did in ("effect:correct_units", "by_hand:correct_units")


async def test_a_report_suspends_the_conversation_until_support_decides(desk: CaseDesk) -> None:
    """At once where the reporter asks for it; for 24 hours, unless support confirms it."""
    with_effects(desk)

    async def status() -> str:
        found = await desk.provisioning.get_conversation("c1")
        assert found is not None
        return found.status

    ref = (await desk.opened("r", "misconduct", MIA, "he shouts", person="tom", suspend=True)).case.id
    assert await status() == "suspended"
    desk.now = TUESDAY + DAY + MINUTE
    await desk.ring(ref)
    assert await status() == "open"
    await desk.acted(ref, "suspend", SARA)
    assert await status() == "suspended"
    other = (await desk.opened("t", "misconduct", TOM, person="mia", suspend=True)).case.id
    await desk.acted(ref, "dismissed", SARA)
    assert await status() == "suspended"
    await desk.acted(other, "lift", SARA)
    assert await status() == "open"
    await desk.acted(other, "suspend", SARA)
    await desk.acted(other, "removed", SARA)
    assert await status() == "suspended"
    hers = await desk.seen(ref, MIA)
    assert hers is not None and hers.case.history == ()
