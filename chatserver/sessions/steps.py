"""No step of a session passes unseen: each is noted once, and told, whichever process is awake.

A booking has a timer for its next step. Noting writes what is due and is not there yet; a process that dies before its
timer is set anew has it ring again, and what it noted and did not tell is told by `SessionTelling`.
"""

from typing import Any

from chatserver.conversations.records import locked
from chatserver.messages.log import KeptMessages
from chatserver.records.database import Database
from chatserver.sessions.attendance import Connected, sides_of
from chatserver.sessions.bookings import Bookings
from chatserver.sessions.rows import bookings, session_events
from chatserver.sessions.session_event import SessionEvent, event_of
from chatserver.sessions.session_log import SessionLog
from chatserver.sessions.session_timers import SESSION, SessionTimers
from chatserver.sessions.telling import SessionTelling
from quotas.bookings import Booking, Side, state_of
from quotas.instant import MINUTE
from quotas.ledger.timers import Rung
from quotas.plans import SessionPolicy
from quotas.session_steps import SessionStep, steps_between

SEEN_WITHIN = MINUTE
"""How long after a step it can be said who was connected at it."""


class SessionSteps:
    """What timers of bookings are for: a `TimerKind`."""

    kind = SESSION

    def __init__(
        self,
        *,
        database: Database,
        policy: SessionPolicy,
        bookings: Bookings,
        telling: SessionTelling,
        timers: SessionTimers,
        messages: KeptMessages,
        connected: Connected,
        log: SessionLog,
    ) -> None:
        self._database = database
        self._policy = policy
        self._bookings = bookings
        self._telling = telling
        self._timers = timers
        self._messages = messages
        self._connected = connected
        self._log = log

    async def arm(self, partition: int) -> None:
        """Whoever changes a booking sets its timer, however far ahead."""

    async def ring(self, rung: Rung) -> None:
        """Note what is due of the booking, tell it, and set its next timer. Raises StoreError, DatabaseError."""
        booking = await self._bookings.find(rung.name)
        while booking is not None:
            booking = await self._settled(booking, rung.now)
            await self._timers.set_for(booking, rung.now)
            # Whoever changed it meanwhile may have set a timer before this one did.
            latest = await self._bookings.find(rung.name)
            if latest == booking:
                return
            booking = latest

    async def _settled(self, booking: Booking, now: int) -> Booking:
        """Note and tell what is due until `now`; the booking as it was then."""
        for side in ("member", "mentor"):
            await self._note_join(booking, side, now)
        connected = await self._connected_at(booking, now)
        async with self._database.begin() as connection:
            records = await locked(connection, [booking.conversation])
            row = await bookings.find(connection, booking.id)
            booking = row.booking if row else booking  # Bookings are never deleted.
            known = {(event.name, event.mark) for event in await session_events.of_booking(connection, booking.id)}
            due = [step for step in steps_between(booking, self._policy, 0, now) if (step.name, step.mark) not in known]
            await self._log.append(connection, [self._event(booking, step, now, connected) for step in due], records)
        # Also where nothing is due: whoever noted it may have died before it was told.
        await self._telling.tell(booking.conversation)
        return booking

    async def _note_join(self, booking: Booking, side: Side, now: int) -> None:
        """Who wrote in a live chat has joined it, also where a process died before it noted that."""
        if booking.service != "live_chat" or booking.cancelled is not None or booking.joined_at(side):
            return
        until = min(booking.ended_at, booking.ends_at, now + 1)
        if booking.starts_at < until:
            person = booking.member if side == "member" else booking.mentor
            of = booking.conversation, side, booking.starts_at, until
            written = await self._messages.first_by(*of, in_person=person)
            if written is not None:
                await self._bookings.join(booking.id, side, written.at)

    async def _connected_at(self, booking: Booking, now: int) -> frozenset[str] | None:
        """Who is connected, where that says something of a step that is due; None where it would not."""
        steps = steps_between(booking, self._policy, now - SEEN_WITHIN, now)
        if not any(step.absent or step.name == "ended" for step in steps):
            return None
        return await self._connected(booking.conversation)

    def _event(self, booking: Booking, step: SessionStep, now: int, connected: frozenset[str] | None) -> SessionEvent:
        more: dict[str, Any] = {}
        fresh = connected is not None and now - step.at < SEEN_WITHIN
        match step.name:
            case "reminder":
                more = {"hours": float(step.of)}
            case "ending" | "close_reminder":
                more = {"minutes": int(step.of)}
            case "ended":
                there = sides_of(booking, connected) if fresh and connected is not None else None
                more = {"state": state_of(booking, self._policy, step.at), "there": there}
        if step.absent is not None:
            person = booking.member if step.absent == "member" else booking.mentor
            more = {"absent": step.absent, "connected": person in (connected or ()) if fresh else None}
        return event_of(booking, step.name, now, "system", mark=step.mark, at=step.at, **more)
