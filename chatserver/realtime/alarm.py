"""Wakes many sleepers with one timer."""

import asyncio
import heapq
import logging
from collections.abc import Callable
from itertools import count
from typing import Generic, TypeVar

T = TypeVar("T")

logger = logging.getLogger(__name__)

MOST = 3600.0
"""Longest single wait in seconds: a loop's timers are not made for weeks."""
MOST_STALE = 64
"""How many sleepers that were unset are kept, beside as many as are set."""


class Alarm(Generic[T]):
    """Calls `ring(sleeper)` at its time or, where that was put off meanwhile, earlier. Times are the loop's."""

    def __init__(self, ring: Callable[[T], None]) -> None:
        self._ring = ring
        self._heap: list[tuple[float, int, T]] = []
        self._set: dict[T, tuple[float, int]] = {}
        self._numbers = count()
        self._timer: asyncio.Handle | None = None
        self._timer_at = 0.0  # uvloop's handles do not say it where the time has come already

    def set(self, sleeper: T, at: float) -> None:
        """Ring for `sleeper` at loop time `at`, or before: it may ring at an earlier time that was set, and once."""
        armed = self._set.get(sleeper)
        if armed is not None and armed[0] <= at:
            return
        number = next(self._numbers)
        self._set[sleeper] = at, number
        heapq.heappush(self._heap, (at, number, sleeper))
        self._arm()

    def unset(self, sleeper: T) -> None:
        """Let `sleeper` sleep."""
        self._set.pop(sleeper, None)
        if len(self._heap) > MOST_STALE + 2 * len(self._set):
            self._tidy()

    def _tidy(self) -> None:
        """Forget those who were unset: behind a sleeper that is set for long, they would stay as long as it."""
        self._heap = [entry for entry in self._heap if self._set.get(entry[2]) == entry[:2]]
        heapq.heapify(self._heap)

    def stop(self) -> None:
        """Ring for nobody any more."""
        self._set.clear()
        self._heap.clear()
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _arm(self) -> None:
        while self._heap and self._set.get(self._heap[0][2]) != self._heap[0][:2]:
            heapq.heappop(self._heap)
        if not self._heap:
            return
        loop = asyncio.get_running_loop()
        at = min(self._heap[0][0], loop.time() + MOST)
        if self._timer is None or self._timer_at > at:
            if self._timer is not None:
                self._timer.cancel()
            self._timer = loop.call_at(at, self._due)
            self._timer_at = at

    def _due(self) -> None:
        self._timer = None
        now = asyncio.get_running_loop().time()
        while self._heap and self._heap[0][0] <= now:
            at, number, sleeper = heapq.heappop(self._heap)
            if self._set.get(sleeper) == (at, number):
                del self._set[sleeper]
                try:
                    self._ring(sleeper)
                except Exception:
                    logger.exception("what was to be done at this time cannot be done")  # The others wait for theirs.
        self._arm()
