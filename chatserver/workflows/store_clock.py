"""The store's clock as this process last heard it. It guesses; the store decides."""

import time

from quotas.instant import SECOND

REMEMBERED = 60.0
"""Seconds after which a measurement gives way to any newer one: clocks drift."""


class StoreClock:
    """Runs on with the process's monotonic clock from the last instant that the store named."""

    def __init__(self, now: int) -> None:
        self._heard = now
        self._heard_at = time.monotonic()
        self._ahead = now / SECOND - self._heard_at
        self._took = float("inf")
        self._measure_until = self._heard_at

    def hear(self, now: int) -> float:
        """The store has said that it is `now`; how many seconds ago, by what was measured last."""
        self._heard = now
        self._heard_at = heard_at = time.monotonic()
        late = self._ahead - now / SECOND + heard_at
        return late if late > 0.0 else 0.0

    def measure(self, now: int, asked_at: float) -> None:
        """It was asked for its instant at `asked_at` (monotonic), and this is the answer. The quickest one counts."""
        answered_at = time.monotonic()
        took = answered_at - asked_at
        if took <= self._took or answered_at > self._measure_until:
            self._ahead = now / SECOND - (asked_at + answered_at) / 2
            self._took = took
            self._measure_until = answered_at + REMEMBERED

    def now(self) -> int:
        """The store's instant, to within the time that its last answer took."""
        return self._heard + int((time.monotonic() - self._heard_at) * SECOND)
