"""A case: what is known of it, opened and in another state. Which states and ways there are, the table says.

Source: cases.md "A case". The rules never read the history: whoever keeps it may leave it where it is, and appends
what a case has come to have.
"""

from typing import Literal

from msgspec import Struct
from msgspec.structs import replace

from quotas.case_policy import CaseWait
from quotas.cases.facts import CaseFacts, facts_problem, with_facts
from quotas.cases.rules import ASKED_BY, UNDOES, CaseEffect, CaseKind, CaseRole, CaseRule, CaseState, StateRule
from quotas.cases.table import CASES
from quotas.instant import HOUR
from quotas.memberships import Payer

SUSPENDED_UNCONFIRMED = 24 * HOUR
"""How long a suspension lasts that a reporter asked for and support has not confirmed."""

NoteAudience = Literal["internal", "shared"]
"""Who reads a note: support alone, or whoever opened the case too."""
CaseMark = Literal["reminder", "overdue"]
"""What support was told of a state's due."""


class CaseActor(Struct, frozen=True):
    """Who does something."""

    id: str
    """Of the person; '' for the product itself."""
    role: CaseRole


SYSTEM = CaseActor("", "system")


class CaseEntry(Struct, frozen=True):
    """One line of a case's history. Instants in ms."""

    at: int
    """When it was done, or was due."""
    noted_at: int
    """When it was written down: later, where everything was down."""
    who: str
    role: CaseRole
    did: str
    """An action, a state, `opened`, `moved:<state>` by hand, or `reminder`, `overdue`, `suspension_lapsed`,
    `evidence_read`, `file_read`."""
    note: str = ""
    audience: NoteAudience = "internal"
    because: str = ""
    """What elsewhere brought it about: a sign of the member, or the reason of the conversation's end. Of `file_read` it
    is the file's id."""
    facts: CaseFacts = CaseFacts()
    """What was given with it."""


class Suspension(Struct, frozen=True):
    """Nobody writes in the conversation since `at` (ms)."""

    at: int
    lapses_at: int
    """When it is over unless support confirms it; 0: it was confirmed."""


class Case(Struct, frozen=True):
    """What is known of a case. Instants in ms; 0 for not yet."""

    id: str
    kind: CaseKind
    conversation: str
    member: str
    opener: CaseActor
    """Whose case it is, as who it was opened by or for."""
    opened_at: int
    state: CaseState
    since: int
    """When it came into its state."""
    known_at: int
    """When what its due rests on was last told: no due is earlier."""
    anchor: int
    """From when the due's time counts."""
    counted: int = 0
    """Months since the anchor that dues before this one have used up."""
    stood_still: int = 0
    """How many ms since the anchor the clock stood still."""
    still_since: int = 0
    """Since when it stands; 0: it runs."""
    wait: CaseWait | None = None
    """How long its state waits by the policy of when it came into it; None: as the table has it."""
    reached: tuple[CaseState, ...] = ()
    """Every state that it has been in, in order."""
    marks: tuple[CaseMark, ...] = ()
    """What support was told in this state."""
    payer: Payer = "consumer"
    facts: CaseFacts = CaseFacts()
    assignee: str = ""
    suspension: Suspension | None = None
    ended_at: int = 0
    history: tuple[CaseEntry, ...] = ()

    @property
    def rule(self) -> CaseRule:
        return CASES[self.kind]

    @property
    def state_rule(self) -> StateRule:
        return self.rule.state(self.state)

    @property
    def is_open(self) -> bool:
        return not self.ended_at

    @property
    def effects(self) -> tuple[CaseEffect, ...]:
        """What its state asks of the rest of the product."""
        before = {effect for state in self.reached for effect in self.rule.state(state).effects}
        asked = [
            each for each in self.state_rule.effects if each not in ASKED_BY or getattr(self.facts, ASKED_BY[each])
        ]
        return tuple(effect for effect in asked if UNDOES.get(effect, effect) in before)


class CaseFault(Struct, frozen=True):
    """Malformed: a sentence that names the field and what is allowed."""

    problem: str


class CaseRefused(Struct, frozen=True):
    """Why no case is opened: that role does not open this kind, or the plan has no cadence to change."""

    reason: Literal["not_yours", "no_cadence"]


def open_case(
    id: str,
    kind: CaseKind,
    *,
    conversation: str,
    member: str,
    by: CaseActor,
    now: int,
    opened_for: CaseActor | None = None,
    facts: CaseFacts = CaseFacts(),  # noqa: B008 - frozen
    note: str = "",
    payer: Payer = "consumer",
    has_cadence: bool = True,
    stands_still: bool = False,
) -> Case | CaseRefused | CaseFault:
    """A new case at `now`.

    `opened_for` is whose case support or the product opens, as if they had done so themselves; None: who does it. Facts
    are an error or not as the kind and the state that it begins in say.
    `stands_still`, whether the conversation is paused or suspended.
    """
    rule = CASES[kind]
    opener = by if opened_for is None else opened_for
    begins = {opening.by: opening.state for opening in rule.opened}
    if by.role not in begins:
        return CaseRefused("not_yours")
    if rule.needs_cadence and not has_cadence:
        return CaseRefused("no_cadence")
    state = rule.state(begins.get(opener.role, begins[by.role]))
    if problem := facts_problem(facts, (*rule.needs, *state.needs), (*rule.takes, *state.takes), rule.reasons):
        return CaseFault(problem)
    case = Case(
        id=id,
        kind=kind,
        conversation=conversation,
        member=member,
        opener=opener,
        opened_at=now,
        state=state.name,
        since=now,
        known_at=now,
        anchor=now,
        still_since=now if rule.stands_still and stands_still else 0,
        reached=(state.name,),
        payer=payer,
        facts=facts,
        suspension=_asked_for(by, now) if facts.suspend else None,
    )
    return noted(case, CaseEntry(now, now, by.id, by.role, "opened", note, "shared", facts=facts))


def _asked_for(by: CaseActor, now: int) -> Suspension:
    return Suspension(now, 0 if by.role == "support" else now + SUSPENDED_UNCONFIRMED)


def noted(case: Case, entry: CaseEntry) -> Case:
    """With one line more."""
    return replace(case, history=(*case.history, entry))


def written_down_at(case: Case, now: int) -> Case:
    """With its lines noted at `now`, whenever what they tell of happened."""
    return replace(case, history=tuple(replace(entry, noted_at=now) for entry in case.history))


def entered(case: Case, state: CaseState, at: int, facts: CaseFacts = CaseFacts()) -> Case:  # noqa: B008 - frozen
    """In another state from `at` on; its time counts from then. An end ends a suspension as well."""
    is_end = case.rule.state(state).is_end
    return replace(
        case,
        state=state,
        since=at,
        known_at=at,
        anchor=at,
        counted=0,
        stood_still=0,
        wait=None,
        still_since=at if case.still_since and not is_end else 0,
        reached=(*case.reached, state),
        marks=(),
        facts=with_facts(case.facts, facts),
        suspension=None if is_end else case.suspension,
        ended_at=at if is_end else 0,
    )
