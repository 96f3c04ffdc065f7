"""What happens at sessions, what is left of them, and what is said in their calls, on the wire."""

from typing import Literal

from msgspec import Struct, field

from chatserver.protocol.event import Event
from chatserver.protocol.sessions import BookingView
from quotas.bookings import BookingState
from quotas.plans import Service

EntryName = Literal["booked", "moved", "cancelled", "started", "late", "ended", "no_show", "corrected"]
"""What happened at sessions and stands in the conversation, as an event."""
SessionKind = Literal[EntryName, "starting", "joined", "ending"]
"""What happened, as the socket says it."""


class SessionChanged(Event, frozen=True, tag="session"):
    """Something happened at a session. `booking` is as it is then, null where credits were corrected.

    `credits_left` is of the period from which it spends; null where the plan has no sessions, or no limit.
    """

    conversation: str
    kind: SessionKind
    booking: BookingView | None
    credits_left: int | None


class Signalled(Event, frozen=True, tag="signal"):
    """The other person of a video call says so, to all that one is connected with. It is kept nowhere."""

    booking: str
    sender: str = field(name="from")
    data: str


class CreditsLeft(Struct, frozen=True):
    """Units of 30 minutes that are left in the running period, null where the plan gives without limit; its end."""

    left: int | None
    period_until: str


class NextSession(Struct, frozen=True):
    """The session that runs, or else the next one."""

    booking: str
    service: Service
    starts_at: str
    minutes: int
    state: BookingState
