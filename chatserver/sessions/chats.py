"""Live chats as the ledger knows them: when the composer is open, and from when replies are due."""

from collections.abc import Iterable

from quotas.bookings import LENGTHS, Booking
from quotas.instant import MINUTE
from quotas.terms import BookedChat


def chat_of(booking: Booking) -> BookedChat | None:
    """None where the booking opens no composer."""
    if booking.service != "live_chat" or booking.cancelled is not None:
        return None
    return BookedChat(booking.starts_at, booking.ended_at, booking.ends_at)


def first_start(now: int) -> int:
    """When a live chat that is not over has started at the earliest."""
    return now - LENGTHS[-1] * MINUTE


def chats_ahead(bookings: Iterable[Booking], now: int) -> dict[str, tuple[BookedChat, ...]]:
    """The live chats of each conversation that are not over, by start; nothing of those without."""
    chats: dict[str, list[BookedChat]] = {}
    for booking in bookings:
        if (chat := chat_of(booking)) and chat.ends_at > now:
            chats.setdefault(booking.conversation, []).append(chat)
    return {name: tuple(sorted(some, key=_by_start)) for name, some in chats.items()}


def _by_start(chat: BookedChat) -> tuple[int, int]:
    return chat.starts_at, chat.ends_at
