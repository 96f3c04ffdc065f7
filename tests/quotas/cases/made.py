"""Cases to try things on: of any kind, in any state, as the table leads there."""

from collections import deque
from datetime import date

from quotas.bookings import Price
from quotas.cases.acts import CaseDoing, act
from quotas.cases.facts import CaseFacts, FactGroup, given_of
from quotas.cases.record import Case, CaseActor, entered, open_case
from quotas.cases.rules import CaseKind, CaseRole, CaseState
from quotas.cases.table import CASES
from quotas.instant import DAY
from quotas.memberships import Payer
from tests.quotas.moments import OSLO, oslo

NOW = oslo("2026-01-31T15:00:00")
LATER = oslo("2026-02-20T00:00:00")

MIA = CaseActor("mia", "member")
TOM = CaseActor("tom", "mentor")
SIRI = CaseActor("siri", "support")
ITSELF = CaseActor("", "system")
GUEST = CaseActor("gro", "guest")
ACTORS: dict[CaseRole, CaseActor] = {actor.role: actor for actor in (MIA, TOM, SIRI, ITSELF, GUEST)}

FACTS = CaseFacts(
    number=1,
    to="monthly",
    mentor="gro",
    chemistry=False,
    replaces="b1",
    price=Price(49_950, "NOK"),
    starts_at=(LATER,),
    booking="b2",
    ends_at=LATER,
    asked_on=date(2026, 1, 31),
    paid_until=date(2026, 2, 20),
    applies_on=date(2026, 2, 20),
    units=1,
    person="mia",
)
"""One of each; all that falls due on a day does so on 20 February."""


def facts_for(needs: tuple[FactGroup, ...], reason: str | None = None) -> CaseFacts:
    """The first of each group."""
    given = given_of(FACTS)
    return CaseFacts(**{group[0]: given.get(group[0], reason) for group in needs})  # type: ignore[arg-type]


def needs_of(case: Case, action: str) -> tuple[FactGroup, ...]:
    """The facts that the action needs."""
    return next((state.facts_for(case.payer)[0] for state in case.rule.states if state.name == action), ())


def opened(
    kind: CaseKind, by: CaseActor | None = None, *, now: int = NOW, payer: Payer = "consumer", **changes: object
) -> Case:
    """As its first opener opens it; misconduct is about the member, so the mentor reports it."""
    rule = CASES[kind]
    roles = [opening.by for opening in rule.opened]
    who = by or (TOM if kind == "misconduct" else ACTORS[roles[0]])
    state = rule.state(next(opening.state for opening in rule.opened if opening.by == who.role))
    facts = facts_for((*rule.needs, *state.needs), rule.reasons[0] if rule.reasons else None)
    made = open_case(
        "k", kind, conversation="c", member="mia", by=who, now=now, payer=payer,
        **{"facts": facts, **changes},  # type: ignore[arg-type]
    )  # fmt: skip
    assert isinstance(made, Case)
    return made


def did(case: Case, action: str, actor: CaseActor, now: int = NOW + 1, **said: object) -> Case:
    """After an action that must be possible, with the facts that it needs."""
    needed = needs_of(case, action)
    doing = CaseDoing(action, **{"facts": facts_for(needed), **said})  # type: ignore[arg-type]
    after = act(case, doing, actor, OSLO, now)
    assert isinstance(after, Case), after
    return after


def path_to(kind: CaseKind, state: CaseState) -> list[CaseState]:
    """The shortest way from the first opening to a state, by moves of the table. Raises KeyError where none leads."""
    rule = CASES[kind]
    ways: dict[CaseState, list[CaseState]] = {rule.opened[0].state: []}
    queue = deque(ways)
    while queue:
        at = queue.popleft()
        for move in rule.state(at).moves:
            if move.to not in ways:
                ways[move.to] = [*ways[at], move.to]
                queue.append(move.to)
    return ways[state]


def case_in(kind: CaseKind, state: CaseState, payer: Payer = "consumer") -> Case:
    """A case that came there at NOW, whoever paid and moved it."""
    case = opened(kind, payer=payer)
    for to in path_to(kind, state):
        case = entered(case, to, NOW, facts_for(needs_of(case, to)))
    return case


def told(case: Case) -> list[str]:
    """The history: when (the day), and what."""
    return [f"{OSLO.day_of(entry.at)} {entry.did}" for entry in case.history]


def days(number: float) -> int:
    """So long after NOW."""
    return NOW + round(number * DAY)
