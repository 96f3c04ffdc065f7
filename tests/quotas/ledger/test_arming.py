"""Far deadlines have no timer; near ones have, in time: on real stores, seen with clocks that are shifted."""

from collections.abc import AsyncIterator
from typing import Self

import pytest

from quotas.instant import HOUR, MINUTE
from quotas.ledger import keys
from quotas.ledger.archive import LedgerArchive, Unkept
from quotas.ledger.redis import RedisLedger
from quotas.ledger.timers import Timers
from quotas.ledger.waits import REPLY, Waits
from quotas.standing import ConversationSettings
from quotas.store.link import Link
from tests.quotas.ledger.waiting import NOON, PROMISES, write
from tests.quotas.ledgers import link_to

NAME = "c1"
PARTITION = keys.partition(NAME)
WARN_FIRST = 4 * HOUR


class Desk:
    """One partition of a store, with a clock that runs `shift` ms ahead."""

    def __init__(self, link: Link, shift: int = 0) -> None:
        self.link = link
        self.ledger = RedisLedger(link, shift)
        self.waits = Waits(link, self.ledger, shift)
        self.timers = Timers(link, self.ledger)
        self.shift = shift
        self.revision = 1

    def later(self, shift: int) -> "Desk":
        return Desk(self.link, shift)

    async def opened(self, plan: str) -> Self:
        self.revision += 1
        await self.ledger.configure(
            NAME, ConversationSettings("mia", "tom", plan, "Europe/Oslo", "", revision=self.revision)
        )
        return self

    async def due(self) -> int:
        """The member writes; the deadline of that."""
        return (await write(self.ledger, PROMISES, NAME)).usage.due_at

    async def arm(self, warn_first: int = WARN_FIRST) -> int:
        return await self.waits.arm(PARTITION, warn_first)

    async def timer(self) -> int | None:
        score = await self.link.request("ZSCORE", keys.timers(PARTITION), keys.timer(REPLY, NAME))
        return None if score is None else int(score)

    async def brought_back(self, plan: str) -> None:
        """The store loses the conversation, and has it again as the archive would."""
        ledger_archive = LedgerArchive(self.link, self.ledger, self.shift)
        archived = await ledger_archive.unarchived(NAME, 100)
        assert archived is not None
        unkept = [Unkept(each.at, each.entry) for each in archived.messages]
        assert await ledger_archive.restore(NAME, 0, archived.last_seq, archived.state, unkept, [])
        await self.opened(plan)

    async def rung(self) -> list[str]:
        claim = await self.timers.claim(PARTITION, [REPLY], HOUR, 10)
        return [rung.name for rung in claim.rung]


@pytest.fixture
async def desk(store_url: str) -> AsyncIterator[Desk]:
    async with link_to(store_url) as link:
        desk = Desk(link)
        await desk.ledger.load()
        yield desk


async def test_a_far_deadline_gets_its_timer_once_it_is_near(desk: Desk) -> None:
    due_at = await (await desk.opened("day")).due()
    assert await desk.timer() is None
    assert await desk.later(17 * HOUR).arm() == 0
    assert await desk.timer() is None
    assert await desk.later(19 * HOUR).arm() == 1
    assert await desk.timer() == due_at - WARN_FIRST
    assert await desk.later(19 * HOUR).rung() == []
    assert await desk.later(20 * HOUR + MINUTE).rung() == [NAME]


async def test_each_is_armed_once(desk: Desk) -> None:
    """However many processes look, and again when the next ones come near."""
    await (await desk.opened("day")).due()
    assert [await desk.later(19 * HOUR).arm() for _ in range(3)] == [1, 0, 0]
    assert await desk.later(20 * HOUR).arm() == 0


async def test_one_that_nobody_armed_in_time_is_looked_at_at_once(desk: Desk) -> None:
    await (await desk.opened("day")).due()
    late = desk.later(50 * HOUR)
    assert await late.rung() == []
    assert await late.arm() == 1
    assert await late.rung() == [NAME]


async def test_without_warnings_the_miss_is_what_is_looked_at(desk: Desk) -> None:
    due_at = await (await desk.opened("day")).due()
    assert await desk.later(19 * HOUR).arm(0) == 1
    assert await desk.timer() == due_at + 1


@pytest.mark.parametrize(("plan", "ahead"), [("hour", -1), ("six", WARN_FIRST), ("early", 12 * HOUR)])
async def test_a_deadline_that_is_near_or_warned_of_from_afar_has_its_timer_at_once(
    desk: Desk, plan: str, ahead: int
) -> None:
    """Near is also what could be behind the others, were the clock set back a little."""
    due_at = await (await desk.opened(plan)).due()
    assert await desk.timer() == due_at - ahead


async def test_a_message_of_another_instant_has_its_timer_at_once(desk: Desk) -> None:
    """By the store's clock it was due long ago, and everything up to now is armed already."""
    await desk.opened("day")
    await desk.arm()
    await write(desk.ledger, PROMISES, NAME, NOON)
    assert await desk.rung() == [NAME]


async def test_no_deadline_no_timer(desk: Desk) -> None:
    assert await (await desk.opened("none")).due() == 0
    assert await desk.later(50 * HOUR).arm() == 0
    assert await desk.timer() is None


@pytest.mark.parametrize("looks", [(0, 50), (0, 17, 19), (19,)])
async def test_a_clock_that_was_set_back(desk: Desk, looks: tuple[int, ...]) -> None:
    """What was asked for before anybody noticed is behind the deadline up to which all were armed."""
    ahead = desk.later(40 * HOUR)
    await (await desk.opened("day")).due()
    assert await ahead.arm() == 1
    assert await ahead.rung() == [NAME]
    await write(desk.ledger, PROMISES, NAME, writer="mentor")
    await ahead.waits.let_go(NAME)
    await desk.due()
    assert await desk.timer() is None
    assert [await desk.later(hours * HOUR).arm() for hours in looks] == [0] * (len(looks) - 1) + [1]
    assert await desk.timer() is not None


async def test_a_mark_that_was_lost(desk: Desk) -> None:
    """All that are near are looked at anew; a timer that is there stays."""
    due_at = await (await desk.opened("day")).due()
    near = desk.later(19 * HOUR)
    await near.arm()
    await desk.link.request("DEL", keys.armed(PARTITION))
    assert await near.arm() == 1
    assert await desk.timer() == due_at - WARN_FIRST
    for key in (keys.armed, keys.timers):
        await desk.link.request("DEL", key(PARTITION))
    assert await near.arm() == 1
    assert await desk.timer() == due_at - WARN_FIRST


async def test_a_timer_left_by_an_earlier_wait(desk: Desk) -> None:
    """One that rings later than the next wait needs it is moved; one that rings earlier stays, and does no harm."""
    earlier = await (await desk.opened("early")).due()
    await write(desk.ledger, PROMISES, NAME, writer="mentor")
    due_at = await (await desk.opened("day")).due()
    assert await desk.timer() == earlier - 12 * HOUR
    assert await desk.later(19 * HOUR).arm() == 1
    assert await desk.timer() == due_at - WARN_FIRST
    await desk.later(19 * HOUR).due()
    assert await desk.timer() == due_at - WARN_FIRST


async def test_a_deadline_that_moved_from_far_to_near(desk: Desk) -> None:
    """The plan is another one."""
    await (await desk.opened("day")).due()
    due_at = await (await desk.opened("hour")).due()
    assert await desk.timer() == due_at + 1


async def test_a_wait_that_comes_back_from_the_archive(desk: Desk) -> None:
    """As when it was asked for: far without a timer; near, or where it had one, it is looked at at once."""
    for plan, hours, rung in (("day", 0, []), ("day", 19, [NAME]), ("early", 0, [NAME])):
        await (await desk.opened(plan)).due()
        await desk.later(hours * HOUR).brought_back(plan)
        assert await desk.later(hours * HOUR).rung() == rung
        await write(desk.ledger, PROMISES, NAME, writer="mentor")
        await desk.waits.let_go(NAME)


async def test_the_wait_after_a_restore_has_its_own_timer(desk: Desk) -> None:
    """The conversation had one for an earlier wait when it was archived; that is gone."""
    await (await desk.opened("hour")).due()
    await write(desk.ledger, PROMISES, NAME, writer="mentor")
    await desk.brought_back("hour")
    assert await desk.timer() is None
    due_at = await desk.later(5 * HOUR).due()
    assert await desk.timer() == due_at + 1
