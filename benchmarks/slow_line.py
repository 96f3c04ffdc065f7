"""A line that is slow, on loopback: each byte waits for its turn and for the way.

DevTools has one too, which passes WebSockets by.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from msgspec import Struct

from benchmarks.contenders import HOST

PIECE_BYTES = 1_460
"""What travels together: as much as a packet holds."""


class LineKind(Struct, frozen=True):
    """`round_trip` in seconds; `down` and `up` in bytes a second."""

    name: str
    round_trip: float
    down: float
    up: float


SLOW_4G = LineKind("slow 4G", 0.150, 1.6e6 / 8, 0.75e6 / 8)
"""As Lighthouse has it: 150 ms, 1.6 and 0.75 Mbit/s."""


class _Way:
    """One direction, shared by all connections: who comes later waits for who came before."""

    def __init__(self, delay: float, rate: float) -> None:
        self._delay = delay
        self._rate = rate
        self._free_at = 0.0

    def arrives(self, size: int) -> float:
        """When so many bytes are there that are sent now, by the loop's time."""
        now = asyncio.get_running_loop().time()
        self._free_at = max(self._free_at, now) + size / self._rate
        return self._free_at + self._delay


@asynccontextmanager
async def slow_line(to: int, kind: LineKind) -> AsyncIterator[int]:
    """A port that leads to another one by such a line. Opening a connection costs a round trip, too."""
    down, up = _Way(kind.round_trip / 2, kind.down), _Way(kind.round_trip / 2, kind.up)
    running: set[asyncio.Task[None]] = set()

    async def connected(near: asyncio.StreamReader, back: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        running.add(task)
        try:
            await asyncio.sleep(kind.round_trip)
            far, on = await asyncio.open_connection(HOST, to)
            await asyncio.gather(_carry(near, on, up), _carry(far, back, down))
        except (OSError, asyncio.CancelledError):
            pass  # one of the two has gone
        finally:
            back.close()
            running.discard(task)

    server = await asyncio.start_server(connected, HOST, 0)
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        server.close()
        for each in list(running):
            each.cancel()


async def _carry(source: asyncio.StreamReader, target: asyncio.StreamWriter, way: _Way) -> None:
    due: asyncio.Queue[tuple[float, bytes]] = asyncio.Queue()

    async def deliver() -> None:
        loop = asyncio.get_running_loop()
        while (item := await due.get())[1]:
            await asyncio.sleep(item[0] - loop.time())
            target.write(item[1])
            await target.drain()
        target.close()

    delivering = asyncio.create_task(deliver())
    try:
        while piece := await source.read(PIECE_BYTES):
            due.put_nowait((way.arrives(len(piece)), piece))
        due.put_nowait((0.0, b""))
        await delivering
    finally:
        delivering.cancel()
