"""HTTP requests of JSON on connections that stay open: as little of the machine as a client can take."""

import asyncio
from typing import Any

import msgspec

from benchmarks.contenders import HOST, BenchmarkError

_Streams = tuple[asyncio.StreamReader, asyncio.StreamWriter]


class Requests:
    """Some connections to one server; each carries one request at a time."""

    def __init__(self, connections: list[_Streams]) -> None:
        self._all = connections
        # All in turn: a server closes those that say nothing for some seconds.
        self._free: asyncio.Queue[_Streams] = asyncio.Queue()
        for each in connections:
            self._free.put_nowait(each)

    @classmethod
    async def open(cls, port: int, connections: int) -> "Requests":
        """Raises OSError."""
        return cls([await asyncio.open_connection(HOST, port) for _ in range(connections)])

    async def ask(self, method: str, path: str, body: object, token: str) -> tuple[int, dict[str, Any]]:
        """The answer's status and JSON, once a connection is free. Raises BenchmarkError where it breaks off."""
        payload = msgspec.json.encode(body)
        head = (
            f"{method} {path} HTTP/1.1\r\nHost: {HOST}\r\nAuthorization: Bearer {token}\r\n"
            f"Content-Type: application/json\r\nContent-Length: {len(payload)}\r\n\r\n"
        )
        reader, writer = streams = await self._free.get()
        try:
            writer.write(head.encode() + payload)
            answer = await reader.readuntil(b"\r\n\r\n")
            length = next(
                int(line.split(b":")[1]) for line in answer.split(b"\r\n") if line.lower().startswith(b"content-length")
            )
            found = await reader.readexactly(length)
        except (OSError, asyncio.IncompleteReadError) as problem:
            raise BenchmarkError(f"{method} {path}: the connection broke off: {problem}") from problem
        self._free.put_nowait(streams)
        return int(answer[9:12]), msgspec.json.decode(found)

    def close(self) -> None:
        """Close every connection."""
        for _, writer in self._all:
            writer.close()
