"""A row of the outbox as operators see it, and which of them they want to see."""

from msgspec import Struct

from chatserver.notices.delivery import ChannelName


class OutboxFilter(Struct, frozen=True):
    """Which rows; None: of any."""

    channel: ChannelName | None = None
    person: str | None = None


class OutboxLine(Struct, frozen=True):
    """A row as operators see it. Instants in ms."""

    id: int
    channel: ChannelName
    person: str
    """'' for webhooks."""
    endpoint: str
    """The webhook's id or the device's; '' for mail."""
    event: str
    """'' where what it tells of is gone."""
    created_at: int
    due_at: int
    held: bool
    attempts: int
    done_at: int | None
    reason: str | None
    """Why the last try failed."""
