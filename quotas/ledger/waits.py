"""Open waits, partition by partition: the board's index, their timers, and what became of each."""

from collections.abc import Collection, Sequence
from typing import Literal, cast, get_args

from msgspec import Struct
from msgspec.structs import replace

from quotas.admission import Reason
from quotas.ledger import feed, keys
from quotas.ledger.redis import RedisLedger
from quotas.standing import Writer
from quotas.store.port import Store

REPLY = "reply"
"""The kind of a wait's timer; its name is the conversation's."""
Settled = Literal["noted", "known", "moved", "gone"]
"""What became of what a timer rang for: noted now, or nothing to note; another deadline is open, or none."""
Ending = Literal["answered", "acknowledged", "withdrawn", "dropped"]
"""How a wait ends: by a message of the mentor's side, or their word that none is needed; with the deletion of the last
unanswered message; with the conversation, or its suspension."""
ENDINGS: tuple[Ending, ...] = get_args(Ending)
OfNote = Literal["urgent", "note_read"]
"""What becomes of urgent notes."""
NOTE_EVENTS: tuple[OfNote, ...] = get_args(OfNote)
EventKind = Literal["warning", "missed", "overtime", Ending, "wrote", "refused", OfNote]
_LARGEST = 768
"""Bytes of an event, or of a name: those of a note hold an id of 64 characters, twice as long in hexadecimal."""


class WaitEvent(Struct, frozen=True):
    """What became of a wait, at `at`.

    `wrote` is no wait: the mentor wrote, said once in a quarter of an hour. Nor is `refused`: a message of `side` was,
    said once a minute for each conversation and reason. `urgent` is a member's urgent note that came, `note_read` that
    the mentor's side has read the last one: `note` is its message's id. `id` is unique within the partition, for ever.
    """

    partition: int
    id: str
    kind: EventKind
    conversation: str
    waiting_since: int
    due_at: int
    at: int
    reason: Reason | None = None
    side: Writer | None = None
    opens_at: int = 0
    """When the member may write again; 0 for not known."""
    answered_by: str | None = None
    """Who answered, or said that no answer was needed, in the mentor's place; None where nobody did."""
    note: str = ""
    hours: float = 0.0
    """How far a warning was ahead of the deadline; of `overtime`, how long the wait had lasted."""


class Ahead(Struct, frozen=True):
    """What lies ahead in a partition: `now` by its clock, and when the next thing falls due (0: nothing does).

    `is_busy` where something is due by now, or somebody is at work on it.
    """

    partition: int
    now: int
    is_busy: bool
    next_at: int


class Waits:
    """Waits on the store of `ledger`. All methods raise StoreError."""

    def __init__(self, store: Store, ledger: RedisLedger, shift: int) -> None:
        self._store = store
        self._ledger = ledger
        self._shift = shift

    async def arm(self, partition: int, warn_first: int) -> int:
        """Set the timers of waits whose deadlines came near; returns of how many. To be called once a minute or so.

        `warn_first` is how many ms ahead of a deadline the first warning of any plan goes out; 0 where none does.
        """
        names = keys.timers(partition), keys.waits(partition), keys.armed(partition)
        return int(await self._ledger.call("arm", names, self._shift, warn_first))

    async def turn(self, partition: int, shift: int, to: int, lease: int, kinds: Collection[str]) -> Ahead:
        """Move the clock of a partition ahead to `shift`, unless something is under way or would be passed over.

        `to` is what it shows then, but for the moment that this takes; `lease` is that of `Timers.claim`; timers of
        `kinds` are waited for, at others it stops too.
        """
        names = keys.timers(partition), keys.waits(partition), keys.armed(partition), keys.shift(partition)
        now, is_busy, next_at = await self._ledger.call("turn", names, self._shift, shift, to, lease, *kinds)
        return Ahead(partition, int(now), bool(is_busy), int(next_at))

    async def turned(self, shift: int, busy: Sequence[int]) -> int:
        """Say that the clock was moved to `shift`, and where something is due by it; how many processes hear that."""
        return int(await self._ledger.call("turned", (keys.META, keys.CLOCK), shift, feed.moved(shift, busy)))

    async def let_go(self, conversation: str) -> Settled:
        """No deadline was found open: it has no timer. "moved" where one is open by now."""
        return await self._settled("let_go", conversation)

    async def look_again(self, conversation: str, due_at: int, next_at: int) -> Settled:
        """All that is due of the deadline `due_at` is noted: its timer rings again at `next_at`."""
        return await self._settled("look_again", conversation, due_at, next_at)

    async def note_warning(self, conversation: str, due_at: int, hours: float, at: int) -> Settled:
        """Note, once, the warning `hours` ahead of the deadline `due_at`. Its timer waits for `look_again`."""
        return await self._settled("note_warning", conversation, due_at, hours, at)

    async def note_miss(self, conversation: str, due_at: int, at: int, next_at: int = 0) -> Settled:
        """Note, once, the miss of the deadline `due_at`; its timer rings again at `next_at`, or not any more."""
        return await self._settled("note_miss", conversation, due_at, at, next_at)

    async def note_overtime(self, conversation: str, since: int, hours: float, at: int) -> Settled:
        """Note, once, that the wait of that first message lasts for so many hours. Its timer stays as it is."""
        return await self._settled("note_overtime", conversation, since, hours, at)

    async def look_later(self, conversation: str, since: int, next_at: int) -> Settled:
        """All that is due of the missed wait is noted: its timer rings again at `next_at`; 0: not any more."""
        return await self._settled("look_later", conversation, since, next_at)

    async def _settled(self, function: str, conversation: str, *args: float) -> Settled:
        word: bytes = await self._ledger.call(function, (keys.conversation(conversation),), *args)
        return _SETTLED[word]

    async def count(self, partition: int) -> int:
        """How many waits are open in a partition."""
        return int(await self._store.request("ZCARD", keys.waits(partition)))

    async def overdue(self, partition: int, now: int) -> int:
        """How many of them are past their deadline."""
        return int(await self._store.request("ZCOUNT", keys.waits(partition), "-inf", f"({now}"))

    async def events(self, partition: int, most: int) -> list[WaitEvent]:
        """The oldest events of a partition that were not forgotten.

        Where the store is replicated, a replica has them: none that is recorded happens again after a failover.
        """
        found = await self._ledger.read(most * _LARGEST, "XRANGE", keys.events(partition), "-", "+", "COUNT", most)
        if found:
            await self._store.kept(keys.kept(f"{{{partition}}}"))
        return [_event(partition, id, fields[1]) for id, fields in found]

    async def forget(self, partition: int, ids: Sequence[str]) -> None:
        """Drop events: they are stored elsewhere."""
        await self._store.request("XDEL", keys.events(partition), *ids)


_SETTLED: dict[bytes, Settled] = {b"noted": "noted", b"known": "known", b"moved": "moved", b"gone": "gone"}
_KINDS: dict[str, EventKind] = {kind: kind for kind in get_args(EventKind)}


def _event(partition: int, id: bytes, fields: bytes) -> WaitEvent:
    kind, conversation, since, due_at, at, *more = fields.decode().split(" ")
    event = WaitEvent(partition, id.decode(), _KINDS[kind], conversation, int(since), int(due_at), int(float(at)))
    if not more:
        return event
    if event.kind in ENDINGS:
        return replace(event, answered_by=more[0])
    if event.kind in NOTE_EVENTS:
        return replace(event, note=bytes.fromhex(more[0]).decode())
    if event.kind != "refused":
        return replace(event, hours=float(more[0]))
    reason, side, opens_at = more
    return replace(event, reason=cast(Reason, reason), side=cast(Writer, side), opens_at=int(opens_at))
