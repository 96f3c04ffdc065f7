"""Token buckets: how much of something one person or address may do for long, and how much at once.

Of each bucket one number is kept: the instant at which it is full again (the generic cell rate algorithm, ITU-T
I.371). A bucket that is full is forgotten. Each process counts for itself.
"""

from chatserver.setting_values import Rate

OTHER_COST = 0.1
"""What a handshake, a request, or a command that writes no message, costs of a message."""
SWEEP_FROM = 1_024
"""Buckets from which on full ones are looked for."""


class RateLimit:
    """The buckets of all people, or of all addresses."""

    def __init__(self, rate: Rate) -> None:
        self._each = rate.seconds_each
        self._room = self._each * rate.burst
        self._full_at: dict[str, float] = {}
        self._sweep_at = SWEEP_FROM

    def delay(self, who: str, now: float, cost: float = 1.0) -> float:
        """0 where it is admitted; else the seconds after which it will be, and nothing is taken. `now` is monotonic."""
        full_at = self._full_at.get(who, now)
        full_at = (now if full_at < now else full_at) + cost * self._each
        excess = full_at - now - self._room
        if excess > 1e-9:  # where rounding is all that is over, it is not
            return excess
        self._full_at[who] = full_at
        if len(self._full_at) > self._sweep_at:
            self._sweep(now)
        return 0.0

    def _sweep(self, now: float) -> None:
        """Forget full buckets. It looks again when there are twice as many, so that a message costs the same."""
        self._full_at = {who: full_at for who, full_at in self._full_at.items() if full_at > now}
        self._sweep_at = max(SWEEP_FROM, 2 * len(self._full_at))
