"""Open waits on real stores: their order, what is counted, and where a page goes on."""

import asyncio
from collections.abc import AsyncIterator
from math import inf

import pytest
from msgspec.structs import replace

from quotas.instant import HOUR
from quotas.ledger import keys
from quotas.ledger.open_waits import BEFORE_ALL, OpenWait, OpenWaits, Totals
from quotas.ledger.redis import RedisLedger
from quotas.ledger.waits import Waits
from quotas.standing import ConversationSettings
from quotas.store.link import Link
from tests.quotas.ledger.waiting import NOON, PROMISES, write
from tests.quotas.ledgers import link_to

PARTITION = 7


def names_in(partition: int, count: int) -> list[str]:
    """Conversations that share a partition, sorted."""
    names = (f"c{number}" for number in range(100_000))
    wanted = keys.waits(partition).removesuffix(":waits")
    return sorted(name for name, _ in zip((n for n in names if keys.tag(n) == wanted), range(count), strict=False))


class Desk:
    """A store, with a conversation's plan in its name."""

    def __init__(self, link: Link) -> None:
        self.ledger = RedisLedger(link)
        self.open_waits = OpenWaits(self.ledger)
        self.waits = Waits(link, self.ledger, 0)

    async def open(self, name: str, plan: str, mentor: str = "tom") -> None:
        await self.ledger.configure(name, ConversationSettings("mia", mentor, plan, "Europe/Oslo", ""), at=NOON)


@pytest.fixture
async def desk(store_url: str) -> AsyncIterator[Desk]:
    async with link_to(store_url) as link:
        desk = Desk(link)
        await desk.ledger.load()
        yield desk


async def test_waits_are_counted_and_come_by_deadline_then_by_name(desk: Desk) -> None:
    one, two, three, four, five = names_in(PARTITION, 5)
    for name, plan in ((one, "none"), (two, "day"), (three, "hour"), (four, "none"), (five, "hour")):
        await desk.open(name, plan, "ann" if name == two else "tom")
        await write(desk.ledger, PROMISES, name, NOON)
    await desk.waits.note_miss(five, NOON + HOUR, NOON + 2 * HOUR)
    order = [three, five, two, one, four]
    later = NOON + 2 * HOUR

    totals, found = await desk.open_waits.first(PARTITION, later, 10, after=BEFORE_ALL)
    assert totals == Totals(5, 2, 1)
    assert found == [
        (NOON + HOUR, three),
        (NOON + HOUR, five),
        (NOON + 24 * HOUR, two),
        (inf, one),
        (inf, four),
    ]
    waits = [wait for name in order if (wait := await desk.open_waits.of(name))]
    assert waits[1] == OpenWait(five, NOON, NOON + HOUR, True, "mia", "tom", "hour")
    assert waits[2].mentor == "ann"
    assert waits[3].due_at == 0
    assert [wait.place for wait in waits] == found

    for start in range(5):
        totals, rest = await desk.open_waits.first(PARTITION, later, 2, after=found[start])
        assert totals == Totals(5, 2, 1)
        assert rest == found[start + 1 : start + 3]


async def test_states_and_plans_choose(desk: Desk) -> None:
    one, two, three = names_in(PARTITION, 3)
    for name, plan in ((one, "day"), (two, "hour"), (three, "hour")):
        await desk.open(name, plan)
        await write(desk.ledger, PROMISES, name, NOON)
    at_the_deadline, later = NOON + HOUR, NOON + HOUR + 1
    await desk.waits.note_miss(three, at_the_deadline, later)

    async def names(now: int, **chosen: str) -> tuple[Totals, list[str]]:
        totals, found = await desk.open_waits.first(PARTITION, now, 10, after=BEFORE_ALL, **chosen)  # type: ignore[arg-type]  # words of a test
        return totals, [name for _, name in found]

    assert await names(at_the_deadline, state="overdue") == (Totals(3, 0, 0), [])
    assert await names(later, state="overdue") == (Totals(3, 2, 1), [two, three])
    assert await names(later, state="missed") == (Totals(3, 2, 1), [three])
    assert await names(later, plan="hour") == (Totals(2, 2, 1), [two, three])
    assert await names(later, plan="day", state="overdue") == (Totals(1, 0, 0), [])


async def test_names_of_one_deadline_come_byte_by_byte(desk: Desk) -> None:
    """As Python and the store order them, in whatever language the store was started; a page may go on at any name."""
    names = [name for number in range(40_000) if keys.partition(name := f"{'aB_~Z.'[number % 6]}{number}") == PARTITION]
    for name in names[:60]:
        await desk.open(name, "none")
        await write(desk.ledger, PROMISES, name, NOON)
    expected = sorted((inf, name) for name in names[:60])
    for name in (*names[:60], "", "B", "a1", "~~", names[0] + "1"):
        _, found = await desk.open_waits.first(PARTITION, NOON, 4, after=(inf, name))
        assert found == [place for place in expected if place > (inf, name)][:4]


async def test_a_miss_leaves_the_board_with_its_wait(desk: Desk) -> None:
    """Answered, or ended; and a missed wait whose deadline moves, on a clock that was set back, stays one."""
    one, two, three = names_in(PARTITION, 3)
    later = NOON + HOUR + 1
    for name in (one, two, three):
        await desk.open(name, "hour")
        await write(desk.ledger, PROMISES, name, NOON)
        await desk.waits.note_miss(name, NOON + HOUR, later)

    async def missed(now: int = later) -> tuple[int, list[tuple[float, str]]]:
        totals, found = await desk.open_waits.first(PARTITION, now, 10, state="missed", after=BEFORE_ALL)
        return totals.missed, found

    assert await missed() == (3, [(NOON + HOUR, one), (NOON + HOUR, two), (NOON + HOUR, three)])
    await write(desk.ledger, PROMISES, one, later, "mentor")
    ended = ConversationSettings("mia", "tom", "hour", "Europe/Oslo", "", status="ended", revision=2)
    await desk.ledger.configure(two, ended, at=later)
    assert await missed() == (1, [(NOON + HOUR, three)])
    await desk.ledger.configure(three, replace(ended, status="open", plan="day"), at=NOON)
    await write(desk.ledger, PROMISES, three, NOON)
    wait = await desk.open_waits.of(three)
    assert wait is not None
    assert wait.missed
    assert await missed() == (0, [])
    assert await missed(wait.due_at + 1) == (1, [wait.place])


async def test_nothing_is_owed_before_a_message_and_after_the_answer(desk: Desk) -> None:
    [name] = names_in(PARTITION, 1)
    assert await desk.open_waits.of(name) is None
    await desk.open(name, "hour")
    assert await desk.open_waits.of(name) is None
    await write(desk.ledger, PROMISES, name, NOON)
    assert await desk.open_waits.of(name) is not None
    await write(desk.ledger, PROMISES, name, NOON, "mentor")
    assert await desk.open_waits.of(name) is None
    assert await desk.open_waits.first(PARTITION, NOON, 10, after=BEFORE_ALL) == (Totals(), [])


async def test_whoever_watches_the_board_hears_of_a_plan_that_changed(desk: Desk, store_url: str) -> None:
    """The row shows it, though the wait itself is the same."""
    [name] = names_in(PARTITION, 1)
    await desk.open(name, "hour")
    heard: asyncio.Queue[bytes] = asyncio.Queue()
    listening = Link(store_url)
    listening.on_push = lambda push: heard.put_nowait(push[2]) if push[0] == b"smessage" else None
    await listening.open()
    listening.subscribe(keys.board(PARTITION).encode())
    await listening.request("TIME")
    await desk.ledger.configure(
        name, ConversationSettings("mia", "tom", "none", "Europe/Oslo", "", revision=2), at=NOON
    )
    await write(desk.ledger, PROMISES, name, NOON)
    await desk.ledger.configure(
        name, ConversationSettings("mia", "tom", "hour", "Europe/Oslo", "", revision=3), at=NOON
    )
    async with asyncio.timeout(30):
        assert [await heard.get(), await heard.get()] == [f"{name} {NOON} 0 0".encode()] * 2
    listening.close()
