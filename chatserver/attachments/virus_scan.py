"""A ClamAV daemon by its socket: a file is sent to it as it comes, and it says whether it knows harm in it.

Source: clamd(8), the command INSTREAM.
"""

import asyncio
from types import TracebackType
from typing import Literal

SLOWEST = 120.0
"""Seconds that a daemon may take to say what it found."""
CONNECT_WITHIN = 5.0
"""Seconds."""

Verdict = Literal["clean", "infected"]


class ScannerGoneError(Exception):
    """It does not answer, or not with a verdict."""


class VirusScanner:
    """`address` is `unix:PATH` or `HOST:PORT`."""

    def __init__(self, address: str) -> None:
        self._address = address

    def scan(self) -> "Scan":
        """One file's."""
        return Scan(self._address)


class Scan:
    """A context. Its methods raise ScannerGoneError."""

    def __init__(self, address: str) -> None:
        self._address = address
        self._writer: asyncio.StreamWriter | None = None

    async def __aenter__(self) -> "Scan":
        try:
            async with asyncio.timeout(CONNECT_WITHIN):
                if self._address.startswith("unix:"):
                    opened = await asyncio.open_unix_connection(self._address.removeprefix("unix:"))
                else:
                    host, _, port = self._address.rpartition(":")
                    opened = await asyncio.open_connection(host.strip("[]"), int(port))
        except (OSError, TimeoutError) as error:
            raise ScannerGoneError(f"the virus scanner at {self._address} does not answer: {error}") from None
        self._reader, self._writer = opened
        self._writer.write(b"zINSTREAM\0")
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._writer is not None:
            self._writer.close()

    async def feed(self, content: bytes) -> None:
        """The next bytes of the file."""
        assert self._writer is not None  # noqa: S101 - it is a context
        self._writer.write(len(content).to_bytes(4, "big"))
        self._writer.write(content)
        try:
            async with asyncio.timeout(SLOWEST):
                await self._writer.drain()
        except (OSError, TimeoutError) as error:
            raise ScannerGoneError(f"the virus scanner takes no more: {error}") from None

    async def verdict(self) -> Verdict:
        """What it says of the whole."""
        assert self._writer is not None  # noqa: S101 - it is a context
        self._writer.write((0).to_bytes(4, "big"))
        try:
            async with asyncio.timeout(SLOWEST):
                await self._writer.drain()
                said = (await self._reader.read(4096)).rstrip(b"\0\n").decode("ascii", "replace")
        except (OSError, TimeoutError) as error:
            raise ScannerGoneError(f"the virus scanner gives no answer: {error}") from None
        if said.endswith(" FOUND"):
            return "infected"
        if said.endswith(": OK"):
            return "clean"
        raise ScannerGoneError(f"the virus scanner says {said[:200]!r}")
