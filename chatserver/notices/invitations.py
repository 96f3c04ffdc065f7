"""Invitations in mails: a booking as iTIP (RFC 5546) has it, which calendars take in, change and take out again.

Of several bookings, such as those of a series, there is a file to open: an invitation is to one.

The organizer is who the mail is from, the attendee whom it is to: calendars of others believe no invitation that says
otherwise.
"""

from collections.abc import Iterable
from typing import TYPE_CHECKING, Literal

from msgspec import Struct

from chatserver.notices.calendar_file import CalendarEntry, calendar_event, new_calendar, written
from chatserver.notices.mail_address import MailAddress

if TYPE_CHECKING:
    from icalendar import vCalAddress

InvitationMethod = Literal["REQUEST", "CANCEL", "PUBLISH"]
"""PUBLISH asks nobody: it is what a file of several has."""


class Invitation(Struct, frozen=True):
    """The calendar part of a mail."""

    method: InvitationMethod
    content: bytes


def invitation(entry: CalendarEntry, organizer: MailAddress, attendee: MailAddress) -> Invitation:
    """To the booking as it is now: REQUEST, also where it was moved, or CANCEL. The same gives the same bytes."""
    method: InvitationMethod = "REQUEST" if entry.booking.cancelled is None else "CANCEL"
    calendar = new_calendar()
    calendar.add("method", method)
    event = calendar_event(entry)
    event.add("organizer", _calendar_address(organizer))
    who = _calendar_address(attendee)
    # The session is agreed already: nobody waits for a Yes, which would go to an address that nobody reads.
    who.params |= {"ROLE": "REQ-PARTICIPANT", "PARTSTAT": "NEEDS-ACTION", "RSVP": "FALSE", "CUTYPE": "INDIVIDUAL"}
    event.add("attendee", who)
    if "url" in event:
        event.add("location", str(event["url"]))  # where Gmail and Outlook show it
    calendar.add_component(event)
    return Invitation(method, written(calendar))


def publication(entries: Iterable[CalendarEntry], organizer: MailAddress) -> Invitation:
    """All of these as they are now, with the ids and numbers that an invitation to each has."""
    calendar = new_calendar()
    calendar.add("method", "PUBLISH")
    for entry in entries:
        event = calendar_event(entry)
        event.add("organizer", _calendar_address(organizer))
        calendar.add_component(event)
    return Invitation("PUBLISH", written(calendar))


def _calendar_address(address: MailAddress) -> "vCalAddress":
    from icalendar import vCalAddress

    found = vCalAddress(f"mailto:{address.address}")
    if name := "".join(char for char in address.name if char.isprintable() and char not in '"^'):
        found.params["CN"] = name
    return found
