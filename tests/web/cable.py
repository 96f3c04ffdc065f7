"""A way to a server that stays where it is while the server stops, starts again elsewhere, or is cut off."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

_CHUNK = 65_536


class Cable:
    """Listens at `http`; what comes goes to the server's port, and is turned away while that is None."""

    def __init__(self) -> None:
        self.http = ""
        self._to: int | None = None
        self._open: set[asyncio.StreamWriter] = set()

    def plug_in(self, port: int) -> None:
        self._to = port

    def pull_out(self) -> None:
        """Break every connection that there is, and let no other one through."""
        self._to = None
        for each in self._open:
            each.close()

    async def carry(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One connection, both ways, until either end closes it."""
        if self._to is None:
            writer.close()
            return
        behind, ahead = await asyncio.open_connection("127.0.0.1", self._to)
        ends = {writer, ahead}
        self._open |= ends
        try:
            await asyncio.gather(_copied(reader, ahead), _copied(behind, writer))
        finally:
            self._open -= ends
            for each in ends:
                each.close()


async def _copied(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    try:
        while chunk := await reader.read(_CHUNK):
            writer.write(chunk)
            await writer.drain()
    except OSError:
        pass  # it was pulled out
    finally:
        writer.close()


@asynccontextmanager
async def cable() -> AsyncIterator[Cable]:
    """Not plugged in yet."""
    made = Cable()
    listening = await asyncio.start_server(made.carry, "127.0.0.1", 0)
    made.http = f"http://127.0.0.1:{listening.sockets[0].getsockname()[1]}"
    try:
        yield made
    finally:
        made.pull_out()
        listening.close()
