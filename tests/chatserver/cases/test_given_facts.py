"""What people say of a case is held against what the server knows: what cannot be is refused while they can say it
anew, and names the field.
"""

from datetime import date
from typing import Any

import pytest

from chatserver.cases.case_requests import CaseAsker, CaseOpening
from chatserver.conversations.absence import AbsenceRecord
from chatserver.conversations.absences import put
from chatserver.conversations.requests import Conflict, FieldProblem, Invalid
from chatserver.sessions.outcomes import BookingDone
from quotas.bookings import Price
from quotas.cases.acts import CaseDoing
from quotas.cases.facts import CaseFacts
from quotas.cases.rules import CaseKind, CaseState
from quotas.instant import DAY, MINUTE
from tests.chatserver.cases.case_desk import ANN, MIA, SARA, TOM, CaseDesk
from tests.chatserver.sessions.desk import TUESDAY, wanted

PRICE = Price(1, "NOK")
NO_MENTOR = FieldProblem("facts.mentor", "there is no such mentor")
OWN_MENTOR = FieldProblem("facts.mentor", "is the mentor of this conversation; name another one")


async def refused(desk: CaseDesk, ref: str, action: CaseState, asker: CaseAsker, **facts: Any) -> list[FieldProblem]:
    outcome = await desk.book.act(ref, CaseDoing(action, CaseFacts(**facts), "why"), asker)
    assert isinstance(outcome, Invalid), outcome
    return list(outcome.errors)


@pytest.mark.parametrize(
    ("kind", "action", "more"),
    [
        ("mentor_switch", "proposed", {"chemistry": False}),
        ("one_off_session", "approved", {"price": PRICE}),
    ],
)
async def test_the_other_mentor_is_one(desk: CaseDesk, kind: CaseKind, action: CaseState, more: dict[str, Any]) -> None:
    """Else the member would accept what cannot be."""
    ref = (await desk.opened("s", kind, MIA)).case.id
    for nobody in ("nobody", "ola", "mia"):
        assert await refused(desk, ref, action, SARA, mentor=nobody, **more) == [NO_MENTOR]
    assert await refused(desk, ref, action, SARA, mentor="tom", **more) == [OWN_MENTOR]
    assert (await desk.acted(ref, action, SARA, mentor="ann", **more)).case.state == action


async def test_a_quote_lies_ahead_and_its_sessions_do_not_overlap(desk: CaseDesk) -> None:
    ref = (await desk.opened("x", "extra_session", MIA, number=2)).case.id
    first = TUESDAY + DAY
    for starts, problem in (
        ((TUESDAY, first), "must lie ahead"),
        ((first, first), "must not overlap"),
        ((first + 30 * MINUTE, first), "must not overlap"),
    ):
        said = await refused(desk, ref, "quoted", TOM, price=PRICE, starts_at=starts)
        assert said == [FieldProblem("facts.starts_at", problem)]
    await desk.acted(ref, "quoted", TOM, price=PRICE, starts_at=(first, first + 45 * MINUTE))


async def test_days_of_a_cancellation(desk: CaseDesk) -> None:
    """Nobody has asked tomorrow; and a slip of the pen in `paid_until` would end everything at once."""
    for facts, problem in (
        (CaseFacts(asked_on=date(2026, 1, 7)), FieldProblem("facts.asked_on", "must not be after today, 2026-01-06")),
        (
            CaseFacts(paid_until=date(2025, 2, 1)),
            FieldProblem("facts.paid_until", "must not be before today, 2026-01-06"),
        ),
    ):
        opening = CaseOpening("membership_cancellation", "c1", facts, opened_for="member")
        assert await desk.book.open("q", opening, SARA) == Invalid([problem])
    assert (await desk.opened("q", "membership_cancellation", MIA)).case.state == "official"


async def test_whom_a_report_is_about(desk: CaseDesk) -> None:
    """The other one of the two, or who stood in; for support either. Nobody learns by it who else is there."""
    own = FieldProblem("facts.person", "must be somebody else than who reports them")
    opening = CaseOpening("misconduct", "c1", CaseFacts(person="mia"))
    assert await desk.book.open("r", opening, MIA) == Invalid([own])
    strange = FieldProblem(
        "facts.person", "must be one of the conversation's two, who stood in there, or the mentor before"
    )
    for person in ("nobody", "ola", "ann", "sara"):
        for asker in (MIA, SARA):
            opening = CaseOpening("misconduct", "c1", CaseFacts(person=person))
            if person != asker.user:
                assert await desk.book.open("r", opening, asker) == Invalid([strange])
    async with desk.database.begin() as connection:
        await put(connection, AbsenceRecord("tom", "ill", TUESDAY - DAY, TUESDAY + 1, "ann", TUESDAY - DAY))
    assert (await desk.opened("r1", "misconduct", MIA, person="ann")).created
    assert (await desk.opened("r2", "misconduct", SARA, conversation="c2", person="ola")).created


@pytest.mark.parametrize("kind", ["late_cancellation", "no_show", "mentor_absent", "unattended", "credit_correction"])
async def test_a_case_of_a_session_is_of_one_that_there_is(desk: CaseDesk, kind: CaseKind) -> None:
    call = wanted("b2", TUESDAY + DAY, "c2", service="video_call")
    assert isinstance(await desk.bookings.book(call, "mentor"), BookingDone)
    none = FieldProblem("facts.booking", "the conversation has no such booking")
    for booking in ("nothing", "b2"):
        opening = CaseOpening(kind, "c1", CaseFacts(booking=booking))
        assert await desk.book.open("x", opening, SARA) == Invalid([none])
    assert (await desk.opened("x", kind, SARA, conversation="c2", booking="b2")).created


async def test_a_case_is_not_given_to_whom_it_may_be_about(desk: CaseDesk) -> None:
    ref = (await desk.opened("r", "misconduct", MIA, person="tom")).case.id
    for person, role in (("tom", "mentor"), ("mia", "member")):
        outcome = await desk.book.act(ref, CaseDoing("assign", assignee=person), SARA)
        assert outcome == Invalid(
            [FieldProblem("assignee", f"is a {role}; allowed: somebody of support, or '' for nobody")]
        )
    assert (await desk.acted(ref, "assign", SARA, assignee="sara")).case.assignee == "sara"


async def test_the_same_id_elsewhere_is_another_case(desk: CaseDesk) -> None:
    """Also for somebody else."""
    await desk.opened("x", "question", SARA)
    for opening in (
        CaseOpening("question", "c2"),
        CaseOpening("question", "c1", opened_for="member"),
    ):
        assert isinstance(await desk.book.open("x", opening, SARA), Conflict)
    assert not (await desk.opened("x", "question", SARA)).created


async def test_what_was_right_when_it_was_opened_is_the_same_case_for_ever(desk: CaseDesk) -> None:
    made = await desk.opened("x", "membership_cancellation", MIA, asked_on=date(2026, 1, 6))
    desk.now -= DAY
    assert (await desk.opened("x", "membership_cancellation", MIA, asked_on=date(2026, 1, 6))).case.id == made.case.id


async def test_a_mentor_does_not_open_for_others_bookings(desk: CaseDesk) -> None:
    """Whether one is there, and whose, is not told."""
    opening = CaseOpening("credit_correction", "c2", CaseFacts(booking="b1"))
    none = FieldProblem("facts.booking", "the conversation has no such booking")
    assert await desk.book.open("x", opening, ANN) == Invalid([none])
