"""The store's clock as this process last heard it. It guesses; the store decides."""

import time

from quotas.instant import SECOND


class StoreClock:
    """Runs on with the process's monotonic clock from the last instant that the store named."""

    def __init__(self, now: int) -> None:
        self._heard = now
        self._heard_at = time.monotonic()

    def hear(self, now: int) -> None:
        """The store has just said that it is `now`."""
        self._heard = now
        self._heard_at = time.monotonic()

    def now(self) -> int:
        """The store's instant, to within the time that its last answer took."""
        return self._heard + int((time.monotonic() - self._heard_at) * SECOND)
