"""Addresses that take no more mail, one row a person: it counts while it is the address that the person has."""

from collections.abc import Collection

from sqlalchemy import and_, delete, func, or_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from chatserver.records.dialects import insert_into
from chatserver.records.tables import MAIL_BOUNCES, OUTBOX, PEOPLE


async def of_person(connection: AsyncConnection, person: str) -> str | None:
    """The person's address from which mail came back; None for none."""
    query = select(MAIL_BOUNCES.c.address).where(MAIL_BOUNCES.c.person_id == person)
    found: str | None = await connection.scalar(query)
    return found


async def mark(connection: AsyncConnection, person: str, address: str, kind: str, now: int) -> None:
    """Write it over what is known of the person's; `kind` is `bounce` or `complaint`."""
    values = {"address": address, "kind": kind, "at": now}
    insert = insert_into(connection.dialect, MAIL_BOUNCES).values(person_id=person, **values)
    await connection.execute(insert.on_conflict_do_update(index_elements=[MAIL_BOUNCES.c.person_id], set_=values))


async def forget(connection: AsyncConnection, person: str) -> None:
    """The person has another address."""
    await connection.execute(delete(MAIL_BOUNCES).where(MAIL_BOUNCES.c.person_id == person))


async def people_at(connection: AsyncConnection, addresses: Collection[str]) -> list[tuple[str, str]]:
    """Those who have one of these addresses, in whatever case, with the address as each has it.

    By id, kept until the transaction ends.
    """
    forms = sorted({address.lower() for address in addresses})
    query = select(PEOPLE.c.id, PEOPLE.c.email).where(func.lower(PEOPLE.c.email).in_(forms))
    rows = await connection.execute(query.order_by(PEOPLE.c.id).with_for_update(read=True))
    return [(id, email) for id, email in rows]


async def place_of_key(connection: AsyncConnection, key: str) -> tuple[str, str] | None:
    """Whom the outbox's mail of that key went to, with their address, which stays so until the transaction ends.

    None where their record was changed since: nobody knows then whether it went to the address that they have now.
    """
    went = and_(OUTBOX.c.key == key, OUTBOX.c.channel == "mail")
    as_it_was = or_(OUTBOX.c.done_at.is_(None), PEOPLE.c.updated_at <= OUTBOX.c.done_at)
    query = select(PEOPLE.c.id, PEOPLE.c.email).join(OUTBOX, OUTBOX.c.person_id == PEOPLE.c.id)
    query = query.where(went, as_it_was, PEOPLE.c.email.is_not(None)).with_for_update(read=True, of=PEOPLE)
    found = (await connection.execute(query)).first()
    return (found[0], found[1]) if found is not None else None


async def address_of(connection: AsyncConnection, person: str) -> str | None:
    """The address that the person has; it stays so until the transaction ends."""
    query = select(PEOPLE.c.email).where(PEOPLE.c.id == person).with_for_update(read=True)
    found: str | None = await connection.scalar(query)
    return found
