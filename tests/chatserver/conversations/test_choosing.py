"""Two mentors at once, of whom one is chosen."""

from collections.abc import AsyncIterator
from datetime import date
from typing import Any

import pytest

from chatserver.conversations.choosing import Choosing, Chosen
from chatserver.conversations.conversation import ConversationRecord
from chatserver.conversations.requests import Conflict, ConversationDetails, Invalid, Missing, Written
from chatserver.notices.trials import NotedChoices
from chatserver.records.database import Database
from chatserver.sessions.outcomes import BookingDone
from quotas.instant import DAY
from quotas.store.errors import StoreError
from tests.chatserver.heard import noting_on
from tests.chatserver.sessions.desk import TUESDAY, Desk, opened, wanted


class TwoMentors(Desk):
    """mia has the trials t1 with tom and t2 with kim, beside c1."""

    def __init__(self, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        self.noting = noting_on(self.database, self.heard)
        self.news = NotedChoices(self.noting)
        self.choosing = Choosing(self.database, self.provisioning, self.appointments, self.news, self.clock)

    async def try_out(self, id: str, mentor: str, chosen_plan: str | None = "live") -> None:
        await self.person(mentor, "mentor")
        details = ConversationDetails("mia", mentor, "trial", trial=True, chosen_plan=chosen_plan)
        assert isinstance(await self.provisioning.put_conversation(id, details), Written)

    async def choose(self, id: str, plan: str | None = None) -> Chosen:
        outcome = await self.choosing.choose(id, plan)
        assert isinstance(outcome, Chosen), outcome
        return outcome

    async def record(self, id: str) -> ConversationRecord:
        found = await self.provisioning.get_conversation(id)
        assert found is not None
        return found


@pytest.fixture
async def desk(database: Database, valkey_url: str) -> AsyncIterator[TwoMentors]:
    async with opened(TwoMentors, database, valkey_url) as desk:
        await desk.try_out("t1", "tom")
        await desk.try_out("t2", "kim")
        yield desk


async def test_one_is_chosen_and_the_other_ends(desk: TwoMentors) -> None:
    """The chosen one gets the plan, from today on; what was booked with the other is cancelled, uncounted."""
    call = wanted("b1", TUESDAY + 3 * DAY, "t2", service="video_call", kind="chemistry")
    assert isinstance(await desk.bookings.book(call, "mentor"), BookingDone)
    await desk.later(24 * 60)
    chosen = await desk.choose("t1")
    record = chosen.record
    assert (record.kind, record.plan, record.status, record.chosen_at) == ("plan", "live", "open", desk.now)
    assert record.subscription_from == date(2026, 1, 7)
    assert chosen.ended == ("t2",)
    other = await desk.record("t2")
    assert (other.status, other.ended_reason, other.kind) == ("ended", "not_chosen", "trial")
    for id, status, plan in (("t1", "open", "live"), ("t2", "ended", "trial"), ("c1", "open", "live")):
        standing = await desk.ledger.standing(id)
        assert standing is not None
        assert (standing.settings.status, standing.settings.plan) == (status, plan)
    found = await desk.bookings.find("b1")
    assert found is not None
    assert found.cancelled is not None
    assert (found.cancelled.by, found.cancelled.counts) == ("end", False)


async def test_the_same_again_changes_nothing(desk: TwoMentors) -> None:
    """It tells the ledger again, of both: whoever chose may have died before it knew."""
    first = await desk.choose("t1")
    await desk.later(1)
    assert await desk.choose("t1") == first
    assert await desk.choose("t1", "live") == first
    assert isinstance(await desk.choosing.choose("t1", "basic"), Conflict)
    assert isinstance(await desk.choosing.choose("t2"), Conflict)


async def test_a_crash_is_finished_by_the_same_again(desk: TwoMentors, monkeypatch: pytest.MonkeyPatch) -> None:
    async def dying(record: ConversationRecord) -> None:
        raise StoreError("gone")

    with monkeypatch.context() as gone:
        gone.setattr(desk.provisioning, "project", dying)
        with pytest.raises(StoreError):
            await desk.choose("t1")
    await desk.choose("t1")
    standing = await desk.ledger.standing("t2")
    assert standing is not None
    assert standing.settings.status == "ended"


async def test_the_plan_is_named_where_none_was_said(desk: TwoMentors) -> None:
    await desk.try_out("t3", "ann", chosen_plan=None)
    assert isinstance(await desk.choosing.choose("t3"), Invalid)
    assert isinstance(await desk.choosing.choose("t3", "gold"), Invalid)
    assert (await desk.choose("t3", "basic")).record.plan == "basic"
    assert [(await desk.record(id)).ended_reason for id in ("t1", "t2")] == ["not_chosen", "not_chosen"]


async def test_only_trials_are_chosen(desk: TwoMentors) -> None:
    assert isinstance(await desk.choosing.choose("c1"), Conflict)
    assert await desk.choosing.choose("absent") == Missing()


async def test_a_mentor_hears_that_another_was_chosen(desk: TwoMentors) -> None:
    """Once, however often it is said."""
    for _ in range(2):
        await desk.choose("t1")
    assert [(person, event) for person, event, _ in desk.heard.published if event == "trial.not_chosen"] == [
        ("kim", "trial.not_chosen")
    ]
