"""People as whoever tells them something sees them: role, zone, language, address."""

from collections.abc import Collection

from msgspec import Struct
from sqlalchemy.ext.asyncio import AsyncConnection

from chatserver.conversations.person import Locale, PersonRecord
from chatserver.conversations.rows import conversations, people
from chatserver.protocol.events import Role


class Contact(Struct, frozen=True):
    """One person who is there: nobody who was erased."""

    id: str
    role: Role
    name: str
    zone: str
    locale: Locale
    email: str | None


async def contacts(connection: AsyncConnection, ids: Collection[str]) -> dict[str, Contact]:
    """Those of `ids` that are there, by id."""
    return {each.id: _contact(each) for each in await people.find_all(connection, ids) if each.erased_at is None}


async def erased_of(connection: AsyncConnection, ids: Collection[str]) -> set[str]:
    """Those of `ids` that were erased."""
    return {each.id for each in await people.find_all(connection, ids) if each.erased_at is not None}


async def support_staff(connection: AsyncConnection) -> dict[str, Contact]:
    """All people of support that are there, by id."""
    return {each.id: _contact(each) for each in await people.in_role(connection, "support") if each.erased_at is None}


async def mentors_of(connection: AsyncConnection, member: str) -> dict[str, Contact]:
    """Those whom a member talks with, by id."""
    return await contacts(connection, await conversations.mentors_of(connection, member))


async def at_address(connection: AsyncConnection, address: str, most: int) -> list[Contact]:
    """Those who have that address, in whatever case; `most` of them at most."""
    found = await people.at_address(connection, address, most)
    return [_contact(each) for each in found if each.erased_at is None]


async def contact_to_rely_on(connection: AsyncConnection, id: str) -> Contact | None:
    """As `contacts`, of one; they stay as they are until the transaction ends: nobody erases them meanwhile."""
    found = (await people.find_to_rely_on(connection, {id})).get(id)
    return None if found is None or found.erased_at is not None else _contact(found)


async def contact_to_count_on(connection: AsyncConnection, id: str) -> Contact | None:
    """As `contact_to_rely_on`; nobody else relies on them either, so that what is counted of theirs stays as it is."""
    found = await people.find_to_change(connection, id)
    return None if found is None or found.erased_at is not None else _contact(found)


def _contact(person: PersonRecord) -> Contact:
    return Contact(person.id, person.role, person.name, person.zone, person.locale, person.email)
