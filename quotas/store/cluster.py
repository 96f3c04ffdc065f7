"""A store of several nodes: one link to each master, and every command, reply and subscription where its slot is."""

import asyncio
import logging
from collections import defaultdict
from collections.abc import Collection
from contextlib import suppress
from functools import partial
from typing import Any

import hiredis

from quotas.store import keeper as keeping
from quotas.store.address import Node
from quotas.store.errors import StoreError
from quotas.store.futures import settling
from quotas.store.link import Link
from quotas.store.moving import Moving, SlotCall, redirection
from quotas.store.port import Missed, Push, Store, Up
from quotas.store.topology import SLOTS, ClusterView, node_at, slot_of, view_of
from quotas.store.wire import LinkDownError, OnAnswer, StoreAnswer, packed, raised

LOOK_EVERY = 5.0
"""Seconds between looks at who has what, while nothing hints at a change."""
LOOK_SOON, LOOK_AGAIN = 0.02, 0.1
"""Seconds from a hint to the look, and between looks while a node is gone or a slot has no place."""
VIEW_WITHIN = 0.5
"""Seconds that a node has to tell; the others' view counts then."""
HOME = slot_of("{chatserver}")
"""Where commands without a key go: any slot would do; this one also has what holds for the whole store."""
_PING, _ASKING = packed("PING"), packed("ASKING")

logger = logging.getLogger(__name__)


class ClusterLinks:
    """The `Store` of a cluster. `seeds` are some of its nodes; the others are found."""

    def __init__(self, seeds: Collection[Node], *, replicated: bool = False) -> None:
        self.replicated = replicated
        self.on_up: Up = _nothing
        self.on_push: Push = _ignore
        self.on_missed: Missed = _unmissed
        self._seeds = seeds
        self._links: dict[Node, Link] = {}
        self._owners: list[Link | None] = [None] * SLOTS
        self._in_flight = [0] * SLOTS
        self._number = 0
        self._moving = Moving(self._dispatch, self._is_ready)
        self._channels: defaultdict[int, set[bytes]] = defaultdict(set)
        self._homeless: set[bytes] = set()
        self._hint = asyncio.Event()
        self._task: asyncio.Task[None] | None = None

    # What a store offers

    @property
    def is_up(self) -> bool:
        """Whether every slot has a node that is up."""
        return bool(self._links) and all(owner is not None and owner.is_up for owner in self._owners)

    @property
    def pending(self) -> int:
        """Requests whose answers are owed."""
        return sum(link.pending for link in self._links.values())

    async def open(self) -> None:
        """Ask a seed who there is, and connect to every master. Raises StoreError."""
        await self._follow(await self._seen_by_seeds())
        if not self.is_up:
            self.close()
            raise LinkDownError("the store cannot be reached: not every slot of the cluster has a master that answers")
        self._task = asyncio.get_running_loop().create_task(self._watch())

    def close(self) -> None:
        """Break every connection for good."""
        if self._task is not None:
            self._task.cancel()
        for link in self._links.values():
            link.close()
        self._moving.stop()

    def slot_of(self, key: str) -> int:
        """The slot of a key."""
        return slot_of(key)

    def send(self, command: bytes, done: OnAnswer, slot: int = HOME) -> None:
        """Send a packed command to the node that has `slot`; where that is on the move, wait for it a moment."""
        self._enter(command, done, slot, None)

    def send_kept(self, command: bytes, done: OnAnswer, mark: bytes, slot: int = HOME) -> None:
        """As `send`; where `replicated`, `done` is called once a replica has it."""
        self._enter(command, done, slot, mark)

    async def kept(self, key: str) -> None:
        """Wait until a replica of the node that has `key` has all of it, where `replicated`. Raises StoreError."""
        if self.replicated:
            future: asyncio.Future[StoreAnswer] = asyncio.get_running_loop().create_future()
            self.send_kept(_PING, settling(future), keeping.mark_at(key), slot_of(key))
            raised(await future)

    async def request(self, *args: bytes | str | float) -> StoreAnswer:
        """Send a command to the node that has its first key, and wait for its reply. Raises StoreError."""
        key = args[3] if args[0] == "FCALL" else args[1] if len(args) > 1 else ""
        slot = slot_of(key) if isinstance(key, str) and key.startswith("{") else HOME
        future: asyncio.Future[StoreAnswer] = asyncio.get_running_loop().create_future()
        self.send(packed(*args), settling(future), slot)
        return raised(await future)

    async def everywhere(self, *args: bytes | str | float) -> list[StoreAnswer]:
        """The replies of every master. Raises StoreError."""
        owners = {link for link in self._owners if link is not None}
        return await asyncio.gather(*(link.request(*args) for link in owners))

    def subscribe(self, channel: bytes) -> None:
        """Hear of it, wherever its slot is and goes."""
        slot = slot_of(channel)
        self._channels[slot].add(channel)
        self._place(channel, slot)

    def unsubscribe(self, channel: bytes) -> None:
        """Hear of it no more."""
        slot = slot_of(channel)
        self._channels[slot].discard(channel)
        self._homeless.discard(channel)
        if (owner := self._owners[slot]) is not None:
            owner.unsubscribe(channel)

    # The way of a call

    def _enter(self, command: bytes, done: OnAnswer, slot: int, mark: bytes | None) -> None:
        self._number += 1
        call = SlotCall(self._number, command, done, slot, mark)
        if not (self._moving and self._moving.take(call)):
            self._dispatch(call)

    def _is_ready(self, slot: int) -> bool:
        owner = self._owners[slot]
        return owner is not None and owner.is_up and self._in_flight[slot] == 0

    def _dispatch(self, call: SlotCall) -> None:
        owner = self._owners[call.slot]
        self._in_flight[call.slot] += 1
        if owner is None:
            self._answered(call, None, LinkDownError("no node of the cluster has this part of the data"))
        elif call.mark is None:
            owner.send(call.command, partial(self._answered, call, owner))
        else:
            owner.send_kept(call.command, partial(self._answered, call, owner), call.mark)

    def _answered(self, call: SlotCall, by: Link | None, reply: StoreAnswer) -> None:
        self._in_flight[call.slot] -= 1
        words = redirection(reply)
        if by is None or words is None:
            self._moving.answered(call, reply)
        elif words[0] == "ASK" and not call.needs_several_keys and self._ask(call, node_at(words[2], by.node)):
            return
        else:
            # A function of several keys waits until all of them are in one place.
            self._moved(call.slot, words, by)
            self._hint.set()
            self._moving.put_back(call)

    def _ask(self, call: SlotCall, node: Node) -> bool:
        """Follow a key that is ahead of its slot."""
        link = self._links.get(node)
        if link is None or not link.is_up:
            return False
        self._in_flight[call.slot] += 1
        link.send(_ASKING, _taken)
        link.send(call.command, partial(self._answered, call, link))
        return True

    def _moved(self, slot: int, words: list[str], by: Link) -> None:
        """Take a redirection's word for it, where it names a node that we know."""
        link = self._links.get(node_at(words[2], by.node)) if words[0] == "MOVED" else None
        if link is not None and link.is_up:
            self._assign({slot: link})

    # Who has what

    async def _watch(self) -> None:
        while True:
            with suppress(TimeoutError):
                async with asyncio.timeout(LOOK_AGAIN if self._is_unsettled() else LOOK_EVERY):
                    await self._hint.wait()
            self._hint.clear()
            await asyncio.sleep(LOOK_SOON)
            try:
                await self._follow(await self._seen())
            except StoreError as error:
                logger.debug("no node tells who has what: %s", error)
            except Exception:
                logger.exception("who has what cannot be found out; looking again")

    def _is_unsettled(self) -> bool:
        return bool(self._homeless or self._moving) or not self.is_up

    async def _seen(self) -> ClusterView:
        """The newest view that any node has. Raises StoreError."""
        told = await asyncio.gather(*(_view(link) for link in self._links.values() if link.is_up))
        views = [view for view in told if view is not None]
        return max(views, key=lambda view: view.epoch) if views else await self._seen_by_seeds()

    async def _seen_by_seeds(self) -> ClusterView:
        faults = []
        for node in self._seeds:
            link = Link(node)
            try:
                await link.open()
                info, slots = await link.request("CLUSTER", "INFO"), await link.request("CLUSTER", "SLOTS")
                return view_of(info, slots, node)
            except StoreError as error:
                faults.append(f"{node.host}:{node.port}: {error}")
            finally:
                link.close()
        raise LinkDownError("; ".join(faults))

    async def _follow(self, view: ClusterView) -> None:
        """Connect to new masters, then give every slot to its own, then leave the nodes that have none."""
        new = [self._link(node) for node in view.masters() if node not in self._links]
        for link, fault in zip(new, await asyncio.gather(*map(_opened, new)), strict=True):
            if fault is None:
                self._links[link.node] = link
            else:
                link.close()
                logger.warning("a node of the cluster cannot be used: %s", fault)
        self._assign({slot: self._links[node] for slot, node in view.owners() if node in self._links})
        left = [self._links[node] for node in self._links.keys() - view.masters()]
        for link in [link for link in left if not (link.is_up and link.pending)]:
            self._links.pop(link.node).close()
        homeless = frozenset(self._homeless)
        for channel in homeless:
            self._place(channel, slot_of(channel))
        if placed := homeless - self._homeless:
            self.on_missed(placed)

    def _link(self, node: Node) -> Link:
        link = Link(node, replicated=self.replicated)
        link.on_up = self._up
        link.on_push = partial(self._pushed, link)
        link.on_missed = self._missed
        link.on_down = self._hint.set
        link.on_refused = partial(self._refused, link)
        return link

    async def _up(self, node: Store) -> None:
        await self.on_up(node)

    def _assign(self, owners: dict[int, Link]) -> None:
        """Give slots to nodes; whoever listens follows."""
        missed: list[bytes] = []
        for slot, link in owners.items():
            before = self._owners[slot]
            if before is link:
                continue
            self._owners[slot] = link
            for channel in self._channels.get(slot, ()):
                if before is not None:
                    before.unsubscribe(channel)
                self._place(channel, slot)
                missed.append(channel)
        if missed:
            self.on_missed(missed)

    # What is published

    def _place(self, channel: bytes, slot: int) -> None:
        owner = self._owners[slot]
        if owner is None:
            self._homeless.add(channel)
        else:
            self._homeless.discard(channel)
            owner.subscribe(channel)

    def _missed(self, channels: Collection[bytes]) -> None:
        self.on_missed(channels)

    def _pushed(self, link: Link, push: list[Any]) -> None:
        if push[0] == b"sunsubscribe" and push[1] in link.channels:
            # Unasked: the slot has left that node.
            self._homeless.add(push[1])
            self._hint.set()
        else:
            self.on_push(push)

    def _refused(self, link: Link, channel: bytes, error: hiredis.ReplyError) -> bool:
        """A subscription was turned away. Another error than "not here, not now" is none that we can follow."""
        words = redirection(error)
        if words is None:
            return False
        if channel in self._channels[slot_of(channel)]:
            self._homeless.add(channel)
            self._moved(slot_of(channel), words, link)
        self._hint.set()
        return True


async def _view(link: Link) -> ClusterView | None:
    """What a node tells; None where it does not."""
    try:
        async with asyncio.timeout(VIEW_WITHIN):
            info, slots = await link.request("CLUSTER", "INFO"), await link.request("CLUSTER", "SLOTS")
    except (StoreError, TimeoutError):
        return None
    return view_of(info, slots, link.node)


async def _opened(link: Link) -> StoreError | None:
    try:
        await link.open()
    except StoreError as error:
        return error
    return None


def _taken(reply: StoreAnswer) -> None:
    """ASKING is always granted."""


def _ignore(push: list[Any]) -> None:
    """Until someone listens."""


def _unmissed(channels: Collection[bytes]) -> None:
    """Until someone listens."""


async def _nothing(node: Store) -> None:
    """Until someone has something to do after a connect."""
