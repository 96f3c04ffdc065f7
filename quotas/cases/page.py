"""The table of cases in Markdown, as docs/cases.md shows it."""

from collections.abc import Iterable, Sequence

from quotas.cases.facts import FactGroup
from quotas.cases.rules import (
    ASKED_BY,
    COMMON_ENDS,
    LATER,
    CaseEffect,
    CaseRole,
    CaseRule,
    CaseSight,
    DueRule,
    MoveRule,
    StateRule,
)
from quotas.cases.table import CASES
from quotas.instant import DAY

_WHO: dict[CaseRole, str] = {"system": "by itself"}
_SIGHTS: dict[CaseSight, str] = {
    "state": "state only",
    "without_reason": "without reason and notes",
    "without_notes": "without notes",
    "without_internal": "with shared notes",
}


def case_tables() -> str:
    """Kinds, ways from state to state, dues, and ends: each table with its heading."""
    parts = (
        ("Kinds", ("kind", "opened by", "with", "seen by", "else"), _kinds()),
        ("From state to state", ("kind", "state", "can become", "by", "only"), _moves()),
        ("What is waited for", ("kind", "state", "waits for", "from", "until", "then", "only"), _dues()),
        ("What a state asks for", ("kind", "state", "facts", "and then"), _states()),
    )
    return "\n".join(f"### {title}\n\n{_table(heads, rows)}" for title, heads, rows in parts)


def _kinds() -> Iterable[Sequence[str]]:
    for rule in CASES.values():
        states = {opening.state for opening in rule.opened}
        opened = [f"{_role(opening.by)}{f' (`{opening.state}`)' if len(states) > 1 else ''}" for opening in rule.opened]
        yield (
            f"`{rule.kind}`",
            ", ".join(opened),
            _facts(rule.needs, rule.takes, rule.reasons),
            _seen(rule),
            _else(rule),
        )


def _seen(rule: CaseRule) -> str:
    said = []
    for seen in rule.seen:
        since = f" from `{seen.since}` on" if seen.since else ""
        who = "who opened it" if seen.who == "opener" else f"{seen.who}"
        said.append(f"{who}{since}, {_SIGHTS[seen.sight]}")
    return "; ".join(said)


def _else(rule: CaseRule) -> str:
    said = (
        (rule.activity, f"any activity of the member makes it `{rule.activity}`"),
        (rule.stands_still, "its clock stands still while the conversation is paused or suspended"),
        (rule.follows_member, "goes along where the conversation is switched"),
        (rule.may_suspend, "may suspend the conversation"),
        (rule.needs_cadence, "only for plans with a cadence"),
    )
    return "; ".join(text for holds, text in said if holds)


def _moves() -> Iterable[Sequence[str]]:
    for rule, state in _all_states():
        for move in state.moves:
            yield f"`{rule.kind}`", f"`{state.name}`", f"`{move.to}`", _by(move), move.payer or ""


def _dues() -> Iterable[Sequence[str]]:
    for rule, state in _all_states():
        for due in state.dues:
            yield (
                f"`{rule.kind}`",
                f"`{state.name}`",
                f"`{due.what}`",
                _role(due.by),
                _until(due),
                f"`{due.then}`" if due.then else "support is told",
                due.payer or "",
            )


def _until(due: DueRule) -> str:
    if due.unit == "fact":
        return f"`{due.fact}`"
    length = f"{due.after} {due.unit if due.after > 1 else due.unit.removesuffix('s')}"
    return length + (f"; support is told {due.reminder_days} days before" if due.reminder_days else "")


def _states() -> Iterable[Sequence[str]]:
    for rule, state in _all_states():
        if (facts := _facts(state.needs, state.takes, ())) or state.effects:
            facts += f"; {state.facts_of} only" if state.facts_of else ""
            yield f"`{rule.kind}`", f"`{state.name}`", facts, ", ".join(map(_effect, state.effects))


def _effect(effect: CaseEffect) -> str:
    later = LATER.get(effect)
    asked = f" where `{ASKED_BY[effect]}`" if effect in ASKED_BY else ""
    return f"`{effect}`{asked}" + (f", {later // DAY} days later" if later else "")


def _all_states() -> Iterable[tuple[CaseRule, StateRule]]:
    for rule in CASES.values():
        for state in rule.states:
            if state.name not in COMMON_ENDS or state.effects:
                yield rule, state


def _facts(needs: Sequence[FactGroup], takes: Sequence[str], reasons: Sequence[str]) -> str:
    needed = [" or ".join(f"`{name}`" for name in group) for group in needs]
    taken = [f"`{name}`" for name in takes]
    text = ", ".join(needed) + (f"{' ' if needed else ''}({', '.join(taken)})" if taken else "")
    return text + (f"; `reason` is {', '.join(reasons)}" if reasons else "")


def _by(move: MoveRule) -> str:
    return ", ".join(_role(role) for role in move.by)


def _role(role: CaseRole) -> str:
    return _WHO.get(role, role)


def _table(heads: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    return "".join(
        f"| {' | '.join(cells)} |\n".replace("|  |", "| |") for cells in (heads, ["---"] * len(heads), *rows)
    )
