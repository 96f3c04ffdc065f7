"""The link to one Redis node: pipelined, with requests and published messages on one connection, and coming back.

Connecting, resubscribing and waiting live here; what the commands mean does not.
"""

import asyncio
import logging
import random
from collections.abc import Callable, Collection
from functools import partial
from typing import Any

import hiredis

from quotas.store import keeper as keeping
from quotas.store import wire as wiring
from quotas.store.address import Node, read_address
from quotas.store.errors import StoreError
from quotas.store.futures import settling
from quotas.store.keeper import Keeper
from quotas.store.port import Missed, Push, Store, Up
from quotas.store.wire import LinkDownError, OnAnswer, StoreAnswer, Wire, packed, raised

CONNECT_WITHIN = 2.0
BACKOFF_FIRST, BACKOFF_MOST = 0.05, 1.0
_PING = packed("PING")

logger = logging.getLogger(__name__)


class Link:
    """A connection that comes back by itself: the `Store` of one node. `at` is its URL or its node.

    `replicated`: a second connection waits for a replica, for what is sent with `send_kept`. Of the two, none goes on
    without the other: what one says is true of the process that the other talks to.
    `on_down` is called when a connection that was up is lost; `on_refused` with the channel of a subscription that the
    store refuses, and says whether it knows what to do.
    """

    def __init__(self, at: str | Node, *, replicated: bool = False) -> None:
        self.node = at if isinstance(at, Node) else read_address(at).nodes[0]
        self.replicated = replicated
        self.channels: set[bytes] = set()
        self.on_up: Up = _nothing
        self.on_push: Push = _ignore
        self.on_missed: Missed = _unmissed
        self.on_down: Callable[[], None] = _undisturbed
        self.on_refused: Callable[[bytes, hiredis.ReplyError], bool] = _no_way_out
        self._wire: Wire | None = None
        self._keeper: Keeper | None = None
        self._ready = False
        self._connecting = False
        self._closed = False
        self._task: asyncio.Task[None] | None = None

    @property
    def is_up(self) -> bool:
        """Whether requests are let through."""
        return self._ready

    @property
    def pending(self) -> int:
        """Requests whose answers are owed."""
        return self._wire.pending if self._wire is not None else 0

    async def open(self) -> None:
        """Connect once; raises StoreError with a sentence that says why not."""
        await self._connect()

    def close(self) -> None:
        """Break the connection for good; what is on its way fails with LinkDownError."""
        self._closed = True
        if self._task is not None:
            self._task.cancel()
        if self._wire is not None:
            self._wire.close()

    def slot_of(self, key: str) -> int:
        """All keys are in one place."""
        return 0

    def send(self, command: bytes, done: OnAnswer, slot: int = 0) -> None:
        """Send a packed command; `done` gets the reply, a hiredis.ReplyError, or a LinkDownError. Never waits."""
        if self._wire is None or not self._ready:
            done(LinkDownError("the store is not connected"))
        else:
            self._wire.send(command, done)

    def send_kept(self, command: bytes, done: OnAnswer, mark: bytes, slot: int = 0) -> None:
        """As `send`; where `replicated`, `done` is called once a replica has it."""
        self.send(command, done if self._keeper is None else partial(self._keeper.hold, mark, done))

    async def kept(self, key: str) -> None:
        """Wait until a replica has all that was written so far, where `replicated`. Raises StoreError."""
        if self.replicated:
            future: asyncio.Future[StoreAnswer] = asyncio.get_running_loop().create_future()
            self.send_kept(_PING, settling(future), keeping.mark_at(key))
            raised(await future)

    async def request(self, *args: bytes | str | float) -> StoreAnswer:
        """Send a command and wait for its reply. Raises StoreError, also where the store answers with an error."""
        future: asyncio.Future[StoreAnswer] = asyncio.get_running_loop().create_future()
        self.send(packed(*args), settling(future))
        return raised(await future)

    async def everywhere(self, *args: bytes | str | float) -> list[StoreAnswer]:
        """As `request`: there is one node."""
        return [await self.request(*args)]

    def subscribe(self, channel: bytes) -> None:
        """Hear of it, now or once the link is up, and again after every connect."""
        self.channels.add(channel)
        if self._wire is not None and self._ready:
            self._wire.subscribe("SSUBSCRIBE", channel)

    def unsubscribe(self, channel: bytes) -> None:
        """Hear of it no more."""
        self.channels.discard(channel)
        if self._wire is not None and self._ready:
            self._wire.subscribe("SUNSUBSCRIBE", channel)

    async def where(self) -> Node:
        """Where the store is now. Raises StoreError."""
        return self.node

    async def _connect(self) -> None:
        self._connecting = True
        try:
            async with asyncio.timeout(CONNECT_WITHIN):
                node = await self.where()
                self._wire = wire = await self._open_wire(node, self._lost, wiring.ANSWER_WITHIN)
                await self.greet(wire, node)
                if self.replicated:
                    self._keeper = await self._open_keeper(node, wire)
                self._ready = True
                await self.on_up(self)
                self._subscribe_again()
            if not self._ready:
                raise LinkDownError("it went away again")
        except (OSError, TimeoutError, StoreError) as error:
            self._drop()
            raise LinkDownError(f"the store cannot be reached: {error or 'no answer in time'}") from error
        finally:
            self._connecting = False

    async def _open_wire(self, node: Node, on_lost: Callable[[Wire], None], answer_within: float) -> Wire:
        loop = asyncio.get_running_loop()

        def make() -> Wire:
            return Wire(self._pushed, self._refused, on_lost, answer_within)

        if node.path:
            _, wire = await loop.create_unix_connection(make, node.path)
        else:
            _, wire = await loop.create_connection(make, node.host, node.port, ssl=node.tls or None)
        return wire

    async def _open_keeper(self, node: Node, wire: Wire) -> Keeper:
        def lost(_: Wire) -> None:
            wire.close()

        second = await self._open_wire(node, lost, keeping.ANSWER_WITHIN)
        keeper = Keeper(second)
        try:
            await self.greet(second, node)
            await keeper.choose()
        except StoreError:
            second.close()
            raise
        return keeper

    async def greet(self, wire: Wire, node: Node) -> None:
        """The first words on a new connection. Raises StoreError."""
        hello: list[str] = ["HELLO", "3"]
        if node.password:
            hello += ["AUTH", node.username or "default", node.password]
        await wire.ask(*hello)
        if node.db:
            await wire.ask("SELECT", str(node.db))

    def _subscribe_again(self) -> None:
        if self._wire is not None and self.channels:
            for channel in self.channels:
                self._wire.subscribe("SSUBSCRIBE", channel)
            self.on_missed(frozenset(self.channels))

    def _pushed(self, push: list[Any]) -> None:
        self.on_push(push)

    def _refused(self, channel: bytes, error: hiredis.ReplyError) -> bool:
        return self.on_refused(channel, error)

    def _drop(self) -> None:
        self._ready = False
        if self._keeper is not None:
            self._keeper.close()
            self._keeper = None
        if self._wire is not None:
            self._wire.close()
            self._wire = None

    def _lost(self, wire: Wire) -> None:
        if wire is not self._wire:
            return
        self._wire = None
        self._drop()
        if self._connecting or self._closed:
            return
        logger.warning("the store went away; reconnecting")
        self._task = asyncio.get_running_loop().create_task(self._reconnect())
        self.on_down()

    async def _reconnect(self) -> None:
        wait = BACKOFF_FIRST
        said = ""
        while True:
            await asyncio.sleep(random.uniform(wait / 2, wait))  # noqa: S311 - jitter, not a secret
            try:
                await self._connect()
            except LinkDownError as error:
                if str(error) != said:
                    said = str(error)
                    logger.warning("%s", said)
            except Exception:
                self._drop()
                logger.exception("the store cannot be reached, by a fault of ours; trying again")
            else:
                logger.warning("the store is back")
                return
            wait = min(wait * 2, BACKOFF_MOST)


def _ignore(push: list[Any]) -> None:
    """Until someone listens."""


def _unmissed(channels: Collection[bytes]) -> None:
    """Until someone listens."""


def _undisturbed() -> None:
    """Where nobody minds."""


def _no_way_out(channel: bytes, error: hiredis.ReplyError) -> bool:
    """On one node a subscription that is refused stays refused."""
    return False


async def _nothing(node: Store) -> None:
    """Until someone has something to do after a connect."""
