"""The numbers of several workers: added up, the greatest or the least, and kept for a successor."""

from contextlib import AsyncExitStack
from pathlib import Path

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram
from prometheus_client.core import Metric

from chatserver.api.worker_numbers import Seat, WorkerNumbers


class Numbers:
    """One worker's, in the names of the server's."""

    def __init__(self, folder: Path, number: int, workers: int = 2) -> None:
        registry = CollectorRegistry()
        self.said = Counter("chatserver_messages", "", ["outcome"], registry=registry)
        self.took = Histogram("chatserver_ack_seconds", "", buckets=(1.0, 2.0), registry=registry)
        self.rooms = Gauge("chatserver_rooms", "", registry=registry)
        self.slowest = Gauge("chatserver_unsent_most_bytes", "", registry=registry)
        self.up = Gauge("chatserver_store_up", "", registry=registry)
        self.all = WorkerNumbers(Seat(number, workers, folder), registry)


def values(families: list[Metric]) -> dict[str, float]:
    """Every number, as it is written."""
    return {
        "".join([sample.name, *(f" {value}" for value in sample.labels.values())]): sample.value
        for family in families
        for sample in family.samples
        if not sample.name.endswith("_created")
    }


async def test_numbers_are_put_together(tmp_path: Path) -> None:
    """Sums; but the slowest reader is the slowest of all, and the store is up where it is up for all."""
    one, other = Numbers(tmp_path, 0), Numbers(tmp_path, 1)
    async with one.all.told(), other.all.told():
        one.said.labels("accepted").inc(3)
        other.said.labels("accepted").inc(4)
        other.said.labels("refused").inc()
        one.took.observe(0.5)
        other.took.observe(1.5)
        one.rooms.set(2)
        other.rooms.set(5)
        one.slowest.set(10)
        other.slowest.set(70)
        one.up.set(1)
        expected = {
            "chatserver_messages_total accepted": 7.0,
            "chatserver_messages_total refused": 1.0,
            "chatserver_ack_seconds_bucket 1.0": 1.0,
            "chatserver_ack_seconds_bucket 2.0": 2.0,
            "chatserver_ack_seconds_bucket +Inf": 2.0,
            "chatserver_ack_seconds_count": 2.0,
            "chatserver_ack_seconds_sum": 2.0,
            "chatserver_rooms": 7.0,
            "chatserver_unsent_most_bytes": 70.0,
            "chatserver_store_up": 0.0,
        }
        assert values(await one.all.together()) == expected
        assert values(await other.all.together()) == expected


async def test_counters_never_fall(tmp_path: Path) -> None:
    """Not while a worker is gone, and not when its successor has begun to count; what there is now goes with it."""
    one = Numbers(tmp_path, 0)
    async with one.all.told():
        async with AsyncExitStack() as life:
            other = Numbers(tmp_path, 1)
            await life.enter_async_context(other.all.told())
            other.said.labels("accepted").inc(4)
            other.rooms.set(5)
            assert values(await one.all.together())["chatserver_messages_total accepted"] == 4
        gone = values(await one.all.together())
        assert gone["chatserver_messages_total accepted"] == 4
        assert gone["chatserver_rooms"] == 0
        successor = Numbers(tmp_path, 1)
        async with successor.all.told():
            successor.said.labels("accepted").inc(2)
            for asked in (one, successor, one):
                assert values(await asked.all.together())["chatserver_messages_total accepted"] == 6
        third = Numbers(tmp_path, 1)
        async with third.all.told():
            assert values(await third.all.together())["chatserver_messages_total accepted"] == 6


async def test_a_worker_that_never_told_anything_counts_nothing(tmp_path: Path) -> None:
    """As one that is being started."""
    one = Numbers(tmp_path, 0, workers=3)
    one.rooms.set(1)
    async with one.all.told():
        assert values(await one.all.together())["chatserver_rooms"] == 1
