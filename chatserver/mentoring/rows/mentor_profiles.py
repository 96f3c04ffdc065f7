"""What mentors say of themselves, one row each."""

from collections.abc import Collection

import msgspec
from msgspec import Struct
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from chatserver.records.dialects import insert_into, portions
from chatserver.records.tables import MENTOR_PROFILES

_column = MENTOR_PROFILES.c
_words = msgspec.json.Decoder(list[str])


class KeptProfile(Struct, frozen=True):
    """`expectations` are sealed, None where there are none; `updated_at` in ms."""

    expectations: bytes | None
    expertise: list[str]
    updated_at: int


async def find(connection: AsyncConnection, mentor: str) -> KeptProfile | None:
    """None where it was never set."""
    query = select(_column.expectations, _column.expertise, _column.updated_at).where(_column.mentor_id == mentor)
    row = (await connection.execute(query)).one_or_none()
    return KeptProfile(row.expectations, _words.decode(row.expertise), row.updated_at) if row is not None else None


async def put(connection: AsyncConnection, mentor: str, profile: KeptProfile) -> None:
    """Write it over what the mentor had."""
    values = {
        "expectations": profile.expectations,
        "expertise": msgspec.json.encode(profile.expertise).decode(),
        "updated_at": profile.updated_at,
    }
    query = insert_into(connection.dialect, MENTOR_PROFILES).values(mentor_id=mentor, **values)
    await connection.execute(query.on_conflict_do_update(index_elements=["mentor_id"], set_=values))


async def expertise_of(connection: AsyncConnection, mentors: Collection[str]) -> dict[str, list[str]]:
    """Of those who named any, by id."""
    found: dict[str, list[str]] = {}
    for some in portions(sorted(mentors)):
        query = select(_column.mentor_id, _column.expertise).where(_column.mentor_id.in_(some))
        found |= {row.mentor_id: _words.decode(row.expertise) for row in await connection.execute(query)}
    return found
