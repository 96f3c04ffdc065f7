"""Who sees a case, how much of it, and whom an open one keeps from opening another.

Source: cases.md "seen by"; its "One open case per kind and conversation" holds for those who see that one: to be told
of another would tell of it.
"""

from collections.abc import Iterable, Iterator
from typing import get_args

from msgspec import Struct
from msgspec.structs import replace

from quotas.cases.facts import CaseFacts
from quotas.cases.record import Case, CaseActor, CaseEntry
from quotas.cases.rules import CaseKind, CaseRole, CaseSight, CaseState, SeenRule

_SIGHTS: tuple[CaseSight, ...] = get_args(CaseSight)


class CaseInTheWay(Struct, frozen=True):
    """The open case that stands where another of its kind was to be opened."""

    case: Case
    joins: CaseState | None
    """The state that this opening moves it to instead; None: it is a conflict."""


def is_opener(case: Case, actor: CaseActor) -> bool:
    """Whether it is that person's case. None is the product's own."""
    return bool(actor.id) and actor == case.opener


def seen_by(case: Case, role: CaseRole, opener: bool) -> CaseSight:
    """How much somebody in that role sees of it; `opener`, whether it is theirs. A person reported sees nothing."""
    if role in ("support", "system"):
        return "all"
    seen: list[CaseSight] = [rule.sight for rule in case.rule.seen if _holds(rule, case, role, opener)]
    return max(seen, key=_SIGHTS.index, default="nothing")


def _holds(rule: SeenRule, case: Case, role: CaseRole, opener: bool) -> bool:
    if rule.since is not None and rule.since not in case.reached:
        return False
    return opener if rule.who == "opener" else rule.who == role


def as_seen(case: Case, sight: CaseSight) -> Case | None:
    """The case with only what that sight shows; None: nothing at all."""
    match sight:
        case "nothing":
            return None
        case "all":
            return case
        case "state":
            bare = replace(case, facts=CaseFacts(), payer="consumer", assignee="", history=())
            return replace(bare, reached=(), marks=(), suspension=None)
        case _:
            facts = _without_reason(case.facts) if sight == "without_reason" else case.facts
            return replace(case, facts=facts, history=tuple(_lines(case, sight)))


def _lines(case: Case, sight: CaseSight) -> Iterator[CaseEntry]:
    for entry in case.history:
        if sight == "without_internal" and entry.audience == "shared":
            yield entry
        elif entry.did != "note":
            bare = replace(entry, note="")
            yield replace(bare, facts=_without_reason(bare.facts)) if sight == "without_reason" else bare


def _without_reason(facts: CaseFacts) -> CaseFacts:
    return replace(facts, reason=None)


def in_the_way(open_cases: Iterable[Case], opening: CaseActor, kind: CaseKind) -> CaseInTheWay | None:
    """What keeps somebody from opening a case of that kind in a conversation with these open cases; None: nothing.

    Where the open one could move to the state that the opening begins in, the opening is that move: so the member's own
    request makes a mentor's report official.
    """
    for case in open_cases:
        if case.kind != kind or not case.is_open:
            continue
        if (state := _joins(case, opening.role)) is not None:
            return CaseInTheWay(case, state)
        if seen_by(case, opening.role, is_opener(case, opening)) != "nothing":
            return CaseInTheWay(case, None)
    return None


def _joins(case: Case, role: CaseRole) -> CaseState | None:
    begins = {rule.state for rule in case.rule.opened if rule.by == role}
    return next((move.to for move in case.state_rule.moves if move.to in begins and role in move.by), None)
