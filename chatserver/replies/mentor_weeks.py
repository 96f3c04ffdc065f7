"""On how many days of each week mentors wrote, against what the members' plans ask for: a reminder, not a breach."""

from collections.abc import Mapping, Sequence
from datetime import date

from msgspec import Struct

from chatserver.protocol.reports import By, WeekBehind
from chatserver.replies.rows.figures import Held
from quotas.terms import Rulebook

MOST_BEHIND = 500
"""Weeks behind that are named one by one; all finished ones are counted."""


class DaysWritten(Struct):
    """In how many finished weeks mentors wrote on how many days, and how many of these weeks had too few."""

    weeks: int = 0
    days: int = 0
    behind: int = 0


class MentorWeeks:
    """`asked` are the days a week by plan, `written` those that were, by conversation and week.

    `groups` holds the sums by group, and those of all under ''. `behind` begins with the latest week.
    """

    def __init__(
        self, rulebook: Rulebook, asked: Mapping[str, int], written: Mapping[tuple[str, int], int], by: By
    ) -> None:
        self._rulebook = rulebook
        self._asked = asked
        self._written = written
        self._by = by
        self.groups: dict[str, DaysWritten] = {"": DaysWritten()}
        self.behind: list[WeekBehind] = []

    def add(self, held: Sequence[Held], first: date, last: date, now: int) -> None:
        """Look at the weeks that began from `first` to `last`, where the plan was held from beginning to end."""
        first_week = week_of(first) if first.weekday() == 0 else week_of(first) + 1
        bounds = {each.zone: self._bounds(each.zone, first_week, week_of(last)) for each in held}
        for week in range(week_of(last), first_week - 1, -1):
            for each in held:
                starts_at, ends_at = bounds[each.zone][week - first_week]
                until = min(now, ends_at)
                if each.started_at <= starts_at <= now and (each.ended_at is None or each.ended_at >= until):
                    self._add(each, week, over=ends_at <= now)

    def _bounds(self, zone: str, first: int, last: int) -> list[tuple[int, int]]:
        calendar = self._rulebook.calendar_to_show(zone, "")
        return [(calendar.week_start(week), calendar.week_start(week + 1)) for week in range(first, last + 1)]

    def _add(self, held: Held, week: int, *, over: bool) -> None:
        days, asked = self._written.get((held.conversation, week), 0), self._asked[held.plan]
        if over:
            for group in ("", self._group(held, week)):
                sums = self.groups.setdefault(group, DaysWritten())
                sums.weeks += 1
                sums.days += days
                sums.behind += days < asked
        if days < asked and len(self.behind) < MOST_BEHIND:
            mentor, name, plan = held.mentor, held.conversation, held.plan
            self.behind.append(WeekBehind(monday_of(week), mentor, name, plan, days, asked, over))

    def _group(self, held: Held, week: int) -> str:
        match self._by:
            case "mentor":
                return held.mentor
            case "plan":
                return held.plan
            case "week":
                return str(week)


def week_of(day: date) -> int:
    """The number of the week that holds the day, as `Calendar.week_of` counts."""
    return (day.toordinal() - 1) // 7


def monday_of(week: int) -> date:
    """The first day of the week with that number."""
    return date.fromordinal(week * 7 + 1)
