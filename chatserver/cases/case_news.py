"""What a change of a case is as facts: who hears of it, and what webhooks are told. Neither has notes or free reasons.

Source: cases.md "A case": who opened it hears of each change. So do the others who see it, of each state; of a shared
note whom it is shared with, and whoever of support the case is given to.
"""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from msgspec.structs import replace

from chatserver.cases.case_onlookers import CaseOnlooker, onlookers
from chatserver.cases.effects import is_by_hand
from chatserver.conversations.conversation import ConversationRecord
from chatserver.notices.fact import NOBODY, Fact, FactName
from quotas import instant
from quotas.cases.record import Case, CaseEntry
from quotas.cases.rules import CaseKind
from quotas.notices import HearingRole

WAITING = ("overdue", "reminder")
"""Lines of which support hears: of nobody else's concern, for a case may be about one of the two."""
URGENT: tuple[CaseKind, ...] = ("misconduct", "urgent_note")
"""What nobody leaves until the morning."""


def facts_of(
    before: Case | None,
    case: Case,
    first: int,
    conversation: ConversationRecord,
    due_at: int | None,
    substitute: str | None = None,
) -> list[Fact]:
    """Of a change: `case` has the new lines alone for its history, the first one numbered `first`.

    `before` is None where it was opened just now; `due_at` is until when its new state waits; `substitute` is who
    stands in for the mentor now.
    """
    if not case.history:
        return []
    facts = _facts(before, case, first, conversation, due_at)
    return [_with_substitute(each, conversation, substitute) for each in facts]


def _facts(
    before: Case | None, case: Case, first: int, conversation: ConversationRecord, due_at: int | None
) -> Iterator[Fact]:
    number = first + len(case.history) - 1
    seeing = onlookers(case, conversation)
    last = case.history[-1]
    if before is None:
        by_itself = case.opener.role == "system"
        yield _state_fact("case.opened", case, number, conversation, [] if by_itself else seeing, due_at)
        if case.kind in URGENT and last.role != "support":
            yield _urgent(case, number, last, conversation)
    elif len(case.reached) > len(before.reached):
        yield from _to_guest(case, number, conversation, seeing)
        # Of what opens by itself its own notices tell, and of what became of it by itself the rest of the product.
        by_itself = case.opener.role == "system" == last.role
        yield _state_fact("case.moved", case, number, conversation, [] if by_itself else seeing, due_at)
    else:
        yield from _notes(case, first, conversation, seeing)
    for place, entry in enumerate(case.history, first):
        yield from _to_support(case, place, entry, conversation)


def _to_support(case: Case, place: int, entry: CaseEntry, conversation: ConversationRecord) -> Iterator[Fact]:
    """Of one new line."""
    if entry.did in WAITING:
        waiting = _of_support("case.waiting", case, place, entry, conversation)
        if case.kind in URGENT:
            yield replace(waiting, event="case.urgent")
            waiting = replace(waiting, roles=NOBODY)
        yield waiting
    if case.kind in URGENT and entry.did == "again":
        yield _urgent(case, place, entry, conversation)
    if is_by_hand(entry.did):
        event: FactName = "case.urgent" if case.kind in URGENT else "case.by_hand"
        yield _of_support(event, case, place, entry, conversation)
    if entry.did == "assign" and case.assignee not in ("", entry.who):
        yield _of_support("case.assigned", case, place, entry, conversation, (case.assignee,))


def _state_fact(
    event: FactName,
    case: Case,
    number: int,
    conversation: ConversationRecord,
    seeing: Sequence[CaseOnlooker],
    due_at: int | None,
) -> Fact:
    last = case.history[-1]
    hearing = [each for each in seeing if each.person not in (last.who, _guest(case, conversation))]
    data: dict[str, Any] = {"case": case.id, "kind": case.kind, "state": case.state}
    if not _is_bare(case):
        data |= {"by": last.role, "due_at": instant.text_or_none(due_at)}
    if guest := _guest(case, conversation):
        data["guest"] = guest
    helping = _helping(case, last)
    return Fact(
        event=event,
        mark=f"{case.id}/{number}",
        at=last.at,
        conversation=conversation.id,
        member=conversation.member,
        mentor=conversation.mentor,
        roles=_roles(hearing, () if event == "case.opened" else helping),
        answering=_in_role("mentor", hearing),
        helping=helping,
        # A conversation's end takes all its cases along.
        joined=case.state == "overtaken",
        data=data,
    )


def _to_guest(
    case: Case, number: int, conversation: ConversationRecord, seeing: Iterable[CaseOnlooker]
) -> Iterator[Fact]:
    """Without the conversation, which is none of theirs."""
    guest = _guest(case, conversation)
    if guest and any(each.person == guest for each in seeing):
        yield Fact(
            event="case.guest",
            mark=f"{case.id}/{number}",
            at=case.history[-1].at,
            mentor=guest,
            roles=frozenset({"mentor"}),
            data={"case": case.id, "kind": case.kind, "state": case.state},
        )


def _guest(case: Case, conversation: ConversationRecord) -> str:
    """The other mentor of a one-off session; '' for none."""
    mentor = case.facts.mentor if case.kind == "one_off_session" else None
    return mentor if mentor and mentor != conversation.mentor else ""


def _notes(case: Case, first: int, conversation: ConversationRecord, seeing: Iterable[CaseOnlooker]) -> Iterator[Fact]:
    for place, entry in enumerate(case.history, first):
        if not entry.note or entry.audience != "shared":
            continue
        hearing = [each for each in seeing if each.person != entry.who and entry in each.case.history]
        helping = _helping(case, entry)
        if roles := _roles(hearing, helping):
            yield Fact(
                event="case.noted",
                mark=f"{case.id}/{place}",
                at=entry.at,
                conversation=conversation.id,
                member=conversation.member,
                mentor=conversation.mentor,
                roles=roles,
                answering=_in_role("mentor", hearing),
                helping=helping,
                data={"case": case.id, "kind": case.kind, "state": case.state},
            )


def _of_support(
    event: FactName,
    case: Case,
    number: int,
    entry: CaseEntry,
    conversation: ConversationRecord,
    helping: tuple[str, ...] | None = None,
) -> Fact:
    return Fact(
        event=event,
        mark=f"{case.id}/{number}",
        at=entry.at,
        conversation=conversation.id,
        member=conversation.member,
        mentor=conversation.mentor,
        roles=frozenset({"support"}),
        helping=helping,
        data={"case": case.id, "kind": case.kind, "state": case.state, "did": entry.did},
    )


def _urgent(case: Case, number: int, entry: CaseEntry, conversation: ConversationRecord) -> Fact:
    """To all of support; of a member's urgent note the mentor hears, too."""
    urgent = _of_support("case.urgent", case, number, entry, conversation)
    return replace(urgent, roles=frozenset({"mentor", "support"})) if case.kind == "urgent_note" else urgent


def _with_substitute(fact: Fact, conversation: ConversationRecord, substitute: str | None) -> Fact:
    """What the mentor is to look at now, whoever stands in for them hears as well."""
    is_theirs = fact.event == "case.urgent" and "mentor" in (fact.roles or NOBODY)
    return replace(fact, answering=(conversation.mentor, substitute)) if substitute and is_theirs else fact


def _helping(case: Case, entry: CaseEntry) -> tuple[str, ...]:
    """Who of support hears: whose case it is, and who works on it; not who did it."""
    own = (case.opener.id,) if case.opener.role == "support" else ()
    return tuple(each for each in dict.fromkeys((*own, case.assignee)) if each not in ("", entry.who))


def _roles(hearing: Iterable[CaseOnlooker], helping: Sequence[str]) -> frozenset[HearingRole]:
    roles: set[HearingRole] = {each.role for each in hearing}
    return frozenset(roles | ({"support"} if helping else NOBODY))


def _in_role(role: HearingRole, hearing: Iterable[CaseOnlooker]) -> tuple[str, ...]:
    return tuple(each.person for each in hearing if each.role == role)


def _is_bare(case: Case) -> bool:
    """Whether who opened it learns no more than its state."""
    return all(rule.sight == "state" for rule in case.rule.seen)
