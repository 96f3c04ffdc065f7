"""Events of the system in words: what happened to a session, and what is said while it lasts."""

from chatserver.protocol.event_details import details_of
from chatserver.protocol.events import ConversationView, SystemEvent
from chatserver.protocol.session_events import SessionChanged
from chatserver.protocol.sessions import BookingView
from chatserver.terminal.names import called
from chatserver.terminal.texts import Texts
from chatserver.terminal.words import day_and_time, duration, time_of_day
from quotas import instant
from quotas.instant import MINUTE

_WITH_SESSION = ("booked", "moved", "cancelled", "no_show")
"""Of these it is said which session it was: it is not the one that is running."""


def in_words(texts: Texts, event: SystemEvent, zone: str) -> str:
    """One line: "Session booked: live chat, Thursday 3 Dec 18:00, 30 minutes". An unknown name is shown as it is."""
    if not texts.has(f"event_{event.name}"):
        return event.name
    what, details = texts(f"event_{event.name}"), details_of(event)
    said = []
    if event.name in _WITH_SESSION and details.service is not None:
        said.append(texts(f"session_{details.service}"))
    if event.name in _WITH_SESSION and details.starts_at is not None:
        said.append(day_and_time(texts, details.starts_at, zone))
        if details.minutes is not None:
            said.append(texts("session_minutes", n=details.minutes))
    if event.name == "corrected" and details.units is not None:
        said.append(f"{details.units:+}")
    return f"{what}: {', '.join(said)}" if said else what


class LiveNews:
    """What is said of a session and written nowhere: it starts soon, somebody has joined, it ends soon."""

    def __init__(self, texts: Texts) -> None:
        self._texts = texts
        self._known_joins: set[tuple[str, str, str]] = set()

    def of(self, event: SessionChanged, user: str, conversation: ConversationView, now: int) -> list[str]:
        """In lines; none for what comes as an entry of its own. A join is told once, also where it is said again."""
        booking = event.booking
        if booking is None:
            return []
        match event.kind:
            case "starting":
                starts_at = instant.parse(booking.starts_at)
                what = self._texts(f"session_{booking.service}")
                said = self._texts(
                    "said_starting",
                    what=what,
                    when=time_of_day(starts_at, conversation.zone),
                    left=self._left(starts_at, now),
                )
                return [said[:1].upper() + said[1:]]
            case "joined":
                return self._joined(booking, user, conversation)
            case "ending":
                return [self._texts("said_ending", left=self._left(instant.parse(booking.ends_at), now))]
            case _:
                return []

    def has_joined(self, booking: str, person: str) -> bool:
        """Whether a join of theirs was told here."""
        return any(known[:2] == (booking, person) for known in self._known_joins)

    def _left(self, until: int, now: int) -> str:
        """In minutes, rounded: it is said a moment after the minute."""
        return duration(self._texts, max(1, round((until - now) / MINUTE)) * MINUTE)

    def _joined(self, booking: BookingView, user: str, conversation: ConversationView) -> list[str]:
        said = []
        for person, at in ((booking.member, booking.joins.member), (booking.mentor, booking.joins.mentor)):
            if at is not None and (booking.id, person, at) not in self._known_joins:
                self._known_joins.add((booking.id, person, at))
                own = person == user
                name = called(person, conversation)
                said.append(self._texts("said_joined_you") if own else self._texts("said_joined", name=name))
        return said
