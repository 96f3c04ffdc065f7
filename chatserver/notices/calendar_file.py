"""Bookings for people's calendars: iCalendar (RFC 5545), as a file of one, and as a feed of all.

Instants are in UTC with `Z`, never with a VTIMEZONE, which Outlook misreads. UID
stays for ever, SEQUENCE grows with every change, and the invitations in mails (`invitations.py`) have the same: each
calendar has a session once, whichever way it came. There is no METHOD here: these are one's own, no invitation.
"""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from msgspec import Struct

from chatserver.protocol.sessions import join_url
from quotas.bookings import Booking
from quotas.instant import SECOND
from quotas.phrases import LANGUAGES, Language
from quotas.plans import Service, SessionPolicy

if TYPE_CHECKING:
    from icalendar import Calendar, Event

CALENDAR_NAMES: tuple[str, str, str] = ("Mentor sessions", "Mentorsamtaler", "Mentorsamtaler")
REFRESHED = timedelta(hours=1)
"""How often a feed is worth being asked for."""
_TITLES: dict[Service, tuple[str, str, str]] = {
    "video_call": ("Video call", "Videosamtale", "Videosamtale"),
    "live_chat": ("Live chat", "Live-chat", "Live-chat"),
}
_WITH: tuple[str, str, str] = ("with", "med", "med")
"""Each in the order of LANGUAGES."""


class CalendarEntry(Struct, frozen=True):
    """A booking for the calendar of one of the two; `other` is the name of the other one, '' where none is known."""

    booking: Booking
    policy: SessionPolicy
    other: str
    language: Language


def calendar_file(entry: CalendarEntry) -> bytes:
    """The file. The same booking gives the same bytes until it changes."""
    calendar = new_calendar()
    calendar.add_component(calendar_event(entry))
    return written(calendar)


def calendar_feed(entries: Iterable[CalendarEntry], language: Language) -> bytes:
    """All of them, for a calendar that comes again and again, and is told how often (RFC 7986, 5.7)."""
    calendar = new_calendar()
    calendar.add("x-wr-calname", CALENDAR_NAMES[LANGUAGES.index(language)])
    calendar.add("refresh-interval", REFRESHED, parameters={"VALUE": "DURATION"})
    calendar.add("x-published-ttl", "PT1H")  # the same, for Outlook
    for entry in entries:
        calendar.add_component(calendar_event(entry))
    return written(calendar)


def new_calendar() -> "Calendar":
    """One without events."""
    from icalendar import Calendar  # 9 MB and a tenth of a second: not for every process that starts

    calendar = Calendar()
    calendar.add("prodid", "-//chatserver//sessions//EN")
    calendar.add("version", "2.0")
    return calendar


def calendar_event(entry: CalendarEntry) -> "Event":
    """The booking as it is now."""
    from icalendar import Event

    booking = entry.booking
    event = Event()
    event.add("uid", f"{booking.id}@sessions.chatserver")
    event.add("sequence", booking.sequence)
    event.add("dtstamp", _moment(_changed_at(booking)))
    event.add("dtstart", _moment(booking.starts_at))
    event.add("dtend", _moment(booking.ends_at))
    event.add("summary", _title(entry))
    event.add("status", "CONFIRMED" if booking.cancelled is None else "CANCELLED")
    if (url := join_url(booking, entry.policy)) is not None:
        event.add("url", url)
    return event


def written(calendar: "Calendar") -> bytes:
    """As it goes out."""
    content: bytes = calendar.to_ical()
    return content


def _changed_at(booking: Booking) -> int:
    """When it was last changed in a way that calendars must hear of."""
    return max(booking.booked_at, booking.set_at, booking.cancelled.at if booking.cancelled else 0)


def _title(entry: CalendarEntry) -> str:
    place = LANGUAGES.index(entry.language)
    title = _TITLES[entry.booking.service][place]
    return f"{title} {_WITH[place]} {entry.other}" if entry.other else title


def _moment(at: int) -> datetime:
    """To the second, which is all that the format has."""
    return datetime.fromtimestamp(at // SECOND, UTC)
