"""What happens elsewhere and moves a case along: the conversation stops or ends, a fact changes, the member shows up.

Source: cases.md "A case", "What happens by itself". Each first settles what fell due before.
"""

from typing import Literal

from msgspec.structs import replace

from quotas.calendar import Calendar
from quotas.cases.dues import settled
from quotas.cases.facts import CaseFacts, with_facts
from quotas.cases.record import SYSTEM, Case, CaseEntry, entered, noted
from quotas.cases.rules import CaseState

ActivitySign = Literal["message", "booking", "join", "read", "case", "quote"]
"""What shows that a member is there: they try to write, book, join, read on, open a case, answer a quote. That support
reached them is an `attempt`."""


def member_active(case: Case, calendar: Calendar, sign: ActivitySign, now: int) -> Case:
    """The member showed up, which ends a case that waits for nothing else."""
    case = settled(case, calendar, now, now)
    state = case.rule.activity
    if state is None or not case.is_open:
        return case
    entry = CaseEntry(now, now, SYSTEM.id, SYSTEM.role, state, because=sign)
    return entered(noted(case, entry), state, now)


def conversation_ended(case: Case, calendar: Calendar, reason: str, now: int, successor: str = "") -> Case:
    """The conversation ended by something else than this case, for a reason such as `switched` or `churned`.

    `successor` is the conversation that the member goes on in, if any: what concerns the member goes along.
    """
    case = settled(case, calendar, now, now)
    if not case.is_open:
        return case
    if case.rule.follows_member and successor:
        entry = CaseEntry(now, now, SYSTEM.id, SYSTEM.role, "followed", because=reason)
        return replace(noted(case, entry), conversation=successor)
    entry = CaseEntry(now, now, SYSTEM.id, SYSTEM.role, "overtaken", because=reason)
    return entered(noted(case, entry), "overtaken", now)


def clock_stopped(case: Case, calendar: Calendar, now: int) -> Case:
    """The conversation is paused or suspended: the clock of a kind that stands still does."""
    case = settled(case, calendar, now, now)
    if not case.rule.stands_still or case.still_since or not case.is_open:
        return case
    return replace(case, still_since=now)


def clock_resumed(case: Case, now: int) -> Case:
    """The conversation is open again: what is due moves by as long as the clock stood."""
    if not case.still_since:
        return case
    stood = case.stood_still + now - case.still_since
    return replace(case, still_since=0, stood_still=stood)


def facts_told(case: Case, calendar: Calendar, facts: CaseFacts, now: int) -> Case:
    """Facts that changed elsewhere: a booking was moved, a membership is paid for longer. The due goes along."""
    case = settled(case, calendar, now, now)
    return replace(case, facts=with_facts(case.facts, facts), known_at=now) if case.is_open else case


def came_by_itself(case: Case, calendar: Calendar, state: CaseState, now: int, because: str = "") -> Case:
    """What the case waited for came, or need not come any more: the mentor answered, or has read the note."""
    case = settled(case, calendar, now, now)
    if not case.is_open:
        return case
    return entered(noted(case, CaseEntry(now, now, SYSTEM.id, SYSTEM.role, state, because=because)), state, now)
