"""What somebody may open in a conversation now, with what each kind asks for: a menu by one call.

Source: cases.md "opened by". What is said here and what opening says then must be the same: both follow the table.
"""

from collections.abc import Collection, Iterable, Mapping
from typing import Literal

from msgspec import Struct

from quotas.cases.facts import CaseFactName, FactGroup
from quotas.cases.record import Case, CaseActor
from quotas.cases.rules import CaseKind, CaseState
from quotas.cases.sight import in_the_way
from quotas.cases.table import CASES

AFTER_THE_END: tuple[CaseKind, ...] = ("question", "misconduct", "credit_correction")
"""What can be opened also where the conversation has ended."""


NotOpenable = Literal["ended", "no_cadence", "already_open"]
"""Why it cannot be opened now: the conversation has ended, its plan has no cadence, or one is open."""


class CaseChoice(Struct, frozen=True):
    """A kind of case that somebody in that role may open. Kinds that are never theirs to open are no choice."""

    kind: CaseKind
    state: CaseState
    """In which it then is."""
    needs: tuple[FactGroup, ...]
    """Facts to be given: one of each group."""
    takes: tuple[CaseFactName, ...]
    """Facts that may be given beside them."""
    reasons: tuple[str, ...]
    """The words for its reason; none: any text."""
    refused: NotOpenable | None = None
    """None: it can be opened."""
    in_the_way: str = ""
    """Of `already_open`: the case to go on with."""


def choices_of(
    open_cases: Iterable[Case],
    actor: CaseActor,
    *,
    has_cadence: bool,
    has_ended: bool,
    known: Mapping[CaseKind, Collection[CaseFactName]],
    withheld: Collection[CaseFactName] = (),
) -> list[CaseChoice]:
    """The choices in the order of the table, with these open cases in the conversation.

    Facts that are `known` need not be given, those `withheld` must not.
    """
    cases, found = list(open_cases), []
    for rule in CASES.values():
        begins = next((each.state for each in rule.opened if each.by == actor.role), None)
        if begins is None:
            continue
        state = rule.state(begins)
        said = known.get(rule.kind, ())
        needs = [group for group in (*rule.needs, *state.needs) if not any(name in said for name in group)]
        takes = [name for name in (*said, *rule.takes, *state.takes) if name not in withheld]
        way = in_the_way(cases, actor, rule.kind)
        refused: NotOpenable | None = None
        if has_ended and rule.kind not in AFTER_THE_END:
            refused = "ended"
        elif way is not None and way.joins is None:
            refused = "already_open"
        elif rule.needs_cadence and not has_cadence:
            refused = "no_cadence"
        found.append(
            CaseChoice(
                kind=rule.kind,
                state=begins,
                needs=tuple(needs),
                takes=tuple(dict.fromkeys(takes)),
                reasons=rule.reasons,
                refused=refused,
                in_the_way=way.case.id if way is not None and refused == "already_open" else "",
            )
        )
    return found
