"""A few sessions on three servers that are killed: the benchmark finds nothing missing, twice or left over."""

import asyncio

from benchmarks.session_check import STEPS
from benchmarks.session_play import COURSES
from benchmarks.session_timers import run


def test_nothing_is_missed_while_servers_are_killed() -> None:
    """Of each course one; every kind of step comes."""
    count, series = 2 * len(COURSES), 1
    found, gaps = asyncio.run(run(count, series, seed=1, every=(0.5, 1.5)))
    assert found.problems == []
    assert found.bookings > count + series
    assert found.steps.keys() == STEPS
    assert gaps
