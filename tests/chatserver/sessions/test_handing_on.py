"""A conversation goes on with another mentor: what its member has, and has used, comes along."""

from collections.abc import AsyncIterator
from datetime import date
from typing import Any

import pytest

from chatserver.conversations.requests import Conflict, ConversationDetails, Missing, Written
from chatserver.records.database import Database
from chatserver.sessions.handing_on import HandedOn, HandingOn
from chatserver.sessions.outcomes import BookingDone
from quotas.admission import Usage
from quotas.instant import DAY
from quotas.ledger.base import Posted
from quotas.standing import Standing
from quotas.store.errors import StoreError
from tests.chatserver.heard import noting_on
from tests.chatserver.sessions.desk import TUESDAY, Desk, opened, wanted
from tests.quotas.ledger.desk import Desk as Talk


class Handing(Desk):
    """c1 is mia's with tom; kim is another mentor."""

    def __init__(self, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        self.handing_on = HandingOn(
            database=self.database,
            ledger=self.ledger,
            provisioning=self.provisioning,
            appointments=self.appointments,
            credits=self.credits,
            telling=self.telling,
            noting=noting_on(self.database, self.heard),
            clock=self.clock,
        )

    async def hand_on(self, new: str = "c9", old: str = "c1") -> HandedOn:
        outcome = await self.handing_on.hand_on(old, new, "kim")
        assert isinstance(outcome, HandedOn), outcome
        return outcome

    async def standing(self, id: str) -> Standing:
        found = await self.ledger.standing(id)
        assert found is not None
        return found


@pytest.fixture
async def desk(database: Database, valkey_url: str) -> AsyncIterator[Handing]:
    async with opened(Handing, database, valkey_url) as desk:
        await desk.person("kim", "mentor")
        yield desk


async def test_what_the_member_has_comes_along(desk: Handing) -> None:
    """Plan, months and calendar; the conversation before ends, for that reason."""
    details = ConversationDetails("mia", "tom", "live", "Europe/Copenhagen", "DK", date(2025, 11, 30))
    assert isinstance(await desk.provisioning.put_conversation("c2", details), Written)
    done = await desk.hand_on(old="c2")
    assert (done.before.status, done.before.ended_reason) == ("ended", "switched")
    after = done.after
    assert (after.member, after.mentor, after.follows, after.kind) == ("mia", "kim", "c2", "plan")
    assert (after.plan, after.zone, after.holidays) == ("live", "Europe/Copenhagen", "DK")
    assert (after.subscription_from, after.status) == (date(2025, 11, 30), "open")
    assert (await desk.standing("c2")).settings.status == "ended"
    assert (await desk.standing("c9")).settings.plan == "live"


async def test_units_come_along_by_one_entry(desk: Handing) -> None:
    """What was spent is spent; what was only booked is cancelled, uncounted; what support added is there."""
    assert isinstance(await desk.bookings.book(wanted("b1", TUESDAY + DAY), "mentor"), BookingDone)
    assert isinstance(await desk.bookings.book(wanted("b2", TUESDAY + 5 * DAY), "mentor"), BookingDone)
    await desk.credits.correct("c1", "k1", 3, "a session that failed")
    await desk.later(2 * 24 * 60)
    await desk.bookings.cancel("b1", "support")
    before = await desk.credits.of("c1")
    assert before is not None
    assert before.credits is not None
    assert before.credits.left is not None
    for _ in range(2):
        await desk.hand_on()
    after = await desk.credits.of("c9")
    assert after is not None
    assert after.credits is not None
    [entry] = after.entries
    assert (entry.correction, entry.reason, entry.units) == ("carried", "carried", after.credits.corrected)
    assert after.credits.left == before.credits.left + 1
    found = await desk.bookings.find("b2")
    assert found is not None
    assert found.cancelled is not None
    assert (found.cancelled.by, found.cancelled.late, found.cancelled.counts) == ("end", False, False)


async def test_what_was_used_of_the_week_comes_along_once(desk: Handing) -> None:
    """With the open window; the open wait ends dropped, and nothing waits for the other mentor."""
    await desk.change("c1", plan="light")
    assert isinstance(await Talk(desk.ledger, desk.rulebook, "c1").member(TUESDAY, "question"), Posted)
    used = (await desk.standing("c1")).usage
    assert (used.windows_used, used.window_ends_at, used.waiting_since) == (1, TUESDAY + DAY, TUESDAY)
    for _ in range(2):
        await desk.hand_on()
    assert (await desk.standing("c1")).usage.waiting_since == 0
    usage = (await desk.standing("c9")).usage
    assert usage == Usage(used.week, used.windows_used, used.messages_used, used.window_ends_at)


async def test_a_trial_with_the_other_mentor_goes_on(desk: Handing) -> None:
    """After a first call, say; it keeps its id."""
    trial = ConversationDetails("mia", "kim", "trial", trial=True)
    assert isinstance(await desk.provisioning.put_conversation("t1", trial), Written)
    done = await desk.hand_on("t1")
    assert (done.after.kind, done.after.plan, done.after.follows) == ("plan", "live", "c1")
    assert (await desk.standing("t1")).settings.plan == "live"


async def test_a_pause_comes_along(desk: Handing) -> None:
    await desk.change("c1", status="paused")
    assert (await desk.hand_on()).after.status == "paused"


@pytest.mark.parametrize(("beneath", "after"), [("open", "open"), ("paused", "paused")])
async def test_a_suspension_stays_between_the_two(desk: Handing, beneath: str, after: str) -> None:
    await desk.change("c1", status=beneath)
    await desk.change("c1", status="suspended")
    assert (await desk.hand_on()).after.status == after


async def test_a_crash_between_is_finished_by_the_same_again(desk: Handing, monkeypatch: pytest.MonkeyPatch) -> None:
    """Wherever the store went away: after the records nothing is lost, and nothing is done twice."""
    project = desk.provisioning.project
    calls = 0

    async def dying(*args: Any) -> Standing:
        nonlocal calls
        calls += 1
        if calls in (1, 3):
            raise StoreError("gone")
        return await project(*args)

    monkeypatch.setattr(desk.provisioning, "project", dying)
    for _ in range(2):
        with pytest.raises(StoreError):
            await desk.hand_on()
    done = await desk.hand_on()
    assert (await desk.standing("c1")).settings.status == "ended"
    assert (await desk.standing("c9")).settings.revision == done.after.revision
    assert await desk.hand_on() == done


async def test_what_cannot_be_handed_on(desk: Handing) -> None:
    """Each in a sentence, and nothing is written."""
    hand_on = desk.handing_on.hand_on
    await desk.open("c2", "ola", "kim")
    assert await hand_on("absent", "c9", "kim") == Missing()
    for new, mentor, why in (
        ("c9", "tom", "already"),
        ("c2", "kim", "other people"),
        ("c9", "nobody", "nobody"),
    ):
        refused = await hand_on("c1", new, mentor)
        assert not isinstance(refused, HandedOn | Missing)
        assert why in str(refused)
    await desk.hand_on()
    again = await hand_on("c1", "c8", "kim")
    assert isinstance(again, Conflict)
    assert "'c9'" in again.detail
