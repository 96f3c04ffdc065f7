"""Sessions with hours, prices and series: Mia is coached by Tom, as often as they agree."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any, Literal

from msgspec.structs import replace

from chatserver.records.database import Database
from chatserver.sessions.hours import OpeningHours
from chatserver.sessions.hours_requests import HoursDetails, WeeklyHours
from chatserver.sessions.prices import Prices
from chatserver.sessions.series import SeriesBook
from chatserver.sessions.series_making import SeriesMaking
from chatserver.sessions.series_record import SeriesDetails, SeriesView
from chatserver.sessions.series_timer import SeriesTimers
from quotas import instant
from quotas.ledger import keys
from quotas.plans import Sessions, Weekday
from quotas.policy_file import builtin_policy
from quotas.store.link import Link
from quotas.terms import Rulebook
from tests.chatserver.sessions.desk import TUESDAY, Desk

_POLICY = builtin_policy()
COACHED = replace(
    _POLICY,
    plans=_POLICY.plans
    | {"coaching": replace(_POLICY.plans["live"], sessions=Sessions("unlimited", ("video_call", "live_chat")))},
)


class Coaching(Desk):
    """Its clock stands where `now` says."""

    def __init__(self, database: Database, store: Link, now: int) -> None:
        super().__init__(database, store, now, Rulebook(COACHED))
        self.hours = OpeningHours(database, self.clock)
        self.prices = Prices(database, self.clock)
        self.making = SeriesMaking(
            database=database,
            bookings=self.bookings,
            timers=self.timers,
            clock=self.clock,
            policy=COACHED.sessions,
            log=self.log,
        )
        self.series = SeriesBook(database=database, making=self.making, clock=self.clock, rulebook=self.rulebook)
        self.series_timers = SeriesTimers(database=database, making=self.making, timers=self.timers, ledger=self.ledger)

    async def begin(self, id: str = "s1", **more: Any) -> SeriesView:
        """A series, which must work."""
        view = await self.series.put(id, rule(**more), "mentor")
        assert isinstance(view, SeriesView), view
        return view

    async def seen(self, id: str = "s1") -> SeriesView:
        view = await self.series.view(id)
        assert view is not None
        return view

    async def timer(self, id: str = "s1", conversation: str = "c1") -> int:
        """When it rings; 0 where it is not set."""
        name = keys.timers(keys.partition(conversation))
        return int(await self.store.request("ZSCORE", name, f"series:{id}") or 0)


@asynccontextmanager
async def coaching(database: Database, store_url: str, now: int = TUESDAY) -> AsyncIterator[Coaching]:
    """With the conversation c1 on a plan without limit."""
    link = Link(store_url)
    await link.open()
    desk = Coaching(database, link, now)
    await desk.ledger.load()
    await desk.open(plan="coaching")
    yield desk
    link.close()


def rule(
    first: str = "2026-01-07T09:00:00+01:00",
    minutes: Literal[30, 45, 60, 90] = 45,
    every_weeks: int = 2,
    **more: Any,
) -> SeriesDetails:
    """Every other Wednesday at nine."""
    known = {"conversation": "c1", "service": "video_call"} | more
    return SeriesDetails(first=first, minutes=minutes, every_weeks=every_weeks, **known)


def office(*days: Weekday) -> HoursDetails:
    """Open from nine to twelve on these weekdays, a day ahead."""
    return HoursDetails([WeeklyHours(day, "09:00", "12:00") for day in days])


def at(text: str) -> int:
    """An instant of Oslo's winter."""
    return instant.parse(f"{text}+01:00")
