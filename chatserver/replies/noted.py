"""Warnings and misses as they were noted, for those who look back."""

from msgspec import Struct

from chatserver.records.database import Database
from chatserver.replies.rows import waits
from quotas import instant


class Noted(Struct, frozen=True):
    """A warning or a miss, and the instant at which it was noted. Instants are RFC 3339 in UTC."""

    at: str
    kind: str
    conversation: str
    member: str
    mentor: str
    due_at: str


async def noted_between(database: Database, after: int, upto: int) -> list[Noted]:
    """What was noted after `after`, and by `upto`, both in ms, in order. Raises DatabaseError."""
    async with database.read() as connection:
        return [
            Noted(
                instant.text(notice.at),
                notice.kind,
                notice.conversation_id,
                notice.member_id,
                notice.mentor_id,
                instant.text(notice.due_at),
            )
            for notice in await waits.notices_between(connection, after, upto)
        ]
