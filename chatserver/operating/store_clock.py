"""The store's clock as this process last heard it. It guesses; the store decides."""

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable
from typing import NoReturn

from quotas.instant import SECOND
from quotas.store.errors import StoreError

REMEMBERED = 60.0
"""Seconds after which a measurement gives way to any newer one: clocks drift."""
MEASURE_EVERY = 5.0
"""Seconds between comparisons of the store's clock with the process's."""

logger = logging.getLogger(__name__)


class StoreClock:
    """Runs on with the process's monotonic clock from the last instant that the store named.

    `real` is the store's instant without the shift, `shift` how many ms the rules' clock runs ahead of it.
    """

    def __init__(self, real: int, shift: int = 0) -> None:
        self.shift = shift
        self._heard = real + shift
        self._heard_at = time.monotonic()
        self._ahead = self._heard / SECOND - self._heard_at
        self._moved_to = 0
        self._took = float("inf")
        self._measure_until = self._heard_at

    def hear(self, now: int) -> float:
        """The store has said that it is `now`; how many seconds ago, by what was measured last."""
        if now < self._moved_to:
            return 0.0  # It was said before the clock was moved.
        self._heard = now
        self._heard_at = heard_at = time.monotonic()
        late = self._ahead - now / SECOND + heard_at
        return late if late > 0.0 else 0.0

    def measure(self, real: int, asked_at: float) -> None:
        """It was asked for its instant at `asked_at` (monotonic), and this is the answer. The quickest one counts."""
        answered_at = time.monotonic()
        took = answered_at - asked_at
        if took <= self._took or answered_at > self._measure_until:
            self._ahead = (real + self.shift) / SECOND - (asked_at + answered_at) / 2
            self._took = took
            self._measure_until = answered_at + REMEMBERED

    def move(self, shift: int) -> int:
        """The rules' clock was moved ahead and has another shift now; returns what it shows."""
        self._ahead += (shift - self.shift) / SECOND
        self.shift = shift
        self._moved_to = max(self.real() + shift, self.now())  # A message may have told of the next move already.
        self.hear(self._moved_to)
        return self._moved_to

    def real(self) -> int:
        """The store's instant without the shift, as it was measured last: for what a move must not touch."""
        return int((time.monotonic() + self._ahead) * SECOND) - self.shift

    def now(self) -> int:
        """The store's instant, to within the time that its last answer took."""
        return self._heard + int((time.monotonic() - self._heard_at) * SECOND)

    async def measure_forever(self, ask: Callable[[], Awaitable[int]]) -> NoReturn:
        """Compare, again and again; `ask` gives the store's instant, unshifted, and raises StoreError without one."""
        while True:
            asked_at = time.monotonic()
            try:
                self.measure(await ask(), asked_at)
            except StoreError:
                logger.debug("the store does not answer; its clock is guessed")
            except Exception:
                logger.exception("the store's clock cannot be compared; it is guessed")
            await asyncio.sleep(MEASURE_EVERY)
