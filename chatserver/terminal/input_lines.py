"""Lines of standard input, awaited one by one; and what is left of them where nobody can take them any more."""

import asyncio
import codecs
import os
import select
import threading
from collections.abc import AsyncIterator
from concurrent.futures import CancelledError
from contextlib import suppress

from chatserver.protocol.visible import shows

LINES_AHEAD = 100
"""Lines read and not yet asked for."""
PIECE_BYTES = 64 * 1024
LOOK_EVERY_SECONDS = 0.01
MOST_LEFT = 10_000
"""Lines given back at the end: more than anybody types or pastes, and `yes` ends."""


class InputLines:
    """Read by a thread, because a regular file cannot be awaited; a daemon, so that waiting for a line does not keep
    the process from ending.
    """

    def __init__(self, file: int, encoding: str, errors: str) -> None:
        self._file = file
        # A byte order mark may stand at the head of what some editors save.
        known = "utf-8-sig" if codecs.lookup(encoding).name == "utf-8" else encoding
        self._decoder = codecs.getincrementaldecoder(known)(errors)
        self._loop = asyncio.get_running_loop()
        self._queue: asyncio.Queue[str | None] = asyncio.Queue(LINES_AHEAD)
        self._begun = ""
        self._waits = threading.Event()
        threading.Thread(target=self._read, daemon=True).start()

    async def next(self) -> str | None:
        """The next line in which something shows; None after the last."""
        while (line := await self._queue.get()) is not None:
            if shows(line):
                return line.rstrip("\r\n")
        return None

    async def left(self) -> AsyncIterator[str]:
        """What can be read without waiting for a writer, an unfinished line too; of endless input MOST_LEFT."""
        count = 0
        while count < MOST_LEFT:
            while not self._queue.empty():
                if (line := self._queue.get_nowait()) is None:
                    return
                count += 1
                if shows(line):
                    yield line.rstrip("\r\n")
            # Whether it waits is looked at first: what it took before that is in the queue or counts as readable.
            if self._waits.is_set() and not _readable(self._file, 0) and self._queue.empty():
                break
            await asyncio.sleep(LOOK_EVERY_SECONDS)
        if shows(self._begun):
            yield self._begun

    def _read(self) -> None:
        # A loop that has ended takes no more lines.
        with suppress(RuntimeError, CancelledError):
            while piece := self._piece():
                *lines, self._begun = (self._begun + self._decoder.decode(piece)).split("\n")
                for line in lines:
                    self._hand_over(line)
            last, self._begun = self._begun + self._decoder.decode(b"", final=True), ""
            if last:
                self._hand_over(last)
            self._hand_over(None)

    def _piece(self) -> bytes:
        self._waits.set()
        _readable(self._file, None)
        self._waits.clear()
        return os.read(self._file, PIECE_BYTES)

    def _hand_over(self, line: str | None) -> None:
        asyncio.run_coroutine_threadsafe(self._queue.put(line), self._loop).result()


def _readable(file: int, within: float | None) -> bool:
    return bool(select.select([file], [], [], within)[0])
