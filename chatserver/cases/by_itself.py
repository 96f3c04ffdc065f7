"""What cases did by themselves, for those who look back after the clock was moved."""

from msgspec import Struct

from chatserver.cases.rows import case_entries
from chatserver.records.database import Database
from quotas import instant


class StepByItself(Struct, frozen=True):
    """At `at` (RFC 3339 in UTC) a case was opened, came into the state `did`, or support was told of it."""

    at: str
    case: str
    kind: str
    conversation: str
    did: str


async def steps_between(database: Database, after: int, upto: int) -> list[StepByItself]:
    """What fell due after `after`, and by `upto`, both in ms, in order. Raises DatabaseError."""
    async with database.read() as connection:
        return [
            StepByItself(instant.text(at), ref, kind, conversation, did)
            for at, ref, kind, conversation, did in await case_entries.by_itself_between(connection, after, upto)
        ]
