"""The calendar worked out another way: minute by minute, from what the wall clock of a zone shows.

In the years looked at, zones change at whole UTC minutes and stand whole minutes apart from UTC, so a day never
changes within a minute.
"""

from bisect import bisect_left
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from itertools import accumulate

import holidays as holiday_calendars

from quotas.instant import DAY, MINUTE
from quotas.plans import WEEKDAYS, Weekday
from quotas.zones import zone_of

DAYS = 75
"""How many days a table holds."""


@lru_cache(maxsize=64)
def _days(zone: str, first_minute: int) -> list[date]:
    """The day of each minute: the latest date that the wall clock has shown by then, since days don't come back."""
    place = zone_of(zone)
    moments = (first_minute * 60 + second for second in range(0, DAYS * 24 * 60 * 60, 60))
    return list(accumulate((datetime.fromtimestamp(moment, place).date() for moment in moments), max))


class Minutes:
    """A table of `DAYS` days from midnight UTC of `day` on."""

    def __init__(self, zone: str, day: str, closed_weekdays: tuple[Weekday, ...], country: str) -> None:
        self.start = int(datetime.fromisoformat(day).replace(tzinfo=UTC).timestamp()) * 1000
        self.days = _days(zone, self.start // MINUTE)
        years = range(self.days[0].year, self.days[-1].year + 1)
        free = set(holiday_calendars.country_holidays(country, years=years)) if country else set()
        closed = {
            day: WEEKDAYS[day.weekday()] in closed_weekdays or day in free
            for day in (self.days[0] + timedelta(days=number) for number in range(-1, DAYS + 2))
        }
        self.open = [not closed[day] for day in self.days]
        self._counted = list(accumulate(self.open, initial=0))

    def _minute(self, at: int) -> int:
        return (at - self.start) // MINUTE

    def day(self, at: int) -> date:
        return self.days[self._minute(at)]

    def monday(self, at: int) -> date:
        """The first day of the week that holds the instant."""
        day = self.day(at)
        return day - timedelta(days=day.weekday())

    def is_open(self, at: int) -> bool:
        return self.open[self._minute(at)]

    def next_change_of_day(self, at: int) -> int:
        """The first instant after `at` that lies on another day."""
        minute = self._minute(at)
        while self.days[minute] == self.day(at):
            minute += 1
        return self.start + minute * MINUTE

    def next_open(self, at: int) -> int:
        """The first open instant from `at` on."""
        return self._next(at, True)

    def next_closed(self, at: int) -> int:
        """The first closed instant from `at` on; the end of the table where there is none."""
        return self._next(at, False)

    def _next(self, at: int, state: bool) -> int:
        minute = self._minute(at)
        while minute < len(self.open) and self.open[minute] != state:
            minute += 1
        return max(at, self.start + minute * MINUTE)

    def counted(self, start: int, end: int) -> int:
        """Milliseconds of open time from `start` until `end`."""
        return self._counted_until(end) - self._counted_until(start)

    def _counted_until(self, at: int) -> int:
        minute = self._minute(at)
        rest = (at - self.start) % MINUTE if minute < len(self.open) and self.open[minute] else 0
        return self._counted[minute] * MINUTE + rest

    def reached(self, start: int, target: int) -> int:
        """The earliest instant at which `target` ms of open time have passed since `start`."""
        wanted = self._counted_until(start) + target
        minute = bisect_left(self._counted, -(-wanted // MINUTE))
        return self.start + minute * MINUTE - (-wanted % MINUTE)

    @property
    def middle(self) -> tuple[int, int]:
        """First and last instant with enough of the table on either side."""
        return self.start + 2 * DAY, self.start + 25 * DAY
