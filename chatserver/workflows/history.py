"""A page of a conversation's messages, newest last."""

from typing import cast

from chatserver.protocol.codec import read_entry
from chatserver.protocol.events import Message, Role
from quotas import instant
from quotas.ledger.base import Entry, Ledger


async def history(ledger: Ledger, conversation: str, before: int, limit: int) -> tuple[list[Message], bool]:
    """The last `limit` messages with a seq under `before`, in order, and whether older ones exist.

    Seqs are dense, so where the page begins is known without looking. Raises LedgerError.
    """
    if before <= 1:
        return [], False
    after = max(0, before - 1 - limit)
    entries = await ledger.messages(conversation, after, before, limit)
    return [message_of(conversation, entry) for entry in entries], after > 0


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
