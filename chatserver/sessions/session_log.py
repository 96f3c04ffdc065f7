"""What happens at sessions is written down in one place: for the record, and for whoever is to hear of it."""

from collections.abc import Collection, Mapping, Sequence
from typing import Protocol

from sqlalchemy.ext.asyncio import AsyncConnection

from chatserver.conversations.conversation import ConversationRecord
from chatserver.notices.fact import NOBODY, Fact, FactName
from chatserver.notices.notice import UnreadNotice
from chatserver.notices.noting import Noting
from chatserver.sessions.rows import session_events
from chatserver.sessions.session_event import EventName, SessionEvent

FACTS: dict[EventName, FactName] = {
    "booked": "booking.booked",
    "moved": "booking.moved",
    "cancelled": "booking.cancelled",
    "reminder": "session.reminder",
    "starting": "session.starting",
    "started": "session.started",
    "late": "session.late",
    "candidate": "session.candidate",
    "close_reminder": "session.close_reminder",
    "ended": "session.ended",
    "no_show": "session.no_show",
    "mentor_absent": "session.mentor_absent",
    "unattended": "session.unattended",
    "late_cancellation": "session.late_cancellation",
    "three_sessions": "session.three_sessions",
}
"""What others may hear of; the rest is for the apps alone."""
OF_SESSIONS = frozenset(
    {"reminder", "starting", "started", "late", "candidate", "close_reminder", "ended", "mentor_absent", "unattended"}
)
"""Of which nobody hears while the conversation is suspended; webhooks do."""


class SessionListener(Protocol):
    """What cases have to do with sessions: `chatserver/cases/case_openings.py`."""

    async def happened(
        self,
        connection: AsyncConnection,
        events: Sequence[SessionEvent],
        conversations: Mapping[str, ConversationRecord],
    ) -> None:
        """These events are written with this transaction, or were before."""

    async def told(self, events: Sequence[SessionEvent]) -> None:
        """After the commit. Raises nothing."""


class SessionLog:
    """Where events are appended, in the transaction of what they tell of."""

    def __init__(self, noting: Noting, listener: SessionListener | None = None) -> None:
        self._noting = noting
        self._listener = listener

    async def append(
        self,
        connection: AsyncConnection,
        events: Sequence[SessionEvent],
        conversations: Mapping[str, ConversationRecord],
    ) -> None:
        """Those that are not there already, and what comes of them for people and webhooks.

        `conversations` are theirs; whoever writes events has locked them.
        """
        await session_events.append(connection, events)
        if self._listener is not None:
            await self._listener.happened(connection, events, conversations)
        if facts := facts_of(events, conversations):
            await self._noting.note(connection, facts, max(event.noted_at for event in events))

    async def heard(
        self,
        connection: AsyncConnection,
        events: Sequence[SessionEvent],
        conversations: Mapping[str, ConversationRecord],
    ) -> Sequence[UnreadNotice]:
        """What came of these for people who are to hear of it."""
        return await self._noting.noted(connection, facts_of(events, conversations))

    async def tell(self, events: Sequence[SessionEvent], heard: Sequence[UnreadNotice], now: int) -> None:
        """After the commit: whoever is connected hears of these, and the outbox sends it. Raises nothing."""
        if any(event.name in FACTS for event in events):
            await self._noting.tell_of(heard, now)
        if self._listener is not None:
            await self._listener.told(events)


def facts_of(events: Collection[SessionEvent], conversations: Mapping[str, ConversationRecord]) -> list[Fact]:
    """What others may hear of, of conversations that are there."""
    return [
        _fact(event, name, conversations[event.conversation])
        for event in events
        if (name := FACTS.get(event.name)) and event.conversation in conversations
    ]


def _fact(event: SessionEvent, name: FactName, conversation: ConversationRecord) -> Fact:
    about = event.booking or event.conversation
    return Fact(
        event=name,
        mark=f"{about}/{event.mark}" if event.mark else about,
        at=event.at,
        conversation=event.conversation,
        booking=event.booking,
        member=conversation.member,
        mentor=conversation.mentor,
        roles=NOBODY if _is_for_nobody(event, conversation) else None,
        data={**event.data, "by": event.by},
        joined=event.name == "booked" and "series" in event.data,
    )


def _is_for_nobody(event: SessionEvent, conversation: ConversationRecord) -> bool:
    if conversation.status == "suspended":
        return event.name in OF_SESSIONS
    # A reminder so short before the start would come with the word that it starts.
    return event.name == "reminder" and bool(event.data["hours"] < 1)
