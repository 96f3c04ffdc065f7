"""Frames and streams that are almost right: valid ones, changed at random. The same seed gives the same ones."""

from collections.abc import Callable
from random import Random
from typing import Any

import msgspec
from websockets.frames import Frame, Opcode

from chatserver.protocol.codec import Encoding

COMMANDS: list[dict[str, Any]] = [
    {"type": "send", "conversation": "c1", "id": "a1", "body": "Good morning, kjære venn 👋"},
    {"type": "check", "conversation": "c1"},
    {"type": "read", "conversation": "c1", "seq": 1},
    {"type": "typing", "conversation": "c1"},
    {"type": "history", "conversation": "c1", "before": 7, "limit": 3},
    {"type": "follow", "conversation": "c1", "resume": 3},
    {"type": "unfollow", "conversation": "c1"},
    {"type": "watch", "replies": True, "state": "overdue", "mentor": "t1", "plan": None, "limit": 5},
    {"type": "hello", "token": "a.b.c", "resume": {"c1": 0}},
]
ODD_VALUES: list[Any] = [
    *(None, True, 0, -1, 2**53, 2**63, -(2**63), 10**30, 1.5, 1e308, "", " ", "c1", "c2", "x" * 65, "x" * 20_000),
    *("\x00", "\u202e", "\ud7ff", "é\u0301", "\x7f", [], {}, [[]], {"a": {}}, {"type": "send"}, ["c1"] * 50),
]
NUMBERS = [0, 1, 0x7F, 0x80, 0xC0, 0xFF]
MASK = b"\x12\x34\x56\x78"


def encoded(command: dict[str, Any], encoding: Encoding, random: Random) -> bytes:
    """The command as bytes. MessagePack has no integers beyond 64 bits: those become text."""
    try:
        return msgspec.json.encode(command) if encoding == "json" else msgspec.msgpack.encode(command)
    except OverflowError:
        small = {key: str(value) if isinstance(value, int) else value for key, value in command.items()}
        return encoded(small, encoding, random)


def command_frame(random: Random, encoding: Encoding) -> bytes:
    """The payload of one frame: a command with odd fields, with odd bytes, both, or, seldom, as it should be."""
    command = dict(random.choice(COMMANDS))
    if command["type"] == "send":
        command["id"] = f"{random.getrandbits(24):x}"
    kind = random.random()
    if kind < 0.02:
        return encoded(command, encoding, random)
    if kind < 0.45:
        _odd_fields(command, random)
    frame = encoded(command, encoding, random)
    return frame if kind < 0.4 else odd_bytes(frame, random)


def _odd_fields(command: dict[str, Any], random: Random) -> None:
    for _ in range(random.randint(1, 2)):
        key = random.choice([*command, "extra", "", "type"])
        if random.random() < 0.2:
            command.pop(key, None)
        else:
            command[key] = random.choice(ODD_VALUES)


def odd_bytes(frame: bytes, random: Random) -> bytes:
    """Some of: bytes flipped, put in, cut out, doubled, moved; cut short; nested deeply; joined to another."""
    data = bytearray(frame)
    for _ in range(random.choice((1, 1, 1, 2, 4, 16))):
        at, to = sorted((random.randint(0, len(data)), random.randint(0, len(data))))
        random.choice(_CHANGES)(data, at, min(to, at + 64), random)
    return bytes(data[:70_000])


def _flip(data: bytearray, at: int, to: int, random: Random) -> None:
    if at < len(data):
        data[at] ^= 1 << random.randrange(8)


def _replace(data: bytearray, at: int, to: int, random: Random) -> None:
    if at < len(data):
        data[at] = random.choice(NUMBERS)


def _insert(data: bytearray, at: int, to: int, random: Random) -> None:
    data[at:at] = random.randbytes(random.randint(1, 8))


def _cut_out(data: bytearray, at: int, to: int, random: Random) -> None:
    del data[at:to]


def _double(data: bytearray, at: int, to: int, random: Random) -> None:
    data[at:at] = data[at:to]


def _cut_short(data: bytearray, at: int, to: int, random: Random) -> None:
    del data[at:]


def _nest(data: bytearray, at: int, to: int, random: Random) -> None:
    data[at:at] = random.choice((b"[", b'{"a":', b"\x91", b"\x81\xa1a")) * random.choice((3, 300, 3_000))


def _join(data: bytearray, at: int, to: int, random: Random) -> None:
    other = random.choice(COMMANDS)
    data[at:] = msgspec.json.encode(other) if random.random() < 0.5 else msgspec.msgpack.encode(other)


_CHANGES: list[Callable[[bytearray, int, int, Random], None]] = [
    *(_flip, _flip, _replace, _insert, _cut_out, _double, _cut_short, _nest, _join)
]


# On the wire

HANDSHAKE = (
    b"GET /v1/chat HTTP/1.1\r\nHost: fuzz\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    b"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n"
    b"Sec-WebSocket-Protocol: mentorchat.v1.json\r\n\r\n"
)
ODD_HEADERS = [
    *(b"Sec-WebSocket-Version: 99\r\n", b"Upgrade: h2c\r\n", b"Connection: close\r\n", b"Sec-WebSocket-Key: x\r\n"),
    *(b"Content-Length: -1\r\n", b"Content-Length: 99999999\r\n", b"Transfer-Encoding: chunked\r\n", b"\xff: \xff\r\n"),
    *(
        b"X: " + b"x" * 20_000 + b"\r\n",
        b"Sec-WebSocket-Protocol: \xe6\xf8\r\n",
        b"Host: again\r\n",
        b"Origin: null\r\n",
    ),
    *(b"Expect: 100-continue\r\n", b"Sec-WebSocket-Extensions: permessage-deflate; a=b\r\n", b" folded: y\r\n"),
]


def odd_handshake(random: Random) -> bytes:
    """Not HTTP at all, or a handshake with odd headers or bytes."""
    kind = random.random()
    if kind < 0.15:
        return random.randbytes(random.randint(1, 2_000))
    request = HANDSHAKE
    if kind < 0.6:
        request = request[:-2] + random.choice(ODD_HEADERS) + b"\r\n"
    return request if 0.3 < kind < 0.6 else odd_bytes(request, random)


def frame(opcode: int, payload: bytes, *, fin: bool = True, first: int = 0, mask: bool = True) -> bytes:
    """A client's frame; `first` is added to its first byte, where the reserved bits are."""
    whole = bytearray(Frame(Opcode.TEXT, payload, fin=fin).serialize(mask=mask))
    whole[0] = (whole[0] & 0xF0) | (opcode & 0x0F) | first
    return bytes(whole)


def odd_frames(random: Random) -> bytes:
    """A few frames as clients send them: some well-formed, some wrong in their bits, lengths, masks, order or end."""
    return b"".join(random.choice(_FRAMES)(random) for _ in range(random.randint(1, 6)))


def _payload(random: Random) -> bytes:
    return command_frame(random, "json")[:65_000]


def _command(random: Random) -> bytes:
    return frame(Opcode.TEXT, _payload(random))


def _in_parts(random: Random) -> bytes:
    """A command in fragments, with control frames in between."""
    payload = _payload(random)
    cuts = sorted(random.randint(0, len(payload)) for _ in range(random.randint(1, 5)))
    parts = [payload[a:b] for a, b in zip([0, *cuts], [*cuts, len(payload)], strict=True)]
    out = b""
    for number, part in enumerate(parts):
        out += frame(Opcode.CONT if number else Opcode.TEXT, part, fin=number == len(parts) - 1)
        if random.random() < 0.5:
            out += frame(random.choice((Opcode.PING, Opcode.PONG)), random.randbytes(random.randint(0, 125)))
    return out


def _bad_bits(random: Random) -> bytes:
    return frame(
        random.randrange(16), _payload(random)[:125], fin=random.random() < 0.5, first=random.choice((0, 64, 32, 16))
    )


def _unmasked(random: Random) -> bytes:
    return frame(Opcode.TEXT, _payload(random), mask=False)


def _wrong_length(random: Random) -> bytes:
    size = random.choice(
        (b"\x80", b"\xfd", b"\xfe\x00\x01", b"\xfe\xff\xff", b"\xff" + b"\x00" * 8, b"\xff" + b"\xff" * 8)
    )
    return b"\x81" + size + MASK + random.randbytes(random.randint(0, 300))


def _cut(random: Random) -> bytes:
    whole = _command(random)
    return whole[: random.randint(0, len(whole))]


def _large_control(random: Random) -> bytes:
    return frame(random.choice((Opcode.PING, Opcode.PONG, Opcode.CLOSE)), random.randbytes(random.randint(120, 200)))


def _close(random: Random) -> bytes:
    code = random.choice((0, 999, 1000, 1005, 1006, 1015, 2999, 3000, 4999, 5000, 65_535))
    reason = random.choice((b"", b"bye", b"\xff\xfe", b"x" * 123))
    return frame(Opcode.CLOSE, random.choice((b"", b"\x03", code.to_bytes(2, "big") + reason)))


def _garbage(random: Random) -> bytes:
    return random.randbytes(random.randint(1, 500))


def _not_utf8(random: Random) -> bytes:
    return frame(Opcode.TEXT, b'{"type":"check","conversation":"\xff\xc0"}')


def _changed(random: Random) -> bytes:
    return odd_bytes(_command(random), random)


_FRAMES: list[Callable[[Random], bytes]] = [
    *(_command, _command, _command, _in_parts, _in_parts, _bad_bits, _unmasked, _wrong_length, _cut),
    *(_large_control, _close, _garbage, _not_utf8, _changed, _changed),
]
