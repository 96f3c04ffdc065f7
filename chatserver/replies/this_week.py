"""On which days of the running week a mentor has written, in each conversation whose plan asks for some of them."""

from collections import defaultdict
from datetime import date

from msgspec import Struct

from chatserver.records.database import Database
from chatserver.replies.rows import writing_days
from quotas.terms import Rulebook


class DaysThisWeek(Struct, frozen=True):
    """`days` of the local week that ends at `ends_at` (ms), of the `asked` ones."""

    conversation: str
    member: str
    plan: str
    asked: int
    days: tuple[date, ...]
    ends_at: int


async def days_this_week(database: Database, rulebook: Rulebook, mentor: str, now: int) -> list[DaysThisWeek]:
    """Of all open conversations of the mentor on such plans, by id. Raises DatabaseError."""
    asked = {name: plan.mentor_days_per_week or 0 for name, plan in rulebook.policy.plans.items()}
    plans = [name for name, days in asked.items() if days]
    async with database.read() as connection:
        places = await writing_days.of_mentor(connection, mentor, plans)
        calendars = {zone: rulebook.calendar_to_show(zone, "") for zone in {each.zone for each in places}}
        weeks: defaultdict[int, list[str]] = defaultdict(list)
        for each in places:
            weeks[calendars[each.zone].week_of(now)].append(each.conversation)
        written: dict[str, list[date]] = {}
        for week, names in weeks.items():
            written |= await writing_days.dates_in_week(connection, names, week)
    found = []
    for each in places:
        calendar = calendars[each.zone]
        days = tuple(written.get(each.conversation, ()))
        ends_at = calendar.week_start(calendar.week_of(now) + 1)
        found.append(DaysThisWeek(each.conversation, each.member, each.plan, asked[each.plan], days, ends_at))
    return found
