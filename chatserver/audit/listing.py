"""The audit log, the newest line first, as far as somebody wants it."""

from collections.abc import Sequence

from msgspec import Struct

from chatserver.audit import rows
from chatserver.audit.line import AuditDid, AuditLine
from chatserver.records.database import Database


class AuditFilter(Struct, frozen=True):
    """Which lines: by who did it, what, and to what; '' and None are any.

    A person's conversations concern the person too.
    """

    who: str = ""
    did: AuditDid | None = None
    conversation: str = ""
    person: str = ""


async def listed(
    database: Database, wanted: AuditFilter, most: int, *, before: int | None = None
) -> Sequence[AuditLine]:
    """At most so many, with numbers below `before`. Raises DatabaseError."""
    async with database.read() as connection:
        return await rows.page(
            connection,
            before=before,
            most=most,
            who=wanted.who,
            did=wanted.did or "",
            conversation=wanted.conversation,
            person=wanted.person,
        )
