"""The races of `python -m benchmarks.slots`, shorter: whoever asks, from wherever, one gets the slot."""

from collections import Counter
from collections.abc import Iterator

import pytest

from benchmarks import slot_places, slots
from benchmarks.contenders import BenchmarkError, Site
from benchmarks.servers import ground


@pytest.fixture
def site() -> Iterator[Site]:
    """A store of its own, and a place for a server."""
    with ground("off") as (site, _):
        site.policy.write_text(slot_places.POLICY)
        yield site


class Told:
    """Counts what is said to be done."""

    def __init__(self) -> None:
        self.done = 0

    def __call__(self, more: int) -> None:
        self.done += more


async def test_one_process(site: Site, database_url: str) -> None:
    told = Told()
    assert await slots.at_the_function(site, database_url, 12, 200, told) > 0
    assert told.done == 12 * 200


async def test_two_processes(site: Site, database_url: str) -> None:
    told = Told()
    assert await slots.from_two_processes(site, database_url, 3, 100, told) > 0
    assert told.done == 3 * 100


async def test_over_http(site: Site, database_url: str) -> None:
    told = Told()
    assert await slots.over_http(site, database_url, 2, 40, told) > 0
    assert told.done == 2 * 40


async def test_open_loop(site: Site, database_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(slots, "WARM_UP", 5)
    told = Told()
    waited, cpu = await slots.open_loop(site, database_url, 10, told)
    assert told.done == len(waited) == 10
    assert waited == sorted(waited)
    assert cpu > 0


@pytest.mark.parametrize(
    "found", [Counter(booked=2, busy=198), Counter(busy=200), Counter(booked=1, busy=198, no_credits=1)]
)
def test_anything_else_is_a_fault(found: Counter[str]) -> None:
    with pytest.raises(BenchmarkError, match="slot 1: not 1 booked and 199 busy"):
        slots.check([Counter(booked=1, busy=199), found], 200)
