"""What an operator sees of one process at this moment."""

from collections.abc import Mapping

from msgspec import Struct


class Gauges(Struct, frozen=True):
    """What there is now on this process."""

    connections: Mapping[tuple[str, str], int]
    """By role and encoding."""
    rooms: int
    """Conversations that someone here follows."""
    in_flight: int
    """Commands without an answer."""
    unsent_bytes: int
    """What waits for readers, in bytes; `unsent_most` is the slowest one's share."""
    unsent_most: int
