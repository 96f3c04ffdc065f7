"""Open waits, partition by partition: the board's index, the timers of warnings and misses, and what became of each."""

from collections.abc import Sequence
from typing import Literal, get_args

from msgspec import Struct

from quotas.ledger import keys
from quotas.ledger.redis import RedisLedger
from quotas.store.port import Store

Settled = Literal["noted", "known", "moved", "gone"]
EventKind = Literal["warning", "missed", "answered", "dropped", "wrote"]
_LARGEST = 256
"""Bytes of an event, or of a name."""


class WaitEvent(Struct, frozen=True):
    """What became of a wait, at `at`. `wrote` is no wait: the mentor wrote, said once in a quarter of an hour.

    `id` is unique within the partition, for ever.
    """

    partition: int
    id: str
    kind: EventKind
    conversation: str
    waiting_since: int
    due_at: int
    at: int


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

    def __init__(self, link: Store, ledger: RedisLedger, shift: int) -> None:
        self._link = link
        self._ledger = ledger
        self._shift = shift

    async def arm(self, partition: int, warn_first: int) -> int:
        """Set the timers of waits whose deadlines came near; returns of how many. To be called once a minute or so.

        `warn_first` is how many ms ahead of a deadline the first warning of any plan goes out; 0 where none does.
        """
        names = keys.timers(partition), keys.waits(partition), keys.armed(partition)
        return int(await self._ledger.call("arm", names, self._shift, warn_first))

    async def claim(self, partition: int, lease: int, most: int) -> tuple[int, list[str]]:
        """Now, and the conversations whose timers have rung: this caller's for `lease` ms, then anyone's again.

        By the clock as the ledger has heard of it: no further, where the partition's has just been moved.
        """
        names = (keys.timers(partition),)
        now, rung = await self._ledger.call(
            "claim", names, self._ledger.shift, lease, most, largest=(most + 1) * _LARGEST
        )
        return int(now), [name.decode() for name in rung]

    async def turn(self, partition: int, shift: int, to: int, lease: int) -> "Ahead":
        """Move the clock of a partition ahead to `shift`, unless something is under way or would be passed over.

        `to` is what it shows then, but for the moment that this takes; `lease` is that of `claim`.
        """
        names = keys.timers(partition), keys.waits(partition), keys.armed(partition), keys.shift(partition)
        now, is_busy, next_at = await self._ledger.call("turn", names, self._shift, shift, to, lease)
        return Ahead(partition, int(now), bool(is_busy), int(next_at))

    async def turned(self, shift: int, busy: Sequence[int]) -> int:
        """Say that the clock was moved to `shift`, and where something is due by it; how many processes hear that."""
        said = " ".join(map(str, (shift, *busy)))
        return int(await self._ledger.call("turned", (keys.META, keys.CLOCK), shift, said))

    async def settle(
        self,
        conversation: str,
        due_at: int,
        kind: Literal["warning", "missed", "none"],
        hours: float,
        next_at: int,
        at: int,
    ) -> Settled:
        """Note, once, a warning (`hours` ahead) or the miss of the deadline `due_at`; set the next timer (0: none)."""
        names = (keys.conversation(conversation), keys.feed(conversation))
        word: bytes = await self._ledger.call("settle", names, due_at, kind, hours, next_at, at)
        return _SETTLED[word]

    async def count(self, partition: int) -> int:
        """How many waits are open in a partition."""
        return int(await self._link.request("ZCARD", keys.waits(partition)))

    async def overdue(self, partition: int, now: int) -> int:
        """How many of them are past their deadline."""
        return int(await self._link.request("ZCOUNT", keys.waits(partition), "-inf", f"({now}"))

    async def late_timers(self, partition: int, before: int) -> int:
        """How many timers of a partition rang before that instant, and nobody took them."""
        return int(await self._link.request("ZCOUNT", keys.timers(partition), "-inf", f"({before}"))

    async def events(self, partition: int, most: int) -> list[WaitEvent]:
        """The oldest events of a partition that were not forgotten.

        Where the store is replicated, a replica has them: none that is recorded happens again after a failover.
        """
        found = await self._ledger.read(most * _LARGEST, "XRANGE", keys.events(partition), "-", "+", "COUNT", most)
        if found:
            await self._link.kept(keys.kept(f"{{{partition}}}"))
        return [_event(partition, id, fields[1]) for id, fields in found]

    async def forget(self, partition: int, ids: Sequence[str]) -> None:
        """Drop events: they are stored elsewhere."""
        await self._link.request("XDEL", keys.events(partition), *ids)


_SETTLED: dict[bytes, Settled] = {b"noted": "noted", b"known": "known", b"moved": "moved", b"gone": "gone"}
_KINDS: dict[str, EventKind] = {kind: kind for kind in get_args(EventKind)}


def _event(partition: int, id: bytes, fields: bytes) -> WaitEvent:
    kind, conversation, since, due_at, at = fields.decode().split(" ")
    return WaitEvent(partition, id.decode(), _KINDS[kind], conversation, int(since), int(due_at), int(float(at)))
