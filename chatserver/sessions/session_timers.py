"""The timers of bookings: the next instant at which something falls due for one."""

from quotas.bookings import Booking
from quotas.ledger.timers import Timers
from quotas.plans import SessionPolicy
from quotas.session_steps import next_step_at

SESSION = "session"
"""The kind of a booking's timer; its name is the booking's id."""


class SessionTimers:
    """On the store of `timers`."""

    def __init__(self, timers: Timers, policy: SessionPolicy) -> None:
        self._timers = timers
        self._policy = policy

    async def set_for(self, booking: Booking, after: int) -> None:
        """Let it ring at the booking's next step after that instant, or not at all. Raises StoreError."""
        at = next_step_at(booking, self._policy, after)
        if at:
            await self._timers.set_timer(booking.conversation, SESSION, booking.id, at)
        else:
            await self._timers.clear_timer(booking.conversation, SESSION, booking.id)

    async def look_at(self, booking: Booking, now: int) -> None:
        """Let it ring at once: whatever is due of it is done, and its next step is set. Raises StoreError."""
        await self._timers.set_timer(booking.conversation, SESSION, booking.id, now)
