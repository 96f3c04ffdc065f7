"""What opens and ends by itself, in the transaction of what brings it about: sessions that went wrong, the end or pause
of a conversation, a member who books or joins.
"""

import logging
from collections.abc import Mapping, Sequence
from contextlib import suppress
from functools import partial

from sqlalchemy.ext.asyncio import AsyncConnection

from chatserver.cases.case_log import CaseLog
from chatserver.cases.case_record import KeptCase
from chatserver.cases.case_timer import CASE, set_case_timer
from chatserver.cases.extra_bookings import ExtraBookings
from chatserver.cases.guest import case_of_guest
from chatserver.cases.own_cases import OwnCases
from chatserver.cases.rows import cases, quiet_members
from chatserver.conversations.conversation import ConversationRecord
from chatserver.records.database import Database, DatabaseError, after_commit
from chatserver.sessions.attendance import have_met
from chatserver.sessions.session_event import EventName, SessionEvent
from quotas.cases.events import ActivitySign, clock_resumed, clock_stopped, conversation_ended, member_active
from quotas.cases.facts import CaseFacts
from quotas.cases.record import Case
from quotas.cases.rules import CaseKind
from quotas.ledger.timers import Timers
from quotas.store.errors import StoreError

logger = logging.getLogger(__name__)

OPENS: dict[EventName, CaseKind] = {
    "candidate": "no_show",
    "no_show": "no_show",
    "mentor_absent": "mentor_absent",
    "unattended": "unattended",
    "late_cancellation": "late_cancellation",
}
"""Cases that events of sessions open."""
SIGNS: dict[EventName, ActivitySign] = {
    "booked": "booking",
    "moved": "booking",
    "cancelled": "booking",
    "joined": "join",
}
"""What a member does at sessions shows that they are there."""


class CaseOpenings:
    """Its callers have locked the conversations."""

    def __init__(self, database: Database, log: CaseLog, timers: Timers) -> None:
        self._database = database
        self._log = log
        self._own = OwnCases(log)
        self._extra = ExtraBookings(log)
        self._timers = timers

    async def happened(
        self,
        connection: AsyncConnection,
        events: Sequence[SessionEvent],
        conversations: Mapping[str, ConversationRecord],
    ) -> None:
        """Open, and end, what these events of sessions do. The same event again opens nothing."""
        booked = {event.conversation for event in events if event.name == "booked"}
        waiting = await self._extra.waited_for(connection, booked)
        for event in events:
            conversation = conversations.get(event.conversation)
            if conversation is None:
                continue
            if event.name == "booked" and event.conversation in waiting:
                await self._booked(connection, event, conversation)
            if (kind := OPENS.get(event.name)) is not None and event.booking:
                await self._open(connection, kind, event, conversation)
            elif (sign := SIGNS.get(event.name)) is not None and event.by == "member":
                await self._returned(connection, sign, event, conversation)

    async def told(self, events: Sequence[SessionEvent]) -> None:
        """Set the timers of what these opened. Where that cannot be now, `CaseSteps.arm` does it.

        The case of a guest's session looks at what has become of it; where that is lost, it does at its due.
        """
        try:
            for ref in sorted({ref for each in events if (ref := case_of_guest(each.conversation))}):
                async with self._database.read() as connection:
                    guest_of = await cases.find(connection, ref)
                if guest_of is not None and guest_of.case.is_open:
                    now = max(each.noted_at for each in events)
                    await self._timers.set_timer(guest_of.case.conversation, CASE, ref, now)
            for conversation in sorted({each.conversation for each in events if each.name in OPENS}):
                async with self._database.read() as connection:
                    live = await cases.live_of(connection, conversation)
                for kept in live:
                    await set_case_timer(self._timers, kept)
        except (StoreError, DatabaseError):
            logger.debug("timers of cases are set later")

    async def changed(
        self, connection: AsyncConnection, before: ConversationRecord, after: ConversationRecord, now: int
    ) -> None:
        """The conversation's status is another one with this transaction."""
        if before.status == after.status:
            return
        if after.status == "open":
            await quiet_members.heard(connection, {after.id: now})
        for kept in await cases.live_of(connection, after.id):
            if not kept.case.is_open:
                continue
            kept = await self._log.caught_up(connection, kept, after, now, now)  # noqa: PLW2901 - the same case, now
            await self._log.change(connection, kept, self._with_status(kept.case, after, now), after, now)

    async def followed(
        self, connection: AsyncConnection, ended: ConversationRecord, successor: ConversationRecord, now: int
    ) -> None:
        """The member goes on in another conversation, which is locked too: what concerns them goes along."""
        for kept in await cases.live_of(connection, ended.id):
            if kept.case.rule.follows_member and kept.case.is_open:
                kept = await self._log.caught_up(connection, kept, ended, now, now)  # noqa: PLW2901 - as above
                calendar = self._log.calendar_of(ended)
                case = conversation_ended(kept.case, calendar, "switched", now, successor.id)
                await self._log.change(connection, kept, case, successor, now)

    async def suspends(self, connection: AsyncConnection, conversation: str) -> bool:
        """Whether a case does, or is about to remove somebody: a `ConversationListener`."""
        live = await cases.live_of(connection, conversation)
        return any(
            each.case.suspension is not None or any(todo.effect == "remove_person" for todo in each.todo)
            for each in live
        )

    def _with_status(self, case: Case, conversation: ConversationRecord, now: int) -> Case:
        calendar = self._log.calendar_of(conversation)
        match conversation.status:
            case "ended" if conversation.ended_reason in ("switched", "removed") and case.rule.follows_member:
                return case  # until it is known where the member goes on: `followed`
            case "ended":
                # Whose conversation ended because somebody was removed does not learn that by it.
                told = conversation.ended_reason not in (None, "removed")
                return conversation_ended(case, calendar, (told and conversation.ended_reason) or "ended", now)
            case "open":
                return clock_resumed(case, now)
            case _:
                return clock_stopped(case, calendar, now)

    async def _open(
        self, connection: AsyncConnection, kind: CaseKind, event: SessionEvent, conversation: ConversationRecord
    ) -> None:
        # As of the instant at which it fell due, however late that is written down.
        is_first = kind == "no_show" and not await have_met(connection, conversation.member, conversation.mentor)
        facts = CaseFacts(booking=event.booking, first_session=is_first or None)
        await self._own.open_one(connection, conversation, kind, event.booking, facts, event.at, event.noted_at)

    async def _booked(self, connection: AsyncConnection, event: SessionEvent, conversation: ConversationRecord) -> None:
        kept = await self._extra.booked(connection, conversation, event.at, event.noted_at)
        if kept is not None:
            after_commit(connection, partial(self._set_timer, kept))

    async def _set_timer(self, kept: KeptCase) -> None:
        with suppress(StoreError):  # then `CaseSteps.arm` does it
            await set_case_timer(self._timers, kept)

    async def _returned(
        self, connection: AsyncConnection, sign: ActivitySign, event: SessionEvent, conversation: ConversationRecord
    ) -> None:
        for kept in await cases.live_of(connection, conversation.id):
            if kept.case.rule.activity is None or not kept.case.is_open:
                continue
            kept = await self._log.caught_up(connection, kept, conversation, event.noted_at, event.noted_at)  # noqa: PLW2901 - as above
            case = member_active(kept.case, self._log.calendar_of(conversation), sign, event.noted_at)
            await self._log.change(connection, kept, case, conversation, event.noted_at)
