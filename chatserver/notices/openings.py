"""Members who asked hear that they may write again: once, and not where they have written meanwhile.

A timer rings when writing opens by what was known when it was set. What holds then is asked then: it may open later by
now.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from math import inf

from msgspec.structs import replace

from chatserver.conversations.conversation import ConversationRecord
from chatserver.conversations.provisioning import Provisioning
from chatserver.conversations.records import record
from chatserver.messages.log import KeptMessages
from chatserver.notices.fact import Fact
from chatserver.notices.notice import Notice
from chatserver.notices.noting import Made, Noting
from chatserver.notices.opening_requests import OPENING, UNKNOWN_LOOK
from chatserver.notices.rows import wishes
from chatserver.notices.rows.wishes import OpeningRequest
from chatserver.records.database import Database, DatabaseError
from chatserver.records.paging import each_row
from quotas import instant
from quotas.admission import WritingState, writing_state
from quotas.ledger.timers import Rung, Timers
from quotas.plans import Always

LOOK_EVERY = 900.0
"""Seconds between looks for timers that the store has lost."""

logger = logging.getLogger(__name__)


class Openings:
    """What the timers of `OpeningRequests` are for: a `TimerKind`. `clock` gives the store's instant."""

    kind = OPENING

    def __init__(
        self,
        *,
        database: Database,
        provisioning: Provisioning,
        messages: KeptMessages,
        noting: Noting,
        timers: Timers,
        clock: Callable[[], Awaitable[int]],
    ) -> None:
        self._database = database
        self._provisioning = provisioning
        self._messages = messages
        self._noting = noting
        self._timers = timers
        self._clock = clock
        self._looked_at = -inf

    async def arm(self, partition: int) -> None:
        """Set lost timers of what is overdue, once in a while, of all partitions. Raises StoreError."""
        looked_at = asyncio.get_running_loop().time()
        if partition or looked_at - self._looked_at < LOOK_EVERY:
            return
        now = await self._clock()
        try:
            await each_row(
                self._database,
                lambda connection, last, most: wishes.openings_until(connection, now, last, most),
                "",
                lambda request: request.conversation,
                lambda request: self._timers.set_earlier(request.conversation, OPENING, request.conversation, now),
            )
        except DatabaseError:
            logger.debug("the database does not answer; lost timers of openings are looked for later")
        else:
            self._looked_at = looked_at

    async def ring(self, rung: Rung) -> None:
        """Tell the member if writing is open now. Raises StoreError, DatabaseError."""
        async with self._database.read() as connection:
            request = await wishes.opening_of(connection, rung.name)
            found = await record(connection, rung.name) if request else None
        if request is None:
            return
        state = await self._state(found) if found is not None and found.status != "ended" else None
        if found is None or state is None or await self._has_written(request.conversation, request.asked_at):
            await self._settle(request, None)
        elif state.open:
            await self._settle(request, await self._opened(found, request))
        else:
            await self._wait(request, state.opens_at or rung.now + UNKNOWN_LOOK)

    async def still_open(self, notice: Notice) -> str | None:
        """Whether the member may write and has not: a `StillHolds`. Raises StoreError, DatabaseError."""
        async with self._database.read() as connection:
            found = await record(connection, notice.conversation)
        if found is None or found.status == "ended":
            return "the conversation has ended"
        if not (await self._state(found)).open:
            return "closed again"
        return "written meanwhile" if await self._has_written(found.id, notice.at) else None

    async def _state(self, conversation: ConversationRecord) -> WritingState:
        """As `check` says it now."""
        standing = await self._provisioning.standing(conversation)
        terms = standing.terms(self._provisioning.rulebook)
        return writing_state(standing.settings.status, standing.usage, terms, standing.now)

    async def _has_written(self, conversation: str, since: int) -> bool:
        until = await self._clock() + 1
        return await self._messages.first_by(conversation, "member", since, until) is not None

    async def _opened(self, conversation: ConversationRecord, request: OpeningRequest) -> Fact:
        now, rulebook = await self._clock(), self._provisioning.rulebook
        data = {}
        if not isinstance(rulebook.plan(conversation.plan).writing, Always):
            calendar = rulebook.calendar(conversation.zone, conversation.holidays)
            data["until"] = instant.text(calendar.next_closed(now))
        return Fact(
            event="writing.opened",
            mark=f"{conversation.id}/{request.asked_at}",
            at=now,
            conversation=conversation.id,
            member=conversation.member,
            mentor=conversation.mentor,
            data=data,
        )

    async def _settle(self, request: OpeningRequest, fact: Fact | None) -> None:
        """It is waited for no longer, unless it was asked again meanwhile."""
        now = await self._clock()
        async with self._database.begin() as connection:
            if await wishes.opening_of(connection, request.conversation) != request:
                return
            await wishes.forget_opening(connection, request.conversation)
            made = await self._noting.note(connection, [fact], now) if fact is not None else Made()
        await self._noting.tell(made)

    async def _wait(self, request: OpeningRequest, opens_at: int) -> None:
        async with self._database.begin() as connection:
            if await wishes.opening_of(connection, request.conversation) != request:
                return
            await wishes.ask_opening(connection, replace(request, opens_at=opens_at))
        await self._timers.set_timer(request.conversation, OPENING, request.conversation, opens_at)
