"""A read mark moves, and with it how much is unread: texts of the other side, and events, after it.

The ledger keeps running totals. Where a mark is at the end of the conversation that is all it needs; elsewhere the
texts between are counted in the log, once, when the mark moves.
"""

from chatserver.messages.log import PAGE, KeptMessages
from quotas.ledger.base import Ledger, Uncounted
from quotas.standing import Writer

OTHER: dict[Writer, Writer] = {"member": "mentor", "mentor": "member"}


async def mark_read(
    ledger: Ledger,
    log: KeptMessages,
    conversation: str,
    reader: Writer,
    seq: int,
    origin: str,
    unread_after: int,
) -> bool | None:
    """As `Ledger.mark_read`. Raises StoreError, and DatabaseError where archived messages must be counted."""
    moved = await ledger.mark_read(conversation, reader, seq, origin, unread_after)
    while isinstance(moved, Uncounted):
        seen, counted_at = await _seen(log, conversation, OTHER[reader], seq, moved), moved.last_seq
        moved = await ledger.mark_read(
            conversation, reader, seq, origin, unread_after, seen=seen, counted_at=counted_at
        )
    return moved


async def _seen(log: KeptMessages, conversation: str, writer: Writer, seq: int, marked: Uncounted) -> int:
    """How many there are to read up to `seq`: from the mark of before on, or back from the end."""
    if marked.seen is not None and seq - marked.read < marked.last_seq - seq:
        return marked.seen + await texts_between(log, conversation, writer, marked.read, seq + 1)
    return marked.texts - await texts_between(log, conversation, writer, seq, marked.last_seq + 1)


async def texts_between(log: KeptMessages, conversation: str, writer: Writer, after: int, before: int) -> int:
    """How many texts of that side and events there are with after < seq < before. Raises StoreError, DatabaseError."""
    count = 0
    while before > after + 1:
        page = await log.heads(conversation, after, min(before, after + 1 + PAGE), PAGE)
        count += sum(each.head.is_for_readers_of(writer) for each in page)
        after = max(min(before - 1, after + PAGE), page[-1].seq if page else 0)
    return count
