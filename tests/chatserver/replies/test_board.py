"""Pages of the board on a real store, and what a process keeps for watchers, held against the plain way to do it."""

import asyncio
from math import inf
from random import Random
from typing import get_args

import pytest

from chatserver.replies.board import Board, Wanted, by_urgency, cursor, place_of, totals_of
from chatserver.replies.board_views import BoardView, MentorView, WholeView
from quotas.admission import WaitState
from quotas.instant import HOUR, MINUTE
from quotas.ledger import keys
from quotas.ledger.open_waits import BEFORE_ALL, OpenWait, OpenWaits, Place, Totals
from quotas.ledger.redis import RedisLedger
from quotas.ledger.waits import Waits
from quotas.policy_file import builtin_policy
from quotas.standing import ConversationSettings
from quotas.terms import Rulebook
from tests.quotas.ledger.waiting import NOON, PROMISES, write

RULEBOOK = Rulebook(builtin_policy())
COUNT = 300


@pytest.fixture
def board(ledger: RedisLedger) -> Board:
    return Board(ledger, OpenWaits(ledger))


@pytest.fixture
async def waits(ledger: RedisLedger) -> list[OpenWait]:
    """Waits of three mentors on two plans, long overdue but for those without a promise, the most urgent first."""

    async def ask(number: int) -> OpenWait:
        name = f"c{number}"
        plan = "video" if number % 10 == 0 else "basic"
        await ledger.configure(
            name, ConversationSettings(f"m{number}", f"t{number % 3}", plan, "Europe/Oslo", ""), at=NOON
        )
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
        await ledger.configure(name, ConversationSettings("mia", "tom", "basic", "Europe/Oslo", ""), at=NOON)
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


class Desk:
    """Conversations in which things happen at random, and what is owed in them by looking at each."""

    def __init__(self, ledger: RedisLedger, seed: int, now: int) -> None:
        self.open_waits = OpenWaits(ledger)
        self._ledger = ledger
        self._waits = Waits(ledger._store, ledger, 0)
        self._random = Random(seed)
        self._now = now
        self._settings = {f"{first}{number}": self._any_settings(1) for number in range(25) for first in "aB_~"}

    def _any_settings(self, revision: int) -> ConversationSettings:
        plan, mentor = self._random.choice(["day", "hour", "none"]), self._random.choice(["tom", "ann"])
        return ConversationSettings("mia", mentor, plan, "Europe/Oslo", "", revision=revision)

    async def open(self) -> None:
        for name, settings in self._settings.items():
            await self._ledger.configure(name, settings)

    async def live(self, times: int) -> set[str]:
        """Returns in which conversations something has happened."""
        names = {self._random.choice(sorted(self._settings)) for _ in range(times)}
        for name in sorted(names):
            await self._random.choice([self._ask, self._ask, self._answer, self._miss, self._change])(name)
        return names

    async def owed(self) -> dict[str, OpenWait]:
        return {name: wait for name in self._settings if (wait := await self.open_waits.of(name))}

    async def _ask(self, name: str) -> None:
        # No deadline is within five minutes of now, so that none passes during the test; many are the same.
        at = self._now - self._random.randrange(0, 300, 30) * MINUTE + 5 * MINUTE
        await write(self._ledger, PROMISES, name, at)

    async def _answer(self, name: str) -> None:
        await write(self._ledger, PROMISES, name, self._now, "mentor")

    async def _miss(self, name: str) -> None:
        wait = await self.open_waits.of(name)
        if wait and wait.is_overdue(self._now):
            await self._waits.note_miss(name, wait.due_at, self._now)

    async def _change(self, name: str) -> None:
        settings = self._settings[name] = self._any_settings(self._settings[name].revision + 1)
        await self._ledger.configure(name, settings)


EVERY_WISH = [
    Wanted(state, mentor, plan)
    for state in get_args(WaitState)
    for mentor in ("", "tom")
    for plan in ("", "hour", "none")
]


@pytest.mark.parametrize("seed", range(3))
async def test_pages_together_are_what_sorting_everything_gives(board: Board, ledger: RedisLedger, seed: int) -> None:
    """After anything, for every state, mentor and plan, with many of one deadline."""
    now = await ledger.now()
    desk = Desk(ledger, seed, now)
    await desk.open()
    for _ in range(3):
        await desk.live(200)
        whole = sorted((await desk.owed()).values(), key=by_urgency)
        for wanted in EVERY_WISH:
            rows = [wait for wait in whole if wanted.has(wait, now)]
            assert await pages(board, wanted, 3 + seed * 10) == (rows, {totals_of(filter(wanted.is_of, whole), now)})


@pytest.mark.parametrize("seed", range(3))
async def test_views_that_hear_of_changes_are_what_sorting_everything_gives(
    board: Board, ledger: RedisLedger, seed: int
) -> None:
    """However few rows they show."""
    now = await ledger.now()
    desk = Desk(ledger, seed, now)
    await desk.open()
    limit = 4 + seed * 20
    views: dict[Wanted, BoardView] = {
        wanted: MentorView(board, wanted, limit) if wanted.mentor else WholeView(board, desk.open_waits, wanted, limit)
        for wanted in EVERY_WISH
    }
    for times in (0, 200, 1, 5, 50, 0, 200):
        changed = await desk.live(times)
        owed = await desk.owed()
        whole = sorted(owed.values(), key=by_urgency)
        for wanted, view in views.items():
            await view.catch_up({name: owed.get(name) for name in changed}, now)
            assert view.first(now) == [wait for wait in whole if wanted.has(wait, now)][:limit]
            assert view.totals(now) == totals_of(filter(wanted.is_of, whole), now)
