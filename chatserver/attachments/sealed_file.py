"""A file as it is kept: in pieces that are sealed one by one, so that any part is read without opening the rest.

Each file has a key of its own, which its row keeps sealed with the conversation's. A piece is AES-256-GCM of 64 KiB of
the file, the last one of less; its nonce is its place and whether it is the last, so that pieces cannot be cut off,
swapped or put into another file. Source: Hoang, Reyhanitabar, Rogaway, Vizár, "Online Authenticated-Encryption and its
Nonce-Reuse Misuse-Resistance" (STREAM), 2015.

16 pieces make a slice, which is one object of the store: what is on its way to the store is in memory, and no more.
"""

from collections.abc import Iterator

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from chatserver.keys.sealing import SealError

PIECE = 64 * 1024
"""Bytes of the file in one piece."""
TAG = 16
"""Bytes that sealing adds to each."""
PIECES = 16
"""In one slice."""
SLICE = PIECE * PIECES
"""Bytes of the file in one slice."""
FILE, THUMBNAIL = 0, 1
"""What is sealed with a file's key."""


class FileCipher:
    """Seals and opens one file, and what is shown small in its place."""

    def __init__(self, secret: bytes, what: int = FILE) -> None:
        self._cipher = AESGCM(secret)
        self._what = what.to_bytes(1, "big")

    def seal(self, piece: bytes | memoryview, place: int, *, last: bool) -> bytes:
        """Never twice for one place: nonces are used once."""
        return self._cipher.encrypt(self._nonce(place, last=last), piece, None)

    def seal_slice(self, content: bytes, number: int, *, last: bool) -> bytes:
        """The pieces of a slice, one after the other."""
        view, first = memoryview(content), number * PIECES
        count = -(-len(content) // PIECE)
        return b"".join(
            self.seal(view[each * PIECE : (each + 1) * PIECE], first + each, last=last and each == count - 1)
            for each in range(count)
        )

    def open(self, sealed: bytes | memoryview, place: int, *, last: bool) -> bytes:
        """Raises SealError."""
        try:
            return self._cipher.decrypt(self._nonce(place, last=last), sealed, None)
        except InvalidTag:
            raise SealError(f"piece {place} of a file does not open") from None

    def open_pieces(self, sealed: bytes, first: int, size: int) -> Iterator[bytes]:
        """The pieces in `sealed`, the first of which is number `first` of a file of `size` bytes. Raises SealError."""
        view, final = memoryview(sealed), pieces_of(size) - 1
        for each, begins in enumerate(range(0, len(sealed), PIECE + TAG)):
            place = first + each
            yield self.open(view[begins : begins + PIECE + TAG], place, last=place == final)

    def _nonce(self, place: int, *, last: bool) -> bytes:
        return self._what + place.to_bytes(10, "big") + (b"\1" if last else b"\0")


def pieces_of(size: int) -> int:
    """How many pieces a file of so many bytes has."""
    return -(-size // PIECE)


def slices_of(size: int) -> int:
    """How many slices."""
    return -(-size // SLICE)
