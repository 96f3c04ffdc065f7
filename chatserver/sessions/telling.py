"""What happened at sessions is told: to the ledger, to whoever is connected, and to the timers of bookings.

An event is kept in the transaction of what it tells of, and told after the commit. A process that dies between the two
leaves it untold; another look finds it. Within a conversation events are told in order, and each entry is written once
for ever: the ledger knows the number of the last one. What is only said is said at most once, by whoever marks the
event as told.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence

import msgspec
from msgspec import Struct

from chatserver.conversations.conversation import ConversationRecord
from chatserver.conversations.records import records
from chatserver.operating.agenda import Agenda
from chatserver.operating.duty import Duty, Pace, Words
from chatserver.operating.metrics import Metrics
from chatserver.protocol.entry import event_entry
from chatserver.protocol.session_events import SessionChanged
from chatserver.protocol.sessions import booking_view
from chatserver.records.database import Database, DatabaseError
from chatserver.records.paging import each_row
from chatserver.sessions.chats import chats_ahead, first_start
from chatserver.sessions.credit_book import CreditBook, by_conversation
from chatserver.sessions.rows import bookings, session_events
from chatserver.sessions.session_event import ENTRIES, SessionEvent
from chatserver.sessions.session_log import SessionLog
from chatserver.sessions.session_timers import SessionTimers
from chatserver.sessions.together import Together
from quotas.bookings import LONGEST, Booking
from quotas.instant import DAY, SECOND
from quotas.ledger import feed, keys
from quotas.ledger.redis import RedisLedger
from quotas.plans import SessionPolicy
from quotas.standing import Standing
from quotas.store.errors import StoreError
from quotas.store.port import Store
from quotas.terms import BookedChat

LOOK_EVERY = 30.0
"""Seconds between looks for what was left untold: by a process that died, or by a command beside the servers."""
SWEEP_EVERY = 1.0
"""Seconds between looks where there is more than one takes."""
RETRY_AFTER = 3.0
"""Seconds after a look that failed."""
LEASE = 15 * SECOND
"""How long after its last look a process may be silent before another one takes over."""
BATCH = 500
"""Events that are told in one go."""
CONVERSATIONS = 100
"""Conversations of which something is untold that are looked at in one go."""

COUNTED = ("booked", "moved", "cancelled", "held", "no_show", "mentor_absent", "unattended", "corrected")
"""What metrics count of what was told; in place of `ended` the state in which it did."""

_WORDS = Words(
    no_store="the store does not answer; what happened at sessions is told later",
    no_database="what happened at sessions is told later: %s",
    failed="what happened at sessions could not be told; it is tried again",
)

logger = logging.getLogger(__name__)

Project = Callable[[ConversationRecord, tuple[BookedChat, ...]], Awaitable[Standing]]
"""Tells the ledger of a conversation's record and its live chats. Raises StoreError, DatabaseError."""


class _News(Struct, frozen=True):
    """What is untold of a conversation, and what it is told with."""

    record: ConversationRecord
    events: list[SessionEvent]
    bookings: dict[str, Booking]
    """Those that the events are about, as they are now."""
    chats: tuple[BookedChat, ...]
    left: Mapping[int | None, int | None]
    """Units left by period; under None, now."""


class SessionTelling:
    """Any number may run on one store; `name` tells processes apart. `clock` gives the store's instant."""

    def __init__(
        self,
        *,
        database: Database,
        store: Store,
        ledger: RedisLedger,
        project: Project,
        timers: SessionTimers,
        credits: CreditBook,
        clock: Callable[[], Awaitable[int]],
        policy: SessionPolicy,
        metrics: Metrics,
        log: SessionLog,
        name: str,
    ) -> None:
        self._database = database
        self._store = store
        self._ledger = ledger
        self._project = project
        self._timers = timers
        self._credits = credits
        self._clock = clock
        self._policy = policy
        self._metrics = metrics
        self._log = log
        self._together = Together(self._told, CONVERSATIONS)
        self._agenda = Agenda()
        self._duty = Duty(store, keys.TELLER, name, self._agenda, _WORDS, logger)

    async def run(self) -> None:
        """Tell what was left untold, until cancelled."""
        await self._duty.run(self._sweep, Pace(SWEEP_EVERY, RETRY_AFTER, LEASE))

    async def tell(self, conversation: str) -> None:
        """Tell what has just been committed; where the store does not answer now, it is told later."""
        try:
            if error := await self._together.ask(conversation):
                raise error
        except (StoreError, DatabaseError):
            logger.debug("what happened at a session is told later", extra={"conversation": conversation})

    async def set_timers(self) -> None:
        """Look at every booking that may not be over: the store has lost timers. Raises StoreError, DatabaseError."""
        now = await self._clock()
        since = now - self._policy.confirm_days * DAY - LONGEST
        await each_row(
            self._database,
            lambda connection, last, most: bookings.page_ahead(connection, since, last, most),
            "",
            lambda booking: booking.id,
            lambda booking: self._timers.look_at(booking, now),
        )

    async def _sweep(self, partitions: Collection[int]) -> bool:
        """The look is at the records, not at the ledger's partitions: any of them may be due."""
        async with self._database.read() as connection:
            left = await session_events.with_untold(connection, CONVERSATIONS)
        for error in await self._told(left):
            if error is not None:
                raise error
        self._agenda.look(0, asyncio.get_running_loop().time() + LOOK_EVERY)
        return len(left) == CONVERSATIONS

    async def _told(self, conversations: Sequence[str]) -> Sequence[BaseException | None]:
        """Tell all that is untold of them; for each why it could not be. Raises StoreError, DatabaseError."""
        failed: dict[str, BaseException] = {}
        while names := set(conversations) - set(failed):
            now = await self._clock()
            untold = await self._news(names, now)
            outcomes = await asyncio.gather(*(self._tell_one(each, now) for each in untold), return_exceptions=True)
            told: list[_News] = []
            for each, error in zip(untold, outcomes, strict=True):
                if error is None:
                    told.append(each)
                else:
                    failed[each.record.id] = error
            if told:
                await self._mark(told, now)
            if sum(len(each.events) for each in untold) < BATCH:
                break
        return [failed.get(name) for name in conversations]

    async def _news(self, conversations: Collection[str], now: int) -> list[_News]:
        async with self._database.read() as connection:
            events = by_conversation(await session_events.untold(connection, conversations, BATCH))
            if not events:
                return []
            ids = {event.booking for some in events.values() for event in some if event.booking}
            found = await records(connection, list(events))
            theirs = await bookings.these_and_ahead(connection, ids, found, first_start(now))
            known, chats = {booking.id: booking for booking in theirs}, chats_ahead(theirs, now)
            periods: dict[str, set[int]] = {name: set() for name in found}
            for id in ids:
                periods[known[id].conversation].add(known[id].period)
            left = await self._credits.left_of(connection, found, periods, now)
        return [
            _News(
                record,
                events[name],
                {event.booking: known[event.booking] for event in events[name] if event.booking},
                chats.get(name, ()),
                left[name],
            )
            for name, record in found.items()
        ]

    async def _tell_one(self, news: _News, now: int) -> None:
        await self._project(news.record, news.chats)
        await self._write(news.record.id, news.events)
        for id, first_at in _changed_at(news.events).items():
            await self._timers.set_for(news.bookings[id], first_at - 1)

    async def _mark(self, told: Sequence[_News], now: int) -> None:
        """Mark them as told. Whoever marks an event first says it: others may have told it at the same moment."""
        numbers = [event.number for each in told for event in each.events]
        async with self._database.begin() as connection:
            marked = await session_events.mark_told(connection, numbers)
            fresh = [event for each in told for event in each.events if event.number in marked]
            heard = await self._log.heard(connection, fresh, {each.record.id: each.record for each in told})
        self._metrics.sessions.update(name for event in fresh if (name := _counted_as(event)) in COUNTED)
        for each in told:
            await self._say(each, [event for event in each.events if event.number in marked], now)
        await self._log.tell(fresh, heard, now)

    async def _write(self, conversation: str, events: Sequence[SessionEvent]) -> None:
        for event in events:
            if event.name in ENTRIES:
                data = {"booking": event.booking or None, "by": event.by, **event.data}
                written = await self._ledger.write_event(
                    conversation, event.number, event_entry(event.number, event.name, data)
                )
                if written is None:
                    raise StoreError(f"the store has lost the conversation {conversation}; it is told anew")

    async def _say(self, news: _News, events: Sequence[SessionEvent], now: int) -> None:
        """To whoever is connected, at most once: who is not sees it when they are back."""
        for event in events:
            if not event.is_said:
                continue
            booking = news.bookings.get(event.booking)
            said = SessionChanged(
                conversation=news.record.id,
                kind=event.name,  # type: ignore[arg-type]  # those of SAID
                booking=booking_view(booking, self._policy, now) if booking else None,
                credits_left=news.left.get(booking.period if booking else None),
            )
            encoded = msgspec.json.encode(said)
            await self._store.request("SPUBLISH", keys.feed(news.record.id), feed.session(encoded))


def _counted_as(event: SessionEvent) -> str:
    return str(event.data["state"]) if event.name == "ended" else event.name


def _changed_at(events: Sequence[SessionEvent]) -> dict[str, int]:
    """When somebody first changed each booking: from there on something new may be due, also where that is past.

    Not what happened by itself: whoever notes that sets the timer.
    """
    first: dict[str, int] = {}
    for event in events:
        if event.booking and event.by != "system":
            first[event.booking] = min(event.at, first.get(event.booking, event.at))
    return first
