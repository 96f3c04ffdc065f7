"""What of an event's data people are told. Data comes from other releases too: what is not as it should be is left."""

from typing import get_args

from msgspec import Struct

from chatserver.protocol.events import SystemEvent
from quotas import instant
from quotas.plans import Service

SERVICES: tuple[Service, ...] = get_args(Service)


class EventDetails(Struct, frozen=True):
    """`service` and `starts_at` (ms) of the session; `units` by which its credits were corrected.

    None where it is not said.
    """

    service: Service | None
    starts_at: int | None
    minutes: int | None
    units: int | None


def details_of(event: SystemEvent) -> EventDetails:
    """Read `service`, `starts_at` (RFC 3339), `minutes` and `units`."""
    return EventDetails(
        _service(event.data.get("service")),
        _instant(event.data.get("starts_at")),
        _number(event.data.get("minutes")),
        _number(event.data.get("units")),
    )


def _service(said: object) -> Service | None:
    return next((service for service in SERVICES if service == said), None)


def _instant(said: object) -> int | None:
    try:
        return instant.parse(said) if isinstance(said, str) else None
    except ValueError:
        return None


def _number(said: object) -> int | None:
    return said if isinstance(said, int) and not isinstance(said, bool) else None
