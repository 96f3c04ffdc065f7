"""A member leaves: until when they have paid, what is booked beyond it, and the end of all their conversations.

Source: cases.md "What happens by itself", of `membership_cancellation` and `ghosting`.
"""

from collections.abc import Awaitable, Callable
from datetime import date

from chatserver.conversations.conversation import EndedReason
from chatserver.conversations.memberships import Memberships
from chatserver.conversations.provisioning import Provisioning
from chatserver.conversations.records import records_of_member
from chatserver.conversations.requests import ConversationChange, Written
from chatserver.records.database import Database
from chatserver.sessions.months import SubscriptionMonths
from chatserver.sessions.rows import bookings
from chatserver.sessions.telling import SessionTelling
from quotas.bookings import Booking


class Leaving:
    """`clock` gives the store's instant. Methods raise DatabaseError and StoreError."""

    def __init__(
        self,
        *,
        database: Database,
        provisioning: Provisioning,
        memberships: Memberships,
        telling: SessionTelling,
        clock: Callable[[], Awaitable[int]],
    ) -> None:
        self._database = database
        self._provisioning = provisioning
        self._memberships = memberships
        self._telling = telling
        self._months = SubscriptionMonths(provisioning.rulebook)
        self._clock = clock

    async def paid_until(self, member: str) -> date | None:
        """The first day that is not paid for; without a membership, that after the last current subscription month.

        None where there is neither.
        """
        if (found := await self._memberships.find(member)) is not None:
            return found.paid_until
        now = await self._clock()
        async with self._database.read() as connection:
            mine = await records_of_member(connection, member)
        days = [
            self._provisioning.rulebook.calendar_to_show(each.zone, each.holidays).day_of(
                self._months.at(each, now).ends_at
            )
            for each in mine
            if each.kind == "plan" and each.status != "ended"
        ]
        return max(days, default=None)

    async def booked_from(self, member: str, day: date) -> list[Booking]:
        """What the member has booked for that day, in their zone, or later, by start."""
        person = await self._provisioning.get_person(member)
        if person is None:
            return []
        since = self._provisioning.rulebook.calendar_to_show(person.zone, "").start_of(day)
        async with self._database.read() as connection:
            return await bookings.of_person(connection, member, since)

    async def end_all(self, member: str, reason: EndedReason) -> list[str]:
        """End every conversation of the member; what has not started is cancelled, uncounted. Their ids, sorted.

        One after the other: the same again ends those that are left, and says the same.
        """
        async with self._database.read() as connection:
            mine = await records_of_member(connection, member)
        change = ConversationChange(status="ended", ended_reason=reason)
        ended = []
        for each in mine:
            # What has ended for another reason keeps that.
            if isinstance(await self._provisioning.change_conversation(each.id, change), Written):
                await self._telling.tell(each.id)
                ended.append(each.id)
        return ended
