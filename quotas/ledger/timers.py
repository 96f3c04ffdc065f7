"""Timers of a partition, of some kind and name: set for an instant, claimed when they ring, cleared when it is done."""

from collections.abc import Collection

from msgspec import Struct

from quotas.ledger import keys
from quotas.ledger.redis import RedisLedger
from quotas.store.port import Store

_LARGEST = 256
"""Bytes of a timer."""


class Rung(Struct, frozen=True):
    """A timer that has rung, by `now` of its partition's clock, in ms."""

    partition: int
    kind: str
    name: str
    now: int


class Claim(Struct, frozen=True):
    """What has rung in a partition and is one process's until `until`, an instant as the store writes it."""

    partition: int
    now: int
    until: str
    next_at: int
    """When the next timer of the partition rings, of whatever kind, or a claimed one again; 0 where there is none."""
    rung: list[Rung]
    foreign: frozenset[str]
    """Kinds of others that have rung: left to whoever knows them."""


class Timers:
    """Timers on the store of `ledger`. All methods raise StoreError."""

    def __init__(self, store: Store, ledger: RedisLedger) -> None:
        self._store = store
        self._ledger = ledger

    async def set_timer(self, conversation: str, kind: str, name: str, at: int) -> None:
        """Let `kind:name`, which belongs to that conversation, ring at the instant `at`, whenever it was to ring.

        A kind is of small letters. Where more than the timer changes, a function of the store sets it in the same step.
        """
        key = keys.timers(keys.partition(conversation))
        await self._ledger.call("ring_at", (key,), kind, name, at)

    async def set_earlier(self, conversation: str, kind: str, name: str, at: int) -> None:
        """Let it ring at `at` at the latest; one that rings earlier already stays.

        One that is claimed rings again when its lease ends, or at `at`: what is due by then has not been seen to.
        """
        await self._ring_by(conversation, kind, name, at, 0)

    async def set_next(self, conversation: str, kind: str, name: str, at: int) -> None:
        """As `set_earlier`, for whoever has claimed it and knows that nothing is due until `at`."""
        await self._ring_by(conversation, kind, name, at, 1)

    async def _ring_by(self, conversation: str, kind: str, name: str, at: int, is_claimant: int) -> None:
        key = keys.timers(keys.partition(conversation))
        await self._ledger.call("ring_by", (key,), kind, name, at, is_claimant)

    async def clear_timer(self, conversation: str, kind: str, name: str) -> None:
        """Let it not ring."""
        await self._store.request("ZREM", keys.timers(keys.partition(conversation)), keys.timer(kind, name))

    async def is_set(self, conversation: str, kind: str, name: str) -> bool:
        """Whether the store has it."""
        key = keys.timers(keys.partition(conversation))
        return await self._store.request("ZSCORE", key, keys.timer(kind, name)) is not None

    async def claim(self, partition: int, kinds: Collection[str], lease: int, most: int) -> Claim:
        """Timers of these kinds that have rung: this caller's for `lease` ms, then anyone's again.

        By the clock as the ledger has heard of it: no further, where the partition's has just been moved.
        """
        names, largest = (keys.timers(partition),), (most + 1) * _LARGEST
        reply = await self._ledger.call("claim", names, self._ledger.shift, lease, most, *kinds, largest=largest)
        at, until, next_at, claimed, foreign = reply
        now = int(at)
        named = (timer.decode().partition(":") for timer in claimed)
        rung = [Rung(partition, kind, name, now) for kind, _, name in named]
        return Claim(partition, now, until.decode(), int(next_at), rung, frozenset(kind.decode() for kind in foreign))

    async def done(self, claim: Claim, rung: Collection[Rung]) -> int:
        """Clear those of a claim whose work is done, but what was set anew meanwhile; returns how many."""
        names = [keys.timer(each.kind, each.name) for each in rung]
        return int(await self._ledger.call("done", (keys.timers(claim.partition),), claim.until, *names))

    async def late(self, partition: int, before: int) -> int:
        """How many timers of a partition rang before that instant, and nobody took them."""
        return int(await self._store.request("ZCOUNT", keys.timers(partition), "-inf", f"({before}"))
