"""What the server counts: plain numbers on the message path, named and read only when someone asks for them.

Nothing here knows Prometheus; `chatserver/api/exposition.py` gives the numbers their names, docs/metrics.md says what
each means.
"""

from bisect import bisect_left
from collections import Counter
from collections.abc import Sequence

from quotas.ledger.base import Posted, PostRefused

LATENCY_BOUNDS = (0.0005, 0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0, 2.0)
"""Seconds: from a store on the same machine to one that is given up."""
TIMER_BOUNDS = (0.1, 0.25, 0.5, 1.0, 2.0, 5.0, 15.0, 60.0, 600.0, 3600.0)
"""Seconds: from timers that ring in time to those that waited for a server to be started."""


class Histogram:
    """Observations in seconds by bucket; `bounds` are the buckets' upper ends, ascending."""

    __slots__ = ("bounds", "counts", "sum")

    def __init__(self, bounds: Sequence[float]) -> None:
        self.bounds = bounds
        self.counts = [0] * (len(bounds) + 1)
        """The last one holds what lies above every bound."""
        self.sum = 0.0

    def observe(self, seconds: float) -> None:
        """Count one; 0.1 µs."""
        self.counts[bisect_left(self.bounds, seconds)] += 1
        self.sum += seconds


class Metrics:
    """One process's counts since it started."""

    def __init__(self) -> None:
        self.accepted = 0
        self.repeated = 0
        """Answered as an earlier post of the same id was."""
        self.refused: Counter[str] = Counter()
        """By reason."""
        self.failed: Counter[str] = Counter()
        """Messages that were answered with an error, by its code."""
        self.errors: Counter[str] = Counter()
        """Every error event, by its code."""
        self.welcomed = 0
        self.closed: Counter[int] = Counter()
        """By the close code that the server sent, where it was the one who closed."""
        self.rate_limited: Counter[str] = Counter(person=0, address=0, connections=0)
        """By whose bound it was: a person's, for commands and requests; an address's handshakes; its connections that
        have not said hello."""
        self.deadlines: Counter[str] = Counter()
        """Noted by this process: `warning` and `missed`."""
        self.waits: Counter[str] = Counter()
        """Waits that were over and that this process recorded, by how they ended."""
        self.sessions: Counter[str] = Counter()
        """What happened at sessions and was told by this process, by name; where one ended, by its state."""
        self.session_refusals: Counter[str] = Counter()
        """Bookings, moves, cancellations and the like that were refused, by reason."""
        self.outbox: Counter[tuple[str, str]] = Counter()
        """What this process tried to send, by channel and outcome: `sent`, `failed`, `dropped`, `postponed`."""
        self.archived = 0
        """Messages that this process has moved to the archive."""
        self.requests: Counter[tuple[str, int]] = Counter()
        """HTTP requests by method and status."""
        self.admission = Histogram(LATENCY_BOUNDS)
        """From a post sent to the store until its answer."""
        self.acknowledgement = Histogram(LATENCY_BOUNDS)
        """From a message read off the socket until its answer can be told, stale terms included."""
        self.feed_lag = Histogram(LATENCY_BOUNDS)
        """From the store's instant of a message until the feed brought it."""
        self.timer_lag = Histogram(TIMER_BOUNDS)
        """From the instant of a warning or miss until it was noted."""

    def answered(self, result: Posted | PostRefused) -> None:
        """Count what became of a message. `send` counts by itself: a call for each would be more than the counting."""
        if not result.first:
            self.repeated += 1
        elif isinstance(result, Posted):
            self.accepted += 1
        else:
            self.refused[result.reason] += 1
