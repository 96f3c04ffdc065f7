"""What cases ask of conversations and memberships is done, and done again changes nothing."""

from datetime import date

from chatserver.conversations.conversation import ConversationRecord
from chatserver.conversations.membership import MembershipChange
from chatserver.conversations.requests import ConversationChange, ConversationDetails, Written
from chatserver.sessions.outcomes import BookingDone
from quotas import instant
from quotas.bookings import Price
from quotas.instant import DAY
from tests.chatserver.cases.case_desk import MIA, SARA, TOM, CaseDesk, did
from tests.chatserver.sessions.desk import TUESDAY, wanted


async def record(desk: CaseDesk, id: str) -> ConversationRecord:
    found = await desk.provisioning.get_conversation(id)
    assert found is not None
    return found


async def test_a_switch_hands_the_conversation_on(supplied: CaseDesk) -> None:
    """To one that is made for it; the case says which."""
    ref = (await supplied.opened("s", "mentor_switch", MIA)).case.id
    await supplied.acted(ref, "proposed", SARA, mentor="kim", chemistry=False)
    await supplied.acted(ref, "switched", MIA)
    for _ in range(2):
        await supplied.ring(ref)
    assert did(await supplied.seen(ref, SARA))[-1] == "effect:hand_on"
    before, after = await record(supplied, "c1"), await record(supplied, f"switch-{ref}")
    assert (before.status, before.ended_reason) == ("ended", "switched")
    assert (after.mentor, after.plan, after.follows, after.status) == ("kim", "coaching", "c1", "open")


async def test_a_cancellation_goes_along_and_other_cases_are_overtaken(supplied: CaseDesk) -> None:
    """Where the conversation is handed on while they are open."""
    await supplied.membership()
    leaving = (await supplied.opened("m", "membership_cancellation", MIA, asked_on=date(2026, 1, 6))).case.id
    asked = (await supplied.opened("q", "question", MIA)).case.id
    ref = (await supplied.opened("s", "mentor_switch", MIA)).case.id
    await supplied.acted(ref, "proposed", SARA, mentor="kim", chemistry=False)
    await supplied.acted(ref, "switched", MIA)
    await supplied.ring(ref)
    found, overtaken = await supplied.seen(leaving, SARA), await supplied.seen(asked, SARA)
    assert found is not None
    assert overtaken is not None
    assert (found.case.conversation, found.case.state) == (f"switch-{ref}", "official")
    assert overtaken.case.state == "overtaken"


async def test_a_switch_after_a_first_call_keeps_the_trial(supplied: CaseDesk) -> None:
    trial = ConversationDetails("mia", "kim", "trial", trial=True)
    assert isinstance(await supplied.provisioning.put_conversation("t1", trial), Written)
    ref = (await supplied.opened("s", "mentor_switch", MIA)).case.id
    await supplied.acted(ref, "proposed", SARA, mentor="kim", chemistry=True)
    await supplied.acted(ref, "switched", MIA)
    await supplied.ring(ref)
    after = await record(supplied, "t1")
    assert (after.kind, after.plan, after.follows) == ("plan", "coaching", "c1")


async def test_a_cancellation_stops_the_renewal_and_ends_when_it_is_paid_until(supplied: CaseDesk) -> None:
    """Taken back, it renews again; asked for once more, all conversations of the member end."""
    await supplied.membership()
    await supplied.open("c3", "mia", "kim", plan="coaching")
    today = date(2026, 1, 6)
    first = (await supplied.opened("m1", "membership_cancellation", MIA, asked_on=today)).case.id
    await supplied.ring(first)
    found = await supplied.memberships.find("mia")
    assert found is not None
    assert (found.terms.renews, found.paid_until) == (False, date(2026, 2, 5))
    await supplied.acted(first, "kept", MIA)
    await supplied.ring(first)
    found = await supplied.memberships.find("mia")
    assert found is not None
    assert found.terms.renews
    again = (await supplied.opened("m2", "membership_cancellation", MIA, asked_on=today)).case.id
    await supplied.show("2026-02-04T22:00:00Z")
    await supplied.ring(again)
    assert (await record(supplied, "c1")).status == "open"
    await supplied.show("2026-02-05T00:00:00Z")
    await supplied.ring(again)
    for id in ("c1", "c3"):
        ended = await record(supplied, id)
        assert (ended.status, ended.ended_reason) == ("ended", "cancelled")
    assert (await record(supplied, "c2")).status == "open"


async def test_a_ghosting_that_churns_ends_the_conversation(supplied: CaseDesk) -> None:
    """Renewal is off; without a membership that is support's to do."""
    ref = (await supplied.opened("g", "ghosting", TOM)).case.id
    await supplied.show("2026-07-01T12:00:00+02:00")
    await supplied.ring(ref)
    assert did(await supplied.seen(ref, SARA))[-2:] == ["effect:end_conversation", "by_hand:stop_renewal"]
    ended = await record(supplied, "c1")
    assert (ended.status, ended.ended_reason) == ("ended", "churned")


async def test_a_session_with_a_guest_has_a_conversation_of_its_own(supplied: CaseDesk) -> None:
    """As long as the case is on its way."""
    ref = (await supplied.opened("o", "one_off_session", MIA)).case.id
    await supplied.acted(ref, "approved", SARA, mentor="kim", price=Price(50_000, "NOK"))
    await supplied.ring(ref)
    guest = await record(supplied, f"guest-{ref}")
    assert (guest.kind, guest.plan, guest.member, guest.mentor) == ("guest", "guest", "mia", "kim")
    await supplied.acted(ref, "declined", MIA)
    await supplied.ring(ref)
    guest = await record(supplied, f"guest-{ref}")
    assert (guest.status, guest.ended_reason) == ("ended", None)


async def test_a_guest_conversation_stays_open_for_7_days_after_the_session(supplied: CaseDesk) -> None:
    """The case has long ended; what is left to do waits in the records, whoever is awake then."""
    ref = (await supplied.opened("o", "one_off_session", MIA)).case.id
    await supplied.acted(ref, "approved", SARA, mentor="kim", price=Price(50_000, "NOK"))
    await supplied.show("2026-01-08T09:00:00Z")
    await supplied.acted(ref, "done", SARA, "they met")
    assert (await record(supplied, f"guest-{ref}")).status == "open"
    assert await supplied.timer(ref) == "2026-01-15T09:00:00.000Z"
    await supplied.show("2026-01-15T08:59:00Z")
    await supplied.ring(ref)
    assert (await record(supplied, f"guest-{ref}")).status == "open"
    await supplied.show("2026-01-20T00:00:00Z")
    for _ in range(2):
        await supplied.ring(ref)
    assert (await record(supplied, f"guest-{ref}")).status == "ended"
    seen = await supplied.seen(ref, SARA)
    assert seen is not None
    last = seen.case.history[-1]
    assert (last.did, instant.text(last.at)) == ("effect:close_guest_later", "2026-01-15T09:00:00.000Z")
    assert await supplied.timer(ref) == ""


async def test_a_cancellation_ends_with_what_is_paid_by_then(supplied: CaseDesk) -> None:
    """Whoever charges may be paid for a month more after it became official."""
    await supplied.membership()
    ref = (await supplied.opened("m", "membership_cancellation", MIA)).case.id
    await supplied.later(1)
    longer = MembershipChange(paid_until=date(2026, 3, 10))
    assert isinstance(await supplied.memberships.change("mia", longer, "service"), Written)
    await supplied.show("2026-02-05T12:00:00+01:00")
    await supplied.ring(ref)
    seen = await supplied.seen(ref, SARA)
    assert seen is not None
    assert seen.due is not None
    assert (seen.case.state, seen.case.facts.paid_until) == ("official", date(2026, 3, 10))
    assert seen.due.at == instant.parse("2026-03-10T00:00:00+01:00")
    assert (await record(supplied, "c1")).status == "open"
    await supplied.show("2026-03-10T00:00:00+01:00")
    await supplied.ring(ref)
    assert (await record(supplied, "c1")).ended_reason == "cancelled"


async def test_what_support_says_is_paid_stands(supplied: CaseDesk) -> None:
    """That the renewal stops says nothing new."""
    await supplied.membership()
    await supplied.opened("m", "membership_cancellation", SARA, paid_until=date(2026, 1, 20))
    await supplied.later(1)
    seen = await supplied.seen("m", SARA)
    assert seen is not None
    assert seen.case.facts.paid_until == date(2026, 1, 20)


async def test_it_renews_again_once_no_cancellation_stands(supplied: CaseDesk) -> None:
    """A member of two mentors may have cancelled in both conversations."""
    await supplied.membership()
    await supplied.open("c3", mentor="kim", plan="coaching")
    await supplied.opened("a", "membership_cancellation", MIA)
    await supplied.opened("b", "membership_cancellation", MIA, conversation="c3")
    for id, renews in (("a", False), ("b", True)):
        await supplied.acted(id, "kept", MIA)
        found = await supplied.memberships.find("mia")
        assert found is not None
        assert found.terms.renews is renews


async def test_a_report_of_what_is_over_leaves_nothing_to_do_by_hand(supplied: CaseDesk) -> None:
    over = ConversationChange(status="ended")
    assert isinstance(await supplied.provisioning.change_conversation("c1", over), Written)
    ref = (await supplied.opened("r", "misconduct", MIA, person="tom", suspend=True)).case.id
    assert did(await supplied.seen(ref, SARA)) == ["opened", "effect:seal_evidence", "effect:suspend"]


async def test_a_chemistry_call_comes_before_the_switch(supplied: CaseDesk) -> None:
    """In a trial with each mentor who is proposed with one, where the member books it themselves."""
    for mentor in ("ann", "kim"):
        await supplied.publish(mentor)
    ref = (await supplied.opened("s", "mentor_switch", MIA)).case.id
    await supplied.acted(ref, "proposed", SARA, mentor="ann", chemistry=True)
    first, second = f"trial-{ref}-1", f"trial-{ref}-2"
    for _ in range(2):
        await supplied.ring(ref)
    trial = await record(supplied, first)
    assert (trial.kind, trial.member, trial.mentor, trial.status) == ("trial", "mia", "ann", "open")
    call = wanted("call", TUESDAY + 3 * DAY, first, service="video_call", kind="chemistry")
    assert isinstance(await supplied.bookings.book(call, "member"), BookingDone)

    await supplied.acted(ref, "exploring", MIA)
    over = await record(supplied, first)
    assert (over.status, over.ended_reason) == ("ended", "not_chosen")
    cancelled = await supplied.bookings.find("call")
    assert cancelled is not None
    assert cancelled.cancelled is not None
    assert not cancelled.cancelled.counts

    await supplied.acted(ref, "proposed", SARA, mentor="kim", chemistry=True)
    call = wanted("again", TUESDAY + 3 * DAY, second, service="video_call", kind="chemistry")
    assert isinstance(await supplied.bookings.book(call, "member"), BookingDone)
    await supplied.acted(ref, "switched", MIA)
    after = await record(supplied, second)
    assert (after.kind, after.plan, after.status) == ("plan", "coaching", "open")
    assert (after.mentor, after.follows) == ("kim", "c1")
    kept = await supplied.bookings.find("again")
    assert kept is not None
    assert kept.cancelled is None


async def test_a_switch_without_a_call_opens_no_trial(supplied: CaseDesk) -> None:
    ref = (await supplied.opened("s", "mentor_switch", MIA)).case.id
    await supplied.acted(ref, "proposed", SARA, mentor="kim", chemistry=False)
    await supplied.acted(ref, "kept", MIA)
    assert await supplied.provisioning.get_conversation(f"trial-{ref}-1") is None
    assert not any("first_call" in each for each in did(await supplied.seen(ref, SARA)))
