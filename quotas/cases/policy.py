"""What a policy says of cases, held against their table: kinds and states by their names, and what can be changed."""

from quotas.case_policy import CasePolicy, CaseWait
from quotas.cases.rules import CaseRule, StateRule
from quotas.cases.table import CASES
from quotas.instant import DAY, HOUR

_SHORTEST_MONTH = 28 * DAY


def case_policy_problem(policy: CasePolicy) -> str | None:
    """What is wrong with it that its types do not say: a sentence that names the key; None where nothing is."""
    for section, kinds in (("dues", policy.dues), ("prompts", policy.prompts)):
        for kind in kinds:
            if kind not in CASES:
                return f"`cases.{section}.{kind}` is no kind of case; allowed: {', '.join(CASES)}"
    for rule in CASES.values():
        for state, wait in policy.dues.get(rule.kind, {}).items():
            if problem := _wait_problem(rule, state, wait):
                return f"`cases.dues.{rule.kind}.{state}`{problem}"
    return None


def _wait_problem(rule: CaseRule, name: str, wait: CaseWait) -> str | None:
    waiting = {state.name: state for state in rule.states if any(due.unit != "fact" for due in state.dues)}
    state = next((found for found in waiting.values() if found.name == name), None)
    if state is None:
        return f" is no state whose length can be set; allowed: {', '.join(waiting)}"
    reminder = _reminder_days(state, wait)
    if reminder * DAY >= _shortest(wait):
        return f": a reminder {reminder} days ahead comes before it begins; allowed: fewer `reminder_days`, 0 for none"
    return None


def _reminder_days(state: StateRule, wait: CaseWait) -> int:
    if wait.reminder_days is not None:
        return wait.reminder_days
    return max(due.reminder_days for due in state.dues)


def _shortest(wait: CaseWait) -> int:
    """In ms."""
    return (wait.months or 0) * _SHORTEST_MONTH + (wait.days or 0) * DAY + (wait.hours or 0) * HOUR
