"""Renewals of memberships come about: each reminder and each renewal is noted once, whoever is awake.

A row of the records says when the next step of each membership falls due. Its timer in the store is set when that is
written; where the store has lost it, whoever looks next sets it again. What fell due while everything was down is noted
in its order, with the instant at which it was due.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from math import inf

from msgspec.structs import replace
from sqlalchemy.ext.asyncio import AsyncConnection

from chatserver.conversations.membership import FallenDue, MembershipNews, MembershipRecord, MembershipTurn, NotedStep
from chatserver.conversations.person import PersonRecord
from chatserver.conversations.rows import memberships, people
from chatserver.records.database import Database, DatabaseError
from chatserver.records.paging import each_row
from quotas.calendar import Calendar
from quotas.instant import HOUR
from quotas.ledger.timers import Rung, Timers
from quotas.memberships import MembershipStep, late_reminder, next_step_at, steps_between
from quotas.terms import Rulebook

LOOK_EVERY = 900.0
"""Seconds between looks at the records for timers that the store has lost."""
LOOK_AHEAD = 2 * HOUR
"""How far ahead they are set again: until the look after the next."""

logger = logging.getLogger(__name__)


class Renewals:
    """What timers of memberships are for: a `TimerKind`. A timer's name is the member's id.

    `clock` gives the store's instant.
    """

    kind = "renewal"

    def __init__(
        self,
        *,
        database: Database,
        rulebook: Rulebook,
        timers: Timers,
        clock: Callable[[], Awaitable[int]],
        news: MembershipNews,
    ) -> None:
        self._database = database
        self._rulebook = rulebook
        self._timers = timers
        self._clock = clock
        self.news = news
        self._looked_at = -inf

    async def arm(self, partition: int) -> int:
        """Set the timers of what falls due soon, once in a while, of all partitions; of how many. Raises StoreError."""
        looked_at = asyncio.get_running_loop().time()
        if looked_at - self._looked_at < LOOK_EVERY:
            return 0
        before, self._looked_at = self._looked_at, looked_at
        try:
            until = await self._clock() + LOOK_AHEAD
            return await each_row(
                self._database,
                lambda connection, last, most: memberships.due_until(connection, until, last, most),
                "",
                lambda found: found[0],
                lambda found: self._timers.set_timer(found[0], self.kind, found[0], found[1]),
            )
        except DatabaseError:
            logger.debug("the database does not answer; timers of memberships are looked at again")
            self._looked_at = before
        except BaseException:
            self._looked_at = before
            raise
        return 0

    async def ring(self, rung: Rung) -> None:
        """Note what is due of the membership, and set its next timer. Raises DatabaseError, StoreError."""
        async with self._database.begin() as connection:
            person = await people.find_to_change(connection, rung.name)
            due = await self.note_due(connection, person, rung.now) if person is not None else FallenDue()
            tell = await self.news.note(connection, due.steps, rung.now)
        await tell()
        if due.next_at is not None:
            await self.set_timer(rung.name, due.next_at)

    async def set_timer(self, person: str, next_at: int | None) -> None:
        """Let it ring then; None: not. Raises StoreError."""
        if next_at is None:
            await self._timers.clear_timer(person, self.kind, person)
        else:
            await self._timers.set_timer(person, self.kind, person, next_at)

    async def note_due(self, connection: AsyncConnection, person: PersonRecord, now: int) -> FallenDue:
        """Note what has fallen due until `now`. The caller has locked the person, and says it to `news`."""
        record = await memberships.latest(connection, person.id)
        turn = await memberships.turn(connection, person.id)
        if record is None or turn is None or person.erased_at is not None:
            return FallenDue()
        calendar = self.calendar_of(person)
        steps = [_noted(record, step, now) for step in steps_between(record.terms, calendar, turn.noted_until, now)]
        next_at = await self._write_turn(connection, record, calendar, max(now, turn.noted_until))
        return await self._kept(connection, steps, next_at)

    async def begin(self, connection: AsyncConnection, record: MembershipRecord, calendar: Calendar) -> FallenDue:
        """Wait for the steps of what is in force since now.

        The coming renewal is reminded of at once, unless it has been, where its day for that is over.
        """
        late = late_reminder(record.terms, calendar, record.set_at)
        steps = [_noted(record, late, record.set_at)] if late else []
        return await self._kept(connection, steps, await self._write_turn(connection, record, calendar, record.set_at))

    async def _kept(self, connection: AsyncConnection, steps: list[NotedStep], next_at: int | None) -> FallenDue:
        for step in steps:
            await memberships.note(connection, step)
        return FallenDue(next_at, steps)

    async def _write_turn(
        self, connection: AsyncConnection, record: MembershipRecord, calendar: Calendar, noted_until: int
    ) -> int | None:
        next_at = next_step_at(record.terms, calendar, noted_until)
        await memberships.set_turn(connection, record.person, MembershipTurn(noted_until, next_at))
        return next_at

    def calendar_of(self, person: PersonRecord) -> Calendar:
        """That of their zone: days of a membership are the member's."""
        return self._rulebook.calendar_to_show(person.zone, "")


def _noted(record: MembershipRecord, step: MembershipStep, now: int) -> NotedStep:
    terms = record.terms
    return NotedStep(
        person=record.person,
        kind=step.kind,
        paid_until=step.paid_until,
        renewed_until=step.renewed_until,
        price=replace(terms.price, amount=terms.renewal_price_on(step.paid_until)),
        payer=terms.payer,
        at=step.at,
        noted_at=now,
    )
