"""A database that was deleted or exchanged while the store was kept: keys and people would be made anew, unnoticed."""

import re

from chatserver.conversations.rows import conversations
from chatserver.records.database import Database
from chatserver.records.dialects import IDS_AT_ONCE
from quotas.store.errors import StoreError
from quotas.store.port import Store

LOOK_AT = 10_000
"""Keys of each node that are looked at: they come in no order, and every fifth or so is a conversation's."""
_CONVERSATION = re.compile(rb"\{\d+\}:conversation:(.+)")


async def lost_records_problem(database: Database, store: Store) -> str | None:
    """A sentence where the store has conversations of which the database knows none. Raises StoreError, DatabaseError.

    A database that was restored from a backup knows some; a store that is new has none.
    """
    names = await _some_conversations(store)
    if not names:
        return None
    # Only now: a record is written before the store hears of its conversation.
    async with database.read() as connection:
        if await conversations.knows_any(connection, names):
            return None
    return (
        "the store holds conversations and the database knows none of them: it was deleted or emptied, or is another "
        "store's, and without it nobody can read what was written; restore its backup, or name the right database, or "
        "empty the store too where everything is to begin anew"
    )


async def _some_conversations(store: Store) -> list[str]:
    try:
        pages = await store.everywhere("SCAN", "0", "MATCH", "{*}:conversation:*", "COUNT", LOOK_AT)
    except StoreError as error:
        if "NOPERM" in str(error):  # Not for this user: then it is not known.
            return []
        raise
    found = [_CONVERSATION.fullmatch(key) for _, page in pages for key in page]
    return [match[1].decode() for match in found if match is not None][:IDS_AT_ONCE]
