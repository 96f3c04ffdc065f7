"""The archive's texts for whoever looks through many: a whole page as one row, made by the database.

A row of its own for each message costs the server more than to open and look through its text, and on SQLite each takes
a turn at the interpreter.
"""

from collections.abc import Collection
from functools import cache

from sqlalchemy import func, select, text
from sqlalchemy.ext.asyncio import AsyncConnection

from chatserver.protocol.events import Author
from chatserver.records.dialects import is_sqlite, portions
from chatserver.records.tables import MESSAGES

_JOINED = {
    True: ("group_concat(CAST({} AS TEXT), ',')", "hex(sealed)"),
    False: ("string_agg(CAST({} AS TEXT), ',')", "encode(sealed, 'hex')"),
}
"""Of SQLite, and of PostgreSQL: many in one, and bytes as digits."""
_row = MESSAGES.c
_COLUMNS = ("seq", "at", "sender", "role", "sealed")


SealedText = tuple[int, int, str, Author, str]
"""Seq, instant in ms, sender, role, and the sealed text as hexadecimal digits; no Struct, as there are so many."""


@cache
def _page(on_sqlite: bool) -> str:
    joined, digits = _JOINED[on_sqlite]
    parts = ", ".join(joined.format(digits if column == "sealed" else column) for column in _COLUMNS)
    return (
        f"SELECT {parts} FROM (SELECT {', '.join(_COLUMNS)} FROM messages"  # noqa: S608 - of constants
        " WHERE conversation_id = :conversation AND seq > :after AND seq < :before AND at > :since AND at <= :until"
        " AND kind = 'text' AND sealed IS NOT NULL) AS texts"
    )


async def page(
    connection: AsyncConnection, conversation: str, after: int, before: int, since: int, until: int
) -> list[SealedText]:
    """Texts with after < seq < before and since < at ≤ until, newest first; not those that were erased."""
    found = await connection.execute(
        text(_page(is_sqlite(connection.dialect))),
        {"conversation": conversation, "after": after, "before": before, "since": since, "until": until},
    )
    seqs, ats, senders, roles, sealed = found.one()
    if seqs is None:
        return []
    numbers = (map(int, each.split(",")) for each in (seqs, ats))
    rows = zip(*numbers, senders.split(","), roles.split(","), sealed.split(","), strict=True)
    return sorted(rows, reverse=True)


async def last_seqs(connection: AsyncConnection, conversations: Collection[str]) -> dict[str, int]:
    """The last archived message's of each that has one."""
    found: dict[str, int] = {}
    for some in portions(sorted(conversations)):
        query = select(_row.conversation_id, func.max(_row.seq)).where(_row.conversation_id.in_(some))
        rows = await connection.execute(query.group_by(_row.conversation_id))
        found |= {name: seq for name, seq in rows}
    return found
