"""How mentors answer: the waits of a range of days, by mentor, plan or week, and the days on which mentors wrote."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import date, timedelta

from msgspec import Struct
from sqlalchemy.ext.asyncio import AsyncConnection

from chatserver.conversations.requests import FieldProblem, Invalid
from chatserver.protocol.reports import By, ReplyDay, ReplyGroup, ReplyReport
from chatserver.records.database import Database
from chatserver.replies.mentor_weeks import DaysWritten, MentorWeeks, monday_of, week_of
from chatserver.replies.rows import figures as reply_figures
from chatserver.replies.rows import today as reply_today
from chatserver.replies.rows.figures import Began, Counts, Spread
from chatserver.replies.this_week import DaysThisWeek, days_this_week
from quotas.terms import Rulebook

MOST_DAYS = 731
"""The longest range: two years."""
DEFAULT_WEEKS = 4
"""The weeks of a report that names no first day, the one of its last day included."""
EARLIEST, LATEST = date(1971, 1, 1), date(2199, 12, 31)
ONE_DAY = timedelta(days=1)


class ReplyReports:
    """`clock` gives the store's instant. Methods raise DatabaseError and StoreError."""

    def __init__(self, database: Database, rulebook: Rulebook, clock: Callable[[], Awaitable[int]]) -> None:
        self._database = database
        self._rulebook = rulebook
        self._clock = clock

    async def this_week(self, mentor: str) -> list[DaysThisWeek]:
        """The days of the running week on which they have written, where the plans ask for some."""
        return await days_this_week(self._database, self._rulebook, mentor, await self._clock())

    async def report(self, first: date | None, last: date | None, by: By, mentor: str | None) -> ReplyReport | Invalid:
        """Of one mentor, or of all. Without `last` until today, without `first` from a Monday on."""
        zone = self._rulebook.policy.calendar.zone
        calendar = self._rulebook.calendar(zone, "")
        now = await self._clock()
        last = last or calendar.day_of(now)
        if problem := _day_problem("to", last) or _day_problem("from", first or last):
            return Invalid([problem])
        first = first or max(EARLIEST, monday_of(week_of(last) - DEFAULT_WEEKS + 1))
        if problem := _range_problem(first, last):
            return Invalid([problem])
        began = Began(calendar.start_of(first), calendar.start_of(last + ONE_DAY), mentor)
        asked = {
            name: plan.mentor_days_per_week
            for name, plan in self._rulebook.policy.plans.items()
            if plan.mentor_days_per_week
        }
        async with self._database.read() as connection:
            groups = await _figures(connection, began, by)
            total = await _figures(connection, began, None)
            held = await reply_figures.plans_held(connection, began, list(asked))
            # A week that began in the range may go on for six days after it.
            written = await reply_figures.mentor_days(connection, mentor, list(asked), first, last + timedelta(days=6))
        days = MentorWeeks(self._rulebook, asked, written, by)
        await asyncio.to_thread(days.add, held, first, last, now)
        return ReplyReport(
            first=first,
            last=last,
            zone=zone,
            by=by,
            groups=[_group(groups, days, key, by) for key in _keys(groups, days, by)],
            total=_group(total, days, "", None),
            behind=days.behind,
        )

    async def today(self, mentor: str | None) -> ReplyDay:
        """The day so far, of one mentor or of all."""
        zone = self._rulebook.policy.calendar.zone
        calendar = self._rulebook.calendar(zone, "")
        day = calendar.day_of(await self._clock())
        start = calendar.start_of(day)
        async with self._database.read() as connection:
            missed, answered_since = await reply_today.missed_since(connection, start, mentor)
            lengths = await reply_today.counted_since(connection, start, mentor)
        promised = sorted(each for each in lengths if each is not None)
        median = promised[(len(promised) - 1) // 2] if promised else None
        return ReplyDay(day, zone, missed, answered_since, len(lengths), median)


class _Figures(Struct, frozen=True):
    """What the database worked out, by group."""

    counts: dict[str, Counts]
    counted: dict[str, Spread]
    waited: dict[str, Spread]
    in_chats: dict[str, Spread]
    stood_in: dict[str, int]


async def _figures(connection: AsyncConnection, began: Began, by: By | None) -> _Figures:
    return _Figures(
        await reply_figures.counts(connection, began, by),
        await reply_figures.spreads(connection, began, by, "counted_ms"),
        await reply_figures.spreads(connection, began, by, "waited_ms"),
        await reply_figures.spreads(connection, began, by, "waited_ms", in_chats=True),
        await reply_figures.stood_in(connection, began, by),
    )


def _keys(figures: _Figures, days: MentorWeeks, by: By) -> list[str]:
    keys = figures.counts.keys() | figures.stood_in.keys() | (days.groups.keys() - {""})
    return sorted(keys, key=int) if by == "week" else sorted(keys)


def _group(figures: _Figures, days: MentorWeeks, key: str, by: By | None) -> ReplyGroup:
    counts = figures.counts.get(key, Counts())
    counted, waited, in_chats = figures.counted.get(key), figures.waited.get(key), figures.in_chats.get(key)
    written = days.groups.get(key, DaysWritten())
    return ReplyGroup(
        name=monday_of(int(key)).isoformat() if by == "week" else key,
        answered=counts.answered,
        in_time=counts.in_time,
        missed=counts.missed,
        dropped=counts.dropped,
        acknowledged=counts.acknowledged,
        withdrawn=counts.withdrawn,
        counted_median_ms=counted.median_ms if counted else None,
        counted_p95_ms=counted.p95_ms if counted else None,
        waited_median_ms=waited.median_ms if waited else None,
        waited_p95_ms=waited.p95_ms if waited else None,
        longest_ms=counts.longest_ms,
        chat_answered=in_chats.number if in_chats else 0,
        chat_median_ms=in_chats.median_ms if in_chats else None,
        chat_p95_ms=in_chats.p95_ms if in_chats else None,
        mentor_weeks=written.weeks,
        mentor_days=written.days,
        weeks_behind=written.behind,
        by_substitutes=counts.by_substitutes,
        stood_in=figures.stood_in.get(key, 0),
        late=counts.late,
    )


def _day_problem(field: str, day: date) -> FieldProblem | None:
    if EARLIEST <= day <= LATEST:
        return None
    return FieldProblem(field, f"{day} is out of range; allowed: {EARLIEST} to {LATEST}")


def _range_problem(first: date, last: date) -> FieldProblem | None:
    if last < first:
        return FieldProblem("to", f"{last} is before {first}; allowed: `from` or a later day")
    if (last - first).days >= MOST_DAYS:
        return FieldProblem("from", f"{first} to {last} are more than {MOST_DAYS} days; allowed: a shorter range")
    return None
