"""A file opens in any part, and only as it was sealed."""

import os

import pytest

from chatserver.attachments.sealed_file import FILE, PIECE, SLICE, TAG, THUMBNAIL, FileCipher, pieces_of, slices_of
from chatserver.keys.sealing import SealError

SECRET = os.urandom(32)


def sealed(content: bytes) -> list[bytes]:
    """By slices."""
    cipher, count = FileCipher(SECRET), slices_of(len(content))
    return [
        cipher.seal_slice(content[each * SLICE : (each + 1) * SLICE], each, last=each == count - 1)
        for each in range(count)
    ]


def opened(slices: list[bytes], size: int, cipher: FileCipher | None = None) -> bytes:
    first, found = 0, []
    for each in slices:
        pieces = list((cipher or FileCipher(SECRET)).open_pieces(each, first, size))
        first += len(pieces)
        found += pieces
    return b"".join(found)


@pytest.mark.parametrize("size", [1, PIECE - 1, PIECE, PIECE + 1, SLICE, SLICE + 1, 2 * SLICE + 70_000])
def test_what_is_sealed_opens(size: int) -> None:
    content = os.urandom(size)
    slices = sealed(content)
    assert opened(slices, size) == content
    assert sum(map(len, slices)) == size + pieces_of(size) * TAG


def test_pieces_open_in_their_place_alone() -> None:
    """Not swapped, not cut off, not lengthened, not in another file, not changed."""
    content = os.urandom(3 * PIECE)
    [whole] = sealed(content)
    one, two, three = (whole[each * (PIECE + TAG) : (each + 1) * (PIECE + TAG)] for each in range(3))
    for wrong, size in (
        (two + one + three, 3 * PIECE),
        (one + two, 2 * PIECE),
        (one + two + three, 4 * PIECE),
        (one + two + three[:-1], 3 * PIECE),
        (one + two[:100] + b"x" + two[101:] + three, 3 * PIECE),
    ):
        with pytest.raises(SealError):
            opened([wrong], size)
    with pytest.raises(SealError):
        opened([whole], 3 * PIECE, FileCipher(os.urandom(32)))
    with pytest.raises(SealError):
        opened([whole], 3 * PIECE, FileCipher(SECRET, THUMBNAIL))
    assert opened([whole], 3 * PIECE, FileCipher(SECRET, FILE)) == content
