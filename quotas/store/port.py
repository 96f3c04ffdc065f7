"""What a store offers to those who use it, be it one node (`link.py`) or a cluster of them (`cluster.py`)."""

from collections.abc import Callable, Collection, Coroutine
from typing import Any, Protocol

from quotas.store.wire import OnAnswer, StoreAnswer

Up = Callable[["Store"], Coroutine[Any, Any, None]]
Push = Callable[[list[Any]], None]
Missed = Callable[[Collection[bytes]], None]


class Store(Protocol):
    """Commands go to the node that has the key; `slot` is what `slot_of` says of it.

    `on_up` is awaited with the node that was connected to, after each connect, with requests let through; where it
    fails, the connect has failed. `on_push` gets what was published, as hiredis gives it: `[kind, channel, payload]`.
    `on_missed` is called with channels that are subscribed again, after messages on them may have been missed.
    """

    on_up: Up
    on_push: Push
    on_missed: Missed
    replicated: bool
    """Whether `send_kept` waits for a replica."""

    @property
    def is_up(self) -> bool:
        """Whether requests are let through, to every part of the data."""

    @property
    def pending(self) -> int:
        """Requests whose answers are owed."""

    async def open(self) -> None:
        """Connect once; raises StoreError with a sentence that says why not."""

    def close(self) -> None:
        """Break every connection for good; what is on its way fails with LinkDownError."""

    def slot_of(self, key: str) -> int:
        """The slot that holds `key`; 0 for all of them where there is one node."""

    def send(self, command: bytes, done: OnAnswer, slot: int = 0) -> None:
        """Send a packed command; `done` gets the reply, a hiredis.ReplyError, or a StoreError. Never waits.

        Commands of one slot are carried out in the order in which they were sent.
        """

    def send_kept(self, command: bytes, done: OnAnswer, mark: bytes, slot: int = 0) -> None:
        """As `send`, but `done` gets the reply only once a replica has what it says: where `replicated`.

        `mark` is another packed write, of a key in the same slot.
        """

    async def request(self, *args: bytes | str | float) -> StoreAnswer:
        """Send a command and wait for its reply. Raises StoreError, also where the store answers with an error."""

    async def everywhere(self, *args: bytes | str | float) -> list[StoreAnswer]:
        """The replies of every node that takes writes. Raises StoreError."""

    async def kept(self, key: str) -> None:
        """Wait until a replica has all that was written so far beside `key`, where `replicated`. Raises StoreError."""

    def subscribe(self, channel: bytes) -> None:
        """Hear of a sharded channel from now on, also after the node came back or the channel moved to another."""

    def unsubscribe(self, channel: bytes) -> None:
        """Hear of it no more."""
