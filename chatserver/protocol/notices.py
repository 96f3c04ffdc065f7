"""A person's notices as they go over the wire, on the socket and over HTTP. Instants are RFC 3339 in UTC."""

from typing import Annotated, Any

from msgspec import Meta, Struct

from chatserver.protocol.event import Event

MAX_NOTICES = 100
"""Most notices in one answer, and most that are marked as read by their ids at once."""

NoticeId = Annotated[int, Meta(ge=1, le=2**53 - 1)]


class NoticeView(Struct, frozen=True):
    """What its person hears of. Of events that they do not know apps show nothing, and count it all the same.

    `conversation` and `booking` are null where it is about none. `data` holds ids, instants and numbers for the app to
    put into words, and in `role` the role in which its person hears of it; what is in it differs by event.
    """

    id: int
    event: str
    conversation: str | None
    booking: str | None
    data: dict[str, Any]
    at: str
    read: bool


class UnreadNotices(Struct, frozen=True):
    """How many of a person's notices are unread."""

    unread: int


class NoticesPage(Event, frozen=True, tag="notices"):
    """One's notices, newest first; `more` says whether older ones exist, `unread` counts all that are unread."""

    notices: list[NoticeView]
    more: bool
    unread: int
    ask: str | None = None


class NoticesRead(Event, frozen=True, tag="notices_read"):
    """The person has seen those up to `upto`, or those of `ids`; `unread` is how many are left.

    Neither is given where the server says by itself how many are unread: it may have missed some.
    """

    upto: int | None
    ids: list[int]
    unread: int
    ask: str | None = None


class NoticeCame(Event, frozen=True, tag="notice"):
    """A new notice; `unread` counts it. Who is away finds it in the list."""

    notice: NoticeView
    unread: int
