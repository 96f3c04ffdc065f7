"""The short cut for plain frames: messages and pongs, and what is left to the library's parser."""

import pytest
from websockets.frames import Frame, Opcode

from chatserver.realtime.frames import PING, read_messages


def frame(opcode: Opcode, data: bytes) -> bytes:
    """As an app sends it."""
    return Frame(opcode, data).serialize(mask=True)


def read(data: bytes) -> tuple[int, list[bytes]]:
    """How many bytes the short cut took, and the messages among them."""
    messages: list[bytes] = []

    def take(message: bytes, _: bool) -> bool:
        messages.append(message)
        return True

    return read_messages(data, take), messages


@pytest.mark.parametrize("payload", [b"", b"x", b"p" * 125])
def test_pongs_are_passed_over(payload: bytes) -> None:
    """Before, between and after messages, with any payload that a pong may have."""
    pong, text = frame(Opcode.PONG, payload), frame(Opcode.TEXT, b"hello")
    data = pong + text + pong + pong + text + pong
    assert read(data) == (len(data), [b"hello", b"hello"])


def test_what_is_not_plain_is_left_to_the_parser() -> None:
    """A pong that is not all here, not masked, too long, or not final; a ping; a close."""
    text = frame(Opcode.TEXT, b"hello")
    pong = frame(Opcode.PONG, b"1234")
    for rest in (
        pong[:-1],
        pong[:5],
        b"\x8a\x00" + b"\0" * 8,
        b"\x8a\xfe\x00\x7e" + b"\0" * 130,
        b"\x0a\x80\0\0\0\0",
        frame(Opcode.PING, b""),
        frame(Opcode.CLOSE, b""),
    ):
        assert read(text + rest) == (len(text), [b"hello"])


def test_our_ping_is_a_ping() -> None:
    """By the library's own hand."""
    assert Frame(Opcode.PING, b"").serialize(mask=False) == PING
