"""Every state × action × role, held against the table of docs/cases.md; the table has no holes."""

import re
from itertools import product
from pathlib import Path
from typing import get_args

import pytest

from quotas.cases.acts import CaseDoing, CaseNotNow, act, possible_actions, states_by_hand
from quotas.cases.dues import due_of, due_rule
from quotas.cases.page import case_tables
from quotas.cases.record import Case, CaseActor
from quotas.cases.rules import (
    COMMON_ENDS,
    CaseKind,
    CaseRole,
    CaseState,
    CommonAction,
    SuspendAction,
)
from quotas.cases.sight import is_opener, seen_by
from quotas.cases.table import CASES
from quotas.memberships import Payer
from tests.quotas.cases.made import ACTORS, NOW, case_in, facts_for, needs_of, path_to
from tests.quotas.moments import OSLO

PAGE = (Path(__file__).parents[3] / "docs" / "cases.md").read_text(encoding="utf-8")
ACTIONS = (*get_args(CaseState), *get_args(CommonAction), *get_args(SuspendAction))
PAYERS: tuple[Payer, ...] = get_args(Payer)
STATES = [(kind, state.name) for kind, rule in CASES.items() for state in rule.states if state.name not in COMMON_ENDS]
OPEN_STATES = [(kind, state) for kind, state in STATES if not CASES[kind].state(state).is_end]

each_state = pytest.mark.parametrize(("kind", "state"), STATES)
each_open_state = pytest.mark.parametrize(("kind", "state"), OPEN_STATES)


def lines(title: str) -> list[list[str]]:
    """The rows under a heading of the page, as the words of each cell."""
    section = PAGE.partition(f"### {title}\n")[2].partition("\n###")[0]
    rows = re.findall(r"^\| (`.*) \|$", section, re.MULTILINE)
    return [[cell.strip() for cell in row.split("|")] for row in rows]


def words(cell: str) -> list[str]:
    return ["system" if word == "by itself" else word for word in re.split(r", ", cell.replace("`", ""))]


MOVES = {
    (kind, state, to): (words(by), payer)
    for kind, state, to, by, payer in ([c.strip("` ") for c in row] for row in lines("From state to state"))
}
DUES = [[cell.strip("` ") for cell in row] for row in lines("What is waited for")]


def test_the_page_shows_the_table() -> None:
    """It is printed from the code; so nothing in it was changed by hand."""
    assert f"<!-- cases -->\n{case_tables()}<!-- end -->" in PAGE


def expected(case: Case, action: str, actor: CaseActor) -> bool:
    """Whether the page lets that person do it, by its tables and by what it says of every case."""
    if not case.is_open:
        return False
    support, opener = actor.role == "support", is_opener(case, actor)
    by, payer = MOVES.get((case.kind, case.state, action), ([], ""))
    if actor.role in by and payer in ("", case.payer):
        return True
    match action:
        case "note":
            kinds = {row[0].strip("`"): row[3] for row in lines("Kinds")}
            shared = "mentor, with shared notes" in kinds[case.kind] and actor.role == "mentor"
            return support or actor.role == "system" or opener or shared
        case "assign" | "attempt":
            return support
        case "withdraw":
            theirs = {(rule.state, rule.by) for rule in case.rule.opened}
            others = {state for state, by in theirs if (state, case.opener.role) not in theirs}
            return opener and case.state not in others
        case "suspend":
            return support and case.kind == "misconduct"
        case "lift":
            return False  # nothing is suspended here
        case _:
            return support and action in case.rule.own_states


@each_state
@pytest.mark.parametrize("role", get_args(CaseRole))
def test_what_each_role_may_do_in_each_state(kind: CaseKind, state: CaseState, role: CaseRole) -> None:
    """Done as the page says, or refused with what is possible; nothing else comes of it."""
    actor = ACTORS[role]
    for payer, action in product(PAYERS, ACTIONS):
        case = case_in(kind, state, payer)
        found = next((each for each in case.rule.states if each.name == action), None)
        doing = CaseDoing(action, facts_for(needs_of(case, action)), note="so it is")
        after = act(case, doing, actor, OSLO, NOW)
        assert isinstance(after, Case) == expected(case, action, actor), (payer, action)
        if isinstance(after, Case):
            end = "withdrawn" if action == "withdraw" else action
            assert after.state == (end if found or action == "withdraw" else state)
            assert after.reached[: len(case.reached)] == case.reached
            assert len(after.history) == len(case.history) + 1
        else:
            assert after == CaseNotNow(possible_actions(case, actor))
            assert action not in possible_actions(case, actor)


@each_open_state
def test_every_waiting_state_has_a_due_whoever_pays(kind: CaseKind, state: CaseState) -> None:
    for payer in PAYERS:
        case = case_in(kind, state, payer)
        [row] = [row for row in DUES if row[:2] == [kind, state] and row[6] in ("", payer)]
        due, rule = due_of(case, OSLO), due_rule(case)
        assert due is not None
        assert rule is not None
        assert due.at is not None
        assert due.at > NOW
        assert [due.what, *words(due.by)] == [row[2], *words(row[3])]
        assert row[5] == (due.then or "support is told")


@each_open_state
def test_what_a_state_waits_for_and_what_follows_are_ways_of_the_table(kind: CaseKind, state: CaseState) -> None:
    """What follows by itself may do so; what is waited for can come, for whoever pays."""
    rule = CASES[kind].state(state)
    for due in rule.dues:
        ways = {move.to: move for move in rule.moves if move.payer in (None, due.payer)}
        assert due.what in ways
        assert due.then is None or "system" in ways[due.then].by


@each_state
def test_no_dead_end(kind: CaseKind, state: CaseState) -> None:
    """From every open state an end can be come to, by whoever pays; an end has neither ways nor dues."""
    rule = CASES[kind]
    for payer in PAYERS:
        reached: set[CaseState] = {state}
        for _ in rule.states:
            reached |= {move.to for at in reached for move in rule.state(at).moves if move.payer in (None, payer)}
        assert any(rule.state(each).is_end for each in reached)
    if rule.state(state).is_end:
        case = case_in(kind, state)
        assert (due_of(case, OSLO), states_by_hand(case), rule.state(state).dues) == (None, (), ())
        assert not case.is_open


@each_state
def test_every_state_can_be_come_to(kind: CaseKind, state: CaseState) -> None:
    assert len(path_to(kind, state)) < len(CASES[kind].states)


@each_open_state
def test_whoever_can_move_a_case_on_sees_it(kind: CaseKind, state: CaseState) -> None:
    """But for a member, who makes a report official that they do not see by asking themselves."""
    for actor in ACTORS.values():
        case = case_in(kind, state)
        if kind == "membership_cancellation" and state == "reported" and actor.role == "member":
            continue
        if any(actor.role in move.by for move in case.state_rule.moves):
            assert seen_by(case, actor.role, is_opener(case, actor)) != "nothing"


def test_the_kinds_are_all_there() -> None:
    assert {*CASES} == {*get_args(CaseKind)} == {row[0].strip("`") for row in lines("Kinds")}
    assert {state for _, state in STATES} | {*COMMON_ENDS} == {*get_args(CaseState)}
    assert all(
        rule.states[-2:] and {state.name for state in rule.states[-2:]} == {*COMMON_ENDS} for rule in CASES.values()
    )
