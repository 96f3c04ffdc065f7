"""What happened at sessions: facts that are appended, told once, and never altered."""

from typing import Any, Literal, get_args

from msgspec import Struct

from chatserver.protocol.session_events import EntryName, SessionKind
from quotas import instant
from quotas.bookings import Actor, Booking, Cancellation
from quotas.session_steps import StepName

EventName = Literal[SessionKind, StepName, "left", "three_sessions"]
"""What is neither an entry nor said is kept for those who work with it later: notices and cases."""

ENTRIES: frozenset[str] = frozenset(get_args(EntryName))
"""Written into the conversation, and said to whoever is connected."""
SAID: frozenset[str] = frozenset(get_args(SessionKind))
"""Said to whoever is connected: entries, and what is said and nothing else."""


class SessionEvent(Struct, frozen=True):
    """One event; instants in ms. `at` is when it happened or was due, `noted_at` when it was written down."""

    conversation: str
    booking: str
    """'' where it concerns the conversation as a whole."""
    name: EventName
    at: int
    noted_at: int
    by: Actor | Literal["end", "system"]
    data: dict[str, Any]
    """What apps need to put it into words; no text that a person wrote."""
    mark: str = ""
    """Tells apart what may happen to a booking more than once: the same name and mark are written once."""
    number: int = 0
    """Grows within the conversation; 0 before it is kept."""

    @property
    def is_said(self) -> bool:
        """Whether apps are told of it: who comes back is shown by presence, and joining counts once."""
        return self.name in SAID and not self.data.get("again")


def event_of(
    booking: Booking,
    name: EventName,
    now: int,
    by: Actor | Literal["end", "system"],
    *,
    mark: str = "",
    at: int | None = None,
    **more: object,
) -> SessionEvent:
    """Something that happened to a booking, with what it is now and `more`; `at` is when, else now."""
    data = {
        "service": booking.service,
        "starts_at": instant.text(booking.starts_at),
        "minutes": booking.minutes,
        **more,
    }
    return SessionEvent(booking.conversation, booking.id, name, now if at is None else at, now, by, data, mark)


def cancelled_event(booking: Booking, cancelled: Cancellation) -> SessionEvent:
    """The booking was cancelled."""
    return event_of(booking, "cancelled", cancelled.at, cancelled.by, late=cancelled.late, counts=cancelled.counts)
