"""The load generator for two servers in turns: a process of its own that reads two jobs and prints two outcomes.

Everybody is connected to both throughout. Short windows in the closed loop alternate (A B B A A B …), so that both meet
the same spells of the machine; while one is measured, nobody writes to the other.
"""

import asyncio
import gc
import sys

import msgspec
import uvloop

from benchmarks.load import Crowd, Job, Outcome

_SETTLE = 0.1
"""Seconds of load before each window: the first messages after a rest cost more."""


class Turns(msgspec.Struct, frozen=True):
    """`warmup_seconds` and `seconds` of the jobs count for the first turn of each, and for each window."""

    first: Job
    second: Job
    windows: int

    @property
    def longest_seconds(self) -> float:
        """After this time something hangs."""
        each = self.windows * (self.first.seconds + _SETTLE + 1)
        return 2 * each + self.first.longest_seconds + self.second.longest_seconds


async def run(turns: Turns) -> tuple[Outcome, Outcome]:
    """Connect everybody, warm up both, measure in turns, hang up."""
    first, second = Crowd(turns.first), Crowd(turns.second)
    for crowd in (first, second):
        await crowd.connect()
    # Cycles are rare here and their collector would only stand in the way of the clock.
    gc.freeze()
    gc.disable()
    for crowd in (first, second):
        crowd.start()
        await asyncio.sleep(crowd.job.warmup_seconds)
        await crowd.drain()
    for window in range(turns.windows):
        for crowd in (first, second) if window % 2 == 0 else (second, first):
            crowd.start()
            await asyncio.sleep(_SETTLE)
            await crowd.measure()
            await crowd.drain()
    for crowd in (first, second):
        await crowd.hang_up()
    return first.outcome(), second.outcome()


def main() -> None:
    """Turns in, outcomes out."""
    turns = msgspec.json.decode(sys.stdin.buffer.read(), type=Turns)
    sys.stdout.buffer.write(msgspec.json.encode(uvloop.run(run(turns))))


if __name__ == "__main__":
    main()
