"""A real HTTP endpoint of somebody else's: it keeps what came, and answers as it is told."""

import asyncio
import socket
import ssl
from collections import deque
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field

OK = b"HTTP/1.1 204 No Content\r\n\r\n"


def answer(status: int, body: bytes = b"", **headers: str) -> bytes:
    """A whole answer; `_` in the names of headers stands for `-`."""
    lines = [f"{name.replace('_', '-')}: {value}\r\n" for name, value in headers.items()]
    return f"HTTP/1.1 {status} Said\r\nContent-Length: {len(body)}\r\n{''.join(lines)}\r\n".encode() + body


@dataclass(frozen=True)
class Received:
    """One request. The names of headers are in lower case."""

    line: str
    headers: dict[str, str]
    body: bytes


@dataclass
class HttpEndpoint:
    """`answers` are given one by one, after that `otherwise`; `delay` is how many seconds it takes over each.

    `greeting` is said unasked, as other protocols do.
    """

    port: int = 0
    connections: int = 0
    received: list[Received] = field(default_factory=list)
    answers: deque[bytes] = field(default_factory=deque)
    otherwise: bytes = OK
    delay: float = 0.0
    greeting: bytes = b""
    came: asyncio.Event = field(default_factory=asyncio.Event)

    async def until(self, count: int) -> None:
        """Until that many requests have come, in all."""
        async with asyncio.timeout(60):
            while len(self.received) < count:
                self.came.clear()
                await self.came.wait()

    async def talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Answer requests of one connection until it ends."""
        self.connections += 1
        try:
            writer.write(self.greeting)
            while True:
                head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
                line, *rest = head.strip().split("\r\n")
                headers = {name.lower(): value.strip() for name, _, value in (each.partition(":") for each in rest)}
                body = await reader.readexactly(int(headers.get("content-length", "0")))
                self.received.append(Received(line, headers, body))
                self.came.set()
                said = self.answers.popleft() if self.answers else self.otherwise
                await asyncio.sleep(self.delay)
                writer.write(said)
                await writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError, ssl.SSLError):
            pass
        finally:
            writer.close()


@asynccontextmanager
async def http_endpoint(*, tls: ssl.SSLContext | None = None, everywhere: bool = False) -> AsyncIterator[HttpEndpoint]:
    """It listens on a free port of 127.0.0.1, or of every address, for as long as it is needed."""
    endpoint = HttpEndpoint()
    talks: set[asyncio.Task[None]] = set()

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        talks.add(task)
        with suppress(asyncio.CancelledError):
            await endpoint.talk(reader, writer)

    listening = _everywhere() if everywhere else socket.create_server(("127.0.0.1", 0))
    server = await asyncio.start_server(talk, sock=listening, ssl=tls)
    endpoint.port = listening.getsockname()[1]
    try:
        yield endpoint
    finally:
        server.close()
        for task in talks:
            task.cancel()
        await asyncio.gather(*talks, return_exceptions=True)
        await server.wait_closed()


def _everywhere() -> socket.socket:
    if socket.has_dualstack_ipv6():
        return socket.create_server(("::", 0), family=socket.AF_INET6, dualstack_ipv6=True)
    return socket.create_server(("", 0))
