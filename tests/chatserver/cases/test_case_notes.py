"""What is written in cases, exported and erased with its writers; what is evidence is spared."""

from datetime import date

import pytest

from chatserver.cases.erased_words import forget_notes
from chatserver.personal_data.case_notes import notes_of
from tests.chatserver.cases.case_desk import MIA, SARA, TOM, CaseDesk

TODAY = date(2026, 1, 6)


async def test_a_person_gets_what_they_wrote(desk: CaseDesk) -> None:
    """And not what others wrote to them or of them."""
    made = await desk.opened("mine", "question", MIA, "How do I pay?", reason="money")
    await desk.acted(made.case.id, "note", SARA, "for support alone")
    found = await notes_of(desk.database, desk.texts, "mia")
    assert [(each["note"], each["reason"]) for each in found] == [("How do I pay?", "money")]


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
