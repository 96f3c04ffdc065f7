"""Which partition a process looks at next, and when: it sleeps until then, unless it hears of something earlier.

Instants are those of the process's loop. What was looked at is looked at again after a while all the same: something
that was published may have been missed.
"""

import asyncio
from collections.abc import Awaitable, Callable, Collection
from contextlib import suppress
from math import inf
from typing import TypeVar

from quotas.ledger import keys
from quotas.store.errors import StoreError

LOOK_AGAIN = 60.0
"""Seconds after which a partition is looked at whatever was heard of it."""
RETRY_AFTER = 1.0
"""Seconds after which one is looked at again that did not answer."""

T = TypeVar("T")


class Agenda:
    """In the beginning every partition is due.

    `delay` is how many seconds after an instant that the store names there is something to do.
    """

    def __init__(self, delay: float = 0.0) -> None:
        self.delay = delay
        self._at = [-inf] * keys.PARTITIONS
        self._sooner = asyncio.Event()
        self._is_hurried = False

    def look(self, partition: int, at: float) -> None:
        """Look at it at that instant, or before."""
        if at < self._at[partition]:
            self._at[partition] = at
            self._sooner.set()

    def look_everywhere(self) -> None:
        """Nothing that is known of any partition holds."""
        self._at = [-inf] * keys.PARTITIONS
        self._sooner.set()

    def hurry(self) -> None:
        """Sleep no longer, whatever `earliest` was."""
        self._is_hurried = True
        self._sooner.set()

    def take(self) -> Collection[int]:
        """The partitions that are due; to be looked at now. Whoever looks says with `look` when they are due again."""
        now = asyncio.get_running_loop().time()
        due = [partition for partition, at in enumerate(self._at) if at <= now]
        for partition in due:
            self._at[partition] = now + LOOK_AGAIN
        return due

    def asking(self, ask: Callable[[int], Awaitable[T]]) -> Callable[[int], Awaitable[T]]:
        """`ask`, but a partition that does not answer is looked at again soon."""

        async def asked(partition: int) -> T:
            try:
                return await ask(partition)
            except StoreError:
                self.look(partition, asyncio.get_running_loop().time() + RETRY_AFTER)
                raise

        return asked

    async def until_due(self, earliest: float, latest: float) -> None:
        """Sleep until a partition is due, but at least until `earliest` and at most until `latest`."""
        loop = asyncio.get_running_loop()
        while not self._is_hurried and (wait := min(max(earliest, min(self._at)), latest) - loop.time()) > 0:
            self._sooner.clear()
            with suppress(TimeoutError):
                async with asyncio.timeout(wait):
                    await self._sooner.wait()
        self._is_hurried = False
