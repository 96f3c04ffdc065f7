"""What others may hear of what became of waits, and of messages that were refused."""

from typing import Any

from chatserver.notices.fact import Fact, FactName
from quotas import instant
from quotas.instant import MINUTE
from quotas.ledger.waits import EventKind, WaitEvent

FACTS: dict[EventKind, FactName] = {
    "warning": "reply.warning",
    "missed": "reply.missed",
    "answered": "reply.answered",
    "refused": "message.refused",
}
"""The rest is for reports alone."""


def fact_of(event: WaitEvent, member: str, mentor: str) -> Fact | None:
    """What is told of it, in a conversation of these two; None where nothing is.

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
        data={key: value for key, value in data.items() if value is not None},
    )


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
            return f"{event.waiting_since}", {**data, **more, "in_time": in_time}
        case "warning":
            # What was due while nobody was awake is noted together: one warning will do.
            return f"{event.due_at}/{event.at}", data
        case _:
            return f"{event.due_at}", data
