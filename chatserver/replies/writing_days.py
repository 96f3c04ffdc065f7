"""On Thursdays at noon mentors hear of members for whom they have written on fewer days than the plans ask for.

There is time left to do it: a reminder, not a breach. A timer for each zone in which mentors live rings then; a mentor
hears once a week, of how many members it is.
"""

import asyncio
import logging
from collections import defaultdict
from collections.abc import Awaitable, Callable, Sequence
from datetime import date, datetime, time, timedelta
from math import inf

from chatserver.notices.fact import Fact
from chatserver.notices.notice import Notice
from chatserver.notices.noting import Noting
from chatserver.records.database import Database, DatabaseError
from chatserver.replies.mentor_weeks import monday_of, week_of
from chatserver.replies.rows import writing_days
from chatserver.replies.rows.writing_days import WrittenIn
from quotas import instant
from quotas.instant import DAY
from quotas.ledger.timers import Rung, Timers
from quotas.terms import Rulebook
from quotas.zones import first_instant, local_time, zone_to_show

DAYS = "days"
"""The kind of the timers; their names are zones."""
THURSDAY, NOON = 3, time(12)
LOOK_EVERY = 900.0
"""Seconds between looks for zones without a timer."""
BATCH = 500

logger = logging.getLogger(__name__)


class WritingDays:
    """What these timers are for: a `TimerKind`. `clock` gives the store's instant."""

    kind = DAYS

    def __init__(
        self,
        *,
        database: Database,
        rulebook: Rulebook,
        noting: Noting,
        timers: Timers,
        clock: Callable[[], Awaitable[int]],
    ) -> None:
        self._database = database
        self._rulebook = rulebook
        self._noting = noting
        self._timers = timers
        self._clock = clock
        plans = rulebook.policy.plans.items()
        self._asked = {name: plan.mentor_days_per_week for name, plan in plans if plan.mentor_days_per_week}
        self._looked_at = -inf

    async def arm(self, partition: int) -> None:
        """Set the timers of zones that have none, once in a while, of all partitions. Raises StoreError."""
        looked_at = asyncio.get_running_loop().time()
        if partition or looked_at - self._looked_at < LOOK_EVERY:
            return
        # What fell due while everything was down is done at the first look.
        since = DAY if self._looked_at == -inf else 0
        before, self._looked_at = self._looked_at, looked_at
        try:
            now = await self._clock()
            async with self._database.read() as connection:
                zones = await writing_days.mentors_zones(connection)
            for zone in zones:
                await self._timers.set_earlier(zone, DAYS, zone, thursday_noon(zone, now - since))
        except DatabaseError:
            logger.debug("the database does not answer; reminders of writing days are looked at again")
            self._looked_at = before
        except BaseException:
            self._looked_at = before
            raise

    async def ring(self, rung: Rung) -> None:
        """Note it for the mentors who live in the zone. Raises StoreError, DatabaseError."""
        zone, noon = rung.name, thursday_noon(rung.name, rung.now - DAY)
        if noon <= rung.now:
            await self._note(zone, noon, rung.now)
        await self._timers.set_timer(zone, DAYS, zone, thursday_noon(zone, rung.now))

    async def still_this_week(self, notice: Notice) -> str | None:
        """While there is time left to write: a `StillHolds`. Raises StoreError."""
        ended = await self._clock() >= instant.parse(notice.data["until"])
        return "the week is over" if ended else None

    async def _note(self, zone: str, noon: int, now: int) -> None:
        behind: defaultdict[str, list[str]] = defaultdict(list)
        after = ""
        while True:
            async with self._database.read() as connection:
                page = await writing_days.open_ones(connection, zone, self._asked, after, BATCH)
                weeks = {each.conversation: self._week_of(each, noon) for each in page}
                written: dict[str, int] = {}
                for week in set(weeks.values()):
                    names = [name for name, number in weeks.items() if number == week]
                    written |= await writing_days.days_in_week(connection, names, week)
            for each in page:
                is_whole = each.started_at <= self._began(each, weeks[each.conversation])
                if is_whole and written.get(each.conversation, 0) < self._asked[each.plan]:
                    behind[each.mentor].append(each.conversation)
            if len(page) < BATCH:
                break
            after = page[-1].conversation
        monday = monday_of(week_of(local_time(noon, zone).date()))
        facts = [_fact(mentor, some, monday, zone, noon) for mentor, some in sorted(behind.items())]
        if facts:
            async with self._database.begin() as connection:
                made = await self._noting.note(connection, facts, now)
            await self._noting.tell(made)

    def _week_of(self, each: WrittenIn, at: int) -> int:
        return self._rulebook.calendar_to_show(each.zone, "").week_of(at)

    def _began(self, each: WrittenIn, week: int) -> int:
        return self._rulebook.calendar_to_show(each.zone, "").week_start(week)


def thursday_noon(zone: str, after: int) -> int:
    """The first Thursday noon of that zone after the instant."""
    today = local_time(after, zone).date()
    thursday = today + timedelta(days=(THURSDAY - today.weekday()) % 7)
    noon = _noon(zone, thursday)
    return noon if noon > after else _noon(zone, thursday + timedelta(days=7))


def _noon(zone: str, day: date) -> int:
    return first_instant(datetime.combine(day, NOON, zone_to_show(zone)))


def _fact(mentor: str, behind: Sequence[str], monday: date, zone: str, noon: int) -> Fact:
    """Of one mentor and week. Their week ends when the next one begins in their zone.

    Where it is about one conversation, it says which.
    """
    until = first_instant(datetime.combine(monday + timedelta(days=7), time(0), zone_to_show(zone)))
    return Fact(
        event="writing.days",
        mark=f"{mentor}/{monday}",
        at=noon,
        mentor=mentor,
        conversation=behind[0] if len(behind) == 1 else "",
        data={"week": f"{monday}", "members": len(behind), "until": instant.text(until)},
    )
