"""Events of the system in words: what happened to a session."""

from chatserver.protocol.event_details import details_of
from chatserver.protocol.events import SystemEvent
from chatserver.terminal.texts import Texts
from chatserver.terminal.words import day_and_time

_WITH_SESSION = ("booked", "moved", "cancelled", "no_show")
"""Of these it is said which session it was: it is not the one that is running."""


def in_words(texts: Texts, event: SystemEvent, zone: str) -> str:
    """One line: "Session booked: Thursday 3 Dec 18:00, 30 minutes". A name that is not known is shown as it is."""
    if not texts.has(f"event_{event.name}"):
        return event.name
    what, details = texts(f"event_{event.name}"), details_of(event)
    said = []
    if event.name in _WITH_SESSION and details.starts_at is not None:
        said.append(day_and_time(texts, details.starts_at, zone))
        if details.minutes is not None:
            said.append(texts("session_minutes", n=details.minutes))
    if event.name == "corrected" and details.units is not None:
        said.append(f"{details.units:+}")
    return f"{what}: {', '.join(said)}" if said else what
