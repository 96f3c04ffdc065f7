"""What falls due in cases happens once, in its order, whoever is awake; and what is to do because of it is done.

Per conversation one step after the other: what a step asks of the rest of the product is done before the next one. A
process that dies on the way leaves what is to do in the records, and the timer rings again.
"""

import logging
from collections.abc import Awaitable, Callable
from typing import Protocol

from msgspec import Struct
from sqlalchemy.ext.asyncio import AsyncConnection

from chatserver.cases.case_log import CaseLog
from chatserver.cases.case_record import CaseTodo, KeptCase
from chatserver.cases.case_timer import CASE, set_case_timer
from chatserver.cases.effects import CaseEffects, EffectDone, carried_out
from chatserver.cases.guest_sessions import GuestSessions
from chatserver.cases.paid_dues import PaidDues
from chatserver.cases.rows import cases
from chatserver.conversations.conversation import ConversationRecord
from chatserver.conversations.records import locked
from chatserver.records.database import Database, DatabaseError
from chatserver.records.paging import each_row
from quotas.cases.dues import played
from quotas.cases.events import ActivitySign, member_active
from quotas.cases.record import SYSTEM, Case, CaseEntry, written_down_at
from quotas.instant import HOUR, MINUTE
from quotas.ledger.timers import Rung, Timers

LOOK_AHEAD = 2 * HOUR
"""How far ahead timers that the store has lost are set again; once in half of that time."""
MISSED_BY = 5 * MINUTE
"""A case whose step has been due for so long has lost its timer; looked for whenever timers are armed."""

logger = logging.getLogger(__name__)


class MemberSign(Struct, frozen=True):
    """Something that shows the member is there, at `at` (ms)."""

    sign: ActivitySign
    at: int


class MemberSigns(Protocol):
    """Where it is looked up what costs a message nothing: whether the member wrote, or read on."""

    async def since(self, conversation: str, since: int, read: int, now: int) -> MemberSign | None:
        """The first sign after `since`; `read` is how far they had read. Raises StoreError, DatabaseError."""


class CaseSteps:
    """A `TimerKind`. `clock` gives the store's instant. Methods raise DatabaseError and StoreError."""

    kind = CASE

    def __init__(
        self,
        *,
        database: Database,
        log: CaseLog,
        timers: Timers,
        clock: Callable[[], Awaitable[int]],
        effects: CaseEffects,
        signs: MemberSigns,
        guests: GuestSessions,
        paid: PaidDues,
    ) -> None:
        self._database = database
        self._log = log
        self._timers = timers
        self._clock = clock
        self._effects = effects
        self._signs = signs
        self._looked_until = 0
        self._guests = guests
        self._paid = paid

    async def arm(self, partition: int) -> int:
        """Set timers that the store has lost; of how many.

        The records hold those of all partitions, so they are looked at once, for partition 0.
        """
        if partition:
            return 0
        now = await self._clock()
        # Not all that comes near at each look: of many cases that would be many timers, set already.
        until = now - MISSED_BY if now + LOOK_AHEAD // 2 <= self._looked_until else now + LOOK_AHEAD
        try:
            found = await each_row(
                self._database,
                lambda connection, last, most: cases.due_until(connection, until, last, most),
                (0, ""),
                lambda found: found[:2],
                lambda found: self._timers.set_timer(found[2], CASE, found[1], found[0]),
            )
        except DatabaseError:
            logger.debug("the database does not answer; timers of cases are looked at later")
            return 0
        self._looked_until = max(self._looked_until, until)
        return found

    async def ring(self, rung: Rung) -> None:
        """Do what is due in the case's conversation."""
        async with self._database.read() as connection:
            kept = await cases.find(connection, rung.name)
        if kept is None:
            return
        await self.settle(kept.case.conversation, rung.now)
        async with self._database.read() as connection:
            kept = await cases.find(connection, rung.name)
        if kept is not None:
            await self.set_timer(kept)

    async def set_timer(self, kept: KeptCase) -> None:
        """Let it ring at the case's next step, or not at all."""
        await set_case_timer(self._timers, kept)

    async def settle(self, conversation: str, now: int) -> None:
        """Do all that is due in a conversation until `now`, in its order."""
        await self._look_for_member(conversation, now)
        while True:
            await self.carry_out(conversation)
            told = await self._guests.look(conversation, now) or await self._paid.look(conversation, now)
            kept = told or await self._next(conversation, now)
            if kept is None:
                return
            await self.set_timer(kept)

    async def _next(self, conversation: str, now: int) -> KeptCase | None:
        """Take the first step that is due of any case there; the case after it."""
        async with self._database.read() as connection:
            live = await cases.live_of(connection, conversation)
        if not any(_is_due(each, now) for each in live):
            return None
        async with self._database.begin() as connection:
            record = (await locked(connection, [conversation])).get(conversation)
            due = [each for each in await cases.live_of(connection, conversation) if _is_due(each, now)]
            if record is None or not due:
                return None
            first = min(due, key=lambda each: (each.step_at or 0, each.case.id))
            if first.todo:  # somebody else wrote it meanwhile: that comes first
                return first
            _, after = next(played(first.case, self._log.calendar_of(record), now, now))
            return await self._log.change(connection, first, after, record, now)

    async def _look_for_member(self, conversation: str, now: int) -> None:
        """A member who wrote or read on is back, as of then: before what they kept from happening is due."""
        async with self._database.read() as connection:
            waiting = [
                each
                for each in await cases.live_of(connection, conversation)
                if each.case.rule.activity and each.case.is_open
            ]
        for each in waiting:
            sign = await self._signs.since(conversation, each.case.opened_at, each.member_read, now)
            if sign is not None:
                await self._returned(each.case.id, conversation, sign, now)

    async def _returned(self, ref: str, conversation: str, sign: MemberSign, now: int) -> None:
        async with self._database.begin() as connection:
            record = (await locked(connection, [conversation])).get(conversation)
            kept = await cases.find(connection, ref)
            if record is None or kept is None or not kept.case.is_open or kept.todo:
                return
            kept = await self.returned(connection, kept, sign, record, now)
        await self.set_timer(kept)

    async def returned(
        self,
        connection: AsyncConnection,
        kept: KeptCase,
        sign: MemberSign,
        record: ConversationRecord,
        now: int,
    ) -> KeptCase:
        """Write that the member is back as of that sign; what fell due before it comes first."""
        calendar = self._log.calendar_of(record)
        kept = await self._log.caught_up(connection, kept, record, sign.at - 1, now)
        back = member_active(kept.case, calendar, sign.sign, max(sign.at, kept.case.since))
        return await self._log.change(connection, kept, written_down_at(back, now), record, now)

    async def carry_out(self, conversation: str) -> None:
        """Do what is to do by now because of states that cases there came into."""
        while True:
            async with self._database.read() as connection:
                live = [each for each in await cases.live_of(connection, conversation) if each.todo]
            now = await self._clock() if live else 0
            pending = [(each.case, todo) for each in live for todo in each.todo if todo.at <= now]
            if not pending:
                return
            for case, todo in pending:
                await self._do(case, todo)

    async def _is_suspended(self, conversation: str) -> bool:
        async with self._database.read() as connection:
            live = await cases.live_of(connection, conversation)
        return any(each.case.suspension is not None for each in live)

    async def _do(self, case: Case, todo: CaseTodo) -> None:
        if todo.effect == "lift" and await self._is_suspended(case.conversation):
            done = EffectDone("effect:lift", "another case suspends it still")
        else:
            done = await carried_out(self._effects, case, todo)
        now = await self._clock()
        async with self._database.begin() as connection:
            records = await locked(connection, [case.conversation])
            kept = await cases.find(connection, case.id)
            record = records.get(case.conversation)
            if kept is None or record is None or todo not in kept.todo or kept.case.conversation != record.id:
                return  # somebody else has done it at the same moment
            entry = CaseEntry(todo.at, now, SYSTEM.id, SYSTEM.role, done.did, because=done.because)
            kept = await self._log.done(connection, kept, todo, entry, record, now)
        await self.set_timer(kept)


def _is_due(kept: KeptCase, now: int) -> bool:
    return kept.step_at is not None and kept.step_at <= now
