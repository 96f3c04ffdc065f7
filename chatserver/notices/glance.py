"""What a person who comes must know of notices at one look."""

from msgspec import Struct


class NoticeGlance(Struct, frozen=True):
    """How many of theirs are unread, and the conversations of which they want none."""

    unread: int = 0
    muted: frozenset[str] = frozenset()
