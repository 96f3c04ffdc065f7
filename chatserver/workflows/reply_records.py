"""What became of waits goes from the ledger's streams to the records: read at least once, stored exactly once.

An event is forgotten in the ledger after its rows are committed. A process that dies between the two leaves it to be
read again, and its rows are there already. One process at a time does the work, as long as it renews its lease; two at
once would do no harm.
"""

import asyncio
import logging
from collections.abc import Iterable, Sequence

from msgspec import Struct

from chatserver.records import conversations, reply_waits
from chatserver.records.conversations import Subscription
from chatserver.records.database import Database
from chatserver.records.reply_waits import MentorDay, ReplyNotice, ReplyWait
from chatserver.workflows.lease import Lease, Words
from quotas.instant import SECOND
from quotas.ledger import keys
from quotas.ledger.base import Ledger, answered
from quotas.ledger.store import Store
from quotas.ledger.waits import WaitEvent, Waits
from quotas.terms import Rulebook, UnknownPlanError, counted_time

POLL_EVERY = 1.0
"""Seconds between looks at the streams."""
RETRY_AFTER = 3.0
"""Seconds after a look that failed."""
LEASE = 5 * SECOND
"""How long after its last look a process may be silent before another one takes over."""
BATCH = 100
"""Events of one partition stored in one transaction."""

_WORDS = Words(
    no_store="the store does not answer; what became of waits is recorded later",
    no_database="what became of waits is recorded later: %s",
    failed="what became of waits could not be recorded; it stays in the store",
)

logger = logging.getLogger(__name__)


class Place(Struct, frozen=True):
    """What the events of one conversation are judged by."""

    member: str
    mentor: str
    zone: str
    holidays: str
    plans: Sequence[Subscription]

    def plan_at(self, at: int) -> str:
        """The plan held at that instant; the first one for a time before it; '' where there was none."""
        held = [subscription.plan for subscription in self.plans if subscription.started_at <= at]
        return held[-1] if held else next((subscription.plan for subscription in self.plans), "")


class ReplyRecords:
    """One process's part in it. `name` tells processes apart; any number may run on one store."""

    def __init__(
        self, link: Store, ledger: Ledger, waits: Waits, database: Database, rulebook: Rulebook, name: str
    ) -> None:
        self._lease = Lease(link, keys.RECORDER, name)
        self._ledger = ledger
        self._waits = waits
        self._database = database
        self._rulebook = rulebook

    async def run(self) -> None:
        """Work until cancelled. While store or database is gone, events stay in the streams."""
        try:
            while True:
                went_well = await self._lease.work(LEASE, self.sweep, _WORDS, logger)
                await asyncio.sleep(POLL_EVERY if went_well else RETRY_AFTER)
        finally:
            await self._lease.release()

    async def sweep(self) -> bool:
        """Store a batch of every partition; whether there may be more. Raises LedgerError, DatabaseError.

        A partition that does not answer keeps the others from nothing.
        """
        asked = (self._waits.events(each, BATCH) for each in range(keys.PARTITIONS))
        batches = answered(await asyncio.gather(*asked, return_exceptions=True))
        events = [event for batch in batches for event in batch]
        if not events:
            return False
        places = await self._places({event.conversation for event in events})
        rows = await asyncio.to_thread(self._rows, events, places)
        async with self._database.begin() as connection:
            await reply_waits.store(connection, rows)
        await asyncio.gather(
            *(self._waits.forget(batch[0].partition, [event.id for event in batch]) for batch in batches if batch)
        )
        return any(len(batch) == BATCH for batch in batches)

    async def _places(self, names: Iterable[str]) -> dict[str, Place]:
        """By the records; where they lack a conversation (restored from a backup), as the ledger knows it."""
        ordered = sorted(names)
        places = {}
        async with self._database.read() as connection:
            for found, plans in await conversations.with_subscriptions(connection, ordered):
                places[found.id] = Place(found.member, found.mentor, found.zone, found.holidays, plans)
        for name in ordered:
            if name not in places and (standing := await self._ledger.standing(name)):
                known = standing.settings
                plans = [Subscription(known.plan, 0, None)]
                places[name] = Place(known.member, known.mentor, known.zone, known.holidays, plans)
        return places

    def _rows(self, events: Iterable[WaitEvent], places: dict[str, Place]) -> list[ReplyWait | ReplyNotice | MentorDay]:
        return [
            self._row(event, places[event.conversation])
            for event in events
            # One that neither the records nor the ledger know any more was erased.
            if event.conversation in places
        ]

    def _row(self, event: WaitEvent, place: Place) -> ReplyWait | ReplyNotice | MentorDay:
        calendar = self._rulebook.calendar(place.zone, place.holidays)
        if event.kind == "wrote":
            return MentorDay(event.conversation, calendar.day_of(event.at), calendar.week_of(event.at))
        plan, week = place.plan_at(event.waiting_since), calendar.week_of(event.waiting_since)
        if event.kind == "warning" or event.kind == "missed":
            return ReplyNotice(
                partition=event.partition,
                event=event.id,
                kind=event.kind,
                conversation_id=event.conversation,
                member_id=place.member,
                mentor_id=place.mentor,
                plan=plan,
                week=week,
                waiting_since=event.waiting_since,
                due_at=event.due_at,
                at=event.at,
            )
        answered = event.kind == "answered"
        late = 0 < event.due_at < event.at
        return ReplyWait(
            partition=event.partition,
            event=event.id,
            conversation_id=event.conversation,
            member_id=place.member,
            mentor_id=place.mentor,
            plan=plan,
            week=week,
            waiting_since=event.waiting_since,
            due_at=event.due_at or None,
            answered_at=event.at if answered else None,
            dropped_at=None if answered else event.at,
            waited_ms=max(0, event.at - event.waiting_since),
            counted_ms=self._counted(plan, place, event),
            in_time=not late if event.due_at and (answered or late) else None,
        )

    def _counted(self, plan: str, place: Place, event: WaitEvent) -> int | None:
        try:
            promise = self._rulebook.plan(plan).reply
        except UnknownPlanError:
            return None
        calendar = self._rulebook.calendar(place.zone, place.holidays)
        return counted_time(promise, calendar, event.waiting_since, event.at) if promise else None
