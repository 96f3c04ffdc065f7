"""What cases ask about people: switches for those who need one, a warning, a removal, a business that is told."""

from typing import Any

import msgspec
import pytest
from msgspec.structs import replace
from sqlalchemy import select

from chatserver.access.revocation import Revocations
from chatserver.cases.case_requests import CaseSeen
from chatserver.cases.effects import EffectImpossible
from chatserver.cases.leaving_mentors import Leave, LeavingMentors
from chatserver.cases.rows import cases
from chatserver.cases.switches import Switches
from chatserver.conversations.requests import ConversationChange, ConversationDetails, Missing, PersonDetails, Written
from chatserver.records.tables import NOTICES, WEBHOOK_EVENTS, WEBHOOKS
from chatserver.sessions.outcomes import BookingDone
from quotas.cases.facts import CaseFacts
from quotas.cases.record import Case
from quotas.instant import DAY, MINUTE
from quotas.standing import Standing
from quotas.store.errors import StoreError
from tests.chatserver.cases.case_desk import ANN, MIA, SARA, TOM, CaseDesk, did
from tests.chatserver.sessions.desk import TUESDAY, wanted


async def switch_of(desk: CaseDesk, conversation: str) -> Case | None:
    """The newest switch of a conversation."""
    async with desk.database.read() as connection:
        found = await cases.live_of(connection, conversation)
    return next((each.case for each in reversed(found) if each.case.kind == "mentor_switch"), None)


def told_of(seen: CaseSeen, effect: str) -> str | None:
    """What the history says of an effect that was done."""
    return next((each.because for each in seen.case.history if each.did == f"effect:{effect}"), None)


async def status(desk: CaseDesk, conversation: str) -> tuple[str, str | None]:
    found = await desk.provisioning.get_conversation(conversation)
    assert found is not None
    return found.status, found.ended_reason


async def test_a_poor_fit_that_is_handed_over_opens_a_switch(supplied: CaseDesk) -> None:
    """Once; whose it is, is for support, and the mentor who reported it sees none of it."""
    ref = (await supplied.opened("f", "poor_fit", TOM, reason="expertise")).case.id
    seen = await supplied.acted(ref, "handed_over", SARA)
    switch = await switch_of(supplied, "c1")
    assert switch is not None
    assert (did(seen)[-1], seen.case.history[-1].because) == ("effect:open_switch", switch.id)
    assert (switch.state, switch.opener.role, switch.opener.id) == ("requested", "support", "")
    assert await supplied.timer(switch.id)
    for asker in (MIA, TOM):
        assert await supplied.seen(switch.id, asker) is None
    await supplied.acted(switch.id, "proposed", SARA, mentor="kim", chemistry=False)
    hers = await supplied.seen(switch.id, MIA)
    assert hers is not None
    assert (hers.case.facts.mentor, "switched" in hers.possible, "withdraw" in hers.possible) == ("kim", True, False)
    assert await supplied.seen(switch.id, TOM) is None


async def test_a_switch_that_is_open_already_is_that_one(supplied: CaseDesk) -> None:
    asked = (await supplied.opened("s", "mentor_switch", MIA)).case.id
    ref = (await supplied.opened("f", "poor_fit", TOM, reason="readiness")).case.id
    seen = await supplied.acted(ref, "handed_over", SARA)
    assert seen.case.history[-1].because == asked


async def test_a_leaving_mentor_s_members_get_a_switch_each(supplied: CaseDesk) -> None:
    """Those of conversations that go on by a plan; asked again, none is opened twice."""
    leaving = LeavingMentors(
        database=supplied.database,
        switches=Switches(supplied.case_log),
        timers=supplied.timers,
        clock=supplied.clock,
    )
    await supplied.open("c3", "uma", "tom", plan="coaching")
    await supplied.open("c4", "ivar", "tom", plan="coaching")
    await supplied.provisioning.change_conversation("c4", ConversationChange(status="ended"))
    trial = ConversationDetails("ola", "tom", "trial", trial=True)
    assert isinstance(await supplied.provisioning.put_conversation("t1", trial), Written)
    first = await leaving.hand_over("tom")
    assert isinstance(first, Leave)
    assert [(each.conversation, each.member) for each in first.switches] == [("c1", "mia"), ("c3", "uma")]
    assert first.others == ["t1"]
    assert await leaving.hand_over("tom") == first
    for each in first.switches:
        assert (await supplied.acted(each.case, "exploring", SARA)).case.state == "exploring"
    for nobody in ("mia", "sara", "absent"):
        assert await leaving.hand_over(nobody) == Missing()


async def test_a_mentor_who_left_hands_units_and_windows_on(supplied: CaseDesk) -> None:
    """The member accepts whom support proposes; the old conversation stays with them alone."""
    leaving = LeavingMentors(
        database=supplied.database,
        switches=Switches(supplied.case_log),
        timers=supplied.timers,
        clock=supplied.clock,
    )
    outcome = await leaving.hand_over("tom")
    assert isinstance(outcome, Leave)
    ref = outcome.switches[0].case
    await supplied.acted(ref, "proposed", SARA, mentor="kim", chemistry=False)
    seen = await supplied.acted(ref, "switched", MIA)
    assert seen.case.state == "switched"
    after = await supplied.provisioning.get_conversation(f"switch-{ref}")
    assert after is not None
    assert (after.mentor, after.follows, after.status) == ("kim", "c1", "open")
    assert await status(supplied, "c1") == ("ended", "switched")


async def test_a_warning_tells_of_conduct_and_of_nothing_else(supplied: CaseDesk) -> None:
    """Neither case nor conversation nor who wrote of it; once, however often it is done."""
    ref = (await supplied.opened("r", "misconduct", MIA, "he shouts", person="tom")).case.id
    seen = await supplied.acted(ref, "warned", SARA)
    assert told_of(seen, "warn_person") == ""
    await supplied.effects["warn_person"](seen.case, seen.case.since)
    async with supplied.database.read() as connection:
        rows = (await connection.execute(select(NOTICES).where(NOTICES.c.person_id == "tom"))).all()
    assert len(rows) == 1
    told = dict(rows[0]._mapping)
    assert (told["event"], told["conversation_id"], told["booking_id"]) == ("conduct.warned", "", "")
    assert msgspec.json.decode(told["data"]) == {"role": "mentor", "first": True}
    assert ref not in f"{told}"


async def test_a_removed_mentor_s_members_get_another_one(supplied: CaseDesk) -> None:
    """Conversations end, `removed`, what is booked is cancelled uncounted; each goes on with another mentor."""
    await supplied.open("c3", "uma", "tom", plan="coaching")
    trial = ConversationDetails("ola", "tom", "trial", trial=True)
    assert isinstance(await supplied.provisioning.put_conversation("t1", trial), Written)
    ahead = wanted("b1", TUESDAY + 9 * DAY, service="video_call")
    assert isinstance(await supplied.bookings.book(ahead, "mentor"), BookingDone)
    await supplied.membership()
    cancelling = (await supplied.opened("m", "membership_cancellation", MIA)).case.id
    asked = (await supplied.opened("q", "question", MIA)).case.id
    ref = (await supplied.opened("r", "misconduct", MIA, person="tom", suspend=True)).case.id
    seen = await supplied.acted(ref, "removed", SARA)
    assert told_of(seen, "remove_person") == "c1 c3 t1"
    revoked = await Revocations(supplied.store).before("tom")
    assert revoked
    for id in ("c1", "c3", "t1"):
        assert await status(supplied, id) == ("ended", "removed")
    assert (await status(supplied, "c2"))[0] == "open"
    booking = await supplied.bookings.find("b1")
    assert booking is not None and booking.cancelled is not None and not booking.cancelled.counts
    overtaken = await supplied.seen(asked, MIA)
    assert overtaken is not None
    assert (overtaken.case.state, overtaken.case.history[-1].because) == ("overtaken", "ended")
    assert await switch_of(supplied, "t1") is None
    switches = [await switch_of(supplied, id) for id in ("c1", "c3")]
    # Done again, nothing changes.
    assert await supplied.effects["remove_person"](seen.case, seen.case.since) == "c1 c3 t1"
    assert [await switch_of(supplied, id) for id in ("c1", "c3")] == switches
    switch = switches[0]
    assert switch is not None
    await supplied.acted(switch.id, "proposed", SARA, mentor="kim", chemistry=False)
    await supplied.acted(switch.id, "switched", MIA)
    after = await supplied.provisioning.get_conversation(f"switch-{switch.id}")
    assert after is not None
    assert (after.mentor, after.follows, after.status, after.plan) == ("kim", "c1", "open", "coaching")
    assert await status(supplied, "c1") == ("ended", "removed")
    followed = await supplied.seen(cancelling, MIA)
    assert followed is not None
    assert (followed.case.conversation, followed.case.state) == (after.id, "official")


async def test_a_removed_member_s_conversations_end_and_nobody_is_switched(supplied: CaseDesk) -> None:
    await supplied.open("c3", "mia", "ann", plan="coaching")
    ref = (await supplied.opened("r", "misconduct", TOM, person="mia")).case.id
    seen = await supplied.acted(ref, "removed", SARA)
    assert told_of(seen, "remove_person") == "c1 c3"
    assert await Revocations(supplied.store).before("mia")
    for id in ("c1", "c3"):
        assert await status(supplied, id) == ("ended", "removed")
        assert await switch_of(supplied, id) is None


async def test_who_is_no_member_and_no_mentor_is_support_s_to_remove(supplied: CaseDesk) -> None:
    assert isinstance(await supplied.provisioning.put_person("sara", PersonDetails("support", "Sara")), Written)
    seen = await supplied.opened("r", "misconduct", MIA, person="tom")
    for person in ("sara", "nobody"):
        case = replace(seen.case, facts=CaseFacts(person=person))
        with pytest.raises(EffectImpossible):
            await supplied.effects["remove_person"](case, supplied.now)
    assert await Revocations(supplied.store).before("sara") == 0
    assert (await status(supplied, "c1"))[0] == "open"


async def test_a_business_hears_that_its_member_leaves(supplied: CaseDesk) -> None:
    """By webhook, without words; nobody hears of a consumer's."""
    async with supplied.database.begin() as connection:
        row = {"id": "w", "url": "https://example.org", "events": '["membership.cancelled"]', "with_text": False}
        row |= {"secret": b"", "created_at": 0, "updated_at": 0}
        await connection.execute(WEBHOOKS.insert().values(row))

    async def told() -> list[dict[str, object]]:
        async with supplied.database.read() as connection:
            rows = await connection.scalars(select(WEBHOOK_EVENTS.c.data).order_by(WEBHOOK_EVENTS.c.id))
        return [msgspec.json.decode(each) for each in rows]

    await supplied.membership()
    await supplied.opened("m1", "membership_cancellation", MIA, "too dear")
    await supplied.acted("m1", "kept", MIA)
    assert await told() == []
    await supplied.membership(payer="business")
    seen = await supplied.opened("m2", "membership_cancellation", MIA, "too dear")
    assert seen.case.state == "official"
    assert await told() == [
        {"asked_on": "2026-01-06", "paid_until": "2026-02-05", "payer": "business", "member": "mia"}
    ]


async def test_what_a_case_suspends_only_the_case_lifts(supplied: CaseDesk) -> None:
    """Meanwhile a pause, and its end, are kept for then."""

    async def changed(to: str) -> str:
        change = msgspec.convert({"status": to}, ConversationChange)
        outcome = await supplied.provisioning.change_conversation("c1", change)
        assert isinstance(outcome, Written)
        return outcome.record.status

    ref = (await supplied.opened("r", "misconduct", MIA, person="tom", suspend=True)).case.id
    assert await changed("open") == "suspended"
    assert await changed("paused") == "suspended"
    supplied.now = TUESDAY + DAY + MINUTE
    await supplied.ring(ref)
    assert (await status(supplied, "c1"))[0] == "paused"
    await supplied.acted(ref, "suspend", SARA)
    assert await changed("open") == "suspended"
    await supplied.acted(ref, "dismissed", SARA)
    assert (await status(supplied, "c1"))[0] == "open"
    assert await changed("suspended") == "suspended"
    assert await changed("open") == "open"


async def test_the_reported_one_is_never_in_the_way(supplied: CaseDesk) -> None:
    """Their own report is a case like any other: none of theirs says that there is one about them."""
    first: CaseSeen = await supplied.opened("r", "misconduct", MIA, "he shouts", person="tom")
    second = await supplied.opened("r", "misconduct", TOM, person="mia")
    assert second.created
    for asker in (TOM, ANN):
        assert await supplied.seen(first.case.id, asker) is None


async def test_a_removal_that_was_interrupted_is_finished(supplied: CaseDesk, monkeypatch: pytest.MonkeyPatch) -> None:
    """Wherever the store went away: the timer rings again, and nothing is done twice."""
    for id, member in (("c3", "uma"), ("c4", "ivar")):
        await supplied.open(id, member, "tom", plan="coaching")
    project, calls = supplied.provisioning.project, 0

    async def dying(*args: Any) -> Standing:
        nonlocal calls
        calls += 1
        if calls in (1, 3, 6):
            raise StoreError("gone")
        return await project(*args)

    ref = (await supplied.opened("r", "misconduct", MIA, person="tom")).case.id
    monkeypatch.setattr(supplied.provisioning, "project", dying)
    with pytest.raises(StoreError):
        await supplied.acted(ref, "removed", SARA)
    for _ in range(2):
        with pytest.raises(StoreError):
            await supplied.ring(ref)
    await supplied.ring(ref)
    seen = await supplied.seen(ref, SARA)
    assert seen is not None
    assert told_of(seen, "remove_person") == "c1 c3 c4"
    for id in ("c1", "c3", "c4"):
        assert await status(supplied, id) == ("ended", "removed")
        standing = await supplied.ledger.standing(id)
        assert standing is not None and standing.settings.status == "ended"
        async with supplied.database.read() as connection:
            found = await cases.live_of(connection, id)
        assert [each.case.kind for each in found] == ["mentor_switch"]
