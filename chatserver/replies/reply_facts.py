"""What others may hear of what became of waits, and of messages that were refused."""

from typing import Any

from chatserver.notices.fact import Fact, FactName
from quotas import instant
from quotas.instant import MINUTE
from quotas.ledger.waits import EventKind, WaitEvent
from quotas.notices import HearingRole
from quotas.plans import Escalated, ReplyPromise

FACTS: dict[EventKind, FactName] = {
    "warning": "reply.warning",
    "missed": "reply.missed",
    "overtime": "reply.overtime",
    "answered": "reply.answered",
    "acknowledged": "reply.acknowledged",
    "withdrawn": "reply.withdrawn",
    "refused": "message.refused",
}
"""The rest is for reports alone."""
ESCALATED: frozenset[EventKind] = frozenset({"warning", "missed", "overtime"})
"""Those whose hearers a plan's escalation may name."""
NOT_ESCALATED: frozenset[Escalated] = frozenset()
"""Of what is told to all whom the table of notices names."""


def fact_of(
    event: WaitEvent, member: str, mentor: str, to: frozenset[Escalated], substitute: str | None
) -> Fact | None:
    """What is told of it, in a conversation of these two; None where nothing is.

    `to` are those whom a warning, a miss or an overtime is for; `substitute`, who stands in for the mentor.

    Its mark is made of what happened, not of the event's id: a ledger that was restored may tell of it once more.
    """
    name = FACTS.get(event.kind)
    if name is None:
        return None
    mark, data = _told(event)
    return Fact(
        event=name,
        mark=f"{event.conversation}/{mark}",
        at=event.at,
        conversation=event.conversation,
        member=member,
        mentor=mentor,
        **_hearing(event, mentor, to, substitute),
        data={key: value for key, value in data.items() if value is not None},
    )


def _hearing(event: WaitEvent, mentor: str, to: frozenset[Escalated], substitute: str | None) -> dict[str, Any]:
    """Of a fact, who hears of it."""
    if event.kind not in ESCALATED:
        return {}
    answering = [mentor] if "mentor" in to else []
    if "substitute" in to and substitute is not None:
        answering.append(substitute)
    roles: set[HearingRole] = {"mentor"} if answering else set()
    if "support" in to:
        roles.add("support")
    return {"roles": frozenset(roles), "answering": tuple(answering)}


def _told(event: WaitEvent) -> tuple[str, dict[str, Any]]:
    """Mark and data."""
    if event.kind == "refused":
        data = {"reason": event.reason, "side": event.side, "opens_at": instant.text_or_none(event.opens_at)}
        return f"{event.reason}/{event.at // MINUTE}", data
    since, due_at = instant.text(event.waiting_since), instant.text_or_none(event.due_at)
    data = {"waiting_since": since, "due_at": due_at}
    match event.kind:
        case "answered":
            late = 0 < event.due_at < event.at
            more = {"answered_at": instant.text(event.at), "waited_ms": max(0, event.at - event.waiting_since)}
            in_time = not late if event.due_at else None
            return f"{event.waiting_since}", {**data, **more, "in_time": in_time, "answered_by": event.answered_by}
        case "acknowledged" | "withdrawn":
            more = {"ended_at": instant.text(event.at), "waited_ms": max(0, event.at - event.waiting_since)}
            return f"{event.waiting_since}", {**data, **more, "answered_by": event.answered_by}
        case "overtime":
            return f"overtime/{event.waiting_since}/{event.hours:g}", {**data, "hours": event.hours}
        case "warning":
            # What was due while nobody was awake is noted together: one warning will do.
            return f"{event.due_at}/{event.at}", data
        case _:
            return f"{event.due_at}", data


def told_of(event: WaitEvent, promise: ReplyPromise | None) -> frozenset[Escalated]:
    """Whom the plan names for it; without an escalation the mentor is warned, and support hears of misses too."""
    usual: frozenset[Escalated] = frozenset({"mentor", "support"} if event.kind == "missed" else {"mentor"})
    if promise is None:
        return usual
    hours = event.hours if event.kind != "missed" else 0
    found = promise.told_after(hours) if event.kind == "overtime" else promise.told_before(hours)
    return found or usual
