"""A conversation's lane: whatever is lost, stale or moved between two posts, none overtakes another."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from msgspec.structs import replace

from chatserver.messages.lane import Lane, PostOutcome
from chatserver.records.database import Database, DatabaseError
from chatserver.records.migrate import migrate
from quotas.instant import DAY, HOUR
from quotas.ledger.base import Posted
from quotas.ledger.library import LIBRARY
from quotas.store.errors import StoreError
from quotas.store.futures import settling
from quotas.store.wire import StoreAnswer, packed
from tests.chatserver.messages.shelf import RULEBOOK, Shelf, shelf_at


@pytest.fixture
async def shelf(store_url: str, tmp_path: Path) -> AsyncIterator[Shelf]:
    """A conversation `c1` without a limit, on each engine."""
    database = Database(f"sqlite+aiosqlite:///{tmp_path / 'records.db'}")
    try:
        await migrate(database)
        async with shelf_at(store_url, database) as shelf:
            await shelf.open()
            yield shelf
    finally:
        await database.close()


@pytest.fixture
async def writer(shelf: Shelf) -> "Writer":
    standing = await shelf.standing()
    key = await shelf.keys.current("c1", standing.settings.key)
    return Writer(
        shelf, Lane("c1", standing, key, ledger=shelf.ledger, keys=shelf.keys, rulebook=RULEBOOK, metrics=shelf.metrics)
    )


class Writer:
    """Posts one text after the other, without waiting; what the store is told between them travels on the same link."""

    def __init__(self, shelf: Shelf, lane: Lane) -> None:
        self.shelf = shelf
        self.lane = lane
        self._answers: list[asyncio.Future[PostOutcome]] = []

    def post(self, count: int = 1) -> None:
        for _ in range(count):
            answer: asyncio.Future[PostOutcome] = asyncio.get_running_loop().create_future()
            text = f"text {len(self._answers) + 1}"
            self._answers.append(answer)
            self.lane.post("mentor", "tom", text, text, "test", settling(answer))

    def somebody(self, *words: str) -> None:
        """Another connection's command, which the store carries out at this place."""
        self.shelf.link.send(packed(*words), _done)

    async def assert_in_order(self) -> None:
        answers = await asyncio.gather(*self._answers)
        assert [answer.seq for answer in answers if isinstance(answer, Posted)] == list(range(1, len(answers) + 1))
        assert await self.shelf.texts() == [f"text {number + 1}" for number in range(len(answers))]


def _done(reply: StoreAnswer) -> None:
    assert not isinstance(reply, Exception), reply


async def test_functions_that_somebody_else_loads_again(writer: Writer) -> None:
    """The first posts find no function, those behind them do."""
    writer.post(2)
    writer.somebody("FUNCTION", "FLUSH")
    writer.post(2)
    writer.somebody("FUNCTION", "LOAD", LIBRARY)
    writer.post(2)
    writer.somebody("FUNCTION", "FLUSH")
    writer.post(2)
    await writer.assert_in_order()


async def test_functions_that_are_lost_again_and_again(writer: Writer) -> None:
    """Some posts find none, some are posted while they are loaded, some after."""
    for _ in range(10):
        writer.somebody("FUNCTION", "FLUSH")
        for _ in range(20):
            writer.post()
            await asyncio.sleep(0)
        await writer.assert_in_order()


async def test_posts_that_no_try_carries_out_are_faults_and_the_next_ones_are_not(writer: Writer) -> None:
    """The lane has heard of settings that the store does not have yet, and does not get while it tries."""
    settings = replace(writer.lane.settings, revision=writer.lane.settings.revision + 1)
    writer.lane.learn(replace(await writer.shelf.standing(), settings=settings))
    answers: list[PostOutcome] = []
    for text in ("one", "other"):
        writer.lane.post("mentor", "tom", text, text, "test", answers.append)
    async with asyncio.timeout(60):
        while len(answers) < 2:
            await writer.shelf.link.request("PING")
    assert all(isinstance(answer, StoreError) for answer in answers)
    await writer.shelf.ledger.configure("c1", settings)
    writer.post(3)
    await writer.assert_in_order()


async def test_a_live_chat_that_is_heard_of_between_two_posts(writer: Writer) -> None:
    standing = await writer.shelf.ledger.start_live("c1", HOUR)
    assert standing is not None
    writer.post()
    writer.lane.learn(standing)
    writer.post()
    await writer.assert_in_order()


async def test_a_clock_that_is_ahead_at_the_first_of_two_posts(writer: Writer) -> None:
    now = await writer.shelf.ledger.now()
    writer.lane.terms_at(now + 7 * DAY)
    writer.post()
    writer.lane.terms_at(now)
    writer.post()
    await writer.assert_in_order()


@pytest.mark.parametrize("later", [0, 1])
async def test_a_key_that_is_at_hand_before_an_earlier_one(writer: Writer, later: int) -> None:
    """What waits for the one goes ahead of what is sealed with the other, and needs the one no more."""
    ledger, settings = writer.shelf.ledger, writer.lane.settings
    await writer.shelf.keys.current("c1", 3)
    second = await ledger.configure("c1", replace(settings, revision=settings.revision + 1, key=2))
    third = await ledger.configure("c1", replace(settings, revision=settings.revision + 2, key=3))
    writer.lane.learn(second)
    writer.post()
    writer.lane.learn(third)
    writer.post(later)
    await writer.assert_in_order()
    with pytest.raises(DatabaseError, match="key 2 .* was destroyed"):
        await writer.shelf.keys.current("c1", 2)
