"""The clock of a store is moved where no server runs: everything in its order, once, whatever ends the move."""

import asyncio
from collections.abc import AsyncIterator, Collection

import pytest

from chatserver.operating.clock_shift import settle_shift
from chatserver.operating.metrics import Metrics
from chatserver.operating.timer_watch import LEASE, TimerWatch
from chatserver.replies.clock_move import ClockMove
from chatserver.replies.deadlines import ReplyDeadlines
from quotas import instant
from quotas.instant import DAY, HOUR, MINUTE
from quotas.ledger import keys
from quotas.ledger.base import Post, posted
from quotas.ledger.redis import RedisLedger
from quotas.ledger.timers import Rung, Timers
from quotas.ledger.waits import REPLY, WaitEvent, Waits
from quotas.standing import ConversationSettings
from quotas.store.errors import StoreError
from quotas.store.link import Link
from tests.chatserver.replies.test_deadlines import RULEBOOK
from tests.quotas.ledgers import link_to

START = "2026-01-06T09:00:00Z"
BEGAN = instant.parse(START)
NAMES = ("c1", "c2", "c3")


class KilledError(Exception):
    """Whoever moved the clock is gone."""


class Bell:
    """Timers that nothing but their ringing does anything for."""

    kind = "bell"

    def __init__(self) -> None:
        self.rung: list[tuple[str, int]] = []

    async def arm(self, partition: int) -> None:
        """They are set already."""

    async def ring(self, rung: Rung) -> None:
        self.rung.append((rung.name, rung.now))


class Mover:
    """One who moves the clock, and does what is due."""

    def __init__(self, link: Link, shift: int) -> None:
        self.link = link
        self.ledger = RedisLedger(link, shift)
        self.waits = Waits(link, self.ledger, shift)
        self.timers = Timers(link, self.ledger)
        self.watch = TimerWatch(self.timers, [ReplyDeadlines(self.ledger, self.waits, RULEBOOK, Metrics())])
        self.reached: list[int] = []

    async def to(self, target: int) -> int:
        return await ClockMove(
            self.ledger, self.waits, self.watch.kinds, self.watch.settle_due, self.reached.append
        ).to(target)

    async def write(self, conversation: str) -> int:
        """The member writes; the deadline of that, 24 hours later."""
        await self.ledger.configure(conversation, ConversationSettings("mia", "tom", "open", "Europe/Oslo", ""))
        standing = await self.ledger.standing(conversation)
        assert standing is not None
        post = Post(conversation, "member", "", b"", b"{}", "test")
        await posted(self.ledger, post, standing.settings, standing.terms(RULEBOOK))
        standing = await self.ledger.standing(conversation)
        assert standing is not None
        return standing.usage.due_at

    async def events(self) -> list[WaitEvent]:
        """What deadlines did, in the order of their instants; that is the order in which they did it."""
        found = await asyncio.gather(*(self.waits.events(each, 1_000) for each in range(keys.PARTITIONS)))
        events = sorted((event for each in found for event in each), key=lambda event: event.at)
        real = [int(event.id.partition("-")[0]) for event in events]
        assert real == sorted(real)
        return events


@pytest.fixture
async def link(store_url: str) -> AsyncIterator[Link]:
    async with link_to(store_url) as link:
        yield link


@pytest.fixture
async def mover(link: Link) -> Mover:
    mover = Mover(link, await settle_shift(link, START))
    await mover.ledger.load()
    return mover


async def written(mover: Mover) -> dict[str, int]:
    """Three members write, 25 minutes after each other; their deadlines."""
    due = {}
    for place, name in enumerate(NAMES):
        await mover.to(BEGAN + (place + 1) * 25 * MINUTE)
        due[name] = await mover.write(name)
    return due


def wanted(due: dict[str, int]) -> list[tuple[int, str, str]]:
    """What falls due, when, of whom: two warnings and a miss each."""
    kinds = ((-4 * HOUR, "warning"), (-HOUR, "warning"), (1, "missed"))
    return sorted((due[name] + after, kind, name) for name in due for after, kind in kinds)


def assert_each_once_in_order(events: list[WaitEvent], due: dict[str, int]) -> None:
    """And each at its own instant: at the latest when the next one is due, ten minutes later."""
    assert [(event.kind, event.conversation) for event in events] == [(kind, name) for _, kind, name in wanted(due)]
    for event, (at, _, name) in zip(events, wanted(due), strict=True):
        assert at <= event.at < at + 10 * MINUTE
        assert event.due_at == due[name]


async def test_nothing_rings_by_a_clock_that_was_not_said_yet(mover: Mover, link: Link) -> None:
    """A server that looks at its timers in that moment leaves them: those who are connected hear of the clock first."""
    first = await mover.write("c1") - 4 * HOUR
    await mover.to(first - HOUR)
    server = Mover(link, mover.ledger.shift)
    shift = mover.ledger.shift + HOUR
    for partition in range(keys.PARTITIONS):
        await mover.waits.turn(partition, shift, first, LEASE, [REPLY])
    assert await server.watch.sweep() == 0
    assert await mover.waits.turned(shift, ()) == 0
    server.ledger.hear_shift(shift)
    assert await server.watch.sweep() == 1
    assert [event.kind for event in await mover.events()] == ["warning"]


async def test_everything_in_between_happens_in_its_order_at_its_instant(mover: Mover) -> None:
    due = await written(mover)
    target = BEGAN + 30 * DAY
    assert target <= await mover.to(target) < target + HOUR
    assert_each_once_in_order(await mover.events(), due)
    assert mover.reached == sorted(mover.reached)
    assert await settle_shift(mover.link, None) == mover.ledger.shift


async def test_moved_to_an_instant_it_has_passed_nothing_changes(mover: Mover) -> None:
    shift = mover.ledger.shift
    await mover.to(BEGAN - DAY)
    assert mover.ledger.shift == shift


@pytest.mark.parametrize("steps", [1, 3, 6])
async def test_a_move_that_ended_in_the_middle_goes_on(mover: Mover, steps: int) -> None:
    """Whoever goes on was started afresh."""
    due = await written(mover)

    class Dying(list[int]):
        def append(self, now: int) -> None:
            if len(self) == steps:
                raise KilledError
            super().append(now)

    mover.reached = Dying()
    with pytest.raises(KilledError):
        await mover.to(BEGAN + 3 * DAY)
    assert len(await mover.events()) < len(wanted(due))
    again = Mover(mover.link, await settle_shift(mover.link, None))
    await again.to(BEGAN + 3 * DAY)
    assert_each_once_in_order(await again.events(), due)


async def test_a_step_that_ended_half_way_goes_on(mover: Mover) -> None:
    """Some partitions were moved, others not, and nobody was told: what lags is not passed over."""
    due = await written(mover)
    for name in NAMES[1:]:
        partition = keys.partition(name)
        shift = mover.ledger.shift + 10 * HOUR
        await mover.waits.turn(partition, shift, await mover.ledger.time() + shift, LEASE, [REPLY])
    again = Mover(mover.link, await settle_shift(mover.link, None))
    await again.to(BEGAN + 3 * DAY)
    assert_each_once_in_order(await again.events(), due)


async def test_a_step_that_ended_before_it_was_said_goes_on(mover: Mover) -> None:
    """Everything was moved to where something is due, and nobody had heard of that clock: it is done, and not in vain
    waited for until the clock that was said last has come there by itself.
    """
    at = BEGAN + DAY
    await mover.timers.set_timer("c1", Bell.kind, "b1", at)
    shift = at - await mover.ledger.time()
    for partition in range(keys.PARTITIONS):
        await mover.waits.turn(partition, shift, at, LEASE, [Bell.kind])
    again, bell = Mover(mover.link, await settle_shift(mover.link, None)), Bell()
    assert await again.ledger.now() < at
    again.watch = TimerWatch(again.timers, [bell])
    async with asyncio.timeout(30):
        await again.to(BEGAN + 3 * DAY)
    [(name, rang_at)] = bell.rung
    assert name == "b1"
    assert at <= rang_at < at + 10 * MINUTE
    assert await settle_shift(mover.link, None) == again.ledger.shift


async def test_what_a_dead_process_had_claimed_is_waited_for(mover: Mover) -> None:
    """Its lease runs out by real time; nothing later overtakes it."""
    due = await written(mover)
    partition = keys.partition("c1")
    claimed: list[str] = []

    async def settle(partitions: Collection[int]) -> None:
        if await mover.ledger.now() >= due["c1"] - 4 * HOUR and not claimed:
            claim = await mover.timers.claim(partition, [REPLY], LEASE, 10)
            claimed.extend(rung.name for rung in claim.rung)
        else:
            await mover.watch.settle_due(partitions)

    await ClockMove(mover.ledger, mover.waits, mover.watch.kinds, settle).to(BEGAN + 3 * DAY)
    assert claimed == ["c1"]
    assert_each_once_in_order(await mover.events(), due)


async def test_two_at_once_do_no_harm(mover: Mover) -> None:
    """With different targets: the clock is at the later one in the end."""
    due = await written(mover)
    other = Mover(mover.link, mover.ledger.shift)
    await asyncio.gather(mover.to(BEGAN + 2 * DAY), other.to(BEGAN + 3 * DAY))
    assert_each_once_in_order(await mover.events(), due)
    assert await mover.ledger.now() >= BEGAN + 3 * DAY


async def test_a_message_in_the_middle_of_a_move_is_not_passed_over(mover: Mover) -> None:
    """Its wait begins while the clock is being moved, and its deadline lies before the target."""
    due = {"c1": await mover.write("c1")}
    late: dict[str, int] = {}

    async def settle(partitions: Collection[int]) -> None:
        await mover.watch.settle_due(partitions)
        if not late:
            late["c2"] = await mover.write("c2")

    await ClockMove(mover.ledger, mover.waits, mover.watch.kinds, settle).to(BEGAN + 5 * DAY)
    assert late["c2"] > due["c1"]
    assert_each_once_in_order(await mover.events(), due | late)


async def test_a_part_of_the_store_that_does_not_answer_ends_the_move(mover: Mover) -> None:
    """What is due there would be passed over."""

    class Failing(Waits):
        async def turn(self, partition: int, shift: int, to: int, lease: int, kinds: object):  # type: ignore[no-untyped-def]  # as its base
            if partition == 7:
                raise StoreError("gone")
            return await super().turn(partition, shift, to, lease, [REPLY])

    failing = Failing(mover.link, mover.ledger, mover.ledger.shift)
    with pytest.raises(StoreError, match="a part of the store does not answer; run the same command again"):
        await ClockMove(mover.ledger, failing, mover.watch.kinds, mover.watch.settle_due).to(BEGAN + DAY)
