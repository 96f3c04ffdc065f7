"""Series of sessions: begun, replaced from here on, ended.

A series is its rule; its content never changes. What was booked for it lives on by itself: one booking can be moved or
cancelled without the others, and what is booked stays when a series ends, unless the one who ends it says otherwise.
"""

from collections.abc import Awaitable, Callable

from msgspec import Struct
from msgspec.structs import replace
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection

from chatserver.conversations.records import locked
from chatserver.conversations.requests import Conflict, FieldProblem, Invalid, Missing
from chatserver.records.database import Database
from chatserver.sessions.hours import hours_of
from chatserver.sessions.months import SubscriptionMonths
from chatserver.sessions.outcomes import BookingRefused
from chatserver.sessions.rows import bookings as booking_rows
from chatserver.sessions.rows import series as rows
from chatserver.sessions.series_making import WEEK, SeriesMaking, questions_of
from chatserver.sessions.series_record import MOST_ID, SeriesDetails, SeriesRecord, SeriesView
from quotas import instant
from quotas.bookings import Actor, start_problem
from quotas.series import SeriesRule, starts
from quotas.terms import Rulebook


class _Begun(Struct, frozen=True):
    """The series that was asked for; whether it is new."""

    record: SeriesRecord
    created: bool


class _Times(Struct, frozen=True):
    """The instants of what was asked for, in ms; 0 where there is none."""

    first: int
    until: int
    replaces_from: int


class Replanned(Struct, frozen=True):
    """The series that goes on at another interval, and the bookings moved by hand that kept their place in it."""

    record: SeriesRecord
    moved: tuple[str, ...]


class SeriesBook:
    """`clock` gives the store's instant. Methods raise DatabaseError and StoreError.

    Who may do it is asked by whoever calls.
    """

    def __init__(
        self,
        *,
        database: Database,
        making: SeriesMaking,
        clock: Callable[[], Awaitable[int]],
        rulebook: Rulebook,
    ) -> None:
        self._database = database
        self._making = making
        self._clock = clock
        self._months = SubscriptionMonths(rulebook)

    async def find(self, id: str) -> SeriesRecord | None:
        """The series; None where there is none."""
        async with self._database.read() as connection:
            return await rows.find(connection, id)

    async def of_conversation(self, conversation: str) -> list[SeriesRecord]:
        """All of a conversation, the first one first."""
        async with self._database.read() as connection:
            return await rows.of_conversation(connection, conversation)

    async def view(self, id: str) -> SeriesView | None:
        """The series with what became of its places from now on."""
        now = await self._clock()
        async with self._database.read() as connection:
            record = await rows.find(connection, id)
            if record is None:
                return None
            places = await rows.places(connection, id, now)
            known = await booking_rows.by_id(connection, {each.booking_id for each in places if not each.refusal})
        placed = [
            replace(each, booking=known[each.booking_id].booking) if each.booking_id in known else each
            for each in places
        ]
        asked = [] if record.ended_at else questions_of(record, now).asked
        return SeriesView(record, placed, asked)

    async def put(
        self, id: str, details: SeriesDetails, by: Actor
    ) -> SeriesView | BookingRefused | Invalid | Conflict | Missing:
        """Begin it and book what is due. The same again also tries the places that were refused."""
        times = _times(id, details)
        if isinstance(times, Invalid):
            return times
        now = await self._clock()
        try:
            begun = await self._begun(id, details, times, by, now)
        except IntegrityError:  # Another one created it in the meantime.
            begun = await self._begun(id, details, times, by, now)
        if not isinstance(begun, _Begun):
            return begun
        await self._making.look(id, again=True)
        view = await self.view(id)
        return replace(view, created=begun.created) if view else Missing()

    async def end(self, id: str, by: Actor, *, cancel: bool) -> SeriesView | Missing:
        """No more places from now on. What is booked stays, or, with `cancel`, is cancelled as the policy says."""
        known = await self.find(id)
        if known is None:
            return Missing()
        now = await self._clock()
        async with self._database.begin() as connection:
            await locked(connection, [known.conversation])
            found = await rows.find(connection, id) or known  # as it is now that nobody else changes it
            if not found.is_over:
                found = replace(found, ended_at=now, ended_from=now, due_at=0)
                await rows.change(connection, found)
        await self._making.set_timer(found)
        if cancel:
            await self._making.give_up(found, by, counts=None)
        return await self.view(id) or Missing()

    async def replan(self, id: str, new: str, every_weeks: int, since: int) -> Replanned | None:
        """Let a series go on at another interval from `since` (ms) on: the one called `new` takes its place.

        What was booked for places that both have stays, and so does what was moved by hand: as places of the new one.
        The rest is cancelled, uncounted. The same again changes nothing. None where the series has ended, or has no
        place from then on.
        """
        known = await self.find(id)
        if known is None:
            return None
        now = await self._clock()
        async with self._database.begin() as connection:
            await locked(connection, [known.conversation])
            record = await rows.find(connection, new)
            if record is None:
                old = await rows.find(connection, id) or known  # as it is now that nobody else changes it
                record = None if old.ended_at else await self._gone_on(connection, old, new, every_weeks, since, now)
        if record is None:
            return None
        await self._making.look(new)
        return Replanned(record, await self._moved(new))

    async def _gone_on(
        self, connection: AsyncConnection, old: SeriesRecord, new: str, every_weeks: int, since: int, now: int
    ) -> SeriesRecord | None:
        since = max(since, old.rule.first)
        first = next(starts(old.rule, since, since + (old.rule.every_weeks + 1) * WEEK), None)
        if first is None:
            return None
        rule = replace(old.rule, first=first, every_weeks=every_weeks)
        placed = [each for each in await rows.places(connection, old.id, since) if each.refusal is None]
        booked = await booking_rows.by_id(connection, {each.booking_id for each in placed})
        both = set(starts(rule, first, placed[-1].starts_at + 1)) if placed else set()
        kept = []
        for place in placed:
            booking = booked[place.booking_id].booking
            if booking.cancelled is None and place.starts_at in both:
                kept.append(place)
            elif booking.cancelled is None and booking.moved_from:
                kept.append(replace(place, starts_at=booking.starts_at))
        record = replace(
            old, id=new, rule=rule, created_at=now, made_until=first, due_at=now, replaces=old.id, successor=None
        )
        await rows.create(connection, record)
        await rows.note(connection, new, kept, now)
        ended = replace(old, ended_at=now, ended_from=since, successor=new)
        await rows.change(connection, replace(ended, due_at=0) if ended.is_over else ended)
        return record

    async def _moved(self, id: str) -> tuple[str, ...]:
        """Bookings of another series that have places in this one, and were moved by hand."""
        async with self._database.read() as connection:
            placed = await rows.places(connection, id, 0)
            known = await booking_rows.by_id(connection, {each.booking_id for each in placed if not each.refusal})
        return tuple(name for name, row in sorted(known.items()) if row.booking.moved_from and row.series != id)

    async def _begun(
        self, id: str, details: SeriesDetails, times: _Times, by: Actor, now: int
    ) -> _Begun | BookingRefused | Invalid | Conflict | Missing:
        async with self._database.begin() as connection:
            conversation = (await locked(connection, [details.conversation])).get(details.conversation)
            if conversation is None:
                return Missing()
            found = await rows.find(connection, id)
            if found is not None:
                if _is_same(found, details, times):
                    return _Begun(found, created=False)
                return Conflict(
                    f"the series {id!r} was begun with another content, which never changes; begin another one with "
                    f"`replaces` {id!r}, or end it"
                )
            if conversation.status != "open":
                return BookingRefused(conversation.status)
            sessions = self._months.sessions(conversation)
            if sessions is None or details.service not in sessions.services:
                return BookingRefused("not_in_plan", plans=self._months.plans_with(details.service))
            if times.first < now:
                return Invalid([FieldProblem("first", "lies in the past; allowed: an instant from now on")])
            if details.replaces is not None:
                replaced = await rows.find(connection, details.replaces)
                if replaced is None or replaced.conversation != details.conversation:
                    problem = f"the conversation has no series {details.replaces!r}"
                    return Invalid([FieldProblem("replaces", problem)])
                if replaced.ended_at:
                    return Conflict(f"the series {replaced.id!r} has ended already; leave out `replaces`")
                ended = replace(replaced, ended_at=now, ended_from=times.replaces_from, successor=id)
                # What comes before its end is still made as time passes.
                await rows.change(connection, replace(ended, due_at=0) if ended.is_over else ended)
            hours = await hours_of(connection, conversation.mentor)
            record = SeriesRecord(
                id=id,
                conversation=details.conversation,
                service=details.service,
                rule=SeriesRule(
                    zone=hours.hours.zone if hours else conversation.zone,
                    first=times.first,
                    minutes=details.minutes,
                    every_weeks=details.every_weeks,
                    until=times.until,
                ),
                begun_by=by,
                created_at=now,
                made_until=times.first,
                due_at=now,
                replaces=details.replaces,
            )
            await rows.create(connection, record)
            return _Begun(record, created=True)


def _times(id: str, details: SeriesDetails) -> _Times | Invalid:
    """The instants of the request, or everything that is wrong with its fields."""
    problems: list[FieldProblem] = []

    def read(field: str, text: str | None) -> int:
        try:
            return instant.parse(text) if text is not None else 0
        except ValueError as error:
            problems.append(FieldProblem(field, str(error)))
            return 0

    if len(id) > MOST_ID:
        problems.append(FieldProblem("id", f"a series' id has at most {MOST_ID} characters: its bookings' have more"))
    first, until = read("first", details.first), read("until", details.until)
    since = read("replaces_from", details.replaces_from)
    if problem := start_problem(first):
        problems.append(FieldProblem("first", problem))
    if first and until and until <= first:
        problems.append(FieldProblem("until", "must be after `first`"))
    if since and details.replaces is None:
        problems.append(FieldProblem("replaces_from", "is for a series that this one replaces; name it in `replaces`"))
    return Invalid(problems) if problems else _Times(first, until, since or first)


def _is_same(found: SeriesRecord, details: SeriesDetails, times: _Times) -> bool:
    rule = found.rule
    return (found.conversation, found.service, rule.first, rule.minutes, rule.every_weeks, rule.until) == (
        details.conversation,
        details.service,
        times.first,
        details.minutes,
        details.every_weeks,
        times.until,
    ) and found.replaces == details.replaces
