"""Asked again before something is sent about a session: whether it is still so."""

from collections.abc import Awaitable, Callable

from chatserver.conversations.records import record
from chatserver.notices.fact import FactName
from chatserver.notices.notice import Notice
from chatserver.records.database import Database
from chatserver.sessions.rows import bookings
from quotas import instant
from quotas.bookings import Booking, state_of
from quotas.plans import SessionPolicy

AHEAD: tuple[FactName, ...] = ("booking.booked", "booking.moved", "session.reminder", "session.starting")
RUNNING: tuple[FactName, ...] = ("session.late", "session.candidate", "session.close_reminder")
OVER: tuple[FactName, ...] = (
    *("session.no_show", "session.mentor_absent", "session.unattended", "session.three_sessions"),
)
"""What is over is over, and so is what was asked: these are held back by a suspension alone."""
ASKED_ABOUT = AHEAD + RUNNING + OVER
"""What was cancelled is not booked again, and whoever waits for it must hear so: that stays as it is."""


class StillBooked:
    """`clock` gives the store's instant."""

    def __init__(self, database: Database, policy: SessionPolicy, clock: Callable[[], Awaitable[int]]) -> None:
        self._database = database
        self._policy = policy
        self._clock = clock

    async def answer(self, notice: Notice) -> str | None:
        """A `StillHolds` about ASKED_ABOUT. Raises StoreError, DatabaseError."""
        now = await self._clock()
        async with self._database.read() as connection:
            row = await bookings.find(connection, notice.booking)
            conversation = await record(connection, notice.conversation)
        if conversation is not None and conversation.status == "suspended":
            return "suspended"
        if notice.event in OVER:
            return None
        if row is None:
            return "there is no such booking"
        return still_booked_problem(notice, row.booking, self._policy, now)


def still_booked_problem(notice: Notice, booking: Booking, policy: SessionPolicy, now: int) -> str | None:
    """Why the notice is out of date at `now`; None where it is not."""
    if booking.cancelled is not None:
        return "cancelled meanwhile"
    if instant.text(booking.starts_at) != notice.data["starts_at"]:
        return "moved meanwhile"
    if notice.event == "session.starting":
        return "it is over" if now >= booking.ended_at else None
    if notice.event in AHEAD:
        return "it has begun" if now >= booking.starts_at else None
    match notice.event:
        case "session.late":
            absent = notice.data["absent"]
            if now >= booking.ended_at:
                return "it is over"
            return "they have come" if booking.joined_at(absent) else None
        case "session.candidate":
            return None if state_of(booking, policy, now) == "no_show_candidate" else "it is settled"
        case _:
            return "it is over" if now >= booking.ended_at else None
