"""What the lines of the table of cases are put together from: roles, who sees, ways, dues, states."""

from typing import Literal

from quotas.cases.facts import CaseFactName, FactGroup
from quotas.cases.rules import (
    COMMON_ENDS,
    CaseEffect,
    CaseRole,
    CaseState,
    DueRule,
    MoveRule,
    OpenRule,
    SeenRule,
    StateRule,
)
from quotas.memberships import Payer

CaseRoles = tuple[CaseRole, ...]
MEMBER: CaseRoles = ("member",)
MENTOR: CaseRoles = ("mentor",)
SUPPORT: CaseRoles = ("support",)
SYSTEM: CaseRoles = ("system",)
MEMBER_OR_MENTOR: CaseRoles = ("member", "mentor")
MEMBER_OR_SUPPORT: CaseRoles = ("member", "support")
ANYBODY: CaseRoles = ("member", "mentor", "support")

OPENER = SeenRule("opener", "without_internal")
SEEN_BY_OPENER = (OPENER,)
SEEN_BY_BOTH = (OPENER, SeenRule("member", "without_notes"), SeenRule("mentor", "without_notes"))
SEEN_BY_MENTOR = (SeenRule("mentor", "without_internal"),)


def to(state: CaseState, by: CaseRoles, payer: Payer | None = None) -> MoveRule:
    return MoveRule(state, by, payer)


def told(by: CaseRole, what: CaseState, *, days: int = 0, hours: int = 0, payer: Payer | None = None) -> DueRule:
    """Support is told, and the state stays."""
    unit: Literal["days", "hours"] = "days" if days else "hours"
    return DueRule(by, what, unit, days or hours, payer=payer)


def waits(
    name: CaseState,
    dues: DueRule | tuple[DueRule, ...],
    *moves: MoveRule,
    needs: tuple[FactGroup, ...] = (),
    takes: tuple[CaseFactName, ...] = (),
    effects: tuple[CaseEffect, ...] = (),
) -> StateRule:
    return StateRule(name, moves, dues if isinstance(dues, tuple) else (dues,), needs, takes, effects=effects)


def end(
    name: CaseState,
    *effects: CaseEffect,
    needs: tuple[FactGroup, ...] = (),
    takes: tuple[CaseFactName, ...] = (),
    facts_of: Payer | None = None,
) -> StateRule:
    return StateRule(name, needs=needs, takes=takes, facts_of=facts_of, effects=effects)


def from_first(by: CaseRoles, first: CaseState) -> tuple[OpenRule, ...]:
    """Who opens one in its first state. Support may open any."""
    return tuple(OpenRule(role, first) for role in (*by, "support"))


def common_ends(
    withdrawn: tuple[CaseEffect, ...] = (), overtaken: tuple[CaseEffect, ...] = ()
) -> tuple[StateRule, ...]:
    """Those of every kind, with what they undo."""
    return tuple(
        StateRule(name, effects=effects) for name, effects in zip(COMMON_ENDS, (withdrawn, overtaken), strict=True)
    )
