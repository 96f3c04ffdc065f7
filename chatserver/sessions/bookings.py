"""Bookings: made, moved, cancelled, joined, finished, by the pure rules of `quotas.bookings` and the store's clock.

A change is one transaction: the conversation's row is locked, the rules judge, and the booking, what it occupies and
what happened are written. After the commit the ledger is told; where that cannot be, `SessionTelling` does it later.
"""

from collections.abc import Awaitable, Callable, Sequence
from functools import partial
from typing import TypeVar

from msgspec import Struct
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection

from chatserver.conversations.conversation import ConversationRecord
from chatserver.conversations.records import locked, raised, record
from chatserver.conversations.requests import FieldProblem, Invalid, Missing
from chatserver.operating.metrics import Metrics
from chatserver.records.database import Database
from chatserver.sessions.attendance import Connected, first_join, sides_of, turned
from chatserver.sessions.chats import chat_of
from chatserver.sessions.credit_book import CorrectionRefused, CorrectOutcome, CreditBook, PeriodCredits
from chatserver.sessions.months import SubscriptionMonths
from chatserver.sessions.new_bookings import (
    MOST_TOGETHER,
    AskedBooking,
    BookOutcome,
    NewBookings,
    OneOffTerms,
    wanted_problem,
)
from chatserver.sessions.outcomes import BookingDone, BookingRefused, CancellationAhead, RefusalReason
from chatserver.sessions.prices import Prices
from chatserver.sessions.rows import bookings, occupancy, session_events
from chatserver.sessions.session_event import SessionEvent, cancelled_event, event_of
from chatserver.sessions.session_log import SessionLog
from chatserver.sessions.slots import Slots
from chatserver.sessions.telling import SessionTelling
from chatserver.sessions.together import Together
from quotas import bookings as rules
from quotas import instant
from quotas.bookings import Actor, Booking, Side
from quotas.session_book import WantedBooking
from quotas.session_steps import is_strike, opens_late_cancellation
from quotas.terms import Rulebook

TRIES = 3
"""How often a change is judged anew where another process wrote what it needs at the same moment."""

ChangeOutcome = BookingDone | BookingRefused | Missing

T = TypeVar("T")


class _Change(Struct, frozen=True):
    """What becomes of a booking, and what is said of it; nothing where it stays as it is."""

    booking: Booking
    event: SessionEvent | None


_Judge = Callable[[AsyncConnection, ConversationRecord, Booking, int], Awaitable[_Change | RefusalReason]]
"""Says what becomes of a booking now, or why nothing does; what it occupies is written."""


class Bookings:
    """`clock` gives the store's instant. All methods raise DatabaseError, where nothing was written, and StoreError."""

    def __init__(
        self,
        *,
        database: Database,
        rulebook: Rulebook,
        clock: Callable[[], Awaitable[int]],
        slots: Slots,
        prices: Prices,
        credits: CreditBook,
        telling: SessionTelling,
        metrics: Metrics,
        connected: Connected,
        log: SessionLog,
        one_offs: OneOffTerms | None = None,
    ) -> None:
        self._database = database
        self._clock = clock
        self._slots = slots
        self._months = SubscriptionMonths(rulebook)
        self._policy = rulebook.policy.sessions
        self._new = NewBookings(self._months, slots, prices, log, one_offs)
        self._together = Together(self._booked, MOST_TOGETHER)
        self._changes = Together(self._changed_together, MOST_TOGETHER)
        self._credits = credits
        self._telling = telling
        self._metrics = metrics
        self._connected = connected
        self._log = log

    # Reading

    async def find(self, id: str) -> Booking | None:
        """The booking; None where there is none."""
        async with self._database.read() as connection:
            row = await bookings.find(connection, id)
        return row.booking if row else None

    async def of_conversation(self, conversation: str, since: int, until: int) -> list[Booking]:
        """Those that start in [since, until), by start."""
        async with self._database.read() as connection:
            return await bookings.between(connection, conversation, since, until)

    async def of_mentor(self, mentor: str, since: int, until: int) -> list[Booking]:
        """Those of a mentor, with whomever, that start in [since, until), by start."""
        async with self._database.read() as connection:
            return await bookings.of_mentor_between(connection, mentor, since, until)

    async def events(self, id: str) -> list[SessionEvent]:
        """What happened at it, in the order in which it was noted."""
        async with self._database.read() as connection:
            return await session_events.of_booking(connection, id)

    async def cancellation(self, id: str, by: Actor) -> CancellationAhead | BookingRefused | Missing:
        """What `cancel` would make of it now, and whether that person may move it instead. Nothing is written."""
        now = await self._clock()
        async with self._database.read() as connection:
            row = await bookings.find(connection, id)
            found = await record(connection, row.booking.conversation) if row else None
        if row is None or found is None:
            return Missing()
        if refusal := rules.cancel_refusal(row.booking, now):
            return BookingRefused(refusal, row.booking)
        ended = rules.cancelled(row.booking, by, self._policy, found.status, now).cancelled
        movable = by != "member" or not rules.is_short_notice(row.booking, self._policy, found.status, now)
        return CancellationAhead(
            row.booking, ended is not None and ended.late, ended is not None and ended.counts, movable
        )

    # Doing

    async def book(
        self, wanted: WantedBooking, by: Actor, *, series: str | None = None, unpaid: bool = False
    ) -> BookOutcome:
        """Refused without taking the id; the same id with the same content again is the same booking.

        `unpaid`, an extra one without a price, whatever the mentor lists.
        """
        if problem := wanted_problem(wanted):
            return problem
        outcome = await self._together.ask(AskedBooking(wanted, by, series, unpaid))
        if isinstance(outcome, BookingDone):
            await self._telling.tell(wanted.conversation)
        self._count(outcome)
        return outcome

    async def move(self, id: str, starts_at: int, by: Actor) -> ChangeOutcome | Invalid:
        """To another start; a move to the start that it has changes nothing."""

        async def moved(
            connection: AsyncConnection, record: ConversationRecord, old: Booking, now: int
        ) -> _Change | RefusalReason:
            new = rules.moved(old, starts_at, by, now)
            holders = await occupancy.holders(connection, occupancy.places_of(new))
            refusal = rules.move_refusal(
                old,
                starts_at,
                by,
                status=record.status,
                in_slots=by != "member"
                or await self._slots.offers(connection, old.mentor, starts_at, old.minutes, now, without=id),
                is_free=set(holders.values()) <= {id},
                policy=self._policy,
                now=now,
            )
            if refusal is not None:
                return refusal
            if new is old:
                return _Change(old, None)
            await occupancy.move(connection, old, new)
            mark, before = f"{new.sequence}", instant.text(old.starts_at)
            return _Change(new, event_of(new, "moved", now, by, mark=mark, moved_from=before))

        if problem := rules.start_problem(starts_at):
            return Invalid([FieldProblem("starts_at", problem)])
        return await self._changed(id, moved)

    async def cancel(self, id: str, by: Actor, counts: bool | None = None) -> ChangeOutcome:
        """`counts` is support's word on whether the units stay spent; None for the policy's."""

        async def cancelled(
            connection: AsyncConnection, record: ConversationRecord, old: Booking, now: int
        ) -> _Change | RefusalReason:
            if refusal := rules.cancel_refusal(old, now):
                return refusal
            new = rules.cancelled(old, by, self._policy, record.status, now, counts)
            await occupancy.give_back(connection, id)
            return _Change(new, cancelled_event(new, new.cancelled) if new.cancelled else None)

        return await self._changed(id, cancelled)

    async def join(self, id: str, side: Side, at: int | None = None) -> ChangeOutcome:
        """`at` is when that side came, where it was noticed later; None for now. Only the first time counts.

        Whoever was noted as having left is noted as having come back.
        """

        async def joined(
            connection: AsyncConnection, record: ConversationRecord, old: Booking, now: int
        ) -> _Change | RefusalReason:
            came_at = now if at is None else at
            # Who is noticed later came by what was let in then.
            status = record.status if at is None else "open"
            if refusal := rules.join_refusal(old, side, self._policy, status, came_at):
                return refusal
            new = rules.joined(old, side, came_at)
            if new is old:
                noted = await session_events.of_booking(connection, id)
                back = turned(old, side, noted, is_there=True, now=now, at=came_at, lapsed=False)
                return _Change(old, back)
            return _Change(new, first_join(new, side, now, came_at))

        return await self._changed(id, joined)

    async def finish(self, id: str, by: Actor) -> ChangeOutcome:
        """End a session early, or close a call."""

        async def finished(
            connection: AsyncConnection, record: ConversationRecord, old: Booking, now: int
        ) -> _Change | RefusalReason:
            if refusal := rules.finish_refusal(old, self._policy, now):
                return refusal
            new = rules.finished(old, now)
            there = sides_of(new, connected)
            return _Change(new, event_of(new, "ended", now, by, mark=f"{new.starts_at}", state="held", there=there))

        before = await self.find(id)
        connected = await self._connected(before.conversation) if before else frozenset()
        return await self._changed(id, finished)

    async def no_show(self, id: str, by: Actor) -> ChangeOutcome:
        """Confirm that the member did not come, for good; it ends the session."""

        async def confirmed(
            connection: AsyncConnection, record: ConversationRecord, old: Booking, now: int
        ) -> _Change | RefusalReason:
            if refusal := rules.no_show_refusal(old, self._policy, record.status, now):
                return refusal
            new = rules.no_show(old, now)
            following = await bookings.nearest(connection, [old.conversation], now, now)
            next_at = instant.text(following[0].starts_at) if following else None
            return _Change(new, event_of(new, "no_show", now, by, next_session=next_at))

        return await self._changed(id, confirmed)

    async def _strike(self, connection: AsyncConnection, strike: Booking, now: int) -> list[SessionEvent]:
        """A late cancellation or no-show: where it is one too many, support is to look at it."""
        others = await bookings.of_pair(connection, strike.member, strike.mentor)
        if (step := opens_late_cancellation(strike, others, self._policy, now)) is None:
            return []
        return [event_of(strike, "late_cancellation", now, "system", mark=step.mark, at=step.at)]

    async def correct(
        self, conversation: str, id: str, units: int, reason: str, at: int | None = None
    ) -> CorrectOutcome:
        """As `CreditBook.correct`, and tell it."""
        outcome = await self._credits.correct(conversation, id, units, reason, at)
        if isinstance(outcome, PeriodCredits):
            await self._telling.tell(conversation)
        self._count(outcome)
        return outcome

    async def _booked(self, asked: Sequence[AskedBooking]) -> Sequence[BookOutcome]:
        now = await self._clock()

        async def written(some: Sequence[AskedBooking]) -> list[BookOutcome]:
            async with self._database.begin() as connection:
                return await self._new.write(connection, some, now)

        try:
            return await _unless_taken(lambda: written(asked))
        except IntegrityError:
            # Others keep taking ids or places of some of them: each for itself, so that one cannot spoil it for all.
            return [outcome for each in asked for outcome in await _unless_taken(partial(written, [each]))]

    async def _changed(self, id: str, change: _Judge) -> ChangeOutcome:
        """Judge and write a change of one booking, together with others, and tell it."""
        done = await self._changes.ask((id, change))
        if isinstance(done, BookingDone):
            await self._telling.tell(done.booking.conversation)
        self._count(done)
        return done

    def _count(self, outcome: object) -> None:
        if isinstance(outcome, BookingRefused | CorrectionRefused):
            self._metrics.session_refusals[outcome.reason] += 1

    async def _changed_together(self, asked: Sequence[tuple[str, _Judge]]) -> Sequence[ChangeOutcome]:
        now = await self._clock()

        async def written(some: Sequence[tuple[str, _Judge]]) -> list[ChangeOutcome]:
            async with self._database.begin() as connection:
                return await self._write(connection, some, now)

        try:
            return await _unless_taken(lambda: written(asked))
        except IntegrityError:
            return [outcome for each in asked for outcome in await _unless_taken(partial(written, [each]))]

    async def _write(
        self, connection: AsyncConnection, asked: Sequence[tuple[str, _Judge]], now: int
    ) -> list[ChangeOutcome]:
        """An outcome for each, in order: what one changes, the next one is judged by."""
        ids = {id for id, _ in asked}
        named = {row.booking.conversation for row in (await bookings.by_id(connection, ids)).values()}
        records = await locked(connection, named)
        known = {id: row.booking for id, row in (await bookings.by_id(connection, ids)).items()}  # as they are now
        outcomes: list[ChangeOutcome] = []
        events: list[SessionEvent] = []
        with_other_chats: set[str] = set()
        for id, change in asked:
            if (booking := known.get(id)) is None:
                outcomes.append(Missing())
                continue
            outcome = await change(connection, records[booking.conversation], booking, now)
            if not isinstance(outcome, _Change):
                outcomes.append(BookingRefused(outcome, booking))
                continue
            outcomes.append(BookingDone(outcome.booking))
            if outcome.event is not None:
                known[id] = outcome.booking
                await bookings.change(connection, outcome.booking)
                events.append(outcome.event)
                if is_strike(outcome.booking):
                    events += await self._strike(connection, outcome.booking, now)
                if chat_of(outcome.booking) != chat_of(booking):
                    with_other_chats.add(booking.conversation)
        await self._log.append(connection, events, records)
        for name in sorted(with_other_chats):
            await raised(connection, records[name])
        return outcomes


async def _unless_taken(write: Callable[[], Awaitable[T]]) -> T:
    """Once more where another process wrote the same key at the same moment: then it is seen."""
    for _ in range(TRIES - 1):
        try:
            return await write()
        except IntegrityError:
            continue
    return await write()
