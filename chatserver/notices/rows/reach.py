"""Where people can be reached: addresses that take no mail, and devices that take push messages."""

from collections.abc import Collection, Iterable
from typing import Any

from msgspec import Struct
from sqlalchemy import String, literal_column, null, select, union_all
from sqlalchemy.ext.asyncio import AsyncConnection

from chatserver.records.dialects import IDS, portions
from chatserver.records.tables import MAIL_BOUNCES, PUSH_SUBSCRIPTIONS


class Reach(Struct, frozen=True):
    """Of one person."""

    refused_address: str = ""
    """An address from which mail has come back, or whose owner has complained; '' for none."""
    devices: tuple[str, ...] = ()
    """Those that are subscribed, sorted."""


_BOUNCES, _DEVICES = MAIL_BOUNCES.c, PUSH_SUBSCRIPTIONS.c
REACH = (
    select(literal_column("'bounce'", String()), _BOUNCES.person_id, _BOUNCES.address, null(), null()).where(
        _BOUNCES.person_id.in_(IDS)
    ),
    # Also where they have expired: by the push service's clock, which is not ours.
    select(literal_column("'device'", String()), _DEVICES.person_id, _DEVICES.device, null(), null()).where(
        _DEVICES.person_id.in_(IDS)
    ),
)
"""What it is, the person and up to three values: so one statement asks for them, and for more of that form."""
_ALL = union_all(*REACH)


async def reach_of(connection: AsyncConnection, people: Collection[str]) -> dict[str, Reach]:
    """That of each, also of who has no device."""
    rows: list[Any] = []
    for some in portions(sorted(people), len(REACH)):
        rows += await connection.execute(_ALL, {"ids": some})
    return reach_from(rows, people)


def reach_from(rows: Iterable[Any], people: Collection[str]) -> dict[str, Reach]:
    """As `reach_of`, from rows of REACH among others."""
    refused: dict[str, str] = {}
    devices: dict[str, list[str]] = {}
    for what, person, value, _, _ in rows:
        if what == "bounce":
            refused[person] = value
        elif what == "device":
            devices.setdefault(person, []).append(value)
    return {person: Reach(refused.get(person, ""), tuple(sorted(devices.get(person, ())))) for person in people}
