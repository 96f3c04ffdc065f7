"""Counting costs next to nothing, and counts right."""

from chatserver.operating.metrics import LATENCY_BOUNDS, TIMER_BOUNDS, Histogram


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
