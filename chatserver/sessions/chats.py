"""Live chats as the ledger knows them: when the composer is open, and from when replies are due."""

from quotas.bookings import Booking
from quotas.terms import BookedChat


def chat_of(booking: Booking) -> BookedChat | None:
    """None where the booking opens no composer."""
    if booking.service != "live_chat" or booking.cancelled is not None:
        return None
    return BookedChat(booking.starts_at, booking.ended_at, booking.ends_at)
