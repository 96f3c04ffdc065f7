"""Questions to many places of the store, a few at a time: whoever writes meanwhile waits for a few, not for all."""

import asyncio
from collections.abc import Awaitable, Callable, Collection, Iterable
from itertools import islice
from typing import TypeVar

from quotas.ledger import keys
from quotas.store.errors import StoreError

AT_ONCE = 16
"""Questions asked in one go. They cost this process some 20 µs each, in which it does nothing else."""

EVERYWHERE: Collection[int] = range(keys.PARTITIONS)

T = TypeVar("T")


async def gathered(work: Iterable[Awaitable[T]], at_once: int = AT_ONCE) -> list[T]:
    """The results, in order; `at_once` at a time. Raises what one of them raises."""
    done: list[T] = []
    waiting = iter(work)
    while batch := list(islice(waiting, at_once)):
        done += await asyncio.gather(*batch)
    return done


async def of_partitions(ask: Callable[[int], Awaitable[T]], partitions: Iterable[int] = EVERYWHERE) -> list[T]:
    """What those partitions answer that answer. Raises StoreError where none does."""
    done: list[T | BaseException] = []
    waiting = iter(partitions)
    while batch := list(islice(waiting, AT_ONCE)):
        done += await asyncio.gather(*(ask(partition) for partition in batch), return_exceptions=True)
    return answered(done)


def answered(results: Iterable[T | BaseException]) -> list[T]:
    """What the parts of a store answered that did. Raises what is no StoreError, and StoreError where none did."""
    good: list[T] = []
    fault: StoreError | None = None
    for result in results:
        if isinstance(result, StoreError):
            fault = result
        elif isinstance(result, BaseException):
            raise result
        else:
            good.append(result)
    if fault is not None and not good:
        raise fault
    return good
