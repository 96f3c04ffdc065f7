"""A page of a conversation's messages, newest last."""

from typing import cast

from chatserver.protocol.codec import read_entry
from chatserver.protocol.events import Message, Role
from quotas import instant
from quotas.ledger.base import Entry, Ledger

MAX_PAGE_BYTES = 256 * 1024
"""Stored bytes of one page; a longer one begins later than asked, and says that there are more. One message fits."""


async def history(ledger: Ledger, conversation: str, before: int, limit: int) -> tuple[list[Message], bool]:
    """The last `limit` messages with a seq under `before`, as far as they fit, in order, and whether older ones exist.

    Seqs are dense, so where the page begins is known without looking. Raises LedgerError.
    """
    if before <= 1:
        return [], False
    after = max(0, before - 1 - limit)
    entries = await ledger.messages(conversation, after, before, limit)
    fitting = _newest_that_fit(entries)
    return [message_of(conversation, entry) for entry in fitting], after > 0 or len(fitting) < len(entries)


def _newest_that_fit(entries: list[Entry]) -> list[Entry]:
    size = 0
    for count, entry in enumerate(reversed(entries)):
        size += len(entry.entry)
        if count and size > MAX_PAGE_BYTES:
            return entries[-count:]
    return entries


def message_of(conversation: str, entry: Entry) -> Message:
    """An entry of the log as the app sees it."""
    stored = read_entry(entry.entry)
    return Message(
        conversation=conversation,
        seq=entry.seq,
        sender=stored.sender,
        role=cast(Role, stored.role),
        at=instant.text(entry.at),
        id=stored.id,
        body=stored.body,
    )
