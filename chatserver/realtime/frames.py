"""WebSocket frames of the message path (RFC 6455, 5.2): whole messages in, whole messages out.

Reading here is a short cut, measured at 2 µs a message: what is not one plain masked data frame or pong, complete and
below 64 KiB, is left to the library's parser, which knows every case.
"""

from collections.abc import Callable

from websockets.frames import Opcode

try:
    from websockets.speedups import apply_mask
except ImportError:  # an install without compiled parts
    from websockets.utils import apply_mask

_FINAL = 0x80
_TEXT = _FINAL | Opcode.TEXT
_BINARY = _FINAL | Opcode.BINARY
_PONG = _FINAL | Opcode.PONG
_MASKED = 0x80
PING = bytes((_FINAL | Opcode.PING, 0))
"""A ping without a payload: whatever comes after it says that the peer is there."""


def read_messages(data: bytes, take: Callable[[bytes, bool], bool]) -> int:
    """Hand the plain messages at the front of `data` to `take`, and whether each is text, as long as it returns True.

    How many bytes that were, with the pongs between them; the parser has to read on from there.
    """
    place, size = 0, len(data)
    while size - place >= 6:
        kind, length = data[place], data[place + 1] ^ _MASKED
        if kind == _PONG and length < 126 and place + 6 + length <= size:
            place += 6 + length
            continue
        if kind != _TEXT and kind != _BINARY:
            break
        if length < 126:
            begin = place + 6
        elif length == 126 and size - place >= 8:
            length = int.from_bytes(data[place + 2 : place + 4], "big")
            begin = place + 8
            if length < 126:
                break  # the long form for a short text
        else:
            break  # longer, not all here, or not masked
        end = begin + length
        if end > size:
            break
        place = end
        if not take(apply_mask(data[begin:end], data[begin - 4 : begin]), kind == _TEXT):
            break
    return place


def text_frame(payload: bytes) -> bytes:
    """A final, unmasked text frame."""
    return _frame(_TEXT, payload)


def binary_frame(payload: bytes) -> bytes:
    """A final, unmasked binary frame."""
    return _frame(_BINARY, payload)


def _frame(first: int, payload: bytes) -> bytes:
    length = len(payload)
    if length < 126:
        return b"%c%c%b" % (first, length, payload)
    if length < 65536:
        return b"%c\x7e%b%b" % (first, length.to_bytes(2, "big"), payload)
    return b"%c\x7f%b%b" % (first, length.to_bytes(8, "big"), payload)
