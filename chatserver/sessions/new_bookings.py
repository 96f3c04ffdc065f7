"""Bookings are made in batches: all that are asked for while a transaction runs are judged in the next one together.

So many who want the same slot cost one transaction, and one of them gets it. What a batch writes is held by the keys of
its tables, also against other processes: see `Bookings.book` for what follows where one of them refuses.
"""

from collections import defaultdict
from collections.abc import Sequence
from typing import Any, Protocol

from msgspec import Struct
from msgspec.structs import replace
from sqlalchemy.ext.asyncio import AsyncConnection

from chatserver.conversations.conversation import ConversationRecord
from chatserver.conversations.records import locked, raised
from chatserver.conversations.requests import Conflict, FieldProblem, Invalid, Missing
from chatserver.sessions.months import SubscriptionMonths
from chatserver.sessions.outcomes import BookingDone, BookingRefused
from chatserver.sessions.prices import Prices
from chatserver.sessions.rows import bookings, corrections, occupancy
from chatserver.sessions.rows.bookings import BookingRow
from chatserver.sessions.rows.occupancy import Occupied, places_of
from chatserver.sessions.session_event import SessionEvent, event_of
from chatserver.sessions.session_log import SessionLog
from chatserver.sessions.slots import Slots
from quotas.bookings import Actor, Booking, Price, book_refusal, minutes_problem, start_problem
from quotas.credits import Correction, Credits, credits_of
from quotas.hours import Interval
from quotas.session_book import WantedBooking

MOST_TOGETHER = 200
"""Bookings judged in one transaction."""

BookOutcome = BookingDone | BookingRefused | Conflict | Missing | Invalid


class AskedBooking(Struct, frozen=True):
    """Who wants which booking, and of which series it is."""

    wanted: WantedBooking
    by: Actor
    series: str | None = None
    unpaid: bool = False
    """An extra one that nobody pays: what a mentor lists is not asked."""


class OneOffPrice(Struct, frozen=True):
    """What a one-off session costs; None: nothing."""

    price: Price | None


class OneOffTerms(Protocol):
    """What cases say of one-off sessions: `chatserver/cases/guest_sessions.py`."""

    async def of(self, connection: AsyncConnection, conversation: ConversationRecord) -> OneOffPrice | None:
        """None where no case of that conversation waits for one."""


class NewBookings:
    """Judges and writes them; without `one_offs` no case waits for one."""

    def __init__(
        self,
        months: SubscriptionMonths,
        slots: Slots,
        prices: Prices,
        log: SessionLog,
        one_offs: OneOffTerms | None = None,
    ) -> None:
        self._one_offs = one_offs
        self._months = months
        self._slots = slots
        self._prices = prices
        self._log = log

    async def write(self, connection: AsyncConnection, asked: Sequence[AskedBooking], now: int) -> list[BookOutcome]:
        """An outcome for each, in order. Raises sqlalchemy.exc.IntegrityError where another process was first."""
        batch = await _Batch.read(connection, asked, self._months)
        outcomes = [await self._judged(connection, batch, each, now) for each in asked]
        if batch.made:
            await bookings.create(connection, sorted(batch.made, key=lambda row: row.booking.id))
            await occupancy.occupy(connection, [row.booking for row in batch.made])
            await self._log.append(connection, [_booked(row, now) for row in batch.made], batch.records)
            for record in batch.with_new_chats():
                await raised(connection, record)
        return outcomes

    async def _judged(self, connection: AsyncConnection, batch: "_Batch", asked: AskedBooking, now: int) -> BookOutcome:
        wanted = asked.wanted
        record = batch.records.get(wanted.conversation)
        if record is None:
            return Missing()
        if known := batch.known.get(wanted.id):
            return _again(known, wanted)
        priced = await self._priced(connection, batch, asked, record)
        if not isinstance(priced, WantedBooking):
            return priced
        booking = _made(priced, asked.by, record, batch.period(wanted), now)
        credits = batch.credits(record, booking.period, self._months, now)
        refusal = book_refusal(
            booking,
            status=record.status,
            sessions=self._months.sessions(record),
            has_credits=credits is not None and credits.covers(booking.units),
            in_slots=asked.by != "member" or await self._offered(connection, batch, booking, now),
            is_free=batch.is_free(booking),
            policy=self._months.policy,
            now=now,
            may_be_chemistry=batch.may_be_chemistry(record, asked.by),
        )
        if refusal is not None:
            return BookingRefused(refusal, credits_left=credits.left if credits else None)
        batch.add(BookingRow(booking, booking.starts_at, asked.series))
        return BookingDone(booking, created=True)

    async def _offered(self, connection: AsyncConnection, batch: "_Batch", booking: Booking, now: int) -> bool:
        """Whether it is a slot, beside what the batch has made; asked once for all who want the same."""
        slot = booking.mentor, booking.starts_at, booking.minutes
        if (known := batch.offered.get(slot)) is None:
            made = batch.made_with(booking.mentor)
            known = batch.offered[slot] = await self._slots.offers(connection, *slot, now, beside=made)
        return known

    async def _priced(
        self, connection: AsyncConnection, batch: "_Batch", asked: AskedBooking, record: ConversationRecord
    ) -> WantedBooking | Invalid | BookingRefused:
        """With the price that holds. Who pays does not set it: a member has the listed one, or that of the case."""
        wanted = asked.wanted
        if wanted.kind == "one_off":
            return await self._priced_by_case(connection, batch, wanted, record)
        if wanted.kind != "extra" or asked.unpaid or (wanted.price is not None and asked.by != "member"):
            return wanted
        name = record.mentor, wanted.minutes
        if name not in batch.listed:
            batch.listed[name] = await self._prices.listed(connection, *name)
        listed = batch.listed[name]
        if listed is None:
            problem = f"the mentor lists none for {wanted.minutes} minutes; name one, or another length"
            if asked.by == "member":
                problem = f"the mentor lists none for {wanted.minutes} minutes; take another length, or ask the mentor"
            return Invalid([FieldProblem("price", problem)])
        if wanted.price not in (None, listed):
            problem = f"the mentor lists {listed.amount} {listed.currency} for {wanted.minutes} minutes; leave it out"
            return Invalid([FieldProblem("price", problem)])
        return replace(wanted, price=listed)

    async def _priced_by_case(
        self, connection: AsyncConnection, batch: "_Batch", wanted: WantedBooking, record: ConversationRecord
    ) -> WantedBooking | Invalid | BookingRefused:
        """A case has one session, and says what it costs."""
        agreed = await self._one_offs.of(connection, record) if self._one_offs is not None else None
        here = [*await bookings.ahead(connection, [record.id], 0), *batch.made_in(record.id)]
        if agreed is None or any(each.kind == "one_off" for each in here):
            return BookingRefused("not_in_plan")
        if wanted.price not in (None, agreed.price):
            return Invalid([FieldProblem("price", "its case says what it costs; leave it out")])
        return replace(wanted, price=agreed.price)


def _booked(row: BookingRow, now: int) -> SessionEvent:
    more: dict[str, Any] = {"series": row.series} if row.series is not None else {}
    return event_of(row.booking, "booked", now, row.booking.set_by, **more)


def _made(wanted: WantedBooking, by: Actor, record: ConversationRecord, period: int, now: int) -> Booking:
    return Booking(
        id=wanted.id,
        conversation=wanted.conversation,
        member=record.member,
        mentor=record.mentor,
        service=wanted.service,
        kind=wanted.kind,
        starts_at=wanted.starts_at,
        minutes=wanted.minutes,
        period=period,
        booked_at=now,
        set_by=by,
        set_at=now,
        price=wanted.price,
    )


class _Batch:
    """What a batch is judged by, with what it has made so far."""

    def __init__(
        self,
        records: dict[str, ConversationRecord],
        periods: dict[tuple[str, int], int],
        known: dict[str, BookingRow],
        spent: Sequence[Booking],
        corrected: Sequence[Correction],
        holders: dict[Occupied, str],
        met: set[str],
    ) -> None:
        self.records = records
        self.known = known
        self.made: list[BookingRow] = []
        self.offered: dict[tuple[str, int, int], bool] = {}
        """Whether a mentor's start and length is a slot, as far as that was asked."""
        self.listed: dict[tuple[str, int], Price | None] = {}
        """Prices of mentors and lengths, as far as they were asked for."""
        self._periods = periods
        self._spent: defaultdict[tuple[str, int], list[Booking]] = defaultdict(list)
        for booking in spent:
            self._spent[booking.conversation, booking.period].append(booking)
        self._corrected: defaultdict[str, list[Correction]] = defaultdict(list)
        for correction in corrected:
            self._corrected[correction.conversation].append(correction)
        self._holders = holders
        self._met = met
        """Trials in which something was booked, and not cancelled, as far as somebody wants a chemistry call there."""

    @classmethod
    async def read(
        cls, connection: AsyncConnection, asked: Sequence[AskedBooking], months: SubscriptionMonths
    ) -> "_Batch":
        wanted = [each.wanted for each in asked]
        records = await locked(connection, {each.conversation for each in wanted})
        there = {(each.conversation, each.starts_at) for each in wanted if each.conversation in records}
        periods = {(name, start): months.at(records[name], start).number for name, start in there}
        places = {
            place
            for each in wanted
            if each.conversation in records
            for place in _wanted_places(each, records[each.conversation])
        }
        limited = {(name, number) for (name, _), number in periods.items() if months.is_limited(records[name])}
        return cls(
            records,
            periods,
            await bookings.by_id(connection, {each.id for each in wanted}),
            await bookings.of_periods(connection, sorted(limited)),
            await corrections.of_conversations(connection, {name for name, _ in limited}),
            await occupancy.holders(connection, places),
            {each.conversation for each in await bookings.ahead(connection, _trials_to_meet(wanted, records), since=0)},
        )

    def period(self, wanted: WantedBooking) -> int:
        """The number of the month in which it would start."""
        return self._periods[wanted.conversation, wanted.starts_at]

    def credits(self, record: ConversationRecord, period: int, months: SubscriptionMonths, now: int) -> Credits | None:
        spent, corrected = self._spent[record.id, period], self._corrected[record.id]
        return credits_of(months.sessions(record), period, spent, corrected, months.policy, now)

    def may_be_chemistry(self, record: ConversationRecord, by: Actor) -> bool:
        """Whether a free first call is to be had: in a trial the first booking; else by whoever is no member."""
        if record.kind == "trial":
            return record.id not in self._met
        return by != "member"

    def is_free(self, booking: Booking) -> bool:
        return not any(place in self._holders for place in places_of(booking))

    def made_in(self, conversation: str) -> list[Booking]:
        """What this batch has made there."""
        return [row.booking for row in self.made if row.booking.conversation == conversation]

    def made_with(self, person: str) -> list[Interval]:
        """When what this batch has made is with them, in whichever role."""
        made = (row.booking for row in self.made)
        return [(each.starts_at, each.ends_at) for each in made if person in (each.member, each.mentor)]

    def add(self, row: BookingRow) -> None:
        booking = row.booking
        self.made.append(row)
        self.known[booking.id] = row
        self._spent[booking.conversation, booking.period].append(booking)
        self._met.add(booking.conversation)
        self._holders |= dict.fromkeys(places_of(booking), booking.id)
        people = booking.member, booking.mentor
        self.offered = {slot: known for slot, known in self.offered.items() if slot[0] not in people}

    def with_new_chats(self) -> list[ConversationRecord]:
        names = sorted({row.booking.conversation for row in self.made if row.booking.service == "live_chat"})
        return [self.records[name] for name in names]


def _trials_to_meet(wanted: Sequence[WantedBooking], records: dict[str, ConversationRecord]) -> list[str]:
    names = {each.conversation for each in wanted if each.kind == "chemistry" and each.conversation in records}
    return sorted(name for name in names if records[name].kind == "trial")


def _wanted_places(wanted: WantedBooking, record: ConversationRecord) -> list[Occupied]:
    return occupancy.places(record.member, record.mentor, wanted.starts_at, wanted.minutes)


def _again(known: BookingRow, wanted: WantedBooking) -> BookingDone | Conflict:
    """The same id again: the same booking as it is now, where the content is what it was first booked with."""
    booking = known.booking
    first = WantedBooking(
        id=booking.id,
        conversation=booking.conversation,
        service=booking.service,
        starts_at=known.first_starts_at,
        minutes=booking.minutes,
        kind=booking.kind,
        price=booking.price if wanted.price is not None else None,
    )
    if first == wanted:
        return BookingDone(booking)
    return Conflict(f"the booking {wanted.id!r} was made with another content; give the new one an id of its own")


def wanted_problem(wanted: WantedBooking) -> Invalid | None:
    """What is wrong with it whoever asks: an error, not a refusal."""
    if problem := start_problem(wanted.starts_at):
        return Invalid([FieldProblem("starts_at", problem)])
    if problem := minutes_problem(wanted.minutes):
        return Invalid([FieldProblem("minutes", problem)])
    if wanted.price is not None and wanted.kind in ("plan", "chemistry"):
        return Invalid([FieldProblem("price", f"a booking of kind {wanted.kind} has none; leave it out")])
    if wanted.kind == "chemistry" and wanted.minutes != 30:
        return Invalid([FieldProblem("minutes", "a chemistry call lasts 30 minutes")])
    return None
