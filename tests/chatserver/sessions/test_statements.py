"""Statements are issued in order, each once, and what came later stands in the next."""

import asyncio
from datetime import date

import pytest
from msgspec.structs import replace
from sqlalchemy import func, select

from chatserver.conversations.person import PersonRecord
from chatserver.conversations.requests import Missing
from chatserver.conversations.rows import people
from chatserver.personal_data import rows as erasures
from chatserver.protocol.events import Role
from chatserver.records.database import Database
from chatserver.records.tables import STATEMENTS
from chatserver.sessions.rows import bookings
from chatserver.sessions.rows.bookings import BookingRow
from chatserver.sessions.rows.statements import IssuedStatement
from chatserver.sessions.statements import DraftStatement, Statements
from quotas import instant
from quotas.bookings import Booking, Price
from quotas.policy_file import builtin_policy
from quotas.statements import StatementSum
from quotas.terms import Rulebook
from tests.quotas.test_statements import booked, held

JANUARY, FEBRUARY, MARCH, APRIL = (date(2026, month, 1) for month in (1, 2, 3, 4))


class Books:
    """The statements of mentors on one database, with a clock that shows what it is told."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self.now = 0
        self.statements = Statements(database, Rulebook(builtin_policy()), self.clock)

    async def clock(self) -> int:
        return self.now

    async def person(self, id: str, role: Role) -> None:
        async with self.database.begin() as connection:
            await people.create(connection, PersonRecord(id, role, id.title(), "Europe/Oslo", "nb", None, 1, 1))

    def show(self, now: str) -> None:
        self.now = instant.parse(now)

    async def keep(self, *made: Booking) -> None:
        async with self.database.begin() as connection:
            await bookings.create(connection, [BookingRow(each, each.starts_at) for each in made])

    async def change_booking(self, booking: Booking) -> None:
        async with self.database.begin() as connection:
            await bookings.change(connection, booking)

    async def issued(self, month: date, mentor: str = "tom") -> IssuedStatement:
        found = await self.statements.of(mentor, month)
        assert isinstance(found, IssuedStatement)
        return found

    async def draft(self, month: date) -> DraftStatement:
        found = await self.statements.of("tom", month)
        assert isinstance(found, DraftStatement)
        return found

    async def count(self) -> int:
        async with self.database.read() as connection:
            return await connection.scalar(select(func.count()).select_from(STATEMENTS)) or 0


@pytest.fixture
async def books(database: Database) -> Books:
    books = Books(database)
    await books.person("mia", "member")
    await books.person("tom", "mentor")
    return books


def extra(id: str, starts_at: str) -> Booking:
    return held(booked(id, starts_at, kind="extra", price=Price(1_001, "NOK")))


async def test_a_month_that_is_not_over_is_a_draft(books: Books) -> None:
    """It says what is true as of now, and nothing is kept of it."""
    await books.keep(extra("a", "2026-01-05T09:00:00Z"), extra("b", "2026-01-20T09:00:00Z"))
    books.show("2026-01-10T09:00:00Z")
    draft = await books.draft(JANUARY)
    assert [line.booking for line in draft.statement.lines] == ["a"]
    assert await books.count() == 0
    books.show("2026-01-31T22:59:59.999Z")
    assert len((await books.draft(JANUARY)).statement.lines) == 2
    books.show("2026-01-31T23:00:00Z")
    statement = (await books.issued(JANUARY)).statement
    assert statement.sums == [StatementSum("NOK", 2_002, 1_802, 200)]
    assert (await books.draft(FEBRUARY)).statement.lines == []


async def test_a_draft_corrects_nothing_that_no_statement_has_told(books: Books) -> None:
    """The month before it is over and nobody has asked for it: it is issued, so that its bookings stand in it alone."""
    await books.keep(extra("a", "2026-01-05T09:00:00Z"), extra("b", "2026-02-03T09:00:00Z"))
    books.show("2026-02-10T09:00:00Z")
    draft = (await books.draft(FEBRUARY)).statement
    assert ([line.booking for line in draft.lines], draft.corrections) == (["b"], [])
    assert await books.count() == 1
    assert [line.booking for line in (await books.issued(JANUARY)).statement.lines] == ["a"]


async def test_one_that_was_issued_never_changes(books: Books) -> None:
    """What is confirmed later stands in the next one that is issued; asked for again, each is the same."""
    candidate = replace(
        booked("b", "2026-01-31T10:00:00Z", kind="extra", price=Price(1_000, "NOK")),
        mentor_joined_at=instant.parse("2026-01-31T10:00:00Z"),
    )
    await books.keep(candidate, extra("a", "2026-01-05T09:00:00Z"))
    books.show("2026-02-01T09:00:00Z")
    january = await books.issued(JANUARY)
    assert [line.booking for line in january.statement.lines] == ["a"]
    await books.change_booking(replace(candidate, no_show_at=instant.parse("2026-02-02T10:00:00Z")))
    books.show("2026-02-02T11:00:00Z")
    assert await books.issued(JANUARY) == january
    assert [line.booking for line in (await books.draft(FEBRUARY)).statement.corrections] == ["b"]
    books.show("2026-04-02T11:00:00Z")
    february, march = await books.issued(FEBRUARY), await books.issued(MARCH)
    [line] = february.statement.corrections
    assert (line.booking, line.state, line.mentor, line.corrects) == ("b", "no_show", 900, JANUARY)
    assert march.statement.entries == []
    assert await books.issued(JANUARY) == january


async def test_months_that_nobody_asked_for_are_issued_before(books: Books) -> None:
    """From the first booking on, so that a correction knows what was told; a month before all of them is empty."""
    await books.keep(extra("a", "2026-01-05T09:00:00Z"), extra("c", "2026-03-05T09:00:00Z"))
    books.show("2026-05-01T09:00:00Z")
    assert [line.booking for line in (await books.issued(MARCH)).statement.lines] == ["c"]
    assert await books.count() == 3
    assert [line.booking for line in (await books.issued(JANUARY)).statement.lines] == ["a"]
    assert (await books.issued(APRIL)).statement.entries == []
    assert (await books.issued(date(2025, 11, 1))).statement.entries == []
    assert await books.count() == 5


async def test_a_month_long_ago_brings_no_others(books: Books) -> None:
    """Whoever asks for 1971 has that one issued, and not the hundreds of empty months that follow it."""
    await books.keep(extra("a", "2026-01-05T09:00:00Z"), extra("c", "2026-03-05T09:00:00Z"))
    books.show("2026-05-01T09:00:00Z")
    assert (await books.issued(date(1971, 1, 1))).statement.entries == []
    assert (await books.issued(date(2025, 11, 1))).statement.entries == []
    assert await books.count() == 2
    assert [line.booking for line in (await books.issued(MARCH)).statement.lines] == ["c"]
    assert await books.count() == 5


async def test_without_bookings_only_what_is_asked_for_is_issued(books: Books) -> None:
    books.show("2026-05-01T09:00:00Z")
    for month in (date(1971, 1, 1), MARCH):
        assert (await books.issued(month)).statement.entries == []
    assert await books.count() == 2


async def test_asked_for_by_many_at_once_it_is_issued_once(books: Books) -> None:
    await books.keep(extra("a", "2026-01-05T09:00:00Z"), extra("b", "2026-02-05T09:00:00Z"))
    books.show("2026-03-01T09:00:00Z")
    found = await asyncio.gather(*(books.issued(month) for month in (FEBRUARY, JANUARY) * 5))
    assert {each.statement.month: [line.booking for line in each.statement.lines] for each in found} == {
        JANUARY: ["a"],
        FEBRUARY: ["b"],
    }
    assert len({each.issued_at for each in found}) == 1
    assert await books.count() == 2


async def test_who_has_no_statement(books: Books) -> None:
    """A member; somebody who is not there."""
    assert await books.statements.of("mia", JANUARY) == Missing()
    assert await books.statements.of("nobody", JANUARY) == Missing()


async def test_the_books_outlast_their_people(books: Books) -> None:
    """What a mentor earned stays after an erasure of either side; no name is in it."""
    await books.keep(extra("a", "2026-01-05T09:00:00Z"))
    books.show("2026-02-01T09:00:00Z")
    january = await books.issued(JANUARY)
    async with books.database.begin() as connection:
        for person in ("mia", "tom"):
            await erasures.erase_person(connection, person, books.now)
    assert await books.issued(JANUARY) == january
    async with books.database.read() as connection:
        content = await connection.scalar(select(STATEMENTS.c.content))
    assert content is not None
    assert "Mia" not in content
    assert "Tom" not in content
