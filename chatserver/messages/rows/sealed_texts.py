"""The archive's texts for whoever looks through many: a page of a conversation as one row, made by the database.

A row of its own for each message costs the server more than to open and look through its text, and on SQLite each takes
a turn at the interpreter.
"""

from collections.abc import Collection, Sequence

import msgspec
from sqlalchemy import bindparam, func, select, text
from sqlalchemy.ext.asyncio import AsyncConnection

from chatserver.protocol.events import Author
from chatserver.records.dialects import is_sqlite, portions
from chatserver.records.tables import MESSAGES

SealedText = tuple[int, int, str, Author, bytes]
"""Seq, instant in ms, sender, role, and the sealed text; no Struct, as there are so many."""

_row = MESSAGES.c
_ON_SQLITE = (
    "json_group_array(json_array(seq, at, sender, role, length(sealed)))",
    "CAST(group_concat(sealed, '') AS BLOB)",
)
"""Its blobs are joined as the bytes that they are, whatever it calls them on the way."""
_ON_POSTGRESQL = (
    "CAST(json_agg(json_build_array(seq, at, sender, role, length(sealed))) AS TEXT)",
    "string_agg(sealed, CAST('' AS BYTEA))",
)
_PAGE = {
    on_sqlite: text(
        f"SELECT conversation_id, {heads}, {sealed} FROM messages"  # noqa: S608 - of constants
        " WHERE conversation_id IN :conversations AND seq > :after AND seq < :before AND at > :since AND at <= :until"
        " AND kind = 'text' AND sealed IS NOT NULL GROUP BY conversation_id"
    ).bindparams(bindparam("conversations", expanding=True))
    for on_sqlite, (heads, sealed) in ((True, _ON_SQLITE), (False, _ON_POSTGRESQL))
}
_EDITS = {
    on_sqlite: text(
        f"SELECT conversation_id, {pairs} FROM (SELECT conversation_id, about, max(seq) AS last FROM messages"  # noqa: S608 - of constants
        " WHERE conversation_id IN :conversations AND about IS NOT NULL AND kind = 'edit' AND NOT deleted"
        " GROUP BY conversation_id, about) AS edits GROUP BY conversation_id"
    ).bindparams(bindparam("conversations", expanding=True))
    for on_sqlite, pairs in (
        (True, "json_group_array(json_array(about, last))"),
        (False, "CAST(json_agg(json_build_array(about, last)) AS TEXT)"),
    )
}
_pairs = msgspec.json.Decoder(list[tuple[int, int]])
_heads = msgspec.json.Decoder(list[tuple[int, int, str, Author, int]])


async def page(
    connection: AsyncConnection, conversations: Sequence[str], after: int, before: int, since: int, until: int
) -> dict[str, list[SealedText]]:
    """Texts of each with after < seq < before and since < at ≤ until, newest first; not those that were erased."""
    bounds = {"after": after, "before": before, "since": since, "until": until}
    found = await connection.execute(
        _PAGE[is_sqlite(connection.dialect)], {"conversations": list(conversations), **bounds}
    )
    return {conversation: _texts(_heads.decode(heads), sealed) for conversation, heads, sealed in found}


def _texts(heads: list[tuple[int, int, str, Author, int]], sealed: bytes) -> list[SealedText]:
    texts: list[SealedText] = []
    begin = 0
    for seq, at, sender, role, length in heads:
        texts.append((seq, at, sender, role, sealed[begin : begin + length]))
        begin += length
    if begin != len(sealed):
        raise AssertionError("the database joins texts in another way than was expected")
    texts.sort(reverse=True)
    return texts


async def last_edits(connection: AsyncConnection, conversations: Collection[str]) -> dict[str, dict[int, int]]:
    """For each conversation that has edits: the seq of the last one about a message, by that message's."""
    found: dict[str, dict[int, int]] = {}
    for some in portions(sorted(conversations)):
        rows = await connection.execute(_EDITS[is_sqlite(connection.dialect)], {"conversations": some})
        found |= {conversation: dict(_pairs.decode(pairs)) for conversation, pairs in rows}
    return found


async def of(connection: AsyncConnection, conversation: str, seqs: Collection[int]) -> dict[int, bytes]:
    """The sealed texts of these, by seq; not those that were erased or deleted."""
    found: dict[int, bytes] = {}
    for some in portions(sorted(seqs)):
        query = select(_row.seq, _row.sealed).where(_row.conversation_id == conversation, _row.seq.in_(some))
        rows = await connection.execute(query)
        found |= {seq: sealed for seq, sealed in rows if sealed is not None}
    return found


async def last_seqs(connection: AsyncConnection, conversations: Collection[str]) -> dict[str, int]:
    """The last archived message's of each that has one."""
    found: dict[str, int] = {}
    for some in portions(sorted(conversations)):
        query = select(_row.conversation_id, func.max(_row.seq)).where(_row.conversation_id.in_(some))
        rows = await connection.execute(query.group_by(_row.conversation_id))
        found |= {name: seq for name, seq in rows}
    return found
