"""What an app shows of a conversation's sessions before anybody asks, in the words of the protocol."""

from chatserver.protocol.session_events import CreditsLeft, NextSession
from chatserver.sessions.credit_book import Outlook
from quotas.bookings import state_of
from quotas.instant import text
from quotas.plans import SessionPolicy


def credits_left_of(outlook: Outlook) -> CreditsLeft:
    """The credits of the running month, of a plan that has sessions."""
    return CreditsLeft(outlook.credits_left, text(outlook.period_until))


def next_session_of(outlook: Outlook, policy: SessionPolicy, now: int) -> NextSession | None:
    """The session that runs or comes next, as it is at `now`."""
    booking = outlook.next_session
    if booking is None:
        return None
    state = state_of(booking, policy, now)
    return NextSession(booking.id, booking.service, text(booking.starts_at), booking.minutes, state)
