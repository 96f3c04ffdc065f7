"""People: members, mentors, support and services."""

from collections.abc import Collection

from sqlalchemy import ColumnElement, Row, func, insert, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from chatserver.conversations.person import PersonRecord
from chatserver.protocol.events import Role
from chatserver.records.dialects import IDS, portions
from chatserver.records.tables import CONVERSATIONS, PEOPLE

_THESE = select(PEOPLE).where(PEOPLE.c.id.in_(IDS))


async def find(connection: AsyncConnection, id: str) -> PersonRecord | None:
    """The person; None where there is none."""
    row = (await connection.execute(select(PEOPLE).where(PEOPLE.c.id == id))).one_or_none()
    return _person(row) if row else None


async def find_to_change(connection: AsyncConnection, id: str) -> PersonRecord | None:
    """As `find`; nobody else changes or relies on the person until the transaction ends."""
    row = (await connection.execute(select(PEOPLE).where(PEOPLE.c.id == id).with_for_update())).one_or_none()
    return _person(row) if row else None


async def find_to_rely_on(connection: AsyncConnection, ids: set[str]) -> dict[str, PersonRecord]:
    """Those of `ids` that exist, by id; they stay as they are until the transaction ends."""
    query = select(PEOPLE).where(PEOPLE.c.id.in_(sorted(ids)))
    # In one order, so that two transactions never wait for each other.
    rows = await connection.execute(query.order_by(PEOPLE.c.id).with_for_update(read=True))
    return {row.id: _person(row) for row in rows}


async def find_all(connection: AsyncConnection, ids: Collection[str]) -> list[PersonRecord]:
    """Those of `ids` that exist."""
    found: list[PersonRecord] = []
    for some in portions(ids):
        rows = await connection.execute(_THESE, {"ids": some})
        found += [_person(row) for row in rows]
    return found


async def in_role(connection: AsyncConnection, role: Role) -> list[PersonRecord]:
    """All who have it, by id."""
    rows = await connection.execute(select(PEOPLE).where(PEOPLE.c.role == role).order_by(PEOPLE.c.id))
    return [_person(row) for row in rows]


async def at_address(connection: AsyncConnection, address: str, most: int) -> list[PersonRecord]:
    """Those who have that address, in whatever case, by id."""
    query = select(PEOPLE).where(func.lower(PEOPLE.c.email) == address.lower())
    return [_person(row) for row in await connection.execute(query.order_by(PEOPLE.c.id).limit(most))]


async def found_by(
    connection: AsyncConnection, words: str, role: Role | None, ids: Collection[str], most: int
) -> list[PersonRecord]:
    """Whose name has `words` in it, or whose id or address begins so, in upper or lower case: the first by name.

    `words` '' is everybody, and so are no `ids`. Erased people have no name: their id alone finds them; they come last.
    """
    query = select(PEOPLE)
    if ids:
        query = query.where(PEOPLE.c.id.in_(sorted(ids)))
    if words:
        # A database that knows upper and lower case of ASCII alone finds other letters as they are written in names.
        names = [PEOPLE.c.name.contains(each, autoescape=True) for each in {words, words.lower(), words.title()}]
        names.append(func.lower(PEOPLE.c.name).contains(words.lower(), autoescape=True))
        begins = [func.lower(each).startswith(words.lower(), autoescape=True) for each in (PEOPLE.c.id, PEOPLE.c.email)]
        query = query.where(or_(*names, *begins))
    if role is not None:
        query = query.where(PEOPLE.c.role == role)
    rows = await connection.execute(
        query.order_by(PEOPLE.c.erased_at.is_not(None), PEOPLE.c.name, PEOPLE.c.id).limit(most)
    )
    return [_person(row) for row in rows]


async def names(connection: AsyncConnection, ids: Collection[str]) -> dict[str, str]:
    """Those of `ids` that have one, by id."""
    found: dict[str, str] = {}
    for some in portions(ids):
        query = select(PEOPLE.c.id, PEOPLE.c.name).where(PEOPLE.c.id.in_(some), PEOPLE.c.name != "")
        found |= {id: name for id, name in await connection.execute(query)}
    return found


async def has_others(connection: AsyncConnection, ids: set[str]) -> bool:
    """Whether there is anybody but those."""
    query = select(PEOPLE.c.id).where(PEOPLE.c.id.not_in(sorted(ids))).limit(1)
    return await connection.scalar(query) is not None


async def create(connection: AsyncConnection, person: PersonRecord) -> None:
    """Raises sqlalchemy.exc.IntegrityError where the id is taken."""
    await connection.execute(insert(PEOPLE).values(_values(person)))


async def change(connection: AsyncConnection, person: PersonRecord) -> None:
    """Write the person over the one with that id."""
    await connection.execute(update(PEOPLE).where(PEOPLE.c.id == person.id).values(_values(person)))


async def conversation_with(connection: AsyncConnection, id: str) -> str | None:
    """The id of a conversation that the person is in; None where they are in none."""
    found: str | None = await connection.scalar(select(CONVERSATIONS.c.id).where(_with(id)).limit(1))
    return found


async def count_conversations(connection: AsyncConnection, id: str) -> int:
    """In how many conversations the person is or was."""
    return await connection.scalar(select(func.count()).select_from(CONVERSATIONS).where(_with(id))) or 0


async def conversations_with(connection: AsyncConnection, id: str) -> list[str]:
    """The ids of all conversations that the person is or was in, sorted."""
    return list(await connection.scalars(select(CONVERSATIONS.c.id).where(_with(id)).order_by(CONVERSATIONS.c.id)))


def _with(id: str) -> ColumnElement[bool]:
    return or_(CONVERSATIONS.c.member_id == id, CONVERSATIONS.c.mentor_id == id)


def _person(row: Row[*tuple[object, ...]]) -> PersonRecord:
    return PersonRecord(**row._mapping)


def _values(person: PersonRecord) -> dict[str, object]:
    return {name: getattr(person, name) for name in PersonRecord.__struct_fields__}
