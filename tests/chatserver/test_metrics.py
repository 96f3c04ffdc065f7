"""Counting costs next to nothing, and counts right."""

import timeit
from time import perf_counter

from chatserver.metrics import LATENCY_BOUNDS, TIMER_BOUNDS, Histogram, Metrics
from chatserver.workflows.store_clock import StoreClock


def test_an_observation_falls_into_one_bucket() -> None:
    """A bound belongs to the bucket below it; what lies above every bound has its own."""
    histogram = Histogram((1.0, 2.0))
    for seconds in (0.5, 1.0, 1.5, 2.0, 9.0):
        histogram.observe(seconds)
    assert histogram.counts == [2, 2, 1]
    assert histogram.sum == 14.0


def test_bounds_ascend() -> None:
    """Or nothing would be found."""
    for bounds in (LATENCY_BOUNDS, TIMER_BOUNDS):
        assert list(bounds) == sorted(set(bounds))


def test_what_one_message_costs() -> None:
    """Half a microsecond where nothing else runs; four times that is allowed here, where tests run beside it."""
    metrics, clock = Metrics(), StoreClock(1_000)

    def message() -> None:
        began = perf_counter()
        took = perf_counter() - began
        metrics.admission.observe(took)
        metrics.acknowledgement.observe(took)
        metrics.feed_lag.observe(clock.hear(1_000))
        metrics.accepted += 1

    count = 20_000
    assert min(timeit.repeat(message, number=count, repeat=10)) / count < 2e-6
    assert sum(metrics.feed_lag.counts) == metrics.accepted == 10 * count
