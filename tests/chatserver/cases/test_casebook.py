"""The casebook: opened, acted on, read and listed, each by whoever may."""

from datetime import date

from sqlalchemy import select

from chatserver.cases.case_requests import CaseFilter, CaseOpening, CaseSeen, NotInThisCase
from chatserver.conversations.requests import Conflict, Invalid, Missing
from chatserver.records.tables import CASE_ENTRIES, CASES, CONVERSATION_KEYS
from quotas import instant
from quotas.bookings import Price
from quotas.cases.acts import CaseDoing
from quotas.cases.facts import CaseFacts
from tests.chatserver.cases.case_desk import ANN, MIA, OLA, SARA, TOM, CaseDesk, did
from tests.chatserver.sessions.desk import TUESDAY


async def test_a_case_is_opened_and_worked_through(desk: CaseDesk) -> None:
    """Member and support write to each other by shared notes."""
    made = await desk.opened("mine", "question", MIA, "How do I pay?")
    assert (made.created, made.own_id, made.case.state) == (True, "mine", "open")
    assert made.due is not None and made.due.at == TUESDAY + 2 * 24 * 3_600_000
    ref = made.case.id
    await desk.acted(ref, "note", SARA, "she asked before")
    await desk.acted(ref, "note", SARA, "By card.", audience="shared")
    hers = await desk.seen("mine", MIA)
    assert hers is not None and [each.note for each in hers.case.history] == ["How do I pay?", "By card."]
    assert hers.possible == ("note", "withdraw")
    done = await desk.acted(ref, "answered", SARA)
    assert done.case.ended_at == TUESDAY
    assert did(await desk.seen(ref, SARA)) == ["opened", "note", "note", "answered"]


async def test_what_people_wrote_is_sealed(desk: CaseDesk) -> None:
    """Notes and free reasons stand in no column, and open with the case's own key alone."""
    made = await desk.opened("mine", "mentor_switch", MIA, "a note of hers", reason="we do not fit")
    async with desk.database.read() as connection:
        kept = [str(row) for row in await connection.execute(select(CASES))]
        lines = [str(row) for row in await connection.execute(select(CASE_ENTRIES))]
        keys = list(await connection.scalars(select(CONVERSATION_KEYS.c.conversation_id)))
    assert not any("hers" in row or "we do not fit" in row for row in [*kept, *lines])
    assert f" case {made.case.id}" in keys
    seen = await desk.seen("mine", MIA)
    assert seen is not None and seen.case.facts.reason == "we do not fit"
    await desk.texts.forget(made.case.id)
    seen = await desk.seen("mine", MIA)
    assert seen is not None and (seen.case.facts.reason, seen.case.history[0].note) == (None, "")


async def test_the_same_id_again_is_the_same_case(desk: CaseDesk) -> None:
    """With other content it is a conflict; of another caller it is another case."""
    first = await desk.opened("mine", "question", MIA, "How do I pay?")
    again = await desk.opened("mine", "question", MIA, "How do I pay?")
    assert (again.created, again.case) == (False, first.case)
    other = await desk.book.open("mine", CaseOpening("question", "c1", note="And when?"), MIA)
    assert isinstance(other, Conflict)
    toms = await desk.opened("mine", "question", TOM, "What is a window?")
    assert toms.case.id != first.case.id
    second = await desk.book.open("more", CaseOpening("question", "c1"), MIA)
    assert second == NotInThisCase("already_open", ref=first.case.id)


async def test_who_may_not_see_a_case_finds_none(desk: CaseDesk) -> None:
    """Not to be opened in others' conversations, not to be read, acted on or listed."""
    made = await desk.opened("mine", "misconduct", MIA, "he shouts", person="tom")
    ref = made.case.id
    for other in (TOM, ANN, OLA):
        assert await desk.seen(ref, other) is None
        assert await desk.book.act(ref, CaseDoing("note", note="?"), other) == Missing()
        assert (await desk.book.page(CaseFilter(), other)).cases == []
    assert await desk.book.open("x", CaseOpening("question", "c1"), OLA) == Missing()
    assert await desk.book.open("x", CaseOpening("question", "none"), MIA) == Missing()
    hers = await desk.seen(ref, MIA)
    assert hers is not None and (hers.case.facts, hers.case.history, hers.due) == (CaseFacts(), (), None)
    # What he reports himself is not in the way of hers, nor hers of his.
    assert (await desk.opened("his", "misconduct", TOM, person="mia")).created


async def test_an_action_that_the_state_does_not_know(desk: CaseDesk) -> None:
    made = await desk.opened("mine", "scheduling", MIA, reason="no_common_time")
    refused = await desk.book.act("mine", CaseDoing("settled"), MIA)
    assert refused == NotInThisCase("not_now", ("note", "withdraw"))
    assert await desk.book.open("x", CaseOpening("poor_fit", "c1"), MIA) == NotInThisCase("not_yours")
    wrong = await desk.book.open("x", CaseOpening("scheduling", "c2", CaseFacts(reason="bored")), ANN)
    assert isinstance(wrong, Invalid)
    by_hand = await desk.book.act(made.case.id, CaseDoing("settled"), SARA)
    assert isinstance(by_hand, CaseSeen)


async def test_a_report_becomes_the_members_own_request(desk: CaseDesk) -> None:
    """The server knows until when is paid; only support says otherwise. Both ids are the same case."""
    await desk.membership()
    reported = await desk.opened("r", "membership_cancellation", TOM, "she said so")
    assert await desk.seen(reported.case.id, MIA) is None
    said = await desk.book.open(
        "c", CaseOpening("membership_cancellation", "c1", CaseFacts(paid_until=date(2026, 1, 7))), MIA
    )
    assert isinstance(said, Invalid)
    official = await desk.opened("c", "membership_cancellation", MIA, "I want to stop")
    assert (official.created, official.case.id, official.case.state) == (False, reported.case.id, "official")
    assert official.case.facts == CaseFacts(asked_on=date(2026, 1, 6), paid_until=date(2026, 2, 5))
    assert official.possible == ("kept",)
    whole = await desk.seen(reported.case.id, SARA)
    assert did(whole) == [
        "opened",
        "official",
        "by_hand:stop_renewal",
        "by_hand:list_bookings_after",
        "by_hand:tell_business",
    ]
    toms = await desk.seen("r", TOM)
    assert did(toms) == ["opened", "official"]
    assert toms is not None and [each.note for each in toms.case.history] == ["she said so", ""]
    assert (await desk.opened("c", "membership_cancellation", MIA, "I want to stop")).case.id == reported.case.id


async def test_the_list_is_by_filters_and_pages(desk: CaseDesk) -> None:
    """Newest first; each sees their own."""
    first = await desk.opened("a", "question", MIA)
    await desk.later(1)
    second = await desk.opened("b", "mentor_switch", TOM)
    await desk.later(1)
    third = await desk.opened("c", "question", OLA, conversation="c2")
    await desk.acted(third.case.id, "assign", SARA, assignee="sara")

    async def refs(asker: object = SARA, **which: object) -> list[str]:
        page = await desk.book.page(CaseFilter(**which), asker)  # type: ignore[arg-type]  # of a test's own words
        return [each.case.id for each in page.cases]

    a, b, c = first.case.id, second.case.id, third.case.id
    assert await refs() == [c, b, a]
    assert await refs(kind="question") == [c, a]
    assert await refs(assignee="sara") == [c]
    assert await refs(conversation="c1", state="requested") == [b]
    assert await refs(after=c) == [b, a]
    assert await refs(MIA) == [a]
    assert await refs(TOM) == [b]
    assert await refs(ANN) == []
    page = await desk.book.page(CaseFilter(), SARA, 2)
    assert (len(page.cases), page.more) == (2, True)


async def test_guests_and_strangers_of_a_one_off_session(desk: CaseDesk) -> None:
    """The guest mentor sees it once it is approved; no other mentor ever does."""
    made = await desk.opened("mine", "one_off_session", MIA, "ann please", reason="a special question")
    assert await desk.seen(made.case.id, ANN) is None
    await desk.acted(made.case.id, "approved", SARA, mentor="ann", price=Price(1, "NOK"))
    guest = await desk.seen(made.case.id, ANN)
    assert guest is not None and guest.case.facts.reason is None
    assert all(not entry.note for entry in guest.case.history)
    assert guest.possible == ()
    await desk.person("eva", "mentor")
    assert await desk.seen(made.case.id, type(ANN)("eva", "mentor")) is None
    assert [each.case.id for each in (await desk.book.page(CaseFilter(), ANN)).cases] == [made.case.id]


async def test_instants_of_the_record(desk: CaseDesk) -> None:
    """Every case has its timer at its next step."""
    made = await desk.opened("mine", "question", MIA)
    assert await desk.timer(made.case.id) == instant.text(TUESDAY + 2 * 24 * 3_600_000)
    await desk.acted("mine", "withdraw", MIA)
    assert await desk.timer(made.case.id) == ""
