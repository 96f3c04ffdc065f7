"""How much may be asked of the store at once: answers wait in its memory, then in ours, until they are read.

A store breaks a connection that listens when more than 32 MB wait for it, or more than 8 MB for a minute
(`client-output-buffer-limit pubsub`, the defaults of Redis and Valkey): with it would go everybody's messages.
"""

import asyncio
from collections import deque

READ_BYTES = 4 * 1024 * 1024
"""Bytes of answers that may be asked for and not be there yet: half of what a store bears, the rest is the feed's."""


class ReadBound:
    """`most` bytes for everyone together. Who finds too few left waits; turns come in the order of asking."""

    def __init__(self, most: int = READ_BYTES) -> None:
        self._most = most
        self._left = most
        self._waiting: deque[tuple[int, asyncio.Future[None]]] = deque()

    async def take(self, size: int) -> int:
        """Wait for `size` bytes, or for all where they are more than there ever are; how many to give back.

        Whoever needs none waits for nobody.
        """
        size = min(size, self._most)
        if not size or (not self._waiting and size <= self._left):
            self._left -= size
            return size
        turn: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.append((size, turn))
        try:
            await turn
        except asyncio.CancelledError:
            # Its turn may have come in the same tick.
            self.give_back(0 if turn.cancelled() else size)
            raise
        return size

    def give_back(self, size: int) -> None:
        """The answer is there, or will not come: not already where its reader gives up waiting for it."""
        self._left += size
        while self._waiting:
            wanted, turn = self._waiting[0]
            if not turn.done():
                if wanted > self._left:
                    return
                self._left -= wanted
                turn.set_result(None)
            self._waiting.popleft()
