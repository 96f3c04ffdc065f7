"""A mentor is asked whether a member has disappeared: once for each stretch of quiet, and a message costs nothing more.

The recorder says that a mentor wrote, once in a quarter of an hour at most; a day later it is looked at, and again when
the quiet has lasted long enough. A timer's name is the conversation's.
"""

import asyncio
import logging
import zlib
from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import timedelta
from math import inf

from msgspec.structs import replace
from sqlalchemy.ext.asyncio import AsyncConnection

from chatserver.cases.case_steps import CaseSteps, MemberSign
from chatserver.cases.quiet_look import QuietLook, QuietStretch
from chatserver.cases.rows import cases, quiet_members
from chatserver.cases.rows.quiet_members import QuietMember
from chatserver.conversations.conversation import ConversationRecord
from chatserver.conversations.records import locked, record
from chatserver.notices.fact import Fact
from chatserver.notices.notice import Notice
from chatserver.notices.noting import Noting
from chatserver.records.database import Database, DatabaseError
from chatserver.records.dialects import portions
from chatserver.records.paging import each_row
from chatserver.replies.recorder import RecordedWait
from quotas import instant
from quotas.cases.rules import CaseKind
from quotas.instant import DAY
from quotas.ledger.partitions import gathered
from quotas.ledger.timers import Rung, Timers
from quotas.store.errors import StoreError
from quotas.zones import local_time

QUIET = "quiet"
"""The kind of the timers."""
KIND: CaseKind = "ghosting"
LOOKED_AT_AFTER = DAY
"""How long after a mentor wrote it is looked at: so each conversation is, once a day at most."""
OF_ALL = ""
"""The name of a timer that says the store has not lost the others."""
SET_AGAIN_EVERY = 28 * DAY
LOOK_EVERY = 900.0
"""Seconds between looks whether the store has lost them."""

logger = logging.getLogger(__name__)


class QuietMembers:
    """A `TimerKind`, and a `WaitListener`. `clock` gives the store's instant; `days` are the policy's, 0 for never."""

    kind = QUIET

    def __init__(
        self,
        *,
        database: Database,
        look: QuietLook,
        steps: CaseSteps,
        noting: Noting,
        timers: Timers,
        clock: Callable[[], Awaitable[int]],
        days: int,
    ) -> None:
        self._database = database
        self._look = look
        self._steps = steps
        self._noting = noting
        self._timers = timers
        self._clock = clock
        self._days = days
        self._looked_at = -inf

    # What the recorder has heard

    async def concerned(self, connection: AsyncConnection, waits: Sequence[RecordedWait]) -> set[str]:
        """Those of whose members a message was refused, and who were taken for gone."""
        found: set[str] = set()
        for some in portions(sorted(_tried(waits))):
            found |= await cases.with_open(connection, some, KIND)
        return found

    async def recorded(
        self,
        connection: AsyncConnection,
        waits: Sequence[RecordedWait],
        conversations: Mapping[str, ConversationRecord],
        now: int,
    ) -> None:
        """Who tries to write is there, whether they may or not."""
        tried = _tried(waits)
        await quiet_members.heard(connection, tried)
        for id, at in sorted(tried.items()):
            if (conversation := conversations.get(id)) is None:
                continue
            for kept in await cases.live_of(connection, id):
                if kept.case.rule.activity and kept.case.is_open and not kept.todo and at > kept.case.opened_at:
                    await self._steps.returned(connection, kept, MemberSign("message", at), conversation, now)

    async def told(self, waits: Sequence[RecordedWait]) -> None:
        """Look at those to whom a mentor wrote, in a day. Where that cannot be said now, the next message does."""
        if not self._days:
            return
        wrote = {each.event.conversation: each.event.at for each in waits if each.event.kind == "wrote"}
        try:
            await gathered(
                self._timers.set_earlier(id, QUIET, id, at + LOOKED_AT_AFTER) for id, at in sorted(wrote.items())
            )
        except StoreError:
            logger.debug("quiet members are looked at when their mentors write again")

    # Timers

    async def arm(self, partition: int) -> None:
        """Set timers again that the store has lost, each within a day. Raises StoreError."""
        looked_at = asyncio.get_running_loop().time()
        if partition or not self._days or looked_at - self._looked_at < LOOK_EVERY:
            return
        if not await self._timers.is_set(OF_ALL, QUIET, OF_ALL):
            now = await self._clock()
            since = local_time(now, "UTC").date() - timedelta(days=2 * self._days)
            try:
                await each_row(
                    self._database,
                    lambda connection, last, most: quiet_members.written_to(connection, since, last, most),
                    "",
                    lambda id: id,
                    lambda id: self._timers.set_earlier(id, QUIET, id, now + zlib.crc32(id.encode()) % DAY),
                )
            except DatabaseError:
                logger.debug("the database does not answer; quiet members are looked for later")
                return
            await self._timers.set_timer(OF_ALL, QUIET, OF_ALL, now + SET_AGAIN_EVERY)
        self._looked_at = looked_at

    async def ring(self, rung: Rung) -> None:
        """Ask the mentor, if it is time. Raises StoreError, DatabaseError."""
        id, now = rung.name, rung.now
        if id == OF_ALL:
            await self._timers.set_timer(OF_ALL, QUIET, OF_ALL, now + SET_AGAIN_EVERY)
            return
        stretch = await self._stretch(id, now)
        if stretch is None:
            return
        if stretch.suggested_at > now:
            await self._timers.set_timer(id, QUIET, id, stretch.suggested_at)
            return
        async with self._database.begin() as connection:
            conversation = (await locked(connection, [id])).get(id)
            known = await quiet_members.find(connection, id)
            if (
                conversation is None
                or known.quiet_since == stretch.since
                or not await self._fits(connection, conversation)
            ):
                return
            asked = replace(
                known, quiet_since=stretch.since, suggested_at=stretch.suggested_at, member_read=stretch.read
            )
            await quiet_members.suggest(connection, asked)
            made = await self._noting.note(connection, [_fact(conversation, stretch)], now)
        await self._noting.tell(made)

    # What a mentor is asked

    async def suggested_to(self, mentor: str) -> list[QuietMember]:
        """Of which members it is asked still. Raises StoreError, DatabaseError."""
        now = await self._clock()
        async with self._database.read() as connection:
            asked = await quiet_members.suggested_to(connection, mentor)
        return [each for each in asked if await self._holds(each, now)]

    async def still_quiet(self, notice: Notice) -> str | None:
        """A `StillHolds`. Raises StoreError, DatabaseError."""
        async with self._database.read() as connection:
            known = await quiet_members.find(connection, notice.conversation)
        return None if await self._holds(known, await self._clock()) else "the member is back, or it is no question now"

    async def _holds(self, asked: QuietMember, now: int) -> bool:
        stretch = await self._stretch(asked.conversation, now)
        if stretch is not None and stretch.since == asked.quiet_since and asked.suggested_at is not None:
            return True
        if asked.suggested_at is not None:
            async with self._database.begin() as connection:
                await quiet_members.suggest(connection, replace(asked, suggested_at=None))
        return False

    async def _stretch(self, id: str, now: int) -> QuietStretch | None:
        """Where it fits to ask at all."""
        if not self._days:
            return None
        async with self._database.read() as connection:
            conversation = await record(connection, id)
            if conversation is None or not await self._fits(connection, conversation):
                return None
        return await self._look.stretch(conversation, self._days * DAY, now)

    async def _fits(self, connection: AsyncConnection, conversation: ConversationRecord) -> bool:
        """Not while they are taken for gone already, or leave."""
        if conversation.status != "open" or conversation.kind != "plan":
            return False
        if await cases.with_open(connection, [conversation.id], KIND):
            return False
        return not await quiet_members.is_cancelling(connection, conversation.member)


def _tried(waits: Sequence[RecordedWait]) -> dict[str, int]:
    """When a member last tried to write and was refused, by conversation."""
    events = [each.event for each in waits if each.event.kind == "refused" and each.event.side == "member"]
    return {event.conversation: event.at for event in sorted(events, key=lambda event: event.at)}


def _fact(conversation: ConversationRecord, stretch: QuietStretch) -> Fact:
    return Fact(
        event="ghosting.suggested",
        mark=f"{conversation.id}/{stretch.since}",
        at=stretch.suggested_at,
        conversation=conversation.id,
        member=conversation.member,
        mentor=conversation.mentor,
        data={"since": instant.text(stretch.since)},
    )
