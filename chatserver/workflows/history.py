"""A page of a conversation's messages, newest last."""

from chatserver.protocol.entry import read_opened
from chatserver.protocol.events import Message
from chatserver.workflows.message_log import MessageLog
from quotas import instant
from quotas.ledger.base import Entry

MAX_PAGE_BYTES = 256 * 1024
"""Bytes of one page in the open; a longer one begins later than asked, and says that there are more."""


async def history(log: MessageLog, conversation: str, before: int, limit: int) -> tuple[list[Message], bool]:
    """The last `limit` messages with a seq under `before`, as far as they fit, in order, and whether older ones exist.

    Seqs are dense, so where the page begins is known without looking. Raises LedgerError, DatabaseError.
    """
    if before <= 1:
        return [], False
    after = max(0, before - 1 - limit)
    entries = await log.page(conversation, after, before, limit)
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
    """An entry in the open as the app sees it."""
    message = read_opened(entry.entry)
    return Message(
        conversation=conversation,
        seq=entry.seq,
        sender=message.sender,
        role=message.role,
        at=instant.text(entry.at),
        id=message.id,
        body=message.body,
        erased=message.erased,
    )
