"""What of an event's data people are told. Data comes from other releases too: what is not as it should be is left."""

from msgspec import Struct

from chatserver.protocol.events import SystemEvent
from quotas import instant


class EventDetails(Struct, frozen=True):
    """`starts_at` in ms, of the session; `units` by which its credits were corrected. None where it is not said."""

    starts_at: int | None
    minutes: int | None
    units: int | None


def details_of(event: SystemEvent) -> EventDetails:
    """Read `starts_at` (RFC 3339), `minutes` and `units`."""
    return EventDetails(
        _instant(event.data.get("starts_at")), _number(event.data.get("minutes")), _number(event.data.get("units"))
    )


def _instant(said: object) -> int | None:
    try:
        return instant.parse(said) if isinstance(said, str) else None
    except ValueError:
        return None


def _number(said: object) -> int | None:
    return said if isinstance(said, int) and not isinstance(said, bool) else None
