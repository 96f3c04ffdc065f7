"""A conversation's coming live chats as its hash keeps them: `start-end-booked end`, in ms, with commas between."""

from collections.abc import Sequence

from quotas.terms import BookedChat


def packed_chats(chats: Sequence[BookedChat]) -> str:
    """'' for none."""
    return ",".join(f"{chat.starts_at}-{chat.ends_at}-{chat.booked_until}" for chat in chats)


def unpacked_chats(packed: bytes) -> tuple[BookedChat, ...]:
    """What `packed_chats` made."""
    return tuple(BookedChat(*map(int, chat.split("-"))) for chat in packed.decode().split(",")) if packed else ()
