"""A page of a conversation's messages, newest last."""

from msgspec import Struct

from chatserver.messages.changes import as_they_stand
from chatserver.messages.log import MessageLog
from chatserver.protocol.entry import read_opened
from chatserver.protocol.events import LastMessage, Message
from quotas import instant
from quotas.ledger.base import MESSAGES_AT_ONCE, Entry

MAX_PAGE_BYTES = 256 * 1024
"""Bytes of one page in the open; a longer one begins later than asked, and says that there are more."""

HEAD_BYTES = 200
"""What is reckoned of a message beside its texts."""

LAST_TEXT = 140
"""Characters of a text that a list of conversations shows."""


class HistoryPart(Struct, frozen=True):
    """Messages as they stand, in order; the seq of the first entry that was read; whether there are older ones."""

    messages: list[Message]
    first: int
    more: bool


async def history(
    log: MessageLog, conversation: str, before: int, limit: int, first: int = 1, *, with_earlier: bool = False
) -> HistoryPart:
    """Of the last `limit` entries with a seq under `before`, as far as they fit, the messages as they stand.

    Of those from the seq `first` on: the reader has no others. `with_earlier`: with what they said before they were
    edited.

    Seqs are dense, so where the page begins is known without looking. Read backwards, a few at a time: of long texts no
    more than a few that do not fit. Raises StoreError, DatabaseError.
    """
    after = max(first - 1, before - 1 - limit)
    newest_first: list[Message] = []
    size = 0
    while before > after + 1:
        begin = max(after, before - 1 - MESSAGES_AT_ONCE)
        entries = await log.page(conversation, begin, before, MESSAGES_AT_ONCE)
        changes = await log.changes(conversation, begin + 1, before - 1) if entries else []
        messages = as_they_stand(
            (message_of(conversation, each) for each in entries),
            (message_of(conversation, each) for each in changes),
            with_earlier=with_earlier,
        )
        for message in reversed(messages):
            size += _size(message)
            if newest_first and size > MAX_PAGE_BYTES:
                return HistoryPart(newest_first[::-1], newest_first[-1].seq, True)
            newest_first.append(message)
        before = begin + 1
    return HistoryPart(newest_first[::-1], max(before, first), after > first - 1)


def _size(message: Message) -> int:
    """Of its texts, in bytes, at least."""
    return len(message.body.encode()) + sum(len(each.body.encode()) for each in message.earlier) + HEAD_BYTES


def last_message_of(entry: Entry, edit: Entry | None) -> LastMessage:
    """A message or event in the open, with its last edit, as lists show it."""
    message = read_opened(entry.entry)
    says = message if edit is None else read_opened(edit.entry)
    return LastMessage(
        entry.seq,
        message.sender,
        message.role,
        instant.text(entry.at),
        " ".join(says.body[: 4 * LAST_TEXT].split())[:LAST_TEXT],
        says.erased,
        message.event,
        message.kind,
        message.deleted,
        0 if message.deleted else len(message.attachments),
        message.urgent,
        instant.text(edit.at) if edit is not None else None,
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
        about=message.about,
        reply_to=message.reply_to,
        written_at=message.written_at,
        attachments=message.attachments,
        exercise=message.exercise,
        urgent=message.urgent,
        deleted=message.deleted,
    )
