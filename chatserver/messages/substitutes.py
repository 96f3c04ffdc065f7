"""What whoever stands in for a mentor reads: from 20 messages before the oldest open wait on."""

from chatserver.conversations.absence import AbsenceRecord
from chatserver.messages.log import KeptMessages

BEFORE_THE_WAIT = 20
"""How many messages before it a substitute reads."""


async def first_for_substitute(log: KeptMessages, conversation: str, absence: AbsenceRecord) -> int | None:
    """The first seq that they may read; None where nobody has waited since they stand in. Raises StoreError.

    And DatabaseError, where it cannot be said without the archive.
    """
    first_unanswered = await log.first_unanswered(conversation, absence.named_at)
    return None if first_unanswered is None else reads_from(first_unanswered)


def reads_from(first_unanswered: int) -> int:
    """The first seq that they may read, where the oldest wait began with that message."""
    return max(1, first_unanswered - BEFORE_THE_WAIT)
