"""When a mentor may be booked: read, checked and kept."""

from collections.abc import Awaitable, Callable, Sequence

from msgspec import Struct
from sqlalchemy.ext.asyncio import AsyncConnection

from chatserver.conversations.requests import FieldProblem, Invalid, Missing
from chatserver.records.database import Database
from chatserver.sessions.hours_requests import HoursDetails, OpenHours, WeeklyHours
from chatserver.sessions.rows import hours as rows
from chatserver.sessions.rows import mentors
from quotas.hours import DayException, MentorHours, Stretch, WeeklyStretch, minutes_of, overlap
from quotas.plans import WEEKDAYS
from quotas.zones import zone_problem


class HoursRecord(Struct, frozen=True):
    """A mentor's hours as they are kept; `updated_at` (ms) is 0 where they were never set."""

    mentor: str
    hours: MentorHours
    updated_at: int


class OpeningHours:
    """`clock` gives the store's instant. Methods raise DatabaseError and StoreError."""

    def __init__(self, database: Database, clock: Callable[[], Awaitable[int]]) -> None:
        self._database = database
        self._clock = clock

    async def find(self, mentor: str) -> HoursRecord | None:
        """Closed all the time in the mentor's own zone, where they were never set; None where there is no mentor."""
        async with self._database.read() as connection:
            return await hours_of(connection, mentor)

    async def put(self, mentor: str, details: HoursDetails) -> HoursRecord | Invalid | Missing:
        """Write them in place of what the mentor had. What is booked stays booked. The same again changes nothing."""
        asked = checked(details)
        if isinstance(asked, Invalid):
            return asked
        now = await self._clock()
        async with self._database.begin() as connection:
            if (zone := await mentors.zone_to_rely_on(connection, mentor)) is None:
                return Missing()
            hours = MentorHours(details.zone or zone, *asked, details.buffer_minutes, details.notice_hours)
            if (found := await rows.find(connection, mentor)) and found[0] == hours:
                return HoursRecord(mentor, *found)
            await rows.put(connection, mentor, hours, now)
        return HoursRecord(mentor, hours, now)


async def hours_of(connection: AsyncConnection, mentor: str) -> HoursRecord | None:
    """As `OpeningHours.find`."""
    if found := await rows.find(connection, mentor):
        return HoursRecord(mentor, *found)
    zone = await mentors.zone_of(connection, mentor)
    return HoursRecord(mentor, MentorHours(zone, ()), 0) if zone is not None else None


def checked(details: HoursDetails) -> tuple[tuple[WeeklyStretch, ...], tuple[DayException, ...]] | Invalid:
    """The week and the days that differ, each in order; or everything that is wrong with them."""
    problems: list[FieldProblem] = []
    if details.zone is not None and (problem := zone_problem(details.zone)):
        problems.append(FieldProblem("zone", problem))
    weekly = _week(details.weekly, problems)
    exceptions = _days(details, problems)
    return Invalid(problems) if problems else (weekly, exceptions)


def _week(given: Sequence[WeeklyHours], problems: list[FieldProblem]) -> tuple[WeeklyStretch, ...]:
    found: list[WeeklyStretch] = []
    for weekday in WEEKDAYS:
        places = [place for place, each in enumerate(given) if each.weekday == weekday]
        names = [f"weekly[{place}]" for place in places]
        found += [WeeklyStretch(weekday, each) for each in _stretches([given[p] for p in places], names, problems)]
    return tuple(found)


def _days(details: HoursDetails, problems: list[FieldProblem]) -> tuple[DayException, ...]:
    found: dict[object, DayException] = {}
    for place, each in enumerate(details.exceptions):
        where = f"exceptions[{place}]"
        if each.date in found:
            problems.append(FieldProblem(f"{where}.date", f"{each.date} is there twice; put all its hours in one"))
        names = [f"{where}.open[{number}]" for number in range(len(each.open))]
        found[each.date] = DayException(each.date, tuple(_stretches(each.open, names, problems)))
    return tuple(sorted(found.values(), key=lambda each: each.day))


def _stretches(
    given: Sequence[WeeklyHours | OpenHours], names: Sequence[str], problems: list[FieldProblem]
) -> list[Stretch]:
    """Those of one day, by their start; adds what is wrong with them to `problems`."""
    found: list[Stretch] = []
    for each, name in zip(given, names, strict=True):
        times = []
        for part, clock in (("from", each.since), ("until", each.until)):
            try:
                times.append(minutes_of(clock))
            except ValueError as error:
                problems.append(FieldProblem(f"{name}.{part}", str(error)))
        if len(times) < 2:
            continue
        stretch = Stretch(*times)
        if stretch.start >= stretch.end:
            problems.append(FieldProblem(f"{name}.until", f"must be after `from`, {each.since}; a day ends at 24:00"))
        elif any(overlap(stretch, other) for other in found):
            problems.append(FieldProblem(name, f"{each.since} to {each.until} overlaps another time of that day"))
        else:
            found.append(stretch)
    return sorted(found, key=lambda stretch: stretch.start)
