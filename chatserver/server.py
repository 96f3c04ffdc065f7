"""Listening: the sockets of a port, and uvicorn on them until a signal says stop."""

import asyncio
import contextlib
import gc
import logging
import signal
import socket
from collections.abc import Callable, Iterator
from types import FrameType

import uvicorn
from starlette.applications import Starlette

from chatserver.app import Parts
from chatserver.composition.opening import StartError
from chatserver.operating.health import Health
from chatserver.protocol.commands import MAX_FRAME_BYTES
from chatserver.realtime.door import Door
from chatserver.realtime.entrance import http_protocol
from chatserver.realtime.keep_alive import KeepAlive
from chatserver.realtime.socket import ChatSocket, chat_socket

PING_EVERY = 40.0
"""Seconds between keep-alive pings; nothing heard from one to the next, and the peer is gone. Proxies in between often
give up after a minute without a byte; a ping each half minute would take 1.2 % of a core for 10,000 connections."""
GARBAGE_THRESHOLD = 20_000
"""Objects more than were freed, at which Python looks for cycles; its default of 700 is felt on the message path."""
TELL_FOR = 0.2
"""Seconds for which /readyz answers 503 at least, when the server stops, before nobody is let in any more."""
TICK = 1.0
"""Seconds between looks at the day for the header `date`."""
DRAIN_WITHIN = 12
"""Seconds that chats have to end when the server stops: what is in flight is answered in two."""
SEND_BUFFER = 128 * 1024
"""Bytes that the system keeps for a reader, on top of the server's own MAX_UNSENT; Linux doubles it for its own use."""
STOP_WITHIN = 8
"""Seconds that whatever is still open has after that."""


def listening_socket(host: str, port: int) -> socket.socket:
    """A socket bound to the address, which nobody else has. Raises StartError."""
    return _bound(host, port, shared=False)


def listening_sockets(host: str, port: int, number: int) -> list[socket.socket]:
    """As many sockets bound to one address; the system spreads connections evenly over those that listen.

    Raises StartError.
    """
    if number == 1:
        return [listening_socket(host, port)]
    # Sockets that share a port share it with every server of this user: one that has it alone finds a taken port.
    with listening_socket(host, port) as alone:
        port = alone.getsockname()[1]
    return [_bound(host, port, shared=True) for _ in range(number)]


def _bound(host: str, port: int, *, shared: bool) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    # asyncio lets small writes go without waiting for the peer only where the protocol is named; uvloop always does.
    sock = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    if shared:
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
    # Connections inherit it. Left alone, the system keeps up to 4 MiB for each reader that does not read.
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, SEND_BUFFER)
    try:
        sock.bind((host, port))
    except OSError as error:
        sock.close()
        raise StartError(
            f"port {port} on {host} cannot be used: {error.strerror}; free it or choose another with --port"
        ) from None
    return sock


@contextlib.contextmanager
def signals_to(handler: Callable[[int, FrameType | None], None]) -> Iterator[None]:
    """What ends a server calls `handler` on the running loop; after that the cleanup runs undisturbed by it.

    SIGHUP is the end of the terminal; who runs a server under `nohup` has it ignored, and so it stays.
    """
    loop = asyncio.get_running_loop()
    numbers = [signal.SIGINT, signal.SIGTERM]
    if signal.getsignal(signal.SIGHUP) is not signal.SIG_IGN:
        numbers.append(signal.SIGHUP)
    for number in numbers:
        loop.add_signal_handler(number, handler, number, None)
    try:
        yield
    finally:
        for number in numbers:
            loop.remove_signal_handler(number)
            signal.signal(number, signal.SIG_IGN)


class _Server(uvicorn.Server):
    """uvicorn's server, which stops on a signal and lets the cleanup after it run undisturbed.

    It goes on listening until its chats have ended, so that whoever asks /readyz hears 503.
    """

    def __init__(self, config: uvicorn.Config, health: Health) -> None:
        super().__init__(config)
        self._health = health
        self._loop = asyncio.get_running_loop()
        self._told_to_stop = asyncio.Event()

    async def main_loop(self) -> None:
        """uvicorn looks ten times a second whether to stop. Here it is woken for that, and looks at the time only."""
        while not await self.on_tick(0):
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(TICK):
                    await self._told_to_stop.wait()

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        self._health.drain()
        super().handle_exit(sig, frame)
        self._loop.call_soon_threadsafe(self._told_to_stop.set)

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        loop = asyncio.get_running_loop()
        until = loop.time() + DRAIN_WITHIN
        for connection in self._chats():
            connection.shutdown()
        await asyncio.sleep(TELL_FOR)
        while self._chats() and loop.time() < until and not self.force_exit:  # noqa: ASYNC110 - uvicorn has no event
            await asyncio.sleep(0.02)
        await super().shutdown(sockets)

    def _chats(self) -> list[ChatSocket]:
        return [connection for connection in self.server_state.connections if isinstance(connection, ChatSocket)]

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        with signals_to(self.handle_exit):
            yield


def server_config(app: Starlette, door: Door) -> uvicorn.Config:
    """How uvicorn serves the application: the chat's own sockets, its bounds, and no words of its own."""
    return uvicorn.Config(
        app,
        http=http_protocol(door),
        ws=chat_socket(KeepAlive(PING_EVERY)),
        ws_max_size=MAX_FRAME_BYTES,
        ws_ping_interval=None,
        ws_per_message_deflate=False,
        lifespan="off",
        log_config=None,
        log_level=logging.WARNING,
        access_log=False,
        server_header=False,
        proxy_headers=False,  # chatserver.access.addresses looks at them
        timeout_graceful_shutdown=STOP_WITHIN,
    )


async def listen(parts: Parts, sock: socket.socket, on_ready: Callable[[], None]) -> None:
    """Serve until SIGINT, SIGTERM or SIGHUP; `on_ready` is called once connections are accepted."""
    server = _Server(server_config(parts.app, parts.door), parts.health)
    serving = asyncio.get_running_loop().create_task(server.serve(sockets=[sock]))
    while not server.started and not serving.done():  # noqa: ASYNC110 - uvicorn has no event for it
        await asyncio.sleep(0.01)
    if server.started:
        gc.collect()
        gc.freeze()  # What the start made stays; no collection need look at it again.
        gc.set_threshold(GARBAGE_THRESHOLD, 20, 50)
        on_ready()
    await serving
