"""Every kind, state and opener: whoever may not see a case hears of it neither by a notice nor on the socket."""

import msgspec
import pytest
from msgspec.structs import replace

from chatserver.cases.case_events import CaseSaid, said_of
from chatserver.cases.case_news import facts_of
from chatserver.cases.case_requests import CaseAsker
from chatserver.cases.case_rights import sight_of
from chatserver.conversations.conversation import ConversationRecord
from chatserver.notices.fact import Fact
from quotas.cases.record import Case, CaseActor, CaseEntry, entered, noted
from quotas.cases.rules import CaseState
from quotas.cases.table import CASES
from tests.quotas.cases.made import ITSELF, MIA, NOW, SIRI, TOM, facts_for, needs_of, opened, path_to
from tests.quotas.moments import OSLO

HERE = ConversationRecord("c", "mia", "tom", "coaching", "Europe/Oslo", "none", "open", 1, NOW, NOW)
PEOPLE = (
    CaseAsker("mia", "member"),
    CaseAsker("tom", "mentor"),
    CaseAsker("gro", "mentor"),
    CaseAsker("ann", "mentor"),
)
SECRET = "in somebody's own words"
OPENERS = [
    pytest.param(
        kind, {"member": MIA, "mentor": TOM, "support": SIRI, "system": ITSELF}[rule.by], id=f"{kind} {rule.by}"
    )
    for kind in CASES
    for rule in CASES[kind].opened
]


def changes(kind: str, by: CaseActor) -> list[tuple[Case | None, Case]]:
    """A case as it is opened, noted in, given to somebody, and in each of its states, each with the one before."""
    case = opened(kind, by, note=SECRET)  # type: ignore[arg-type]
    free = {} if case.rule.reasons else {"reason": SECRET}
    case = replace(case, facts=replace(case.facts, **free))
    found: list[tuple[Case | None, Case]] = [(None, case)]
    bare = replace(case, history=())
    for did, audience in (("note", "internal"), ("assign", "internal"), ("effect:hand_on", "internal")):
        found.append((bare, noted(bare, CaseEntry(NOW, NOW, "siri", "support", did, SECRET, audience))))  # type: ignore[arg-type]
    for state in case.rule.states:
        before = bare
        for step in _way(case, state.name):
            entry = CaseEntry(NOW, NOW, "siri", "support", step, SECRET)
            after = noted(entered(before, step, NOW, facts_for(needs_of(before, step))), entry)
            found.append((before, after))
            before = replace(after, history=())
    return found


def _way(case: Case, state: CaseState) -> list[CaseState]:
    try:
        way = path_to(case.kind, state)
    except KeyError:  # an end of every kind
        return [state]
    return way[way.index(case.state) + 1 :] if case.state in way else way


def hearing(fact: Fact) -> set[str]:
    """Who hears of it as member or mentor."""
    roles = fact.roles or frozenset()
    mentors = fact.answering if fact.answering is not None else (fact.mentor,)
    return ({fact.member} if "member" in roles else set()) | ({*mentors} if "mentor" in roles else set())


def told_to(said: list[CaseSaid]) -> set[str]:
    return {each.person for each in said if each.person}


@pytest.mark.parametrize(("kind", "by"), OPENERS)
def test_nobody_hears_of_what_they_do_not_see(kind: str, by: CaseActor) -> None:
    for before, case in changes(kind, by):
        seeing = {each.user for each in PEOPLE if sight_of(case, HERE, each) != "nothing"}
        facts = facts_of(before, case, 1, HERE, NOW)
        assert {person for fact in facts for person in hearing(fact)} <= seeing
        said = said_of(before, case, HERE, OSLO)
        assert told_to(said) <= seeing
        written = [msgspec.json.encode(each) for each in (*facts, *said)]
        assert not any(SECRET.encode() in each for each in written)
        assert sum(each.person == "" for each in said) == 1


@pytest.mark.parametrize(("kind", "by"), OPENERS)
def test_whose_it_is_hears_of_each_state_that_somebody_else_brings_about(kind: str, by: CaseActor) -> None:
    for before, case in changes(kind, by):
        if before is not None and len(case.reached) > len(before.reached) and by.role in ("member", "mentor"):
            [fact] = [each for each in facts_of(before, case, 1, HERE, NOW) if each.event == "case.moved"]
            assert by.id in hearing(fact)
            assert by.id in told_to(said_of(before, case, HERE, OSLO))


@pytest.mark.parametrize("by", [MIA, TOM])
def test_who_is_reported_hears_nothing_whatever_happens(by: CaseActor) -> None:
    other = "tom" if by == MIA else "mia"
    for before, case in changes("misconduct", by):
        facts, said = facts_of(before, case, 1, HERE, NOW), said_of(before, case, HERE, OSLO)
        assert other not in {person for fact in facts for person in hearing(fact)} | told_to(said)
        to_reporter = [each.event for each in said if each.person == by.id]
        assert all(each.did == "" and each.case and each.case.due is None for each in to_reporter)
        for fact in facts:
            if hearing(fact):
                assert fact.data.keys() == {"case", "kind", "state"}
