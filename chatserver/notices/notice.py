"""What one person hears of: a line of their list, whichever channels it was sent on."""

from typing import Any

from msgspec import Struct

from chatserver.notices.fact import FactName


class Notice(Struct, frozen=True):
    """One notice. Instants in ms; `conversation` and `booking` are '' where it is about none."""

    id: int
    person: str
    event: FactName
    mark: str
    conversation: str
    booking: str
    data: dict[str, Any]
    """As `Fact.data`, and `role`: in which role the person hears of it."""
    at: int
    noted_at: int
    read_at: int | None = None


class UnreadNotice(Struct, frozen=True):
    """One that its person has not read, and how many those are in all."""

    notice: Notice
    unread: int
