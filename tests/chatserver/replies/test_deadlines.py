"""Deadlines fire: warnings and misses, once each, whoever is awake, and after everything was asleep."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator

import pytest

from chatserver.operating.metrics import Metrics
from chatserver.operating.timer_watch import LEASE, TimerWatch
from chatserver.replies.deadlines import ReplyDeadlines
from quotas.instant import HOUR
from quotas.ledger import keys
from quotas.ledger.base import Post, Posted, posted
from quotas.ledger.redis import RedisLedger
from quotas.ledger.timers import Timers
from quotas.ledger.waits import WaitEvent, Waits
from quotas.plans import Always, CalendarPolicy, Plan, Policy, ReplyPromise
from quotas.standing import ConversationSettings, Standing, Writer
from quotas.store.errors import StoreError
from quotas.store.link import Link
from quotas.terms import Rulebook
from tests.quotas.ledgers import link_to

PROMISE = ReplyPromise(target_hours=24, clock="continuous", warn_hours=(4, 1))
NEVER_CLOSED = CalendarPolicy(closed_weekdays=())
"""The tests run on any day of the week."""
RULEBOOK = Rulebook(Policy(NEVER_CLOSED, {"open": Plan(writing=Always(), reply=PROMISE)}))


class Desk:
    """A store seen with its clock shifted, so that a day passes at once."""

    def __init__(self, link: Link, shift: int = 0) -> None:
        self.link = link
        self.ledger = RedisLedger(link, shift)
        self.waits = Waits(link, self.ledger, shift)
        self.timers = Timers(link, self.ledger)
        self.watch = TimerWatch(self.timers, [ReplyDeadlines(self.ledger, self.waits, RULEBOOK, Metrics())])

    def later(self, shift: int) -> "Desk":
        return Desk(self.link, shift)

    async def open(self, conversation: str) -> None:
        await self.ledger.configure(conversation, ConversationSettings("mia", "tom", "open", "Europe/Oslo", ""))

    async def write(self, conversation: str, writer: Writer = "member") -> Posted:
        standing = await self.standing(conversation)
        result = await posted(
            self.ledger,
            Post(conversation, writer, "", b"", b"{}", "test"),
            standing.settings,
            standing.terms(RULEBOOK),
        )
        assert isinstance(result, Posted)
        return result

    async def standing(self, conversation: str) -> Standing:
        standing = await self.ledger.standing(conversation)
        assert standing is not None
        return standing

    async def watched(self) -> list[WaitEvent]:
        """What the timers did until none was left."""
        while await self.watch.sweep():
            pass
        found = await asyncio.gather(*(self.waits.events(each, 1_000) for each in range(keys.PARTITIONS)))
        return [event for events in found for event in events]


@pytest.fixture
async def desk(store_url: str) -> AsyncIterator[Desk]:
    async with link_to(store_url) as link:
        desk = Desk(link)
        await desk.ledger.load()
        await desk.open("c1")
        yield desk


def kinds(events: list[WaitEvent]) -> list[str]:
    return [event.kind for event in events if event.kind != "wrote"]


async def test_warnings_and_the_miss_go_out_once_each_at_their_time(desk: Desk) -> None:
    written = await desk.write("c1")
    due_at = written.usage.due_at
    assert due_at == written.at + 24 * HOUR
    assert kinds(await desk.later(19 * HOUR).watched()) == []
    for shift, expected in (
        (20 * HOUR, ["warning"]),
        (21 * HOUR, ["warning"]),
        (23 * HOUR, ["warning", "warning"]),
        (24 * HOUR + 1_000, ["warning", "warning", "missed"]),
        (90 * HOUR, ["warning", "warning", "missed"]),
    ):
        events = await desk.later(shift).watched()
        assert kinds(events) == expected
        assert {event.due_at for event in events} == {due_at}
    assert (await desk.standing("c1")).missed


async def test_a_server_that_slept_through_it_all_notes_the_miss_and_no_useless_warning(desk: Desk) -> None:
    await desk.write("c1")
    assert kinds(await desk.later(200 * HOUR).watched()) == ["missed"]


async def test_a_moved_deadline_is_warned_of_anew(desk: Desk) -> None:
    await desk.write("c1")
    evening = desk.later(20 * HOUR)
    assert kinds(await evening.watched()) == ["warning"]
    moved = await evening.write("c1")
    assert kinds(await desk.later(24 * HOUR).watched()) == ["warning"]
    assert kinds(await desk.later(40 * HOUR).watched()) == ["warning", "warning"]
    assert moved.usage.due_at == moved.at + 24 * HOUR


async def test_a_deadline_that_moves_away_again_and_again_is_warned_of_at_the_last(desk: Desk) -> None:
    """Each time shortly before its warning: the timer that was set rings early, and says nothing."""
    for hours in (0, 19, 38, 57):
        await desk.later(hours * HOUR).watched()
        await desk.later(hours * HOUR).write("c1")
    assert kinds(await desk.later(76 * HOUR).watched()) == []
    assert kinds(await desk.later(77 * HOUR + 1_000).watched()) == ["warning"]
    assert kinds(await desk.later(82 * HOUR).watched()) == ["warning", "missed"]


async def test_a_lost_mark_of_what_is_armed_notes_nothing_twice(desk: Desk) -> None:
    """All waits up to the horizon are looked at anew: those that were missed, warned of and not yet near."""
    await desk.write("c1")
    await desk.later(25 * HOUR).watched()
    await desk.open("c2")
    await desk.later(20 * HOUR).write("c2")
    before = kinds(await desk.later(41 * HOUR).watched())
    assert sorted(before) == ["missed", "warning"]
    await asyncio.gather(*(desk.link.request("DEL", keys.armed(each)) for each in range(keys.PARTITIONS)))
    assert kinds(await desk.later(41 * HOUR).watched()) == before
    assert sorted(kinds(await desk.later(45 * HOUR).watched())) == ["missed", "missed", "warning"]


async def test_an_answer_stops_the_timers(desk: Desk) -> None:
    await desk.write("c1")
    await desk.write("c1", "mentor")
    assert kinds(await desk.later(50 * HOUR).watched()) == ["answered"]
    assert await desk.waits.count(0) == 0


async def test_a_late_answer_before_the_timer_rang_notes_the_miss_first(desk: Desk) -> None:
    await desk.write("c1")
    late = desk.later(30 * HOUR)
    result = await late.write("c1", "mentor")
    assert result.answered is not None
    assert result.answered.late
    assert kinds(await late.watched()) == ["missed", "answered"]


async def test_writing_again_does_not_heal_a_noted_miss_and_the_next_wait_starts_clean(desk: Desk) -> None:
    first = await desk.write("c1")
    after = desk.later(30 * HOUR)
    await after.watched()
    again = await after.write("c1")
    assert again.usage.due_at == first.usage.due_at
    await after.write("c1", "mentor")
    assert not (await desk.standing("c1")).missed
    await after.write("c1")
    assert kinds(await desk.later(60 * HOUR).watched()) == ["missed", "answered", "missed"]


async def test_ending_drops_the_wait(desk: Desk) -> None:
    await desk.write("c1")
    await desk.ledger.configure("c1", ConversationSettings("mia", "tom", "open", "Europe/Oslo", "", "ended", 2))
    assert kinds(await desk.later(60 * HOUR).watched()) == ["dropped"]


async def test_an_end_after_the_deadline_before_the_timer_rang_notes_the_miss_first(desk: Desk) -> None:
    written = await desk.write("c1")
    late = desk.later(30 * HOUR)
    await late.ledger.configure("c1", ConversationSettings("mia", "tom", "open", "Europe/Oslo", "", "ended", 2))
    missed, dropped = await late.watched()
    assert (missed.kind, missed.due_at, missed.at) == ("missed", written.usage.due_at, written.usage.due_at)
    assert (dropped.kind, dropped.due_at) == ("dropped", written.usage.due_at)
    assert await late.watched() == [missed, dropped]


async def test_many_watchers_note_each_miss_once(desk: Desk) -> None:
    names = [f"m{number}" for number in range(500)]
    await asyncio.gather(*(desk.open(name) for name in names))
    await asyncio.gather(*(desk.write(name) for name in names))
    watchers = [desk.later(25 * HOUR) for _ in range(3)]
    await asyncio.gather(*(watcher.watched() for watcher in watchers))
    events = await watchers[0].watched()
    assert Counter(event.conversation for event in events) == dict.fromkeys(names, 1)
    assert set(kinds(events)) == {"missed"}


async def test_a_timer_whose_process_died_rings_again_after_its_lease(desk: Desk) -> None:
    written = await desk.write("c1")
    partition = int(keys.tag("c1")[1:-1])
    late = desk.later(25 * HOUR)
    assert await late.waits.arm(partition, PROMISE.warn_first) == 1
    claimed = await late.timers.claim(partition, late.watch.kinds, LEASE, 10)
    assert [(rung.kind, rung.name) for rung in claimed.rung] == [("reply", "c1")]
    assert kinds(await late.watched()) == []
    assert kinds(await desk.later(25 * HOUR + LEASE).watched()) == ["missed"]
    assert written.usage.due_at


@pytest.mark.parametrize("dies_in", ["note_warning", "look_again"])
async def test_a_warning_whose_process_died_goes_out_after_the_lease_and_once(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, dies_in: str
) -> None:
    """Whatever it was at: it does not wait for the next warning, hours later."""

    async def dies(*args: object) -> object:
        raise StoreError("killed")

    await desk.write("c1")
    dying = desk.later(20 * HOUR)
    with monkeypatch.context() as patched:
        patched.setattr(dying.waits, dies_in, dies)
        await dying.watched()
    assert kinds(await desk.later(20 * HOUR + LEASE + 1).watched()) == ["warning"]


async def test_events_are_kept_until_they_are_forgotten(desk: Desk) -> None:
    await desk.write("c1")
    [event] = await desk.later(25 * HOUR).watched()
    await desk.waits.forget(event.partition, [event.id])
    assert await desk.waits.events(event.partition, 10) == []
