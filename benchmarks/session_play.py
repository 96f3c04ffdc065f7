"""Sessions whose course is known beforehand: who is booked for when, who comes, and how each is ended."""

import asyncio
from collections.abc import Callable, Iterator
from datetime import date

from msgspec import Struct

from benchmarks.contenders import BenchmarkError
from benchmarks.provision import ZONE
from benchmarks.slot_places import PLAN
from chatserver.conversations.membership import MembershipDetails, MembershipPrice
from chatserver.conversations.requests import Written
from chatserver.foundation import Foundation
from chatserver.records.database import Database
from chatserver.records.tables import CONVERSATIONS, PEOPLE, SUBSCRIPTIONS
from chatserver.sessions.outcomes import BookingDone
from chatserver.sessions.series_record import SeriesDetails, SeriesView
from quotas import instant
from quotas.bookings import Side
from quotas.instant import DAY, MINUTE
from quotas.plans import Service
from quotas.session_book import WantedBooking

BEGIN = instant.parse("2026-02-28T08:59:00Z")
"""What the clock shows first: the first sessions start in a minute."""
END = BEGIN + 8 * DAY + 4 * 60 * MINUTE
"""What it shows last: candidates have lapsed, memberships been renewed, and series gone on by a week."""
WAVES = 3
"""A quarter of an hour apart."""
MEMBERSHIP = MembershipDetails("monthly", date(2026, 2, 8), MembershipPrice(90_000, "NOK"), "consumer")
TOGETHER = 200


class Course(Struct, frozen=True):
    """What becomes of a session: minutes from its start to what each does, None for who does not."""

    member: int | None = None
    mentor: int | None = None
    finish: int | None = None
    no_show: int | None = None


COURSES = (
    Course(),
    Course(member=-1),
    Course(mentor=-1),
    Course(member=-1, mentor=0),
    Course(member=7, mentor=-1),
    Course(mentor=-1, no_show=12),
    Course(member=0, mentor=12),
    Course(member=-1, mentor=-1, finish=20),
)
"""Nobody; one of them; both; late; not at all, and confirmed; both, and ended early."""


class Deed(Struct, frozen=True):
    """Something that somebody does at an instant (ms)."""

    at: int
    booking: str
    side: Side | None
    """Who joins; None where the mentor ends it."""
    no_show: bool = False


def booked(number: int) -> WantedBooking:
    """The session of that number; each has people of its own."""
    service: Service = "live_chat" if number // len(COURSES) % 2 else "video_call"
    starts_at = BEGIN + MINUTE + number % WAVES * 15 * MINUTE
    return WantedBooking(f"b{number}", f"c{number}", service, starts_at, (30, 45)[number % 2])


def deeds(count: int) -> list[Deed]:
    """What people do at all of them, in order."""
    found: list[Deed] = []
    for number in range(count):
        wanted, course = booked(number), COURSES[number % len(COURSES)]
        sides: tuple[tuple[Side, int | None], ...] = (("member", course.member), ("mentor", course.mentor))
        start = wanted.starts_at
        found += [Deed(start + after * MINUTE, wanted.id, side) for side, after in sides if after is not None]
        if course.finish is not None:
            found.append(Deed(start + course.finish * MINUTE, wanted.id, None))
        if course.no_show is not None:
            found.append(Deed(start + course.no_show * MINUTE, wanted.id, None, no_show=True))
    return sorted(found, key=lambda deed: deed.at)


async def fill(database: Database, count: int) -> None:
    """Conversations of that many pairs. Raises DatabaseError."""
    stamps = {"created_at": BEGIN, "updated_at": BEGIN}
    about = {"name": "Benchmark", "zone": ZONE, "locale": "nb", **stamps}
    state = {"zone": ZONE, "holidays": "", "status": "open", "revision": 1, **stamps}
    async with database.begin() as connection:
        for numbers in _batches(count):
            people = [{"id": f"m{each}", "role": "member", **about} for each in numbers]
            people += [{"id": f"t{each}", "role": "mentor", **about} for each in numbers]
            pairs = [{"id": f"c{each}", "member_id": f"m{each}", "mentor_id": f"t{each}", **state} for each in numbers]
            plans = [{"conversation_id": f"c{each}", "plan": PLAN, "started_at": BEGIN} for each in numbers]
            await connection.execute(PEOPLE.insert(), people)
            await connection.execute(CONVERSATIONS.insert(), pairs)
            await connection.execute(SUBSCRIPTIONS.insert(), plans)


async def book(parts: Foundation, count: int, series: int, progress: Callable[[int], None]) -> None:
    """The sessions, and that many weekly series, with a membership each. Raises StoreError, DatabaseError."""
    for numbers in _batches(count):
        outcomes = await asyncio.gather(*(parts.bookings.book(booked(each), "mentor") for each in numbers))
        for outcome in outcomes:
            _done(outcome)
        progress(len(numbers))
    for number in range(count, count + series):
        first = instant.text(BEGIN + MINUTE + 3 * DAY)
        details = SeriesDetails(f"c{number}", "live_chat", first, 30, every_weeks=1)
        view = await parts.series.put(f"s{number}", details, "mentor")
        if not isinstance(view, SeriesView):
            raise BenchmarkError(f"a series was not begun: {view}")
        agreed = await parts.memberships.put(f"m{number}", MEMBERSHIP, "service")
        if not isinstance(agreed, Written):
            raise BenchmarkError(f"a membership was not written: {agreed}")
        progress(1)


async def do(parts: Foundation, some: list[Deed]) -> None:
    """All of them at the present instant. Raises StoreError, DatabaseError."""
    for first in range(0, len(some), TOGETHER):
        for outcome in await asyncio.gather(*(_one(parts, deed) for deed in some[first : first + TOGETHER])):
            _done(outcome)


async def _one(parts: Foundation, deed: Deed) -> object:
    if deed.side is not None:
        return await parts.bookings.join(deed.booking, deed.side)
    if deed.no_show:
        return await parts.bookings.no_show(deed.booking, "mentor")
    return await parts.bookings.finish(deed.booking, "mentor")


def _done(outcome: object) -> None:
    if not isinstance(outcome, BookingDone):
        raise BenchmarkError(f"what must work was refused: {outcome}")


def _batches(count: int) -> Iterator[range]:
    for start in range(0, count, TOGETHER):
        yield range(start, min(count, start + TOGETHER))
