"""Where people can be reached: addresses that take no mail, and devices that take push messages."""

from collections.abc import Collection

from msgspec import Struct
from sqlalchemy import select
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
    for some in portions(sorted(people)):
        bounced = select(MAIL_BOUNCES.c.person_id, MAIL_BOUNCES.c.address).where(MAIL_BOUNCES.c.person_id.in_(some))
        refused |= {person: address for person, address in await connection.execute(bounced)}
        columns = PUSH_SUBSCRIPTIONS.c.person_id, PUSH_SUBSCRIPTIONS.c.device
        # Also those that have expired: by the push service's clock, which is not ours.
        query = select(*columns).where(columns[0].in_(some)).order_by(*columns)
        for person, device in await connection.execute(query):
            devices.setdefault(person, []).append(device)
    return {person: Reach(refused.get(person, ""), tuple(devices.get(person, ()))) for person in people}
