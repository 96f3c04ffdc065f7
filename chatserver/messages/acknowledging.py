"""The mentor's side says that what waits needs no answer: unseen, nothing is acknowledged, and nothing twice."""

from msgspec import Struct

from chatserver.messages.log import PAGE, KeptMessages
from chatserver.messages.read_marks import texts_between
from chatserver.protocol.entry import acknowledged_by, acknowledgement_entry
from quotas.ledger.base import Acknowledged, Ledger, StandIn


class MoreWritten(Struct, frozen=True):
    """The member has written up to `last_seq`, beyond what was seen."""

    last_seq: int


class NothingWaits(Struct, frozen=True):
    """It was answered, acknowledged by somebody else, or deleted; or the conversation has ended."""


async def acknowledge(
    ledger: Ledger, log: KeptMessages, conversation: str, by: str, seen: int | None, stand_in: StandIn | None
) -> Acknowledged | MoreWritten | NothingWaits | None:
    """End the open wait, if the member wrote nothing beyond `seen` (None: whatever they wrote).

    Again, where nothing was written since, it gets the first answer. None where the ledger has no such conversation, or
    not for who stands in. Raises StoreError, and DatabaseError where archived messages are needed.
    """
    while (standing := await ledger.standing(conversation)) is not None:
        since, last_seq = standing.usage.waiting_since, standing.last_seq
        if not since:
            return await _earlier(log, conversation, by, last_seq) or NothingWaits()
        if seen is not None and await texts_between(log, conversation, "member", seen, last_seq + 1):
            return MoreWritten(last_seq)
        entry, looked_at = acknowledgement_entry(by, since), 0 if seen is None else last_seq
        done = await ledger.acknowledge(conversation, since, looked_at, entry, stand_in=stand_in)
        if done is None or isinstance(done, Acknowledged):
            return done
    return None


async def _earlier(log: KeptMessages, conversation: str, by: str, last_seq: int) -> Acknowledged | None:
    """That person's acknowledgement, with no text after it."""
    for each in reversed(await log.heads(conversation, max(0, last_seq - PAGE), last_seq + 1, PAGE)):
        if each.head.kind == "text":
            return None
        if acknowledged_by(each.head) == by:
            return Acknowledged(each.seq, each.at)
    return None
