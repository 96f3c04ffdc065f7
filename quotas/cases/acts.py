"""What people do with a case: the action is taken, or refused with those that are possible.

Source: cases.md "A case". An action is the name of a state that can follow, or one that every open case knows.
"""

from typing import get_args

from msgspec import Struct
from msgspec.structs import replace

from quotas.calendar import Calendar
from quotas.cases.dues import settled
from quotas.cases.facts import CaseFacts, facts_problem, whole_problem, with_facts
from quotas.cases.record import Case, CaseActor, CaseEntry, CaseFault, NoteAudience, Suspension, entered, noted
from quotas.cases.rules import CaseAction, CaseRole, CaseState, CommonAction, SuspendAction
from quotas.cases.sight import is_opener, seen_by

_STAYING = (*get_args(CommonAction), *get_args(SuspendAction))
_ANSWERS = (("question", "answered"),)
"""Kind and action whose note is meant for who opened the case, unless something else is said."""


class CaseDoing(Struct, frozen=True):
    """An action, with what is said beside it."""

    action: CaseAction
    facts: CaseFacts = CaseFacts()
    note: str = ""
    audience: NoteAudience | None = None
    """For whom the note is: one of who opened the case is shared in any case.

    None: the answer to a question is shared, all else internal.
    """
    assignee: str = ""
    """Of `assign`; '' for nobody."""
    reached: bool = False
    """Of `attempt`: whether the member was reached."""


class CaseNotNow(Struct, frozen=True):
    """The state does not know the action, or not from that person."""

    possible: tuple[CaseAction, ...]


def possible_actions(case: Case, actor: CaseActor) -> tuple[CaseAction, ...]:
    """What that person may do with it now. Support may move it to any other state too, with a reason."""
    if not case.is_open:
        return ()
    return (*_moves(case, actor.role), *_stays(case, actor))


def states_by_hand(case: Case) -> tuple[CaseState, ...]:
    """Where support may move it with a reason."""
    return case.rule.own_states if case.is_open else ()


def _moves(case: Case, role: CaseRole) -> list[CaseState]:
    moves = case.state_rule.moves
    return [move.to for move in moves if role in move.by and move.payer in (None, case.payer)]


def _stays(case: Case, actor: CaseActor) -> list[CommonAction | SuspendAction]:
    """Those that leave the state as it is, and taking back."""
    opener, support = is_opener(case, actor), actor.role == "support"
    sight = seen_by(case, actor.role, opener)
    actions: list[CommonAction | SuspendAction] = []
    if opener or sight in ("without_internal", "all"):
        actions.append("note")
    if support:
        actions += ["assign", "attempt"]
    if opener and _is_theirs_to_withdraw(case):
        actions.append("withdraw")
    if support and case.rule.may_suspend:
        if case.suspension is None or case.suspension.lapses_at:
            actions.append("suspend")
        if case.suspension is not None:
            actions.append("lift")
    return actions


def _is_theirs_to_withdraw(case: Case) -> bool:
    """Not where it has become what only somebody else could have opened: a member's own cancellation."""
    openings = [rule for rule in case.rule.opened if rule.state == case.state]
    return not openings or any(rule.by == case.opener.role for rule in openings)


def act(case: Case, doing: CaseDoing, actor: CaseActor, calendar: Calendar, now: int) -> Case | CaseNotNow | CaseFault:
    """The case after the action, and after all that fell due before it. `calendar` is the conversation's.

    Whoever carries out what states ask for plays first what fell due (`dues.played`).
    """
    case = settled(case, calendar, now, now)
    possible = possible_actions(case, actor)
    by_hand = actor.role == "support" and doing.action not in possible and doing.action in states_by_hand(case)
    if doing.action not in possible and not by_hand:
        return CaseNotNow(possible)
    if by_hand and not doing.note:
        return CaseFault("`note` is missing: a move by hand needs its reason")
    if (problem := _problem(case, doing) or _evidence_problem(doing, calendar, now)) is not None:
        return CaseFault(problem)
    did = f"moved:{doing.action}" if by_hand else doing.action
    return _done(noted(case, _entry(case, doing, did, actor, now)), doing, actor, now)


def _problem(case: Case, doing: CaseDoing) -> str | None:
    if doing.action in _STAYING:
        return facts_problem(doing.facts, (), (), ())
    state = next(state for state in case.rule.states if state.name == doing.action)
    problem = facts_problem(doing.facts, *state.facts_for(case.payer), case.rule.reasons)
    return problem or whole_problem(with_facts(case.facts, doing.facts))


def _evidence_problem(doing: CaseDoing, calendar: Calendar, now: int) -> str | None:
    if (until := doing.facts.evidence_until) is None:
        return None
    if not doing.note:
        return "`note` is missing: messages that are kept need a reason"
    today = calendar.day_of(now)
    return None if until > today else f"`evidence_until` must be a day after today, {today}"


def _entry(case: Case, doing: CaseDoing, did: str, actor: CaseActor, now: int) -> CaseEntry:
    usual: NoteAudience = "shared" if (case.kind, doing.action) in _ANSWERS else "internal"
    audience = "shared" if is_opener(case, actor) else doing.audience or usual
    return CaseEntry(now, now, actor.id, actor.role, did, doing.note, audience, facts=doing.facts)


def _done(case: Case, doing: CaseDoing, actor: CaseActor, now: int) -> Case:
    match doing.action:
        case "note":
            return case
        case "assign":
            return replace(case, assignee=doing.assignee)
        case "attempt":
            return _reached(case, actor, now) if doing.reached else case
        case "withdraw":
            return entered(case, "withdrawn", now)
        case "suspend":
            since = now if case.suspension is None else case.suspension.at
            return replace(case, suspension=Suspension(since, 0))
        case "lift":
            return replace(case, suspension=None)
        case state:
            return entered(case, state, now, doing.facts)


def _reached(case: Case, actor: CaseActor, now: int) -> Case:
    """Somebody who was reached is there, as if they had shown up by themselves."""
    state = case.rule.activity
    if state is None:
        return case
    entry = CaseEntry(now, now, actor.id, actor.role, state, because="reached")
    return entered(noted(case, entry), state, now)
