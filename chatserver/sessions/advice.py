"""What would work instead of a booking that was refused."""

from msgspec.structs import replace

from chatserver.sessions.months import SubscriptionMonths
from chatserver.sessions.outcomes import BookingRefused
from chatserver.sessions.slots import Slots
from quotas.bookings import BookingKind
from quotas.plans import Service
from quotas.terms import Rulebook

MOST_STARTS = 5
"""Free starts that a refusal names."""


class Advice:
    """Methods raise DatabaseError."""

    def __init__(self, rulebook: Rulebook, slots: Slots) -> None:
        self._months = SubscriptionMonths(rulebook)
        self._slots = slots

    def with_plans(self, refused: BookingRefused, service: Service, kind: BookingKind) -> BookingRefused:
        """With the plans that have sessions of that service, where the plan's has none."""
        if refused.reason != "not_in_plan" or kind != "plan":
            return refused
        return replace(refused, plans=self._months.plans_with(service))

    async def with_starts(
        self, refused: BookingRefused, member: str, mentor: str, minutes: int, wanted: int, now: int
    ) -> BookingRefused:
        """With the free starts from the wanted one (ms) on, or else from now on, where another start would work."""
        if refused.reason not in ("in_past", "outside_slots", "busy", "too_far"):
            return refused
        starts: list[int] = []
        for after in (wanted, now):
            starts = starts or await self._slots.next_free(
                mentor, minutes, now, MOST_STARTS, after=after, member=member
            )
        return replace(refused, free_starts=tuple(starts))
