"""No timer rings unheard: each kind has somebody who does what is due, in whichever process is awake.

Timers are durable scores in the store. A process claims timers that have rung for a short lease, and clears them once
what they rang for is done; where it dies or fails, they ring again, for it or another. So what is due is done at least
once; whoever wants it to have one effect checks and writes in one step of the store.
"""

import asyncio
import logging
from collections.abc import Collection, Iterable
from typing import NoReturn, Protocol

from chatserver.operating.agenda import Agenda
from chatserver.records.database import DatabaseError
from quotas.instant import SECOND
from quotas.ledger.partitions import EVERYWHERE, gathered, of_partitions
from quotas.ledger.timers import Claim, Rung, Timers
from quotas.store.errors import StoreError

PAUSE = 0.5
"""Seconds between looks at the timers, at least: many that ring close to each other are claimed together."""
ARM_EVERY = 60.0
"""Seconds between looks at what comes near; STEP of `deadlines.lua`. An hour late does no harm."""
LEASE = 2 * SECOND
"""How long a rung timer is one process's."""
BATCH = 100
"""Timers of one partition claimed at once."""
RUNG_AT_ONCE = 50
"""Of all that were claimed: few enough that no message waits long, many enough that the lease does not run out."""

logger = logging.getLogger(__name__)


class TimerKind(Protocol):
    """What timers of one kind are for."""

    kind: str
    """Of small letters; the first part of the timers' names."""

    async def arm(self, partition: int) -> object:
        """Set timers of this kind that were not needed yet. Called once a minute. Raises StoreError."""

    async def ring(self, rung: Rung) -> None:
        """Do what is due; it may have been done already. Raised out of it, the timer rings again after its lease.

        A timer that is neither set anew nor cleared in here is cleared afterwards.
        """


class TimerWatch:
    """One process's share of the watch. Any number may run on one store, of different releases."""

    def __init__(self, timers: Timers, kinds: Iterable[TimerKind]) -> None:
        self._timers = timers
        self._kinds = {each.kind: each for each in kinds}
        self._armed_at = float("-inf")
        self._due_in: set[int] = set()
        self.agenda = Agenda()
        self._foreign: set[str] = set()

    @property
    def kinds(self) -> Collection[str]:
        """Those that are known here."""
        return self._kinds.keys()

    async def run(self) -> NoReturn:
        """Watch until cancelled; while the store is gone, wait for it."""
        loop = asyncio.get_running_loop()
        while True:
            try:
                await self._arm_in_time()
                due_in, self._due_in = self._due_in, set()
                if due_in:
                    await self.settle_due(due_in)
                else:
                    while any(len(claim.rung) == BATCH for claim in await self._claimed(self.agenda.take())):
                        pass
            except StoreError:
                logger.debug("the store does not answer; its timers wait")
                self.agenda.look_everywhere()
            except Exception:
                logger.exception("timers could not be looked at; they ring again")
                self.agenda.look_everywhere()
            earliest = loop.time() + PAUSE
            await self.agenda.until_due(earliest, max(earliest, self._armed_at + ARM_EVERY))

    def look_at(self, partitions: Collection[int]) -> None:
        """The clock was moved, and something is due there: look now."""
        self._due_in.update(partitions)
        self.agenda.hurry()

    async def settle_due(self, partitions: Collection[int]) -> None:
        """Do all that is due in these partitions, also what had no timer yet. Raises StoreError."""
        await self._arm(partitions)
        while any(claim.rung for claim in await self._claimed(partitions)):
            pass

    async def sweep(self) -> int:
        """Do what has rung in every partition, a batch each; returns how many timers rang. Raises StoreError.

        Sets timers first, once in a while. A partition that does not answer keeps the others from nothing.
        """
        await self._arm_in_time()
        return sum(len(claim.rung) for claim in await self._claimed(EVERYWHERE))

    async def _arm_in_time(self) -> None:
        now = asyncio.get_running_loop().time()
        if now - self._armed_at >= ARM_EVERY:
            await self._arm(EVERYWHERE)
            self._armed_at = now

    async def _claimed(self, partitions: Collection[int]) -> list[Claim]:
        claims = await of_partitions(
            self.agenda.asking(lambda partition: self._timers.claim(partition, self.kinds, LEASE, BATCH)), partitions
        )
        heard_at = asyncio.get_running_loop().time()
        for claim in claims:
            if claim.rung:  # There may be more, and what they rang for may have set others.
                self.agenda.look(claim.partition, heard_at)
            elif claim.next_at:
                self.agenda.look(claim.partition, heard_at + (claim.next_at - claim.now) / SECOND)
        self._leave(frozenset().union(*(claim.foreign for claim in claims)))
        rung = [each for claim in claims for each in claim.rung]
        went_well = await gathered(map(self._ring, rung), RUNG_AT_ONCE)
        done = {each for each, well in zip(rung, went_well, strict=True) if well}
        by_partition = {claim.partition: claim for claim in claims if not done.isdisjoint(claim.rung)}

        async def clear(partition: int) -> int:
            claim: Claim = by_partition[partition]
            return await self._timers.done(claim, [each for each in claim.rung if each in done])

        await of_partitions(clear, by_partition)
        return claims

    async def _arm(self, partitions: Collection[int]) -> None:
        """A partition that does not answer has its turn in a minute."""

        async def arm(partition: int) -> None:
            # All kinds in one go: for most there is nothing to do in most partitions, and to ask apart costs a task.
            fault: StoreError | None = None
            for kind in self._kinds.values():
                try:
                    await kind.arm(partition)
                except StoreError as error:
                    fault = error
            if fault is not None:
                raise fault

        await of_partitions(arm, partitions)

    async def _ring(self, rung: Rung) -> bool:
        """Whether it is done. One that fails must not keep the others from it; it rings again."""
        try:
            await self._kinds[rung.kind].ring(rung)
        except StoreError:
            logger.debug("the store does not answer; a timer rings again")
            return False
        except DatabaseError as error:
            logger.warning("a timer rings again: %s", error, extra={"kind": rung.kind, "timer": rung.name})
            return False
        except Exception:
            logger.exception("what a timer rang for could not be done", extra={"kind": rung.kind, "timer": rung.name})
            return False
        return True

    def _leave(self, foreign: frozenset[str]) -> None:
        for kind in sorted(foreign - self._foreign):
            logger.warning("timers of a kind that this release does not know are left to a newer one: %s", kind)
        self._foreign |= foreign
