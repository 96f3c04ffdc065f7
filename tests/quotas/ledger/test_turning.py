"""A partition's clock is moved ahead, never past anything, and is the same for whoever asks: on real stores."""

from collections.abc import AsyncIterator

import pytest

from quotas.instant import DAY, HOUR, MINUTE, SECOND
from quotas.ledger import keys
from quotas.ledger.archive import LedgerArchive
from quotas.ledger.redis import RedisLedger
from quotas.ledger.timers import Claim, Timers
from quotas.ledger.waits import REPLY, Ahead, Waits
from quotas.standing import ConversationSettings
from quotas.store.link import Link
from tests.quotas.ledger.waiting import PROMISES, write
from tests.quotas.ledgers import link_to

NAME = "c1"
PARTITION = keys.partition(NAME)
SHIFTED = 5 * DAY
LEASE = 2 * SECOND
WARN_FIRST = 4 * HOUR


class Desk:
    """One process on a shifted store, as it was told of the shift when it started."""

    def __init__(self, link: Link, shift: int = SHIFTED) -> None:
        self.link = link
        self.ledger = RedisLedger(link, shift)
        self.waits = Waits(link, self.ledger, shift)
        self.timers = Timers(link, self.ledger)
        self.archive = LedgerArchive(link, self.ledger, shift)

    async def opened(self, plan: str = "day") -> None:
        await self.ledger.configure(NAME, ConversationSettings("mia", "tom", plan, "Europe/Oslo", ""))

    async def turned(self, to: int) -> Ahead:
        """Move the clock to an instant, where it may."""
        return await self.waits.turn(PARTITION, to - await self.ledger.time(), to, LEASE, [REPLY])

    async def claimed(self) -> Claim:
        return await self.timers.claim(PARTITION, [REPLY], LEASE, 10)

    async def heard(self) -> None:
        """Hear how far the clock was moved."""
        self.ledger.hear_shift(int(await self.link.request("GET", keys.shift(PARTITION))))

    async def shown(self) -> int:
        """How far the partition's clock runs ahead, to the hour."""
        standing = await self.ledger.standing(NAME)
        assert standing is not None
        return round((standing.now - await self.ledger.time()) / HOUR)


@pytest.fixture
async def desk(store_url: str) -> AsyncIterator[Desk]:
    async with link_to(store_url) as link:
        desk = Desk(link)
        await desk.ledger.load()
        yield desk


async def test_every_rule_has_the_clock_that_the_partition_was_moved_to(desk: Desk) -> None:
    """Also for a process that has not heard of it; but nothing rings for it before it has."""
    await desk.opened()
    before = (await write(desk.ledger, PROMISES, NAME)).at
    assert (await desk.turned(before + 10 * HOUR)).now >= before + 10 * HOUR
    late = Desk(desk.link)
    assert before + 10 * HOUR <= (await write(late.ledger, PROMISES, NAME)).at < before + 11 * HOUR
    live = await late.ledger.start_live(NAME, HOUR)
    assert live is not None
    assert live.usage.live_until >= before + 11 * HOUR
    assert await late.shown() == 5 * 24 + 10
    assert (await late.claimed()).now < before + HOUR
    await late.heard()
    assert (await late.claimed()).now >= before + 10 * HOUR
    assert await late.ledger.mark_read(NAME, "member", 1, "o")
    [oldest] = await desk.link.request("ZRANGE", keys.unarchived(PARTITION), 0, 0, "WITHSCORES")
    assert oldest[1] >= before


async def test_it_never_goes_back(desk: Desk) -> None:
    await desk.opened()
    now = await desk.ledger.now()
    await desk.turned(now + 10 * HOUR)
    await desk.turned(now + 9 * HOUR)
    assert await desk.shown() == 5 * 24 + 10


async def test_a_real_clock_cannot_be_moved(desk: Desk) -> None:
    """Whatever is written into the store."""
    real = Desk(desk.link, 0)
    await real.opened()
    await desk.link.request("SET", keys.shift(PARTITION), DAY)
    assert await real.shown() == 0
    assert (await write(real.ledger, PROMISES, NAME)).at < await real.ledger.time() + HOUR
    await desk.waits.turned(DAY, ())
    assert await real.ledger.learn_shift() == 0
    assert await real.ledger.now() < await real.ledger.time() + HOUR


async def test_nothing_is_passed_over(desk: Desk) -> None:
    """Neither a far deadline that has no timer, nor a timer; at its instant it is due, until it is settled."""
    await desk.opened()
    written = await write(desk.ledger, PROMISES, NAME)
    due_at = written.usage.due_at
    far = due_at + 30 * DAY
    place = await desk.turned(far)
    arm_at = due_at - 6 * HOUR + MINUTE
    assert (place.is_busy, place.next_at) == (False, arm_at)
    assert await desk.shown() == 5 * 24
    place = await desk.turned(arm_at)
    assert place.is_busy
    assert await desk.waits.arm(PARTITION, WARN_FIRST) == 1
    place = await desk.turned(far)
    assert (place.is_busy, place.next_at) == (False, due_at - WARN_FIRST)
    place = await desk.turned(due_at - WARN_FIRST + 1)
    assert place.next_at == due_at - WARN_FIRST
    moved = await desk.turned(due_at - WARN_FIRST)
    assert moved.is_busy
    assert moved.now >= due_at - WARN_FIRST
    assert (await desk.claimed()).rung == []
    await desk.heard()
    claim = await desk.claimed()
    assert [rung.name for rung in claim.rung] == [NAME]
    assert (await desk.turned(far)).is_busy
    assert await desk.waits.note_warning(NAME, due_at, 4, claim.now) == "noted"
    assert (await desk.turned(far)).is_busy, "there may be more to note"
    assert await desk.waits.look_again(NAME, due_at, due_at + 1) == "known"
    place = await desk.turned(far)
    assert (place.is_busy, place.next_at) == (False, due_at + 1)


async def test_what_was_claimed_is_waited_for(desk: Desk) -> None:
    """A timer that is set for the next two seconds is not: it can be moved to."""
    await desk.opened()
    now = await desk.ledger.now()
    timers = keys.timers(PARTITION)
    await desk.link.request("ZADD", timers, now + 1_500, keys.timer(REPLY, NAME))
    place = await desk.turned(now + DAY)
    assert (place.is_busy, place.next_at) == (False, now + 1_500)
    await desk.link.request("ZADD", timers, now, keys.timer(REPLY, NAME))
    assert [rung.name for rung in (await desk.claimed()).rung] == [NAME]
    place = await desk.turned(now + DAY)
    assert (place.is_busy, place.next_at) == (True, 0)
    assert await desk.shown() == 5 * 24


async def test_a_move_is_kept_and_told(desk: Desk) -> None:
    """For whoever starts later, and never backwards; nobody listens here."""
    await desk.link.request("HSET", keys.META, "shift", SHIFTED)
    assert await desk.waits.turned(SHIFTED + DAY, (1, 2)) == 0
    assert await desk.waits.turned(SHIFTED + HOUR, ()) == 0
    assert await desk.ledger.learn_shift() == desk.ledger.shift == SHIFTED + DAY
    assert desk.ledger.hear_shift(SHIFTED) == SHIFTED + DAY
