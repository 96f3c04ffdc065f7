"""What falls due in a case by itself, and when: worked out from its state, its facts and its calendar.

Source: cases.md "A case", "What happens by itself". Nothing need run at a due: whoever comes later settles what fell
due before, each step at its own instant, and the history is the same however late that is.
"""

from collections.abc import Iterator
from typing import Literal

from msgspec import Struct
from msgspec.structs import replace

from quotas.calendar import Calendar
from quotas.case_policy import CaseWait
from quotas.cases.record import SYSTEM, Case, CaseEntry, CaseMark, entered, noted
from quotas.cases.rules import LATER, CaseEffect, CaseRole, CaseState, DueRule, DueUnit
from quotas.instant import DAY, HOUR
from quotas.periods import first_day

_LENGTHS: tuple[DueUnit, ...] = ("months", "days", "hours")
CaseStepName = Literal["reminder", "overdue", "suspension_lapsed", "moved"]


class CaseDue(Struct, frozen=True):
    """What a case waits for."""

    at: int | None
    """Until when (ms); None while its clock stands still."""
    by: CaseRole
    what: CaseState
    """The state that is waited for."""
    then: CaseState | None
    """What follows by itself; None: support is told."""


class CaseStep(Struct, frozen=True):
    """One thing that happens by itself."""

    at: int
    """When it was due (ms)."""
    name: CaseStepName
    state: CaseState
    """The state that it is about: the new one of `moved`."""


def due_of(case: Case, calendar: Calendar) -> CaseDue | None:
    """What it waits for; None once it has ended. `calendar` is the conversation's."""
    rule = due_rule(case)
    if rule is None:
        return None
    return CaseDue(None if case.still_since else _due_at(case, rule, calendar), rule.by, rule.what, rule.then)


def due_rule(case: Case) -> DueRule | None:
    """The rule of its state's due, with the length that a policy gave it; None at an end."""
    rule = next((rule for rule in case.state_rule.dues if rule.payer in (None, case.payer)), None)
    return _changed(rule, case.wait) if rule is not None and case.wait is not None else rule


def _changed(rule: DueRule, wait: CaseWait) -> DueRule:
    unit, after = next((unit, after) for unit in _LENGTHS if (after := getattr(wait, unit)) is not None)
    reminder_days = rule.reminder_days if wait.reminder_days is None else wait.reminder_days
    return replace(rule, unit=unit, after=after, reminder_days=reminder_days)


def with_wait(case: Case, wait: CaseWait | None) -> Case:
    """The case that just came into its state, which waits as long as a policy says; None: as the table has it."""
    rule = due_rule(case)
    if wait is None or rule is None or rule.unit == "fact":
        return case
    case = replace(case, wait=wait)
    # Only months go on counting from before it came into the state.
    return case if wait.months is not None else replace(case, anchor=case.since, counted=0, stood_still=0)


def _due_at(case: Case, rule: DueRule, calendar: Calendar) -> int:
    match rule.unit:
        case "months":
            day = first_day(calendar.day_of(case.anchor), case.counted + rule.after)
            at = calendar.start_of(day)
        case "days":
            at = case.anchor + rule.after * DAY
        case "hours":
            at = case.anchor + rule.after * HOUR
        case _:
            at = _instant_of_fact(case, rule, calendar)
    return max(case.known_at, at + case.stood_still)


def _instant_of_fact(case: Case, rule: DueRule, calendar: Calendar) -> int:
    value = getattr(case.facts, rule.fact or "")
    return value if isinstance(value, int) else calendar.start_of(value)


def next_step(case: Case, calendar: Calendar) -> CaseStep | None:
    """The next thing that happens by itself; None: nothing, or not while its clock stands still."""
    return min(_steps(case, calendar), key=lambda step: step.at, default=None)


def _steps(case: Case, calendar: Calendar) -> Iterator[CaseStep]:
    """In the order in which they happen where they fall together."""
    if case.suspension is not None and case.suspension.lapses_at:
        yield CaseStep(case.suspension.lapses_at, "suspension_lapsed", case.state)
    rule = due_rule(case)
    if rule is None or case.still_since:
        return
    at = _due_at(case, rule, calendar)
    if rule.reminder_days and "reminder" not in case.marks:
        yield CaseStep(max(case.known_at, at - rule.reminder_days * DAY), "reminder", case.state)
    if rule.then is not None:
        yield CaseStep(at, "moved", rule.then)
    elif "overdue" not in case.marks:
        yield CaseStep(at, "overdue", case.state)


def effect_at(case: Case, effect: CaseEffect, calendar: Calendar) -> int:
    """From when on what its state asks for is to be done."""
    until = case.facts.evidence_until
    if effect == "drop_evidence" and until is not None:
        return max(case.since, calendar.start_of(until))
    return case.since + LATER.get(effect, 0)


def due_between(case: Case, calendar: Calendar, until: int) -> list[CaseStep]:
    """All that happens by itself until then, including, in order."""
    return [step for step, _ in played(case, calendar, until, until)]


def settled(case: Case, calendar: Calendar, until: int, noted_at: int) -> Case:
    """As it is at `until`: all that fell due has happened, each at its instant, and was noted at `noted_at`."""
    for _, after in played(case, calendar, until, noted_at):
        case = after
    return case


def played(case: Case, calendar: Calendar, until: int, noted_at: int) -> Iterator[tuple[CaseStep, Case]]:
    """Each step with the case after it, for whoever carries out what its state asks for."""
    while (step := next_step(case, calendar)) is not None and step.at <= until:
        case = _after(case, step, noted_at)
        yield step, case


def _after(case: Case, step: CaseStep, noted_at: int) -> Case:
    did = step.state if step.name == "moved" else step.name
    before, case = case, noted(case, CaseEntry(step.at, noted_at, SYSTEM.id, SYSTEM.role, did))
    match step.name:
        case "moved":
            return _moved_by_itself(before, entered(case, step.state, step.at))
        case "suspension_lapsed":
            return replace(case, suspension=None)
        case mark:
            return _marked(case, mark)


def _marked(case: Case, mark: CaseMark) -> Case:
    return replace(case, marks=(*case.marks, mark))


def _moved_by_itself(before: Case, after: Case) -> Case:
    """Months go on counting from the first day, so that no short one shortens the next."""
    old, new = due_rule(before), due_rule(after)
    if old is None or new is None or not old.unit == new.unit == "months":
        return after
    return replace(after, anchor=before.anchor, counted=before.counted + old.after, stood_still=before.stood_still)
