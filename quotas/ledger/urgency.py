"""A person's conversations in the order in which they ask for attention."""

from collections.abc import Iterable
from math import inf

from msgspec import Struct

from quotas.ledger import keys
from quotas.ledger.partitions import gathered
from quotas.ledger.redis import RedisLedger
from quotas.ledger.state import PACKED, State

AT_ONCE = 100
"""Conversations asked about in one go: it costs the store a microsecond or two for each."""
_LARGEST = PACKED.size + 16


class ListPlace(Struct, frozen=True):
    """Where a conversation stands in the list; `last_seq` as of then."""

    conversation: str
    last_seq: int
    rank: tuple[int, float, str]


async def by_urgency(ledger: RedisLedger, conversations: Iterable[str]) -> list[ListPlace]:
    """Those that there are: first whose answer is due, by deadline; then who waits without one; then what was lately.

    What has ended comes last. Raises StoreError.
    """
    found = await gathered((_place(ledger, name) for name in conversations), AT_ONCE)
    return sorted((place for place in found if place is not None), key=lambda place: place.rank)


async def _place(ledger: RedisLedger, conversation: str) -> ListPlace | None:
    """None where there is none, or where it is being restored."""
    packed = await ledger.read(_LARGEST, "HGET", keys.conversation(conversation), "state")
    state = State.unpacked(packed) if packed is not None else State()
    return ListPlace(conversation, state.last_seq, _rank(state, conversation)) if state.revision else None


def _rank(state: State, conversation: str) -> tuple[int, float, str]:
    if state.waiting_since:
        return 0, state.due_at or inf, conversation
    return 2 if state.status_name == "ended" else 1, -state.last_at, conversation
