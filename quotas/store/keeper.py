"""Durability `replicated`: a reply is handed over once a replica has what it says.

The waiting happens on a second connection to the same store, so that it holds nobody else up. One wait covers every
reply that came since the one before it began. Ahead of it goes a write of its own: what came before in the store's
history is on the replica when that is.
"""

import asyncio
from collections.abc import Callable

import hiredis

from quotas.store.errors import StoreError
from quotas.store.wire import LinkDownError, OnAnswer, StoreAnswer, Wire, hand_over, packed

REPLICA_WITHIN = 800
"""Milliseconds that the replica has for each step; after that whoever wrote gets a temporary error."""
ANSWER_WITHIN = 4.0
"""Seconds after which a store that does not answer a wait counts as gone; longer than both steps."""


def mark_at(key: str) -> bytes:
    """The write that goes ahead of a wait: an empty value that is gone after a minute."""
    return packed("SET", key, "", "EX", 60)


class NotReplicatedError(StoreError):
    """It is written, but no replica has it: it would be lost with its node. Post again with the same id."""


class Keeper:
    """Holds replies of a link back until a replica is known to have what they say."""

    def __init__(self, wire: Wire) -> None:
        self._wire = wire
        self._loop = asyncio.get_running_loop()
        self._steps = [packed("WAIT", 1, REPLICA_WITHIN)]
        self._held: list[tuple[OnAnswer, StoreAnswer]] = []
        self._mark = b""
        self._replies: list[StoreAnswer] = []
        self._asking = False

    async def choose(self) -> None:
        """Wait for the replica's disk where the store can (Redis ≥ 7.2, Valkey), else for its memory.

        A replica says what is on its disk when it is asked, before it has flushed what it has just received, and then
        once a second. So it is asked twice: by the time it has answered WAIT, it has flushed.
        """
        if (await self._wire.ask("COMMAND", "INFO", "WAITAOF"))[0]:
            self._steps = [*self._steps, packed("WAITAOF", 1, 1, REPLICA_WITHIN)]

    def hold(self, mark: bytes, done: OnAnswer, reply: StoreAnswer) -> None:
        """Keep a reply back. `mark` is a packed write to a key that this node has; errors need not wait."""
        if isinstance(reply, hiredis.ReplyError | StoreError):
            done(reply)
            return
        self._held.append((done, reply))
        self._mark = mark
        if not self._asking:
            self._asking = True
            self._loop.call_soon(self._ask)

    def close(self) -> None:
        """The link is gone: nobody will know what the replica has."""
        self._wire.close()
        held, self._held = self._held, []
        hand_over((done, LinkDownError("the store went away before a replica had it")) for done, _ in held)

    def _ask(self) -> None:
        held, self._held = self._held, []
        *before, last = self._mark, *self._steps
        for step in before:
            self._wire.send(step, self._replies.append)
        self._wire.send(last, self._answering(held))

    def _answering(self, held: list[tuple[OnAnswer, StoreAnswer]]) -> Callable[[StoreAnswer], None]:
        def answered(reply: StoreAnswer) -> None:
            replies, self._replies = [*self._replies, reply], []
            self._asking = bool(self._held)
            if self._asking:
                self._loop.call_soon(self._ask)
            why_not = _why_not(replies)
            hand_over((done, NotReplicatedError(why_not) if why_not else reply) for done, reply in held)

        return answered


def _why_not(replies: list[StoreAnswer]) -> str:
    """Why the replica may not have it; '' where it has. The last reply counts how many have."""
    for reply in replies:
        if isinstance(reply, hiredis.ReplyError | StoreError):
            return f"no replica is known to have it: {reply}"
    last = replies[-1]
    if min(last if isinstance(last, list) else [last]) < 1:
        return "no replica had it in time: the durability that is set cannot be kept"
    return ""
