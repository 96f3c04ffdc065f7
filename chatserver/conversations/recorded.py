"""Who is on record, for commands that ask before they do something."""

from chatserver.conversations.rows import people
from chatserver.records.database import Database


async def is_recorded(database: Database, person: str) -> bool:
    """Whether the records have somebody by that id. Raises DatabaseError."""
    async with database.read() as connection:
        return await people.find(connection, person) is not None


async def others_are_recorded(database: Database, ids: set[str]) -> bool:
    """Whether the records have anybody but these. Raises DatabaseError."""
    async with database.read() as connection:
        return await people.has_others(connection, ids)
