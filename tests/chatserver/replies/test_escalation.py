"""Steps of an escalation go out once each: ahead of the deadline, and after the first message whatever the deadline."""

from collections.abc import AsyncIterator

import pytest

from chatserver.operating.metrics import Metrics
from chatserver.operating.timer_watch import TimerWatch
from chatserver.replies.deadlines import ReplyDeadlines
from quotas.instant import HOUR
from quotas.ledger.base import Post, Posted, posted
from quotas.ledger.waits import WaitEvent
from quotas.plans import Always, EscalationStep, Plan, Policy, ReplyPromise
from quotas.standing import Writer
from quotas.store.link import Link
from quotas.terms import Rulebook
from tests.chatserver.replies.test_deadlines import NEVER_CLOSED, Desk
from tests.quotas.ledgers import link_to

STEPS = (
    EscalationStep(("mentor",), before_hours=4),
    EscalationStep(("mentor", "substitute"), before_hours=1),
    EscalationStep(("support",), before_hours=0),
    EscalationStep(("mentor", "support"), after_hours=48),
    EscalationStep(("support",), after_hours=60),
)
PROMISE = ReplyPromise(target_hours=24, clock="continuous", escalation=STEPS)
RULEBOOK = Rulebook(Policy(NEVER_CLOSED, {"open": Plan(writing=Always(), reply=PROMISE)}))


class EscalatingDesk(Desk):
    """On a plan with steps."""

    def __init__(self, link: Link, shift: int = 0) -> None:
        super().__init__(link, shift)
        self.watch = TimerWatch(self.timers, [ReplyDeadlines(self.ledger, self.waits, RULEBOOK, Metrics())])

    def later(self, shift: int) -> "EscalatingDesk":
        return EscalatingDesk(self.link, shift)

    async def write(self, conversation: str, writer: Writer = "member") -> Posted:
        standing = await self.standing(conversation)
        post = Post(conversation, writer, "", b"", b"{}", "test")
        result = await posted(self.ledger, post, standing.settings, standing.terms(RULEBOOK))
        assert isinstance(result, Posted)
        return result


@pytest.fixture
async def desk(store_url: str) -> AsyncIterator[EscalatingDesk]:
    async with link_to(store_url) as link:
        desk = EscalatingDesk(link)
        await desk.ledger.load()
        await desk.open("c1")
        yield desk


def steps(events: list[WaitEvent]) -> list[tuple[str, float]]:
    return [(event.kind, event.hours) for event in events if event.kind != "wrote"]


async def test_each_step_at_its_time_and_on_after_the_miss(desk: EscalatingDesk) -> None:
    await desk.write("c1")
    told = [("warning", 4.0), ("warning", 1.0), ("missed", 0.0), ("overtime", 48.0), ("overtime", 60.0)]
    for hours, number in ((19, 0), (20, 1), (23, 2), (25, 3), (47, 3), (48, 4), (59, 4), (60, 5), (200, 5)):
        for _ in range(2):
            assert steps(await desk.later(hours * HOUR + 1_000).watched()) == told[:number]


async def test_a_member_who_keeps_writing_is_not_forgotten(desk: EscalatingDesk) -> None:
    """The deadline moves on with every message, and never comes near; 48 hours after the first one support hears."""
    for hours in range(0, 50, 10):
        await desk.later(hours * HOUR).watched()
        await desk.later(hours * HOUR).write("c1")
    assert steps(await desk.later(47 * HOUR).watched()) == []
    assert steps(await desk.later(48 * HOUR + 1_000).watched()) == [("overtime", 48.0)]
    assert not (await desk.standing("c1")).missed


async def test_while_all_are_down_each_is_noted_at_the_start(desk: EscalatingDesk) -> None:
    """Without warnings, which help nobody any more."""
    await desk.write("c1")
    expected = [("overtime", 48.0), ("overtime", 60.0), ("missed", 0.0)]
    assert steps(await desk.later(100 * HOUR).watched()) == expected


async def test_an_answer_ends_it_and_the_next_wait_has_its_own(desk: EscalatingDesk) -> None:
    await desk.write("c1")
    await desk.later(48 * HOUR + 1_000).watched()
    evening = desk.later(50 * HOUR)
    await evening.write("c1", "mentor")
    before = steps(await desk.later(61 * HOUR).watched())
    assert before[-1][0] == "answered"
    assert ("overtime", 60.0) not in before
    await desk.later(62 * HOUR).write("c1")
    after = steps(await desk.later(111 * HOUR).watched())[len(before) :]
    assert ("overtime", 48.0) in after


async def test_who_dies_between_noting_and_settling_notes_nothing_twice(desk: EscalatingDesk) -> None:
    written = await desk.write("c1")
    since, due_at = written.at, written.usage.due_at
    late = desk.later(48 * HOUR + 1_000)
    for expected in ("noted", "known"):
        assert await late.waits.note_overtime("c1", since, 48.0, since + 48 * HOUR) == expected
    assert await late.waits.note_overtime("c1", since - 1, 48.0, since) == "moved"
    assert await late.waits.look_later("c1", since, 0) == "moved"
    assert await late.waits.note_miss("c1", due_at, due_at + 1, since + 60 * HOUR) == "noted"
    assert await late.waits.look_later("c1", since, since + 60 * HOUR) == "known"
    assert steps(await desk.later(61 * HOUR).watched()) == [("overtime", 48.0), ("missed", 0.0), ("overtime", 60.0)]
