"""A mentor is asked whether a member has disappeared: in time, once, not where they are there, leave or are gone."""

import asyncio
from collections.abc import AsyncIterator
from datetime import date
from typing import Any

import pytest

from chatserver.cases.quiet_look import QuietLook
from chatserver.cases.quiet_members import OF_ALL, QUIET, QuietMembers
from chatserver.conversations.records import locked
from chatserver.notices.notice import Notice
from chatserver.notices.rows import notices
from chatserver.records.database import Database
from chatserver.replies.recorder import RecordedWait
from chatserver.replies.rows import waits as reply_waits
from chatserver.replies.rows.waits import MentorDay
from chatserver.sessions.outcomes import BookingDone
from quotas.instant import DAY
from quotas.ledger import keys
from quotas.ledger.timers import Rung
from quotas.ledger.waits import EventKind, WaitEvent
from quotas.standing import Writer
from tests.chatserver.cases.case_desk import MIA, SARA, TOM, CaseDesk, did
from tests.chatserver.heard import noting_on
from tests.chatserver.sessions.desk import TUESDAY, opened, wanted


class QuietDesk(CaseDesk):
    """Days are counted from TUESDAY, when mia and tom began."""

    def __init__(self, *args: Any) -> None:
        super().__init__(*args)
        self.quiet = self.another()

    def another(self, days: int = 14) -> QuietMembers:
        """As another process has it."""
        return QuietMembers(
            database=self.database,
            look=QuietLook(self.database, self.ledger, self.kept),
            steps=self.steps,
            noting=noting_on(self.database, self.heard),
            timers=self.timers,
            clock=self.clock,
            days=days,
        )

    async def wrote(self, *days: float, writer: Writer = "mentor") -> None:
        for each in days:
            await self.write(writer, self.day(each))
            if writer == "mentor":
                await self.recorded("wrote", each)

    async def recorded(self, kind: EventKind, days: float, **more: Any) -> None:
        """The recorder has that."""
        waits = [RecordedWait(WaitEvent(0, "1-1", kind, "c1", 0, 0, self.day(days), **more), "live")]
        async with self.database.begin() as connection:
            concerned = await locked(connection, sorted(await self.quiet.concerned(connection, waits)))
            await self.quiet.recorded(connection, waits, concerned, self.now)
        await self.quiet.told(waits)

    def day(self, days: float) -> int:
        return TUESDAY + round(days * DAY)

    async def looked(self, days: float) -> list[float]:
        """Let the timer ring on that day; as of which days the mentor has been asked by then."""
        self.now = self.day(days)
        await self.quiet.ring(Rung(0, QUIET, "c1", self.now))
        return [(each.at - TUESDAY) / DAY for each in await self.asked()]

    async def asked(self) -> list[Notice]:
        """What the mentor was asked, the first time first."""
        async with self.database.read() as connection:
            heard = await notices.page(connection, "tom", None, 100)
        return [each for each in reversed(heard) if each.event == "ghosting.suggested"]

    async def suggested(self) -> list[str]:
        return [each.conversation for each in await self.quiet.suggested_to("tom")]

    async def rings(self, name: str = "c1") -> float | None:
        """On which day the timer does."""
        at = await self.store.request("ZSCORE", keys.timers(keys.partition(name)), f"{QUIET}:{name}")
        return None if at is None else (int(float(at)) - TUESDAY) / DAY


@pytest.fixture
async def desk(database: Database, valkey_url: str) -> AsyncIterator[QuietDesk]:
    async with opened(QuietDesk, database, valkey_url) as desk:
        yield desk


async def test_a_mentor_who_wrote_twice_in_vain_is_asked_on_day_14(desk: QuietDesk) -> None:
    """Once, and it stands among what they are asked."""
    await desk.wrote(1)
    assert await desk.rings() == 2
    await desk.wrote(1.5)
    assert await desk.rings() == 2
    assert await desk.looked(2) == []
    assert await desk.rings() == 14
    for day in (14, 15, 40):
        assert await desk.looked(day) == [14]
    [notice] = await desk.asked()
    assert (notice.conversation, notice.data) == (
        "c1",
        {"since": "2026-01-06T09:00:00.000Z", "role": "mentor", "first": True},
    )
    assert await desk.suggested() == ["c1"]
    assert await desk.quiet.still_quiet(notice) is None


async def test_the_second_message_may_come_after_day_14(desk: QuietDesk) -> None:
    """It is noted as of that message, and a timer waits for nothing that has not begun."""
    await desk.wrote(1)
    assert await desk.looked(15) == []
    await desk.store.request("FLUSHALL")
    assert await desk.rings() is None


async def test_many_who_look_at_once_ask_once(desk: QuietDesk) -> None:
    await desk.wrote(1, 20)
    desk.now = desk.day(21)
    await asyncio.gather(*(each.ring(Rung(0, QUIET, "c1", desk.now)) for each in [desk.another() for _ in range(5)]))
    assert [(each.at - TUESDAY) / DAY for each in await desk.asked()] == [20]


async def message(desk: QuietDesk) -> None:
    await desk.wrote(13, writer="member")


async def reading(desk: QuietDesk) -> None:
    await desk.ledger.mark_read("c1", "member", 2, "test")


async def refused(desk: QuietDesk) -> None:
    await desk.recorded("refused", 13, reason="quota", side="member")


async def booking(desk: QuietDesk) -> None:
    desk.now = desk.day(13)
    await desk.publish()
    made = wanted("b1", desk.day(20), service="video_call")
    assert isinstance(await desk.bookings.book(made, "member"), BookingDone)


async def question(desk: QuietDesk) -> None:
    desk.now = desk.day(13)
    await desk.opened("q", "question", MIA)


async def pause(desk: QuietDesk) -> None:
    for day, status in ((9, "paused"), (13, "open")):
        desk.now = desk.day(day)
        await desk.change("c1", status=status)


@pytest.mark.parametrize("sign", [message, reading, refused, booking, question, pause])
async def test_a_sign_of_the_member_begins_it_anew(desk: QuietDesk, sign: Any) -> None:
    """Who tries to write, reads, books or asks is there; so is who could not write before."""
    await desk.wrote(1, 2)
    await sign(desk)
    assert await desk.looked(14) == []
    await desk.wrote(15, 16)
    since = 15 if sign is reading else 13
    assert await desk.looked(since + 14 - 0.1) == []
    assert await desk.looked(since + 14) == [since + 14]


@pytest.mark.parametrize("sign", [message, reading, refused, booking, question, pause])
async def test_whoever_is_back_is_no_question_any_more(desk: QuietDesk, sign: Any) -> None:
    await desk.wrote(1, 2)
    await desk.looked(14)
    [notice] = await desk.asked()
    await sign(desk)
    assert await desk.quiet.still_quiet(notice) is not None
    assert await desk.suggested() == []


async def test_a_mentors_own_signs_are_none(desk: QuietDesk) -> None:
    await desk.wrote(1, 2)
    await desk.recorded("refused", 13, reason="suspended", side="mentor")
    desk.now = desk.day(13)
    assert isinstance(await desk.bookings.book(wanted("b1", desk.day(20)), "mentor"), BookingDone)
    await desk.opened("q", "question", TOM)
    assert await desk.looked(14) == [14]


async def test_not_while_they_are_taken_for_gone(desk: QuietDesk) -> None:
    """Nor again for the same quiet, once the mentor has taken that back."""
    await desk.wrote(1, 2)
    await desk.looked(14)
    await desk.opened("g", "ghosting", TOM)
    assert await desk.suggested() == []
    await desk.acted("g", "withdraw", TOM)
    assert await desk.looked(30) == [14]
    assert await desk.suggested() == []


async def test_not_while_a_cancellation_is_official(desk: QuietDesk) -> None:
    """Also one that was made in another conversation of theirs; a mentor's report is none."""
    await desk.person("ann", "mentor")
    await desk.put("c9", "mia", "ann")
    await desk.wrote(1, 2)
    await desk.opened("m", "membership_cancellation", TOM)
    assert await desk.looked(14) == [14]
    assert await desk.suggested() == ["c1"]
    desk.now = TUESDAY
    await desk.opened("o", "membership_cancellation", SARA, conversation="c9")
    desk.now = desk.day(15)
    assert await desk.suggested() == []


@pytest.mark.parametrize("status", ["paused", "suspended", "ended"])
async def test_not_where_the_conversation_does_not_go_on(desk: QuietDesk, status: str) -> None:
    await desk.wrote(1, 2)
    await desk.change("c1", status=status)
    assert await desk.looked(14) == []


async def test_not_where_the_policy_never_asks(desk: QuietDesk) -> None:
    desk.quiet = desk.another(days=0)
    await desk.wrote(1, 2)
    assert await desk.rings() is None
    assert await desk.looked(14) == []
    await desk.quiet.arm(0)
    assert await desk.rings(OF_ALL) is None


async def test_a_refused_message_ends_a_ghosting(desk: QuietDesk) -> None:
    """As of when it was tried, in the recorder's transaction; what was tried before it began does not."""
    ref = (await desk.opened("g", "ghosting", TOM)).case.id
    await desk.recorded("refused", -1, reason="quota", side="member")
    assert did(await desk.seen(ref, TOM)) == ["opened"]
    desk.now = desk.day(40)
    await desk.recorded("refused", 39, reason="quota", side="member")
    seen = await desk.seen(ref, TOM)
    assert did(seen) == ["opened", "support_trying", "returned"]
    assert seen is not None
    assert (seen.case.ended_at, seen.case.history[-1].because) == (desk.day(39), "message")


async def test_timers_that_the_store_lost_are_set_again(desk: QuietDesk) -> None:
    """Once it has lost them, and not before."""
    async with desk.database.begin() as connection:
        await reply_waits.store(connection, [MentorDay("c1", date(2026, 1, 7), 1)])
    desk.now = desk.day(3)
    await desk.quiet.arm(1)
    assert await desk.rings(OF_ALL) is None
    await desk.quiet.arm(0)
    assert await desk.rings(OF_ALL) == 31
    first = await desk.rings()
    assert first is not None
    assert 3 <= first < 4
    await desk.timers.clear_timer("c1", QUIET, "c1")
    await desk.another().arm(0)
    assert await desk.rings() is None
    await desk.quiet.ring(Rung(0, QUIET, OF_ALL, desk.day(31)))
    assert await desk.rings(OF_ALL) == 59
