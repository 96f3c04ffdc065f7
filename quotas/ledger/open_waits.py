"""What is owed now: the open waits, partition by partition or one by one, in order of urgency."""

from math import inf

from msgspec import Struct

from quotas.admission import WaitState
from quotas.ledger import keys
from quotas.ledger.redis import RedisLedger
from quotas.ledger.state import State

Place = tuple[float, str]
"""A wait's place in the order of urgency: its deadline (inf where none is promised), then its conversation."""
BEFORE_ALL: Place = (-1.0, "")

_FIELDS = ("state", "member", "mentor", "plan")
_LARGEST_PLACE, _LARGEST_WAIT = 128, 512
"""Bytes of a name with its deadline, and of `_FIELDS`."""


class OpenWait(Struct, frozen=True):
    """An answer that a mentor owes. `due_at` is 0 where none is promised; `missed` once the miss was noted."""

    conversation: str
    waiting_since: int
    due_at: int
    missed: bool
    member: str
    mentor: str
    plan: str

    @property
    def place(self) -> Place:
        return self.due_at or inf, self.conversation

    def is_overdue(self, now: int) -> bool:
        """Past the deadline; not yet at the deadline itself."""
        return 0 < self.due_at < now

    def is_in(self, state: WaitState, now: int) -> bool:
        """Whether it is in that state: every open wait is waiting."""
        return state == "waiting" or (self.missed if state == "missed" else self.is_overdue(now))


class Totals(Struct, frozen=True):
    """How many waits are open, past their deadline, and noted as missed: each includes the next, but for a moment."""

    waiting: int = 0
    overdue: int = 0
    missed: int = 0


class OpenWaits:
    """Reads waits on the store of `ledger`. All methods raise StoreError."""

    def __init__(self, ledger: RedisLedger) -> None:
        self._ledger = ledger

    async def first(
        self, partition: int, now: int, most: int, *, state: WaitState = "waiting", plan: str = "", after: Place
    ) -> tuple[Totals, list[Place]]:
        """The first `most` of a partition beyond `after`, and totals of all of them; `plan` '' for any.

        What it costs does not depend on how many are open, but with a plan the store reads each of the partition.
        """
        due_at = "inf" if after[0] == inf else int(after[0])
        indexes = keys.waits(partition), keys.missed(partition)
        words = now, state, plan, due_at, after[1], most
        *totals, rows = await self._ledger.call("open_waits", indexes, *words, largest=(most + 2) * _LARGEST_PLACE)
        pairs = zip(rows[::2], rows[1::2], strict=True)
        return Totals(*totals), [(float(due_at), name.decode()) for name, due_at in pairs]

    async def of(self, conversation: str) -> OpenWait | None:
        """The open wait of a conversation; None where nothing is owed."""
        name = keys.conversation(conversation)
        state, *people = await self._ledger.read(_LARGEST_WAIT, "HMGET", name, *_FIELDS)
        if state is None or State.unpacked(state).waiting_since == 0:
            return None
        return _wait(conversation.encode(), state, *people)


def _wait(conversation: bytes, packed: bytes, member: bytes, mentor: bytes, plan: bytes) -> OpenWait:
    state = State.unpacked(packed)
    return OpenWait(
        conversation.decode(),
        state.waiting_since,
        state.due_at,
        state.missed == 1,
        member.decode(),
        mentor.decode(),
        plan.decode(),
    )
