"""Where people can be reached: addresses that take no mail, and devices that take push messages."""

from collections.abc import Collection
from typing import Any

from msgspec import Struct
from sqlalchemy import CompoundSelect, null, select, union_all
from sqlalchemy.ext.asyncio import AsyncConnection

from chatserver.records.dialects import portions
from chatserver.records.tables import MAIL_BOUNCES, PUSH_SUBSCRIPTIONS


class Reach(Struct, frozen=True):
    """Of one person."""

    refused_address: str = ""
    """An address from which mail has come back, or whose owner has complained; '' for none."""
    devices: tuple[str, ...] = ()
    """Those that are subscribed, sorted."""


async def reach_of(connection: AsyncConnection, people: Collection[str]) -> dict[str, Reach]:
    """That of each, also of who has no device."""
    refused: dict[str, str] = {}
    devices: dict[str, list[str]] = {}
    for some in portions(sorted(people), 2):
        # Devices also where they have expired: by the push service's clock, which is not ours.
        for person, address, device in await connection.execute(_of(some)):
            if device is None:
                refused[person] = address
            else:
                devices.setdefault(person, []).append(device)
    return {person: Reach(refused.get(person, ""), tuple(sorted(devices.get(person, ())))) for person in people}


def _of(people: Collection[str]) -> CompoundSelect[*tuple[Any, ...]]:
    """Addresses without, and devices with the last column: one statement, since there are many notices."""
    bounces, subscribed = MAIL_BOUNCES.c, PUSH_SUBSCRIPTIONS.c
    return union_all(
        select(bounces.person_id, bounces.address, null()).where(bounces.person_id.in_(people)),
        select(subscribed.person_id, null(), subscribed.device).where(subscribed.person_id.in_(people)),
    )
