"""What whoever stands in for a mentor reads: from 20 messages before the oldest open wait on, or an urgent note."""

from chatserver.conversations.absence import AbsenceRecord
from chatserver.messages.log import PAGE, KeptMessages

BEFORE_THE_WAIT = 20
"""How many messages before it a substitute reads."""


async def first_for_substitute(log: KeptMessages, conversation: str, absence: AbsenceRecord) -> int | None:
    """The first seq that they may read; None where nobody has waited since they stand in. Raises StoreError.

    And DatabaseError, where it cannot be said without the archive.
    """
    first = await first_asking(log, conversation, absence)
    return None if first is None else reads_from(first)


async def first_asking(log: KeptMessages, conversation: str, absence: AbsenceRecord) -> int | None:
    """The seq of the first message that is theirs to look after; None where there is none. Raises as above.

    It began the oldest wait, or is an urgent note: that starts none, and waits for whoever can read it.
    """
    found = (
        await log.first_unanswered(conversation, absence.named_at),
        await _first_note(log, conversation, absence.named_at),
    )
    return min((seq for seq in found if seq is not None), default=None)


def reads_from(first: int) -> int:
    """The first seq that they may read, where that message is the first to look after."""
    return max(1, first - BEFORE_THE_WAIT)


async def _first_note(log: KeptMessages, conversation: str, since: int) -> int | None:
    """The seq of the first urgent note since that instant."""
    first, before = None, await log.last_seq(conversation) + 1
    while before > 1 and (page := await log.heads(conversation, max(0, before - 1 - PAGE), before, PAGE)):
        for message in reversed(page):
            if message.at < since:
                return first
            if message.head.urgent:
                first = message.seq
        before = page[0].seq
    return first
