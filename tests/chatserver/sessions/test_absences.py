"""Absences begin: support hears where members wait and nobody stands in, once, whoever dies meanwhile."""

from collections.abc import AsyncIterator
from typing import Any

import pytest

from chatserver.conversations.requests import ConversationDetails, PersonDetails, Written
from chatserver.operating.timer_watch import TimerWatch
from chatserver.records.database import Database
from chatserver.sessions.absence_requests import AbsenceDetails
from chatserver.sessions.absence_timers import AbsenceTimers
from chatserver.sessions.absences import AbsenceBook, AbsenceWritten
from quotas import instant
from quotas.instant import DAY, HOUR, MINUTE
from quotas.ledger.open_waits import OpenWaits
from quotas.store.link import Link
from tests.chatserver.messages.past import oslo
from tests.chatserver.notices.quiet_desk import QuietDesk

TUESDAY = oslo("2026-01-06T10:00")
AWAY = oslo("2026-01-07T09:00")
BACK = oslo("2026-01-14T09:00")


class AbsentDesk(QuietDesk):
    """With sara of support, ann who may stand in, and the timers of absences."""

    async def show(self, now: int) -> None:
        await super().show(now)
        clock = self.ledger.now
        self.absences = AbsenceBook(database=self.database, store=self.link, timers=self.timers, clock=clock)
        self.absence_timers = AbsenceTimers(
            database=self.database, waits=OpenWaits(self.ledger), noting=self.noting, timers=self.timers, clock=clock
        )
        self.watch = TimerWatch(self.timers, [self.absence_timers])

    async def away(self, since: int = AWAY, until: int = BACK, substitute: str | None = None) -> AbsenceWritten:
        details = AbsenceDetails(instant.text(since), instant.text(until), substitute)
        written = await self.absences.put("tom", "flu", details)
        assert isinstance(written, AbsenceWritten), written
        return written

    async def said(self) -> list[dict[str, Any]]:
        return [each.data for each in await self.told("sara")]


@pytest.fixture
async def desk(database: Database, valkey_url: str) -> AsyncIterator[AbsentDesk]:
    """On each kind of database, on a Tuesday."""
    link = Link(valkey_url)
    await link.open()
    desk = AbsentDesk(database, link)
    await desk.open(TUESDAY)
    for person, details in (("sara", PersonDetails("support", "Sara")), ("ann", PersonDetails("mentor", "Ann"))):
        assert isinstance(await desk.provisioning.put_person(person, details), Written)
    yield desk
    link.close()


async def test_support_hears_where_members_wait(desk: AbsentDesk) -> None:
    """Once, when it begins; it names the one who has waited longest, and how many wait."""
    await desk.provisioning.put_conversation("c2", ConversationDetails("mia", "tom", "basic"))
    await desk.write("member", "c2")
    await desk.show(TUESDAY + MINUTE)
    await desk.write("member", "c1")
    await desk.away()
    await desk.pass_until(AWAY - MINUTE)
    assert await desk.said() == []
    for later in (0, HOUR):
        await desk.pass_until(AWAY + later)
        [notice] = await desk.told("sara")
        assert (notice.event, notice.conversation, notice.at) == ("absence.began", "c2", AWAY)
        assert {name: notice.data[name] for name in ("mentor", "absence", "until", "waiting")} == {
            "mentor": "tom",
            "absence": "flu",
            "until": instant.text(BACK),
            "waiting": 2,
        }
    assert await desk.absence_timers.still_alone(notice) is None
    await desk.away(substitute="ann")
    assert await desk.absence_timers.still_alone(notice) == "somebody stands in"
    await desk.absences.remove("tom", "flu")
    assert await desk.absence_timers.still_alone(notice) == "the mentor is back"


async def test_nobody_hears_where_nobody_waits_or_somebody_stands_in(desk: AbsentDesk) -> None:
    await desk.away()
    await desk.pass_until(AWAY + 1)
    assert await desk.said() == []
    await desk.write("member")
    await desk.away(AWAY + DAY, substitute="ann")
    await desk.pass_until(AWAY + DAY + 1)
    assert await desk.said() == []


async def test_who_is_ill_already_says_so_now(desk: AbsentDesk) -> None:
    """It begins at once; a change while it runs is no new beginning, one to a later day is."""
    await desk.write("member")
    await desk.away(TUESDAY - DAY)
    await desk.pass_until(TUESDAY + 1)
    assert len(await desk.said()) == 1
    await desk.away(TUESDAY - DAY, BACK + DAY)
    await desk.pass_until(TUESDAY + HOUR)
    assert len(await desk.said()) == 1
    await desk.away()
    await desk.pass_until(AWAY + 1)
    assert len(await desk.said()) == 2


async def test_moved_and_taken_back_before_it_begins(desk: AbsentDesk) -> None:
    await desk.write("member")
    await desk.away()
    await desk.away(AWAY + DAY)
    await desk.pass_until(AWAY + 1)
    assert await desk.said() == []
    await desk.absences.remove("tom", "flu")
    await desk.pass_until(AWAY + DAY + 1)
    assert await desk.said() == []


async def test_one_that_lost_its_timer_gets_it_back(desk: AbsentDesk) -> None:
    """A process died before it set the timer. One that is over by then says nothing any more."""
    await desk.write("member")
    await desk.away()
    await desk.timers.clear_timer("tom", "absence", "tom flu")
    await desk.pass_until(AWAY + MINUTE)
    assert await desk.said() == []
    await desk.pass_until(AWAY + HOUR)
    assert len(await desk.said()) == 1
    await desk.absences.remove("tom", "flu")
    await desk.away(AWAY + DAY, AWAY + 2 * DAY)
    await desk.pass_until(AWAY + 3 * DAY)
    assert len(await desk.said()) == 1
