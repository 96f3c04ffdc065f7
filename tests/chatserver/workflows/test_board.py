"""Pages of the board on a real store, and the index of a process held against the plain way to do it."""

import asyncio
from math import inf

import pytest
from hypothesis import given
from hypothesis import strategies as some

from chatserver.workflows.board import Board, Wanted, by_urgency, cursor, place_of, totals_of
from chatserver.workflows.board_index import BoardIndex
from quotas.instant import HOUR
from quotas.ledger import keys
from quotas.ledger.base import Settings
from quotas.ledger.open_waits import BEFORE_ALL, OpenWait, OpenWaits, Place, Totals
from quotas.ledger.redis import RedisLedger
from quotas.plans import builtin_policy
from quotas.terms import Rulebook
from tests.quotas.ledger.waiting import NOON, write

RULEBOOK = Rulebook(builtin_policy())
COUNT = 300


@pytest.fixture
def board(ledger: RedisLedger) -> Board:
    return Board(ledger, OpenWaits(ledger._link, ledger))


@pytest.fixture
async def waits(ledger: RedisLedger) -> list[OpenWait]:
    """Waits of three mentors on two plans, long overdue but for those without a promise, the most urgent first."""

    async def ask(number: int) -> OpenWait:
        name = f"c{number}"
        plan = "video" if number % 10 == 0 else "basic"
        await ledger.configure(name, Settings(f"m{number}", f"t{number % 3}", plan, "Europe/Oslo", ""), at=NOON)
        written = await write(ledger, RULEBOOK, name, NOON + number % 50 * HOUR // 10)
        return OpenWait(
            name, written.usage.waiting_since, written.usage.due_at, False, f"m{number}", f"t{number % 3}", plan
        )

    return sorted(await asyncio.gather(*(ask(number) for number in range(COUNT))), key=by_urgency)


async def pages(board: Board, wanted: Wanted, limit: int) -> tuple[list[OpenWait], set[Totals]]:
    """All pages one after the other."""
    found: list[OpenWait] = []
    totals: set[Totals] = set()
    after: Place = BEFORE_ALL
    while True:
        page = await board.page(wanted, after, limit)
        found += page.waits
        totals.add(page.totals)
        if page.next is None:
            return found, totals
        assert len(page.waits) == limit
        after = place_of(page.next)


@pytest.mark.parametrize("limit", [1, 7, 100, 300])
async def test_pages_hold_every_wait_once_the_most_urgent_first(
    board: Board, waits: list[OpenWait], limit: int
) -> None:
    promised = sum(1 for wait in waits if wait.due_at)
    assert await pages(board, Wanted(), limit) == (waits, {Totals(COUNT, promised, 0)})


@pytest.mark.parametrize(
    "wanted",
    [
        Wanted("overdue"),
        Wanted("missed"),
        Wanted(plan="video"),
        Wanted(mentor="t1"),
        Wanted("overdue", "t2", "basic"),
        Wanted("overdue", plan="video"),
        Wanted(mentor="nobody"),
    ],
)
async def test_state_mentor_and_plan_choose(board: Board, waits: list[OpenWait], wanted: Wanted) -> None:
    now = NOON + 1_000 * HOUR
    scope = [wait for wait in waits if wanted.is_of(wait)]
    expected = [wait for wait in scope if wait.is_in(wanted.state, now)]
    assert await pages(board, wanted, 40) == (expected, {totals_of(scope, now)})


async def test_one_partition_may_hold_all_that_is_urgent(board: Board, ledger: RedisLedger) -> None:
    """More than is asked of each at first."""
    names = [name for number in range(20_000) if (name := f"c{number}") and _partition(name) == 5][:40]
    for number, name in enumerate(names):
        await ledger.configure(name, Settings("mia", "tom", "basic", "Europe/Oslo", ""), at=NOON)
        await write(ledger, RULEBOOK, name, NOON + number)
    page = await board.page(Wanted(), BEFORE_ALL, 30)
    assert [wait.conversation for wait in page.waits] == names[:30]


def _partition(name: str) -> int:
    return int(keys.tag(name)[1:-1])


def test_a_cursor_stands_for_its_place() -> None:
    for place in ((NOON, "c1"), (inf, "a_.:|@~-Z9"), (1, "c" * 64)):
        assert place_of(cursor(place)) == place
    assert place_of("") == BEFORE_ALL
    for wrong in ("x", "####", "é", cursor((NOON, "")), cursor((-5, "c1")), cursor((10**15, "c1")), "Y3Vyc29y"):
        with pytest.raises(ValueError, match="no place"):
            place_of(wrong)


a_wait = some.builds(
    OpenWait,
    conversation=some.sampled_from([f"c{number}" for number in range(12)]),
    waiting_since=some.just(1),
    due_at=some.integers(0, 6),
    missed=some.booleans(),
    member=some.just("mia"),
    mentor=some.sampled_from(["tom", "ann"]),
    plan=some.sampled_from(["basic", "light"]),
)
wishes = some.builds(
    Wanted,
    some.sampled_from(["waiting", "overdue"]),
    some.sampled_from(["", "tom"]),
    some.sampled_from(["", "basic"]),
)


@given(some.lists(a_wait, max_size=12), some.lists(some.tuples(a_wait, some.booleans()), max_size=30), wishes)
def test_the_index_is_what_sorting_everything_gives(
    start: list[OpenWait], changes: list[tuple[OpenWait, bool]], wanted: Wanted
) -> None:
    """After any changes."""
    plain = {wait.conversation: wait for wait in start}
    index = BoardIndex(plain.values())
    for wait, owed in changes:
        plain.pop(wait.conversation, None)
        if owed:
            plain[wait.conversation] = wait
        index.put(wait.conversation, wait if owed else None)
    now = 4
    scope = sorted(filter(wanted.is_of, plain.values()), key=by_urgency)
    assert index.totals(wanted, now) == totals_of(scope, now)
    assert index.first(wanted, 5, now) == [wait for wait in scope if wait.is_in(wanted.state, now)][:5]


def test_the_index_finds_what_was_missed() -> None:
    def wait(name: str, due_at: int, *, missed: bool) -> OpenWait:
        return OpenWait(name, 1, due_at, missed, "mia", "tom", "basic")

    waits = [wait("a", 1, missed=True), wait("b", 2, missed=False), wait("c", 9, missed=False)]
    index = BoardIndex(waits)
    assert index.first(Wanted("missed"), 5, 4) == waits[:1]
    assert index.totals(Wanted(), 4) == Totals(3, 2, 1)
