"""Mentors' statements, issued month by month.

Source: sessions.md "Money". A month that is over is issued when somebody first asks for it or for a later one, and all
that lacked before it with it, in order: so each of them knows what was told before, and what came later stands in the
next. A month that is not over is a draft: what is true as of now.
"""

from collections.abc import Awaitable, Callable
from datetime import date

from msgspec import Struct
from sqlalchemy.ext.asyncio import AsyncConnection

from chatserver.conversations.requests import Missing
from chatserver.records.database import Database
from chatserver.sessions.rows import bookings, mentors, statements
from chatserver.sessions.rows.statements import IssuedStatement
from quotas.calendar import Calendar
from quotas.statements import Statement, month_at, next_month, statement
from quotas.terms import Rulebook


class DraftStatement(Struct, frozen=True):
    """What a month's statement would say as of now; it is issued once the month is over."""

    statement: Statement


class Statements:
    """`clock` gives the store's instant. Methods raise DatabaseError and StoreError."""

    def __init__(self, database: Database, rulebook: Rulebook, clock: Callable[[], Awaitable[int]]) -> None:
        self._database = database
        self._rulebook = rulebook
        self._clock = clock

    async def of(self, mentor: str, month: date) -> IssuedStatement | DraftStatement | Missing:
        """The mentor's statement of the month that begins on that day; Missing where there is no such mentor."""
        now = await self._clock()
        async with self._database.read() as connection:
            if found := await statements.find(connection, mentor, month):
                return found
            zone = await mentors.zone_ever(connection, mentor)
            if zone is None:
                return Missing()
            lacking = await self._lacking(connection, mentor, month, zone)
        # Also before a draft: what no statement has told yet would stand in it as a correction.
        for each in lacking:
            if self._calendar(zone).start_of(next_month(each)) <= now:
                async with self._database.begin() as connection:
                    await statements.issue(connection, await self._made(connection, mentor, each, zone, now))
        async with self._database.read() as connection:
            if done := await statements.find(connection, mentor, month):
                return done
            return DraftStatement((await self._made(connection, mentor, month, zone, now)).statement)

    async def _lacking(self, connection: AsyncConnection, mentor: str, month: date, zone: str) -> list[date]:
        """The months to be issued before that one, and itself: from the first booking on, and after the last issued.

        Months before the first booking hold nothing that a later one must know of: one long ago brings no others.
        """
        starts_at = await bookings.first_start_of(connection, mentor)
        first = month if starts_at is None else month_at(self._calendar(zone), starts_at)
        if issued := await statements.issued_to(connection, mentor):
            first = max(first, next_month(issued[-1].statement.month))
        first = min(first, month)
        months = [first]
        while months[-1] < month:
            months.append(next_month(months[-1]))
        return months

    async def _made(
        self, connection: AsyncConnection, mentor: str, month: date, zone: str, now: int
    ) -> IssuedStatement:
        """As of `now`, or of the last one that was issued, where a process with a later clock did it meanwhile."""
        calendar = self._calendar(zone)
        issued = await statements.issued_to(connection, mentor)
        # After what was told, so that bookings are never as they were before that.
        held = await bookings.of_mentor(connection, mentor, calendar.start_of(next_month(month)))
        now = max([now, *(each.issued_at for each in issued)])
        content = statement(
            mentor,
            month,
            held,
            [each.statement for each in issued if each.statement.month < month],
            zone=zone,
            calendar=calendar,
            policy=self._rulebook.policy.sessions,
            now=now,
        )
        return IssuedStatement(content, now)

    def _calendar(self, zone: str) -> Calendar:
        return self._rulebook.calendar_to_show(zone, "")
