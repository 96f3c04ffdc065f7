"""How long to wait before trying again."""

import random
from collections.abc import Iterator

BASE_SECONDS = 0.2
CAP_SECONDS = 15.0
STEADY_SECONDS = 10.0
"""How long a connection has to last before delays begin with the shortest again: a welcome alone says little."""


def full_jitter() -> Iterator[float]:
    """Seconds to wait: anything between 0 and a limit that doubles from 0.2 s to 15 s.

    The whole delay is random, so that the apps of a server that restarts do not come back in step.
    Source: M. Brooker, "Exponential Backoff And Jitter", AWS Architecture Blog, 2015.
    """
    limit = BASE_SECONDS
    while True:
        yield random.uniform(0, limit)  # noqa: S311 - spreads load, protects nothing
        limit = min(CAP_SECONDS, limit * 2)
