"""A file that is kept: written slice by slice, read from anywhere, never whole in memory."""

import io
from collections.abc import AsyncIterator

from chatserver.attachments.file_store import THUMBNAIL, FileStore
from chatserver.attachments.sealed_file import (
    FILE,
    PIECE,
    PIECES,
    SLICE,
    TAG,
    FileCipher,
    pieces_of,
)
from chatserver.attachments.sealed_file import THUMBNAIL as SMALL


class FileWriter:
    """Seals what it is given and puts it into the store. Its methods raise FileStoreError."""

    def __init__(self, store: FileStore, ref: str, secret: bytes) -> None:
        self._store = store
        self.ref = ref
        self.secret = secret
        self._cipher = FileCipher(secret, FILE)
        self._waiting = bytearray()
        self._slices = 0
        self.size = 0
        """Bytes so far."""

    async def write(self, content: bytes) -> None:
        """The next bytes."""
        self.size += len(content)
        self._waiting += content
        # The last slice is sealed as the last: so one stays until there is more.
        while len(self._waiting) > SLICE:
            with memoryview(self._waiting) as waiting:
                first = bytes(waiting[:SLICE])
            del self._waiting[:SLICE]
            await self._put(first, last=False)

    async def end(self) -> None:
        """There are no more."""
        content = bytes(self._waiting)
        self._waiting.clear()
        await self._put(content, last=True)

    async def put_thumbnail(self, content: bytes) -> None:
        """What is shown small in its place, of one slice at most."""
        sealed = FileCipher(self.secret, SMALL).seal_slice(content, 0, last=True)
        await self._store.put(self.ref, THUMBNAIL, sealed)

    async def _put(self, content: bytes, *, last: bool) -> None:
        sealed = self._cipher.seal_slice(content, self._slices, last=last)
        await self._store.put(self.ref, str(self._slices), sealed)
        self._slices += 1


async def read_file(
    store: FileStore, ref: str, secret: bytes, size: int, start: int, stop: int
) -> AsyncIterator[bytes]:
    """Bytes `start` to before `stop` of a file of `size` bytes, some at a time. Raises FileStoreError, SealError."""
    cipher = FileCipher(secret, FILE)
    at = start
    while at < stop:
        number, first, last = _span(at, stop)
        sealed = await store.get(ref, str(number), *_sealed_span(number, first, last, size))
        for place, piece in enumerate(cipher.open_pieces(sealed, first, size), first):
            begins = place * PIECE
            part = piece[max(at - begins, 0) : stop - begins]
            at += len(part)
            yield part


async def read_thumbnail(store: FileStore, ref: str, secret: bytes, size: int) -> bytes:
    """What is shown small. Raises as `read_file`."""
    sealed = await store.get(ref, THUMBNAIL, 0, size + pieces_of(size) * TAG)
    return b"".join(FileCipher(secret, SMALL).open_pieces(sealed, 0, size))


class SeekableFile(io.RawIOBase):
    """A kept file for code that reads here and there, in a thread. Raises as `read_file`."""

    def __init__(self, store: FileStore, ref: str, secret: bytes, size: int) -> None:
        self._store = store
        self._ref = ref
        self._cipher = FileCipher(secret, FILE)
        self._size = size
        self._at = 0
        self._place = -1
        self._piece = b""

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._at

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        self._at = max(0, offset + {io.SEEK_SET: 0, io.SEEK_CUR: self._at, io.SEEK_END: self._size}[whence])
        return self._at

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        place, skip = divmod(self._at, PIECE)
        if self._at >= self._size:
            return 0
        if place != self._place:
            number = place // PIECES
            sealed = self._store.get_waiting(
                self._ref, str(number), *_sealed_span(number, place, place + 1, self._size)
            )
            [self._piece] = self._cipher.open_pieces(sealed, place, self._size)
            self._place = place
        part = self._piece[skip : skip + len(buffer)]
        buffer[: len(part)] = part
        self._at += len(part)
        return len(part)


def _span(at: int, stop: int) -> tuple[int, int, int]:
    """The slice in which byte `at` is; in it, the piece of that byte, and the one behind the last that is wanted."""
    number = at // SLICE
    return number, at // PIECE, min(-(-stop // PIECE), (number + 1) * PIECES)


def _sealed_span(number: int, first: int, last: int, size: int) -> tuple[int, int]:
    """Where these pieces stand in the object of their slice."""
    before = number * PIECES
    ends = min(last * PIECE, size)
    begins = (first - before) * (PIECE + TAG)
    return begins, begins + (ends - first * PIECE) + (last - first) * TAG
