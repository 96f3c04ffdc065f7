"""Bookings are made in batches: all that are asked for while a transaction runs are judged in the next one together.

So many who want the same slot cost one transaction, and one of them gets it. What a batch writes is held by the keys of
its tables, also against other processes: see `Bookings.book` for what follows where one of them refuses.
"""

from collections.abc import Sequence

from msgspec import Struct
from msgspec.structs import replace
from sqlalchemy.ext.asyncio import AsyncConnection

from chatserver.conversations.conversation import ConversationRecord
from chatserver.conversations.records import locked, raised
from chatserver.conversations.requests import Conflict, FieldProblem, Invalid, Missing
from chatserver.sessions.months import SubscriptionMonths
from chatserver.sessions.outcomes import BookingDone, BookingRefused
from chatserver.sessions.prices import Prices
from chatserver.sessions.rows import bookings, corrections, occupancy, session_events
from chatserver.sessions.rows.bookings import BookingRow
from chatserver.sessions.rows.occupancy import Place, places_of
from chatserver.sessions.session_event import event_of
from chatserver.sessions.slots import Slots
from quotas.bookings import Actor, Booking, book_refusal, place_problem
from quotas.credits import Correction, Credits, credits_of
from quotas.session_book import WantedBooking

MOST_TOGETHER = 200
"""Bookings judged in one transaction."""

BookOutcome = BookingDone | BookingRefused | Conflict | Missing | Invalid


class AskedBooking(Struct, frozen=True):
    """Who wants which booking, and of which series it is."""

    wanted: WantedBooking
    by: Actor
    series: str | None = None


class NewBookings:
    """Judges and writes them."""

    def __init__(self, months: SubscriptionMonths, slots: Slots, prices: Prices) -> None:
        self._months = months
        self._slots = slots
        self._prices = prices

    async def write(self, connection: AsyncConnection, asked: Sequence[AskedBooking], now: int) -> list[BookOutcome]:
        """An outcome for each, in order. Raises sqlalchemy.exc.IntegrityError where another process was first."""
        batch = await _Batch.read(connection, asked, self._months, now)
        outcomes = [await self._judged(connection, batch, each, now) for each in asked]
        if batch.made:
            await bookings.create(connection, batch.made)
            await occupancy.occupy(connection, [row.booking for row in batch.made])
            events = [event_of(row.booking, "booked", now, row.booking.set_by) for row in batch.made]
            await session_events.append(connection, events)
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
        priced = await self._priced(connection, wanted, asked.by, record)
        if isinstance(priced, Invalid):
            return priced
        booking = self._made(priced, asked.by, record, now)
        credits = batch.credits(record, booking.period, self._months, now)
        needs_slot = asked.by == "member"
        refusal = book_refusal(
            booking,
            status=record.status,
            sessions=self._months.sessions(record),
            has_credits=credits is not None and credits.covers(booking.units),
            in_slots=not needs_slot
            or await self._slots.offers(connection, booking.mentor, booking.starts_at, booking.minutes, now),
            is_free=batch.is_free(booking),
            policy=self._months.policy,
            now=now,
        )
        if refusal is not None:
            return BookingRefused(refusal, credits_left=credits.left if credits else None)
        batch.add(BookingRow(booking, booking.starts_at, asked.series))
        return BookingDone(booking, created=True)

    async def _priced(
        self, connection: AsyncConnection, wanted: WantedBooking, by: Actor, record: ConversationRecord
    ) -> WantedBooking | Invalid:
        """With the price that holds: a member's is the listed one, whatever they name."""
        if wanted.kind != "extra" or (wanted.price is not None and by != "member"):
            return wanted
        listed = await self._prices.listed(connection, record.mentor, wanted.minutes)
        if listed is None:
            otherwise = "book another length, or let the mentor book it" if by == "member" else "name one"
            return Invalid([FieldProblem("price", f"the mentor lists none for {wanted.minutes} minutes; {otherwise}")])
        if wanted.price not in (None, listed):
            problem = f"the mentor lists {listed.amount} {listed.currency} for {wanted.minutes} minutes; leave it out"
            return Invalid([FieldProblem("price", problem)])
        return replace(wanted, price=listed)

    def _made(self, wanted: WantedBooking, by: Actor, record: ConversationRecord, now: int) -> Booking:
        return Booking(
            id=wanted.id,
            conversation=wanted.conversation,
            member=record.member,
            mentor=record.mentor,
            service=wanted.service,
            kind=wanted.kind,
            starts_at=wanted.starts_at,
            minutes=wanted.minutes,
            period=self._months.at(record, wanted.starts_at).number,
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
        known: dict[str, BookingRow],
        spent: Sequence[Booking],
        corrected: Sequence[Correction],
        holders: dict[Place, str],
    ) -> None:
        self.records = records
        self.known = known
        self.made: list[BookingRow] = []
        self._spent = list(spent)
        self._corrected = corrected
        self._holders = holders

    @classmethod
    async def read(
        cls, connection: AsyncConnection, asked: Sequence[AskedBooking], months: SubscriptionMonths, now: int
    ) -> "_Batch":
        wanted = [each.wanted for each in asked]
        records = await locked(connection, {each.conversation for each in wanted})
        there = [each for each in wanted if each.conversation in records]
        periods = {(each.conversation, months.at(records[each.conversation], each.starts_at).number) for each in there}
        places = {place for each in there for place in _wanted_places(each, records[each.conversation])}
        return cls(
            records,
            await bookings.by_id(connection, {each.id for each in wanted}),
            await bookings.of_periods(connection, sorted(periods)),
            await corrections.of_conversations(connection, set(records)),
            await occupancy.holders(connection, places),
        )

    def credits(self, record: ConversationRecord, period: int, months: SubscriptionMonths, now: int) -> Credits | None:
        spent = [each for each in self._spent if each.conversation == record.id]
        corrected = [each for each in self._corrected if each.conversation == record.id]
        return credits_of(months.sessions(record), period, spent, corrected, months.policy, now)

    def is_free(self, booking: Booking) -> bool:
        return not any(place in self._holders for place in places_of(booking))

    def add(self, row: BookingRow) -> None:
        booking = row.booking
        self.made.append(row)
        self.known[booking.id] = row
        self._spent.append(booking)
        self._holders |= dict.fromkeys(places_of(booking), booking.id)

    def with_new_chats(self) -> list[ConversationRecord]:
        names = sorted({row.booking.conversation for row in self.made if row.booking.service == "live_chat"})
        return [self.records[name] for name in names]


def _wanted_places(wanted: WantedBooking, record: ConversationRecord) -> list[Place]:
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
    if problem := place_problem(wanted.starts_at, wanted.minutes):
        field = "minutes" if problem.startswith("`minutes`") else "starts_at"
        return Invalid([FieldProblem(field, problem.partition("` ")[2])])
    if wanted.price is not None and wanted.kind in ("plan", "chemistry"):
        return Invalid([FieldProblem("price", f"a booking of kind {wanted.kind} has none; leave it out")])
    if wanted.kind == "chemistry" and wanted.minutes != 30:
        return Invalid([FieldProblem("minutes", "a chemistry call lasts 30 minutes")])
    return None
