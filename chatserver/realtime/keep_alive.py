"""Keep-alives of all connections of a process: one timer, and at each of its ticks those whose turn it is."""

import asyncio
import logging
from typing import Protocol

TURNS = 100
"""Into how many groups the connections are spread evenly, each with a tick of its own."""


class Peer(Protocol):
    """Who may be there or not."""

    def take_turn(self) -> None:
        """Close who gave no sign of life since the last turn, ask the others for one."""


logger = logging.getLogger(__name__)


class KeepAlive:
    """Gives each peer its turn once in `every` seconds; the first comes within that time."""

    def __init__(self, every: float) -> None:
        self._step = every / TURNS
        self._groups: list[set[Peer]] = [set() for _ in range(TURNS)]
        self._next = 0
        self._timer: asyncio.TimerHandle | None = None

    def add(self, peer: Peer) -> set[Peer]:
        """Its group, which it leaves by `discard`."""
        group = min(self._groups, key=len)
        group.add(peer)
        if self._timer is None:
            loop = asyncio.get_running_loop()
            self._timer = loop.call_later(self._step, self._tick, loop, loop.time() + self._step)
        return group

    def _tick(self, loop: asyncio.AbstractEventLoop, due: float) -> None:
        self._timer = None
        if any(self._groups):
            # A tick that comes late moves those after it: nobody's two turns come closer together.
            due = max(due, loop.time()) + self._step
            self._timer = loop.call_at(due, self._tick, loop, due)
        group = self._groups[self._next]
        self._next = (self._next + 1) % TURNS
        for peer in list(group):
            try:
                peer.take_turn()
            except Exception:
                logger.exception("a connection cannot be asked for a sign of life")
