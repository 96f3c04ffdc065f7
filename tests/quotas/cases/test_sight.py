"""Who sees what of a case, by role and person, in every state: the table's column in words."""

import re
from typing import get_args

import pytest
from msgspec import json
from msgspec.structs import replace

from quotas.cases.facts import CaseFacts
from quotas.cases.record import Case, CaseActor, CaseEntry
from quotas.cases.rules import CaseKind, CaseSight, CaseState
from quotas.cases.sight import as_seen, is_opener, seen_by
from quotas.cases.table import CASES
from tests.quotas.cases.made import GUEST, ITSELF, MIA, NOW, SIRI, TOM, case_in, did, opened

Sights = tuple[CaseSight, CaseSight]


def seen(case: Case, actor: CaseActor) -> CaseSight:
    return seen_by(case, actor.role, is_opener(case, actor))


def both(case: Case) -> Sights:
    """What the member sees, and the mentor."""
    return seen(case, MIA), seen(case, TOM)


OWN: CaseSight = "without_internal"


@pytest.mark.parametrize(
    ("kind", "by_member", "by_mentor"),
    [
        ("question", (OWN, "nothing"), ("nothing", OWN)),
        ("membership_cancellation", (OWN, "without_notes"), ("nothing", OWN)),
        ("mentor_switch", (OWN, "nothing"), ("nothing", OWN)),
        ("one_off_session", (OWN, "without_notes"), ("without_notes", OWN)),
        ("extra_session", (OWN, "without_notes"), ("without_notes", OWN)),
        ("cadence_change", (OWN, "without_notes"), ("without_notes", OWN)),
        ("scheduling", (OWN, "nothing"), ("nothing", OWN)),
        ("credit_correction", (OWN, "nothing"), ("nothing", OWN)),
        ("misconduct", ("state", "nothing"), ("nothing", "state")),
    ],
)
def test_what_member_and_mentor_see_of_a_new_case(kind: CaseKind, by_member: Sights, by_mentor: Sights) -> None:
    assert (both(opened(kind, MIA)), both(opened(kind, TOM))) == (by_member, by_mentor)


@pytest.mark.parametrize(
    "kind",
    ["ghosting", "poor_fit", "late_cancellation", "no_show", "mentor_absent", "unattended", "reply_missed"],
)
def test_what_is_the_mentor_s_alone(kind: CaseKind) -> None:
    """In every state of it."""
    for state in CASES[kind].own_states:
        assert both(case_in(kind, state)) == ("nothing", OWN)


def test_an_urgent_note_is_for_both() -> None:
    assert both(opened("urgent_note")) == ("without_notes", "without_notes")
    assert both(opened("urgent_note", ITSELF, opened_for=MIA)) == (OWN, "without_notes")


@pytest.mark.parametrize("kind", CASES)
def test_support_sees_everything_and_others_no_more_than_some(kind: CaseKind) -> None:
    for state in CASES[kind].own_states:
        case = case_in(kind, state)
        assert (seen(case, SIRI), seen(case, ITSELF)) == ("all", "all")
        assert {*both(case), seen(case, GUEST)}.isdisjoint({"all"})
        assert kind == "one_off_session" or seen(case, GUEST) == "nothing"


def test_a_person_reported_never_sees_it() -> None:
    """Whatever becomes of it, and whoever they are; the reporter sees its state alone."""
    for opener, other in ((TOM, MIA), (MIA, TOM)):
        for state in CASES["misconduct"].own_states:
            case = case_moved("misconduct", state, opener)
            assert (seen(case, opener), seen(case, other), seen(case, GUEST)) == ("state", "nothing", "nothing")


def case_moved(kind: CaseKind, state: CaseState, opener: CaseActor) -> Case:
    case = opened(kind, opener)
    return case if state == case.state else did(case, state, SIRI, note="so it is")


def test_a_report_of_a_cancellation_is_the_mentor_s_until_it_is_official() -> None:
    """The mentor never reads what a member and support write; what became of it shows to both after that."""
    case = opened("membership_cancellation", TOM)
    assert both(case) == ("nothing", OWN)
    assert both(did(case, "kept", SIRI)) == ("nothing", OWN)
    official = did(case, "official", MIA)
    assert both(official) == both(did(official, "kept", MIA)) == ("without_notes", OWN)


def test_the_other_side_sees_a_switch_once_it_is_switched() -> None:
    """A member who is asked sees what they are asked; neither sees why, or what was written."""
    members = did(did(opened("mentor_switch", MIA), "exploring", SIRI), "proposed", SIRI)
    assert both(members) == (OWN, "nothing")
    assert both(did(members, "switched", MIA)) == (OWN, "without_reason")
    assert both(did(members, "kept", MIA)) == (OWN, "nothing")
    mentors = did(opened("mentor_switch", TOM), "proposed", SIRI)
    assert both(mentors) == ("without_reason", OWN)
    supports = did(opened("mentor_switch", SIRI), "proposed", SIRI)
    assert both(supports) == ("without_reason", "nothing")


def test_the_guest_mentor_sees_a_one_off_from_its_approval_on() -> None:
    case = opened("one_off_session")
    assert seen(case, GUEST) == seen(did(case, "declined", SIRI), GUEST) == "nothing"
    approved = did(case, "approved", SIRI)
    assert seen(approved, GUEST) == seen(did(approved, "declined", MIA), GUEST) == "without_reason"


def spoken(case: Case) -> Case:
    """With a reason, a note to support, one of support to who opened it, and one among support."""
    case = replace(case, facts=replace(case.facts, reason="REASON"))
    opening = replace(case.history[0], note="OPENING", facts=case.facts)
    inside = CaseEntry(NOW, NOW, "siri", "support", "note", "INSIDE")
    assigned = CaseEntry(NOW, NOW, "siri", "support", "assign", "ASSIGNED")
    shared = CaseEntry(NOW, NOW, "siri", "support", "note", "SHARED", "shared")
    return replace(case, history=(opening, inside, assigned, shared), assignee="siri")


@pytest.mark.parametrize(
    ("sight", "words", "did"),
    [
        ("all", {"REASON", "OPENING", "INSIDE", "ASSIGNED", "SHARED"}, ["opened", "note", "assign", "note"]),
        ("without_internal", {"REASON", "OPENING", "SHARED"}, ["opened", "assign", "note"]),
        ("without_notes", {"REASON"}, ["opened", "assign"]),
        ("without_reason", set(), ["opened", "assign"]),
        ("state", set(), []),
    ],
)
@pytest.mark.parametrize("kind", CASES)
def test_what_each_sight_shows(kind: CaseKind, sight: CaseSight, words: set[str], did: list[str]) -> None:
    """Neither in the facts nor anywhere in the history is more."""
    case = spoken(opened(kind))
    shown = as_seen(case, sight)
    assert shown is not None
    assert {*re.findall("[A-Z]{5,}", json.encode(shown).decode())} - {"NOK"} == words
    assert [entry.did for entry in shown.history] == did
    assert (shown.id, shown.kind, shown.state, shown.opened_at) == (case.id, case.kind, case.state, case.opened_at)


def test_a_state_alone_tells_nothing_of_the_way_there() -> None:
    """Not whom it is about, not who works on it, not what else became of it."""
    case = did(opened("misconduct", TOM, facts=CaseFacts(person="mia", suspend=True)), "reviewing", SIRI)
    shown = as_seen(spoken(case), "state")
    assert shown is not None
    assert (shown.facts, shown.assignee, shown.reached, shown.suspension) == (CaseFacts(), "", (), None)
    assert as_seen(case, "nothing") is None


def test_nobody_is_the_opener_of_what_opened_by_itself() -> None:
    case = opened("no_show")
    assert not is_opener(case, ITSELF)
    assert not is_opener(opened("question", MIA), CaseActor("mia", "mentor"))


def test_every_sight_is_given_to_somebody() -> None:
    given = {rule.sight for each in CASES.values() for rule in each.seen}
    assert given | {"nothing", "all"} == {*get_args(CaseSight)}
