"""What became of waits goes from the ledger's streams to the records: read at least once, stored exactly once.

An event is forgotten in the ledger after its rows are committed. A process that dies between the two leaves it to be
read again, and its rows are there already. One process at a time does the work, as long as it renews its lease; two at
once would do no harm.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Collection, Iterable, Mapping, Sequence
from typing import Protocol

from msgspec import Struct
from sqlalchemy.ext.asyncio import AsyncConnection

from chatserver.conversations import absences
from chatserver.conversations.conversation import ConversationRecord, Subscription
from chatserver.conversations.histories import histories
from chatserver.conversations.records import locked
from chatserver.notices.fact import Fact
from chatserver.notices.noting import Noting
from chatserver.operating.agenda import Agenda
from chatserver.operating.duty import Duty, Pace, Words
from chatserver.operating.metrics import Metrics
from chatserver.records.database import Database
from chatserver.records.dialects import portions
from chatserver.replies.reply_facts import ESCALATED, FACTS, NOT_ESCALATED, fact_of, told_of
from chatserver.replies.rows import waits as reply_waits
from chatserver.replies.rows.waits import ClosedWait, MentorDay, RefusedMessage, ReplyNotice, ReplyRow
from quotas.calendar import Calendar
from quotas.instant import SECOND
from quotas.ledger import keys
from quotas.ledger.base import Ledger
from quotas.ledger.partitions import EVERYWHERE, gathered, of_partitions
from quotas.ledger.waits import ENDINGS, NOTE_EVENTS, EventKind, WaitEvent, Waits
from quotas.plans import ReplyPromise
from quotas.standing import ConversationSettings
from quotas.store.port import Store
from quotas.terms import Rulebook, UnknownPlanError, counted_time

POLL_EVERY = 1.0
"""Seconds between looks at the streams, at least, but for an urgent note. Looks cost; so does waiting for one."""
RETRY_AFTER = 3.0
"""Seconds after a look that failed."""
LEASE = 5 * SECOND
"""How long after its last look a process may be silent before another one takes over."""
BATCH = 100
"""Events of one partition read at once."""
TOGETHER = 5_000
"""Events that are stored in one transaction, at most."""
TOGETHER_WITH_CASES = 50
"""The same where misses open cases: each is some 4 ms of work, for which others wait that write to the records."""
AT_ONCE = 250
"""Events made into rows in one go: that takes a millisecond, in which messages wait."""

_LISTENED: frozenset[EventKind] = frozenset({"missed", *ENDINGS, "wrote", "refused", *NOTE_EVENTS})
"""What listeners hear of."""
_WORDS = Words(
    no_store="the store does not answer; what became of waits is recorded later",
    no_database="what became of waits is recorded later: %s",
    failed="what became of waits could not be recorded; it stays in the store",
)

logger = logging.getLogger(__name__)


class ToldOf(Struct, frozen=True):
    """What the events of one conversation are judged by."""

    member: str
    mentor: str
    calendar: Calendar
    plans: Sequence[Subscription]

    def plan_at(self, at: int) -> str:
        """The plan held at that instant; the first one for a time before it; '' where there was none."""
        held = next(iter(self.plans), None)
        for subscription in self.plans:
            if subscription.started_at <= at:
                held = subscription
        return held.plan if held is not None else ""


class RecordedWait(Struct, frozen=True):
    """What became of a wait, with the plan on which it began."""

    event: WaitEvent
    plan: str


class WaitListener(Protocol):
    """What cases have to do with waits: `missed_answers`, `urgent_notes` and `quiet_members` of `chatserver/cases`."""

    async def concerned(self, connection: AsyncConnection, waits: Sequence[RecordedWait]) -> set[str]:
        """Conversations of these that it may write about. Raises DatabaseError."""

    async def recorded(
        self,
        connection: AsyncConnection,
        waits: Sequence[RecordedWait],
        conversations: Mapping[str, ConversationRecord],
        now: int,
    ) -> None:
        """These are recorded with this transaction, or were before; `conversations` are locked.

        Raises DatabaseError.
        """

    async def told(self, waits: Sequence[RecordedWait]) -> None:
        """After the commit. Raises nothing."""


class ReplyRecords:
    """One process's part in it. `name` tells processes apart; any number may run on one store.

    `clock` gives the store's instant.
    """

    def __init__(
        self,
        *,
        store: Store,
        ledger: Ledger,
        waits: Waits,
        database: Database,
        rulebook: Rulebook,
        noting: Noting,
        clock: Callable[[], Awaitable[int]],
        name: str,
        metrics: Metrics,
        listeners: Sequence[WaitListener] = (),
    ) -> None:
        self.agenda = Agenda()
        self._duty = Duty(store, keys.RECORDER, name, self.agenda, _WORDS, logger)
        self._ledger = ledger
        self._waits = waits
        self._database = database
        self._rulebook = rulebook
        self._noting = noting
        self._clock = clock
        self._metrics = metrics
        self._listeners = listeners
        self._together = TOGETHER_WITH_CASES if rulebook.policy.cases.reply_missed else TOGETHER

    async def run(self) -> None:
        """Work until cancelled. While store or database is gone, events stay in the streams."""
        await self._duty.run(self.sweep, Pace(POLL_EVERY, RETRY_AFTER, LEASE))

    async def sweep(self, partitions: Collection[int] = EVERYWHERE) -> bool:
        """Store what has happened there, in the order in which it did; whether there may be more.

        Whatever a partition has beyond its batch is younger than the batch's last event: nothing younger than that is
        stored before it. A partition that does not answer keeps the others from nothing. Raises StoreError,
        DatabaseError.
        """
        batches = await of_partitions(
            self.agenda.asking(lambda partition: self._waits.events(partition, BATCH)), partitions
        )
        now = asyncio.get_running_loop().time()
        for batch in batches:
            if batch:  # Only what comes into an empty stream is said.
                self.agenda.look(batch[0].partition, now)
        full = [batch[-1].at for batch in batches if len(batch) == BATCH]
        upto = min(full, default=0)
        found = (event for batch in batches for event in batch)
        events = sorted((event for event in found if not full or event.at <= upto), key=_place_in_time)
        places: dict[str, ToldOf] = {}
        for first in range(0, len(events), self._together):
            await self._store(events[first : first + self._together], places)
        return bool(full)

    async def _store(self, events: Sequence[WaitEvent], places: dict[str, ToldOf]) -> None:
        """`places` are those that the sweep knows already; it learns of others."""
        places |= await self._places({event.conversation for event in events} - places.keys())
        rows: list[ReplyRow] = []
        for first in range(0, len(events), AT_ONCE):
            rows += self._rows(events[first : first + AT_ONCE], places)
            await asyncio.sleep(0)
        now, waits = await self._clock(), _waits(events, places)
        async with self._database.begin() as connection:
            await self._listened(connection, waits, now)
            await reply_waits.store(connection, rows)
            made = await self._noting.note(connection, await self._facts(connection, events, places), now)
        self._metrics.waits.update(event.kind for event in events if event.kind in ENDINGS)
        await self._noting.tell(made)
        for listener in self._listeners:
            await listener.told(waits)
        stored: dict[int, list[str]] = {}
        for event in events:
            stored.setdefault(event.partition, []).append(event.id)
        await gathered(self._waits.forget(partition, ids) for partition, ids in stored.items())

    async def _listened(self, connection: AsyncConnection, waits: Sequence[RecordedWait], now: int) -> None:
        """First of all: conversations are locked, in their order, before anything is written."""
        concerned: set[str] = set()
        for listener in self._listeners:
            concerned |= await listener.concerned(connection, waits)
        conversations: dict[str, ConversationRecord] = {}
        for some in portions(sorted(concerned)):
            conversations |= await locked(connection, some)
        for listener in self._listeners:
            await listener.recorded(connection, waits, conversations, now)

    async def _places(self, names: Iterable[str]) -> dict[str, ToldOf]:
        """By the records; where they lack a conversation (restored from a backup), as the ledger knows it."""
        ordered = sorted(names)
        places: dict[str, ToldOf] = {}
        if not ordered:
            return places
        for found, plans in await histories(self._database, ordered):
            calendar = self._calendar(found)
            places[found.id] = ToldOf(found.member, found.mentor, calendar, plans)
        for name in ordered:
            if name not in places and (standing := await self._ledger.standing(name)):
                known = standing.settings
                plans = [Subscription(known.plan, 0, None)]
                calendar = self._calendar(known)
                places[name] = ToldOf(known.member, known.mentor, calendar, plans)
        return places

    def _calendar(self, of: ConversationRecord | ConversationSettings) -> Calendar:
        """Raises UnjudgeableError, unless it has ended: its last events are recorded all the same."""
        if of.status == "ended":
            return self._rulebook.calendar_to_show(of.zone, of.holidays)
        return self._rulebook.calendar(of.zone, of.holidays)

    def _rows(self, events: Iterable[WaitEvent], places: dict[str, ToldOf]) -> list[ReplyRow]:
        return [
            self._row(event, places[event.conversation])
            for event in events
            # One that neither the records nor the ledger know any more was erased.
            if event.conversation in places and _has_row(event)
        ]

    def _row(self, event: WaitEvent, place: ToldOf) -> ReplyRow:
        if event.kind == "refused" and event.reason:
            return RefusedMessage(event.conversation, event.at, event.reason)
        calendar, at, since, due_at = place.calendar, event.at, event.waiting_since, event.due_at
        if event.kind == "wrote":
            return MentorDay(event.conversation, calendar.day_of(at), calendar.week_of(at))
        plan, week = place.plan_at(since), calendar.week_of(since)
        if event.kind == "warning" or event.kind == "missed":
            return ReplyNotice(
                event.partition,
                event.id,
                event.kind,
                event.conversation,
                place.member,
                place.mentor,
                plan,
                week,
                since,
                due_at,
                at,
            )
        answered = event.kind == "answered"
        late = 0 < due_at < at
        return ClosedWait(
            event.partition,
            event.id,
            event.conversation,
            place.member,
            place.mentor,
            plan,
            week,
            since,
            due_at or None,
            at if answered else None,
            None if answered else at,
            max(0, at - since),
            self._counted(plan, calendar, since, at),
            not late if due_at and (answered or late) else None,
            event.answered_by,
            event.kind if event.kind == "acknowledged" or event.kind == "withdrawn" else None,
        )

    async def _facts(
        self, connection: AsyncConnection, events: Sequence[WaitEvent], places: dict[str, ToldOf]
    ) -> list[Fact]:
        """What others may hear of."""
        facts: list[Fact] = []
        for number, event in enumerate(events):
            if (place := places.get(event.conversation)) is None or event.kind not in FACTS:
                continue
            to, substitute = NOT_ESCALATED, None
            if event.kind in ESCALATED:
                to = told_of(event, self._promise(place.plan_at(event.at)))
                if "substitute" in to:
                    there = await absences.overlapping(connection, place.mentor, event.at, event.at + 1)
                    substitute = next((each.substitute for each in there), None)
            if fact := fact_of(event, place.member, place.mentor, to, substitute):
                facts.append(fact)
            if number % AT_ONCE == 0:
                await asyncio.sleep(0)
        return facts

    def _promise(self, plan: str) -> ReplyPromise | None:
        try:
            return self._rulebook.plan(plan).reply
        except UnknownPlanError:
            return None

    def _counted(self, plan: str, calendar: Calendar, since: int, until: int) -> int | None:
        promise = self._promise(plan)
        return counted_time(promise, calendar, since, until) if promise else None


def _has_row(event: WaitEvent) -> bool:
    """Not an overtime, nor a note; nor a mentor's refusal, who is refused only where nobody may write."""
    return event.side == "member" if event.kind == "refused" else event.kind not in ("overtime", *NOTE_EVENTS)


def _waits(events: Iterable[WaitEvent], places: Mapping[str, ToldOf]) -> list[RecordedWait]:
    """Those whose conversations are known."""
    return [
        RecordedWait(event, places[event.conversation].plan_at(event.waiting_since))
        for event in events
        if event.kind in _LISTENED and event.conversation in places
    ]


def _place_in_time(event: WaitEvent) -> tuple[int, int]:
    """Two processes that store the same do it in the same order."""
    return event.at, event.partition
