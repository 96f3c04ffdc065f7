"""A page of a conversation's messages, newest last."""

from chatserver.messages.log import MessageLog
from chatserver.protocol.entry import read_opened
from chatserver.protocol.events import LastMessage, Message
from quotas import instant
from quotas.ledger.base import MESSAGES_AT_ONCE, Entry

MAX_PAGE_BYTES = 256 * 1024
"""Bytes of one page in the open; a longer one begins later than asked, and says that there are more."""

LAST_TEXT = 120
"""Characters of a text that a list of conversations shows."""


async def history(
    log: MessageLog, conversation: str, before: int, limit: int, first: int = 1
) -> tuple[list[Message], bool]:
    """The last `limit` messages with a seq under `before`, as far as they fit, in order, and whether older ones exist.

    Of those from the seq `first` on: the reader has no others.

    Seqs are dense, so where the page begins is known without looking. Read backwards, a few at a time: of long texts no
    more than a few that do not fit. Raises StoreError, DatabaseError.
    """
    after = max(first - 1, before - 1 - limit)
    newest_first: list[Message] = []
    size = 0
    while before > after + 1:
        begin = max(after, before - 1 - MESSAGES_AT_ONCE)
        for entry in reversed(await log.page(conversation, begin, before, MESSAGES_AT_ONCE)):
            size += len(entry.entry)
            if newest_first and size > MAX_PAGE_BYTES:
                return newest_first[::-1], True
            newest_first.append(message_of(conversation, entry))
        before = begin + 1
    return newest_first[::-1], after > first - 1


def last_message_of(entry: Entry) -> LastMessage:
    """An entry in the open as lists show it."""
    message = read_opened(entry.entry)
    return LastMessage(
        entry.seq,
        message.sender,
        message.role,
        instant.text(entry.at),
        " ".join(message.body[: 4 * LAST_TEXT].split())[:LAST_TEXT],
        message.erased,
        message.event,
    )


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
        kind=message.kind,
        event=message.event,
    )
