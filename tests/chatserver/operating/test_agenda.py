"""A process sleeps until the next thing that it knows of, and is woken for what comes before it."""

import asyncio

import pytest

from chatserver.operating import agenda as module
from chatserver.operating.agenda import Agenda
from chatserver.operating.bells import CHANNELS, Bells
from chatserver.operating.store_clock import StoreClock
from quotas.instant import HOUR, SECOND
from quotas.ledger import feed, keys
from quotas.store.errors import StoreError
from quotas.store.link import Link

FAR = 3_600.0
CHANNEL = keys.work(7).encode()


def later(seconds: float) -> float:
    return asyncio.get_running_loop().time() + seconds


async def is_woken(agenda: Agenda, earliest: float = 0.0) -> bool:
    """Whether it sleeps no longer, once it had the opportunity."""
    sleeping = asyncio.create_task(agenda.until_due(earliest, later(FAR)))
    for _ in range(5):
        await asyncio.sleep(0)
    woken = sleeping.done()
    sleeping.cancel()
    return woken


@pytest.fixture
def agenda(monkeypatch: pytest.MonkeyPatch) -> Agenda:
    """Nothing is looked at again by itself."""
    monkeypatch.setattr(module, "LOOK_AGAIN", FAR)
    return Agenda()


async def test_everything_is_due_at_first_and_then_nothing(agenda: Agenda) -> None:
    assert await is_woken(agenda)
    assert not await is_woken(agenda, later(FAR)), "but not before the earliest instant"
    assert list(agenda.take()) == list(range(keys.PARTITIONS))
    assert list(agenda.take()) == []
    assert not await is_woken(agenda)


async def test_the_earlier_instant_counts(agenda: Agenda) -> None:
    agenda.take()
    agenda.look(3, later(FAR / 2))
    assert not await is_woken(agenda)
    agenda.look(3, later(0))
    agenda.look(3, later(FAR / 2))
    assert await is_woken(agenda)
    assert list(agenda.take()) == [3]


async def test_who_sleeps_is_woken_for_what_comes_earlier(agenda: Agenda) -> None:
    agenda.take()
    sleeping = asyncio.create_task(agenda.until_due(0.0, later(FAR)))
    await asyncio.sleep(0)
    agenda.look(3, later(FAR / 2))
    await asyncio.sleep(0)
    assert not sleeping.done()
    agenda.look(9, later(0))
    await sleeping
    assert list(agenda.take()) == [9]


async def test_who_is_hurried_sleeps_once_less(agenda: Agenda) -> None:
    agenda.take()
    sleeping = asyncio.create_task(agenda.until_due(later(FAR), later(FAR)))
    await asyncio.sleep(0)
    agenda.hurry()
    await sleeping
    assert not await is_woken(agenda)


async def test_what_was_looked_at_is_looked_at_again_after_a_while(
    agenda: Agenda, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A publication that was missed costs no more than that."""
    monkeypatch.setattr(module, "LOOK_AGAIN", 0.01)
    agenda.take()
    await agenda.until_due(0.0, later(FAR))
    assert len(agenda.take()) == keys.PARTITIONS


async def test_a_partition_that_does_not_answer_is_asked_again_soon(
    agenda: Agenda, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "RETRY_AFTER", 0.0)

    async def ask(partition: int) -> int:
        if partition == 4:
            raise StoreError("gone")
        return partition

    agenda.take()
    asked = agenda.asking(ask)
    assert await asked(3) == 3
    with pytest.raises(StoreError):
        await asked(4)
    assert list(agenda.take()) == [4]


async def test_what_the_store_says_is_noted_on_the_agenda_of_its_letter(agenda: Agenda) -> None:
    clock = StoreClock(10 * HOUR)
    bells = Bells(Link("redis://localhost"), clock)
    archive = Agenda(delay=60.0)
    bells.connect(feed.RINGS, agenda)
    bells.connect(feed.UNARCHIVED, archive)
    for each in (agenda, archive):
        each.take()
    bells.pushed(CHANNEL, b"T %d" % (clock.now() + HOUR))
    bells.pushed(CHANNEL, b"U %d" % clock.now())
    bells.pushed(CHANNEL, b"E")
    assert (list(agenda.take()), list(archive.take())) == ([], [])
    bells.pushed(CHANNEL, b"T %d" % (clock.now() - 1))
    bells.pushed(CHANNEL, b"U %d" % (clock.now() - 61 * SECOND))
    assert (list(agenda.take()), list(archive.take())) == ([7], [7])
    bells.missed([CHANNEL, keys.CLOCK.encode()])
    assert (list(agenda.take()), list(archive.take())) == ([7], [7])
    bells.clock_moved()
    assert len(agenda.take()) == len(archive.take()) == len(CHANNELS)


async def test_what_hurries_waits_for_no_next_look(agenda: Agenda) -> None:
    bells = Bells(Link("redis://localhost"), StoreClock(10 * HOUR))
    bells.connect(feed.EVENT, agenda)
    bells.connect(feed.URGENT, agenda, hurries=True)
    agenda.take()
    bells.pushed(CHANNEL, b"E")
    assert not await is_woken(agenda, later(FAR))
    bells.pushed(CHANNEL, b"N")
    assert await is_woken(agenda, later(FAR))
    assert list(agenda.take()) == [7]
