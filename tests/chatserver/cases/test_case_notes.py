"""What is written in cases, exported and erased with its writers; what is evidence is spared."""

from datetime import date
from typing import Any

import pytest

from chatserver.cases.erased_words import forget_notes
from chatserver.conversations.person import PersonRecord
from chatserver.personal_data.case_notes import notes_of
from chatserver.personal_data.cases_seen import cases_seen
from chatserver.protocol.events import Role
from tests.chatserver.cases.case_desk import MIA, SARA, TOM, CaseDesk

TODAY = date(2026, 1, 6)


async def test_a_person_gets_what_they_wrote(desk: CaseDesk) -> None:
    """And not what others wrote to them or of them."""
    made = await desk.opened("mine", "question", MIA, "How do I pay?", reason="money")
    await desk.acted(made.case.id, "note", SARA, "for support alone")
    found = await notes_of(desk.database, desk.texts, "mia")
    assert [(each["note"], each["reason"]) for each in found] == [("How do I pay?", "money")]


async def test_a_person_gets_the_cases_that_they_see(desk: CaseDesk) -> None:
    """Each as they see it: the reported gets nothing of the report, who reported its state, support none of all."""
    question = await desk.opened("q", "question", MIA, "How do I pay?")
    await desk.acted(question.case.id, "note", SARA, "for support alone")
    await desk.acted(question.case.id, "note", SARA, "By card.", audience="shared")
    await desk.later(1)
    await desk.opened("r", "misconduct", MIA, "he shouts", person="tom")
    await desk.later(1)
    await desk.opened("x", "extra_session", TOM, "one more", number=1)
    asked, reported, extra = await seen_by(desk, "mia", "member")
    assert (asked["kind"], [line["note"] for line in asked["history"]]) == ("question", ["How do I pay?", "By card."])
    assert (reported["state"], reported["history"], reported["facts"]) == ("reported", [], {})
    assert (extra["kind"], [line["note"] for line in extra["history"]]) == ("extra_session", [""])
    [tom] = await seen_by(desk, "tom", "mentor")
    assert (tom["facts"], [line["note"] for line in tom["history"]]) == ({"number": 1}, ["one more"])
    assert await seen_by(desk, "sara", "support") == []


async def seen_by(desk: CaseDesk, id: str, role: Role) -> list[dict[str, Any]]:
    person = PersonRecord(id, role, id.title(), "Europe/Oslo", "en", None, 0, 0, None)
    return await cases_seen(desk.database, desk.texts, person)


async def test_a_members_erasure_takes_the_words_of_their_cases(desk: CaseDesk) -> None:
    """Also what others wrote of them."""
    await desk.opened("mine", "poor_fit", TOM, "she is late", reason="readiness")
    async with desk.database.begin() as connection:
        refs = await forget_notes(connection, "mia", TODAY)
    assert len(refs) == 1
    seen = await desk.seen("mine", TOM)
    assert seen is not None and (seen.case.history[0].note, seen.case.facts.reason) == ("", "readiness")


@pytest.mark.parametrize(("today", "left"), [(TODAY, "he shouts"), (date(2027, 1, 6), "")])
async def test_evidence_is_spared_until_its_day(desk: CaseDesk, today: date, left: str) -> None:
    made = await desk.opened("mine", "misconduct", MIA, "he shouts", person="tom")
    await desk.acted(made.case.id, "warned", SARA, "it may come to court", evidence_until=date(2026, 7, 1))
    async with desk.database.begin() as connection:
        await forget_notes(connection, "mia", today)
    seen = await desk.seen(made.case.id, SARA)
    assert seen is not None and seen.case.history[0].note == left
