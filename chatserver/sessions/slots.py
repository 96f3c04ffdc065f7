"""Slots: what a mentor's hours and bookings leave free, now."""

from collections.abc import Iterable, Sequence

from sqlalchemy.ext.asyncio import AsyncConnection

from chatserver.conversations import absences
from chatserver.conversations.absence import AbsenceRecord
from chatserver.records.database import Database
from chatserver.sessions.rows import busy, hours, mentors
from quotas.hours import Interval, MentorHours
from quotas.instant import DAY, MINUTE
from quotas.plans import SessionPolicy
from quotas.slots import free_starts, is_offered

_FIRST_STRIDE, _LAST_STRIDE = DAY, 16 * DAY
"""How far is looked at once for the next free start: not far at first, as most have one soon."""


class Slots:
    """Methods raise DatabaseError. A mentor who never published hours has no slots, nor has one who is away."""

    def __init__(self, database: Database, policy: SessionPolicy) -> None:
        self._database = database
        self._policy = policy

    async def offers(
        self,
        connection: AsyncConnection,
        mentor: str,
        starts_at: int,
        minutes: int,
        now: int,
        *,
        without: str = "",
        beside: Sequence[Interval] = (),
    ) -> bool:
        """Whether a member may book that start, as far as the mentor's hours, notice and buffer go.

        A booking at that very time is left to be found `busy`. `without` is one that is about to move away; `beside`
        are times of the mentor's that are about to be written.
        """
        found = await hours.find(connection, mentor)
        if found is None:
            return False
        reach = (minutes + found[0].buffer_minutes) * MINUTE
        booked = await busy.intervals(connection, mentor, starts_at - reach, starts_at + reach, without)
        away = await absences.overlapping(connection, mentor, starts_at, starts_at + minutes * MINUTE)
        return is_offered(found[0], minutes, [*booked, *beside], starts_at, now, _intervals(away))

    async def next_free(
        self, mentor: str, minutes: int, now: int, most: int, *, after: int = 0, member: str = ""
    ) -> list[int]:
        """The first `most` free starts from now on, or from `after` on, as far ahead as can be booked.

        Where a member is named, at times at which they are free too.
        """
        async with self._database.read() as connection:
            published = await hours.find(connection, mentor)
            if published is None:
                return []
            found: list[int] = []
            since, end, stride = max(now, after), self._end(now), _FIRST_STRIDE
            while since < end and len(found) < most:
                until = min(since + stride, end)
                found += await self._free(connection, mentor, published[0], minutes, (since, until), now, member)
                since, stride = until, min(2 * stride, _LAST_STRIDE)
        return found[:most]

    async def free(self, mentor: str, minutes: int, since: int, until: int, now: int, *, member: str = "") -> list[int]:
        """The free starts in [since, until), as far ahead as can be booked; those of `next_free` there."""
        async with self._database.read() as connection:
            published = await hours.find(connection, mentor)
            if published is None:
                return []
            within = since, min(until, self._end(now))
            return await self._free(connection, mentor, published[0], minutes, within, now, member)

    async def has_member(self, mentor: str, member: str) -> bool:
        """Whether they are in a conversation that has not ended."""
        async with self._database.read() as connection:
            return await mentors.has_member(connection, mentor, member)

    def _end(self, now: int) -> int:
        return now + self._policy.book_ahead_days * DAY + 1

    async def _free(
        self,
        connection: AsyncConnection,
        mentor: str,
        published: MentorHours,
        minutes: int,
        within: Interval,
        now: int,
        member: str,
    ) -> list[int]:
        since, until = within
        reach = (minutes + published.buffer_minutes) * MINUTE
        booked = await busy.intervals(connection, mentor, since - reach, until + reach)
        own = await busy.intervals(connection, member, since - reach, until + reach) if member else []
        away = await absences.overlapping(connection, mentor, since, until + reach)
        return free_starts(published, minutes, booked, since, until, now, [*own, *_intervals(away)])


def _intervals(away: Iterable[AbsenceRecord]) -> list[Interval]:
    return [(each.since, each.until) for each in away]
