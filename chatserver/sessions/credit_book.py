"""Credits of conversations, worked out from bookings and corrections, and corrected by support.

Source: sessions.md "Periods" and "Booking". No balance is stored anywhere.
"""

from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from typing import Protocol, TypeVar

from msgspec import Struct
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection

from chatserver.conversations import absences
from chatserver.conversations.absence import AbsenceRecord
from chatserver.conversations.conversation import ConversationRecord
from chatserver.conversations.records import locked, record, records
from chatserver.conversations.requests import Conflict, FieldProblem, Invalid, Missing
from chatserver.records.database import Database
from chatserver.sessions.months import SubscriptionMonths
from chatserver.sessions.rows import bookings, corrections
from chatserver.sessions.session_event import SessionEvent
from chatserver.sessions.session_log import SessionLog
from quotas.bookings import CALL_STAYS_OPEN, LONGEST, Booking, counts
from quotas.credits import Correction, Credits, correction_refusal, credits_of
from quotas.periods import Period
from quotas.terms import Rulebook

CARRIED = "carried"
"""The id of the correction by which units come along from the conversation before."""


class CreditEntry(Struct, frozen=True):
    """A change of a period's credits: what a booking spends (`units` below 0), or what support added or took."""

    at: int
    units: int
    booking: str | None = None
    correction: str | None = None
    reason: str | None = None


class PeriodCredits(Struct, frozen=True):
    """The credits of a conversation's subscription month at an instant. `credits` is None without sessions."""

    period: Period
    credits: Credits | None
    entries: tuple[CreditEntry, ...]


class CorrectionRefused(Struct, frozen=True):
    """Nothing has changed: the first reason that holds, and what is left."""

    reason: str
    credits_left: int | None


class Outlook(Struct, frozen=True):
    """What an app shows of a conversation's sessions before anybody asks."""

    credits_left: int | None
    """None where the plan has no sessions, or no limit."""
    period_until: int
    next_session: Booking | None
    """The one that runs or comes next."""
    absences: tuple[AbsenceRecord, ...] = ()
    """The mentor's that are not over, in order."""


class OfConversation(Protocol):
    """Whatever belongs to one."""

    @property
    def conversation(self) -> str: ...


Each = TypeVar("Each", bound=OfConversation)

CorrectOutcome = PeriodCredits | CorrectionRefused | Conflict | Missing | Invalid


class CreditBook:
    """`clock` gives the store's instant. All methods raise DatabaseError, and those without `now` StoreError."""

    def __init__(
        self, database: Database, rulebook: Rulebook, clock: Callable[[], Awaitable[int]], log: SessionLog
    ) -> None:
        self._database = database
        self._clock = clock
        self._months = SubscriptionMonths(rulebook)
        self._policy = rulebook.policy.sessions
        self._log = log

    async def of(self, conversation: str, at: int | None = None) -> PeriodCredits | None:
        """Those of the month that contains `at`, or now; None where there is no such conversation."""
        now = await self._clock()
        async with self._database.read() as connection:
            found = await record(connection, conversation)
            if found is None:
                return None
            return await self._of(connection, found, self._months.at(found, now if at is None else at), now)

    async def left_of(
        self,
        connection: AsyncConnection,
        conversations: Mapping[str, ConversationRecord],
        periods: Mapping[str, Collection[int]],
        now: int,
    ) -> dict[str, dict[int | None, int | None]]:
        """How many units these months of each have left, by number; under None, the month that contains `now`."""
        current = {name: self._months.at(each, now).number for name, each in conversations.items()}
        wanted = {(name, number) for name in conversations for number in (current[name], *periods[name])}
        limited = sorted((name, number) for name, number in wanted if self._months.is_limited(conversations[name]))
        spent = by_conversation(await bookings.of_periods(connection, limited))
        corrected = by_conversation(await corrections.of_conversations(connection, {name for name, _ in limited}))
        left: dict[str, dict[int | None, int | None]] = {name: {} for name in conversations}
        for name, number in wanted:
            found = conversations[name], number, spent.get(name, ()), corrected.get(name, ())
            left[name][number] = _left(self._credits(*found, now))
        return {name: numbered | {None: numbered[current[name]]} for name, numbered in left.items()}

    async def left_for(self, booking: Booking, now: int) -> int | None:
        """How many units the month has left from which the booking spends."""
        async with self._database.read() as connection:
            found = await records(connection, [booking.conversation])
            left = await self.left_of(connection, found, {booking.conversation: [booking.period]}, now)
        return left[booking.conversation][booking.period] if found else None

    async def outlooks(self, conversations: Sequence[str], now: int) -> dict[str, Outlook]:
        """Of those that exist, by id; some questions to the database for some hundred of them."""
        async with self._database.read() as connection:
            known = await records(connection, conversations)
            months = {name: self._months.at(found, now) for name, found in known.items()}
            limited = [(name, month.number) for name, month in months.items() if self._months.is_limited(known[name])]
            spent = await bookings.of_periods(connection, limited)
            corrected = await corrections.of_conversations(connection, {name for name, _ in limited})
            # The longest call that nobody has finished began that long ago.
            since = now - LONGEST - CALL_STAYS_OPEN
            coming = await bookings.nearest(connection, list(known), since, now)
            away = await absences.coming(connection, {found.mentor for found in known.values()}, now)
        next_of: dict[str, Booking] = {}
        for booking in coming:
            if booking.ended_at > now:
                next_of.setdefault(booking.conversation, booking)
        by_name = by_conversation(spent)
        corrected_by_name = by_conversation(corrected)
        return {
            name: Outlook(
                _left(
                    self._credits(
                        found, months[name].number, by_name.get(name, ()), corrected_by_name.get(name, ()), now
                    )
                ),
                months[name].ends_at,
                next_of.get(name),
                tuple(away.get(found.mentor, ())),
            )
            for name, found in known.items()
        }

    async def correct(
        self, conversation: str, id: str, units: int, reason: str, at: int | None = None
    ) -> CorrectOutcome:
        """Add units to the month that contains `at`, or now, or take them from it; the same again changes nothing."""
        if not units:
            return Invalid([FieldProblem("units", "must not be 0; allowed: how many to add, or below 0 to take")])
        now = await self._clock()
        try:
            return await self._corrected(conversation, id, units, reason, at, now)
        except IntegrityError:  # Another process wrote one with this id at the same moment.
            return await self._corrected(conversation, id, units, reason, at, now)

    async def _corrected(
        self, conversation: str, id: str, units: int, reason: str, at: int | None, now: int
    ) -> CorrectOutcome:
        async with self._database.begin() as connection:
            found = (await locked(connection, [conversation])).get(conversation)
            if found is None:
                return Missing()
            known = {each.id: each for each in await corrections.of_conversations(connection, [conversation])}
            if (earlier := known.get(id)) is not None:
                same = (earlier.units, earlier.reason) == (units, reason)
                if not same or (at is not None and self._months.at(found, at).number != earlier.period):
                    return Conflict(f"the correction {id!r} has another content; give the new one an id of its own")
                month = self._months.numbered(found, earlier.period)
                return await self._of(connection, found, month, now)
            month = self._months.at(found, now if at is None else at)
            before = await self._of(connection, found, month, now)
            if refusal := correction_refusal(found.status, before.credits, units):
                return CorrectionRefused(refusal, _left(before.credits))
            await corrections.append(connection, Correction(id, conversation, month.number, units, reason, now))
            event = SessionEvent(conversation, "", "corrected", now, now, "support", {"units": units}, mark=id)
            await self._log.append(connection, [event], {conversation: found})
            return await self._of(connection, found, month, now)

    async def carry(
        self, connection: AsyncConnection, old: ConversationRecord, new: ConversationRecord, now: int
    ) -> int:
        """Let `new`, whose months are those of `old`, have as many units left this month: by one correction.

        To be called once, with both locked; returns its units, 0 where it needs none.
        """
        month = self._months.at(old, now)
        before = (await self._of(connection, old, month, now)).credits
        if before is None or before.allowance is None or not (units := before.corrected - before.used):
            return 0
        await corrections.append(connection, Correction(CARRIED, new.id, month.number, units, "carried", now))
        event = SessionEvent(new.id, "", "corrected", now, now, "support", {"units": units}, mark=CARRIED)
        await self._log.append(connection, [event], {new.id: new})
        return units

    async def _of(
        self, connection: AsyncConnection, conversation: ConversationRecord, month: Period, now: int
    ) -> PeriodCredits:
        spent = await bookings.of_periods(connection, [(conversation.id, month.number)])
        corrected = await corrections.of_conversations(connection, [conversation.id])
        entries = [
            *(
                CreditEntry(each.booked_at, -each.units, booking=each.id)
                for each in spent
                if counts(each, self._policy, now)
            ),
            *(
                CreditEntry(each.at, each.units, correction=each.id, reason=each.reason)
                for each in corrected
                if each.period == month.number
            ),
        ]
        credits = self._credits(conversation, month.number, spent, corrected, now)
        return PeriodCredits(month, credits, tuple(sorted(entries, key=lambda entry: entry.at)))

    def _credits(
        self,
        conversation: ConversationRecord,
        period: int,
        spent: Sequence[Booking],
        corrected: Sequence[Correction],
        now: int,
    ) -> Credits | None:
        return credits_of(self._months.sessions(conversation), period, spent, corrected, self._policy, now)


def _left(credits: Credits | None) -> int | None:
    return credits.left if credits else None


def by_conversation(found: Sequence[Each]) -> dict[str, list[Each]]:
    """Those of each, in the order in which they are given."""
    by_name: dict[str, list[Each]] = {}
    for each in found:
        by_name.setdefault(each.conversation, []).append(each)
    return by_name
