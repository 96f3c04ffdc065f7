"""A desk of cases with series, and all that cases ask of meetings done as the product does it."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from chatserver.cases.meeting_effects import MeetingEffects
from chatserver.records.database import Database
from chatserver.sessions.series import SeriesBook
from chatserver.sessions.series_making import SeriesMaking
from chatserver.sessions.series_record import SeriesView
from quotas import instant
from quotas.instant import DAY
from quotas.store.link import Link
from quotas.store.port import Store
from tests.chatserver.cases.case_desk import CaseDesk
from tests.chatserver.sessions.coaching import rule
from tests.chatserver.sessions.desk import TUESDAY


class MeetingDesk(CaseDesk):
    """Its `effects` are those of meetings."""

    def __init__(self, database: Database, store: Store, now: int) -> None:
        super().__init__(database, store, now)
        making = SeriesMaking(
            database=database,
            bookings=self.bookings,
            timers=self.timers,
            clock=self.clock,
            policy=self.rulebook.policy.sessions,
            log=self.log,
        )
        self.series = SeriesBook(database=database, making=making, clock=self.clock, rulebook=self.rulebook)
        effects = MeetingEffects(
            database=database,
            bookings=self.bookings,
            memberships=self.memberships,
            series=self.series,
            clock=self.clock,
        )
        self.effects.update(effects.effects())

    async def begin(self, id: str = "s1", **more: Any) -> None:
        """A series, which must work."""
        assert isinstance(await self.series.put(id, rule(**more), "mentor"), SeriesView)

    async def starts(self) -> list[str]:
        """When the two meet, as far as it is booked."""
        booked = await self.bookings.of_conversation("c1", self.now, self.now + 400 * DAY)
        return [instant.text(each.starts_at)[5:16] for each in booked if each.cancelled is None]


@asynccontextmanager
async def meeting_desk(database: Database, store_url: str, now: int = TUESDAY) -> AsyncIterator[MeetingDesk]:
    """It is Tuesday, 6 January, and there is no case."""
    link = Link(store_url)
    await link.open()
    desk = MeetingDesk(database, link, now)
    await desk.move_in()
    yield desk
    link.close()
