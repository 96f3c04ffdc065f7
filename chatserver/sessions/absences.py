"""When mentors are away: said, changed, taken back, and told to whoever is in their conversations.

Source: cases.md "Answers that do not come". While a mentor is away their slots are gone; what is booked stays booked,
and is listed for them to move.
"""

import asyncio
from collections.abc import Awaitable, Callable, Collection

from msgspec import Struct
from msgspec.structs import replace
from sqlalchemy.ext.asyncio import AsyncConnection

from chatserver.conversations import absences as rows
from chatserver.conversations.absence import AbsenceRecord, running
from chatserver.conversations.requests import FieldProblem, Invalid, Missing
from chatserver.records.database import Database, DatabaseError
from chatserver.sessions.absence_requests import AbsenceDetails
from chatserver.sessions.rows import bookings, mentors
from quotas import instant
from quotas.bookings import LONGEST, Booking
from quotas.instant import DAY
from quotas.ledger import feed, keys
from quotas.ledger.timers import Timers
from quotas.store.port import Store

ABSENCE = "absence"
"""The kind of an absence's timer; its name is `<mentor> <id>`, and it belongs to the mentor."""
ANSWER_WITHIN = 2.0
"""Seconds after which a board goes out without who stands in: it is the store's, and waits for no records."""
MOST_DAYS = 366
"""The longest absence. Who is away for longer has left."""


class AbsenceWritten(Struct, frozen=True):
    """An absence as it is now, and what is booked within it, by start."""

    absence: AbsenceRecord
    bookings: list[Booking]
    created: bool = False


class AbsencesComing(Struct, frozen=True):
    """A mentor's absences that are not over at `now` (ms), in order; `zone` is the mentor's own."""

    absences: list[AbsenceWritten]
    zone: str
    now: int


class AbsenceBook:
    """`clock` gives the store's instant. Methods raise DatabaseError, and those that write StoreError."""

    def __init__(
        self, *, database: Database, store: Store, timers: Timers, clock: Callable[[], Awaitable[int]]
    ) -> None:
        self._database = database
        self._store = store
        self._timers = timers
        self._clock = clock

    async def put(self, mentor: str, id: str, details: AbsenceDetails) -> AbsenceWritten | Invalid | Missing:
        """Write it, in place of what the mentor had under that id. The same again changes nothing, but is told anew."""
        now = await self._clock()
        asked = _checked(mentor, id, details, now)
        async with self._database.begin() as connection:
            if await mentors.zone_to_rely_on(connection, mentor) is None:
                return Missing()
            known = await rows.find(connection, mentor, id)
            if isinstance(asked, AbsenceRecord) and known is not None and _same(asked, known):
                absence = known
            elif isinstance(asked, Invalid):
                return asked
            elif problems := await _problems(connection, asked, known, now):
                return Invalid(problems)
            else:
                # One that has begun and goes on is no new beginning.
                goes_on = known is not None and known.begun_at is not None and asked.since <= now
                absence = replace(asked, begun_at=known.begun_at) if known is not None and goes_on else asked
                await rows.put(connection, absence)
            booked = await _booked(connection, absence)
            concerned = await mentors.conversations_of(connection, mentor)
            standing_in = {absence.substitute, known.substitute if known is not None else None}
        if absence.begun_at is None and absence.until > now:
            await self._timers.set_timer(mentor, ABSENCE, absence_timer(absence), max(absence.since, now))
        await self._tell(concerned, standing_in)
        return AbsenceWritten(absence, booked, created=known is None)

    async def find(self, mentor: str, id: str) -> AbsenceWritten | None:
        """The mentor's absence of that id."""
        async with self._database.read() as connection:
            absence = await rows.find(connection, mentor, id)
            return AbsenceWritten(absence, await _booked(connection, absence)) if absence is not None else None

    async def coming(self, mentor: str) -> AbsencesComing | Missing:
        """Those of the mentor that are not over. Missing: no mentor."""
        now = await self._clock()
        async with self._database.read() as connection:
            zone = await mentors.zone_of(connection, mentor)
            if zone is None:
                return Missing()
            found = (await rows.coming(connection, [mentor], now)).get(mentor, [])
            written = [AbsenceWritten(each, await _booked(connection, each)) for each in found]
            return AbsencesComing(written, zone, now)

    async def remove(self, mentor: str, id: str) -> Missing | None:
        """The mentor is not away, or no longer: nothing is wrong with one that is gone already. Missing: no mentor."""
        async with self._database.begin() as connection:
            if await mentors.zone_to_rely_on(connection, mentor) is None:
                return Missing()
            known = await rows.find(connection, mentor, id)
            await rows.remove(connection, mentor, id)
            concerned = await mentors.conversations_of(connection, mentor)
        await self._tell(concerned, {known.substitute} if known is not None else set())
        return None

    async def running(self, mentor: str, now: int) -> AbsenceRecord | None:
        """The one in which the mentor is away at `now`."""
        async with self._database.read() as connection:
            return running(await rows.overlapping(connection, mentor, now, now + 1), now)

    async def substitutes(self, mentors: Collection[str], now: int) -> dict[str, str]:
        """Who stands in at `now` for those who are away; nobody while the records do not answer."""
        if not mentors:
            return {}
        try:
            async with asyncio.timeout(ANSWER_WITHIN), self._database.read() as connection:
                found = await rows.coming(connection, mentors, now)
        except (DatabaseError, TimeoutError):
            return {}
        away = {mentor: running(some, now) for mentor, some in found.items()}
        return {mentor: each.substitute for mentor, each in away.items() if each is not None and each.substitute}

    async def _tell(self, conversations: list[str], standing_in: set[str | None]) -> None:
        """Whoever follows one looks again, and so does whoever stands in, or did."""
        said = [(keys.feed(each), feed.AWAY) for each in conversations]
        said += [(keys.person_feed(each), feed.STANDS_IN) for each in standing_in if each is not None]
        await asyncio.gather(*(self._store.request("SPUBLISH", channel, what) for channel, what in said))


def absence_timer(absence: AbsenceRecord) -> str:
    """The name of its timer."""
    return f"{absence.mentor} {absence.id}"


def absence_place(name: str) -> tuple[str, str]:
    """Mentor and id that a timer's name says."""
    mentor, _, id = name.partition(" ")
    return mentor, id


def _checked(mentor: str, id: str, details: AbsenceDetails, now: int) -> AbsenceRecord | Invalid:
    """What is asked for, as far as it is an absence at all."""
    problems: list[FieldProblem] = []
    times: dict[str, int] = {}
    for name, said in (("from", details.since), ("until", details.until)):
        try:
            times[name] = instant.parse(said)
        except ValueError as error:
            problems.append(FieldProblem(name, str(error)))
    if details.substitute == mentor:
        problems.append(FieldProblem("substitute", "must be somebody else; null for nobody"))
    if problems:
        return Invalid(problems)
    since, until = times["from"], times["until"]
    if not since < until <= since + MOST_DAYS * DAY:
        allowed = f"after `from`, {instant.text(since)}, and at most {MOST_DAYS} days later"
        return Invalid([FieldProblem("until", f"must be {allowed}")])
    return AbsenceRecord(mentor, id, since, until, details.substitute, set_at=now)


def _same(asked: AbsenceRecord, known: AbsenceRecord) -> bool:
    return (asked.since, asked.until, asked.substitute) == (known.since, known.until, known.substitute)


async def _problems(
    connection: AsyncConnection, asked: AbsenceRecord, known: AbsenceRecord | None, now: int
) -> list[FieldProblem]:
    """What else is in the way of it, or of the change to it."""
    problems: list[FieldProblem] = []
    if asked.until <= now:
        problems.append(FieldProblem("until", f"{instant.text(asked.until)} is over; allowed: a later instant"))
    if known is not None and known.until <= now:
        problems.append(FieldProblem("until", "this absence is over and stays as it was; give a new one its own id"))
    others = await rows.overlapping(connection, asked.mentor, asked.since, asked.until)
    if other := next((each for each in others if each.id != asked.id), None):
        times = f"{instant.text(other.since)} to {instant.text(other.until)}"
        problems.append(FieldProblem("from", f"overlaps the absence {other.id!r}, {times}; change that one"))
    if asked.substitute is not None and await mentors.zone_of(connection, asked.substitute) is None:
        problems.append(FieldProblem("substitute", f"there is no mentor {asked.substitute!r}"))
    return problems


async def _booked(connection: AsyncConnection, absence: AbsenceRecord) -> list[Booking]:
    """What the mentor has within it and nobody cancelled, by start."""
    found = await bookings.of_mentor_between(connection, absence.mentor, absence.since - LONGEST, absence.until)
    return [each for each in found if each.overlaps(absence.since, absence.until)]
