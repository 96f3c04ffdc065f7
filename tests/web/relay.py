"""A relay for calls: TURN over UDP (RFC 8656), as far as browsers use it, with passwords as coturn takes them.

It listens on this machine, and lets nobody in whose name and password do not fit the secret, or hold no longer.
"""

import asyncio
import hashlib
import hmac
import os
import socket
import struct
import time
from base64 import b64encode
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

REALM = b"calls"
_HOST = "127.0.0.1"
_COOKIE = 0x2112A442
_ALLOCATE, _REFRESH, _PERMIT, _BIND_CHANNEL, _BINDING = 0x003, 0x004, 0x008, 0x009, 0x001
_SEND, _DATA = 0x0016, 0x0017
_SUCCESS, _ERROR = 0x0100, 0x0110
_USERNAME, _INTEGRITY, _ERROR_CODE, _CHANNEL, _LIFETIME = 0x0006, 0x0008, 0x0009, 0x000C, 0x000D
_PEER, _CONTENT, _REALM, _NONCE, _RELAYED, _MAPPED = 0x0012, 0x0013, 0x0014, 0x0015, 0x0016, 0x0020
_LASTS = 600

Address = tuple[str, int]


class Relay:
    """At `url`. `people` are those who were let in."""

    def __init__(self, secret: str) -> None:
        self.url = ""
        self.people: set[str] = set()
        self._secret = secret
        self._places: dict[Address, _Place] = {}
        self._nonce = os.urandom(8).hex().encode()
        self._door: asyncio.DatagramTransport | None = None

    def opened(self, door: asyncio.DatagramTransport) -> None:
        self._door = door
        self.url = f"turn:{_HOST}:{door.get_extra_info('sockname')[1]}"

    def close(self) -> None:
        for place in self._places.values():
            place.transport.close()
        if self._door is not None:
            self._door.close()

    def say(self, data: bytes, to: Address) -> None:
        """To somebody who was let in."""
        if self._door is not None:
            self._door.sendto(data, to)

    async def hear(self, data: bytes, addr: Address) -> None:
        """From somebody outside, or somebody who was let in."""
        if data[0] & 0xC0 == 0x40:
            channel, length = struct.unpack_from("!HH", data)
            if place := self._places.get(addr):
                place.send(data[4 : 4 + length], place.by_channel.get(channel))
            return
        kind, _, _, asked = struct.unpack_from("!HHI12s", data)
        given = _attributes(data)
        if kind == _SEND:
            if place := self._places.get(addr):
                place.send(given[_CONTENT], _address(given[_PEER]))
        elif kind == _BINDING:
            self.say(_message(_BINDING | _SUCCESS, asked, {_MAPPED: _xored(addr)}), addr)
        elif (key := self._key(data, given)) is None:
            refused = {_ERROR_CODE: struct.pack("!HBB", 0, 4, 1), _REALM: REALM, _NONCE: self._nonce}
            self.say(_message(kind | _ERROR, asked, refused), addr)
        else:
            answer = await self._done(kind, given, addr)
            self.say(_message(kind | _SUCCESS, asked, answer, key), addr)

    def _key(self, data: bytes, given: dict[int, bytes]) -> bytes | None:
        """That of a name that is good still and fits what signs the message; None else."""
        if _INTEGRITY not in given:
            return None
        name = given[_USERNAME]
        password = b64encode(hmac.digest(self._secret.encode(), name, "sha1"))
        key = hashlib.md5(b":".join((name, REALM, password)), usedforsecurity=False).digest()
        signed = data[: data.index(struct.pack("!HH", _INTEGRITY, 20))]
        whole = signed[:2] + struct.pack("!H", len(signed) + 4) + signed[4:]
        until, _, person = name.decode().partition(":")
        if int(until) < time.time() or not hmac.compare_digest(hmac.digest(key, whole, "sha1"), given[_INTEGRITY]):
            return None
        self.people.add(person)
        return key

    async def _done(self, kind: int, given: dict[int, bytes], addr: Address) -> dict[int, bytes]:
        if kind == _ALLOCATE:
            place = self._places.get(addr) or await self._opened(addr)
            mine: Address = place.transport.get_extra_info("sockname")
            return {_RELAYED: _xored(mine), _MAPPED: _xored(addr), _LIFETIME: struct.pack("!I", _LASTS)}
        place = self._places[addr]
        if kind == _BIND_CHANNEL:
            (channel,) = struct.unpack_from("!H", given[_CHANNEL])
            place.by_channel[channel] = _address(given[_PEER])
        elif kind == _REFRESH:
            return {_LIFETIME: given.get(_LIFETIME, struct.pack("!I", _LASTS))}
        return {}

    async def _opened(self, addr: Address) -> "_Place":
        loop = asyncio.get_running_loop()
        _, place = await loop.create_datagram_endpoint(lambda: _Place(self, addr), local_addr=(_HOST, 0))
        self._places[addr] = place
        return place


class _Door(asyncio.DatagramProtocol):
    def __init__(self, relay: Relay) -> None:
        self._relay = relay
        self._hearing: set[asyncio.Task[None]] = set()

    def connection_made(self, transport: asyncio.DatagramTransport) -> None:  # type: ignore[override]  # narrowed
        self._relay.opened(transport)

    def datagram_received(self, data: bytes, addr: Address) -> None:
        hearing = asyncio.get_running_loop().create_task(self._relay.hear(data, addr))
        self._hearing.add(hearing)
        hearing.add_done_callback(self._hearing.discard)


class _Place(asyncio.DatagramProtocol):
    """Where packets for one who was let in arrive."""

    def __init__(self, relay: Relay, owner: Address) -> None:
        self._relay = relay
        self._owner = owner
        self.by_channel: dict[int, Address] = {}

    def connection_made(self, transport: asyncio.DatagramTransport) -> None:  # type: ignore[override]  # narrowed
        self.transport = transport

    def send(self, content: bytes, to: Address | None) -> None:
        if to is not None:
            self.transport.sendto(content, to)

    def datagram_received(self, data: bytes, addr: Address) -> None:
        for channel, peer in self.by_channel.items():
            if peer == addr:
                self._relay.say(struct.pack("!HH", channel, len(data)) + data, self._owner)
                return
        self._relay.say(_message(_DATA, os.urandom(12), {_PEER: _xored(addr), _CONTENT: data}), self._owner)


def _attributes(data: bytes) -> dict[int, bytes]:
    found: dict[int, bytes] = {}
    at = 20
    while at + 4 <= len(data):
        kind, length = struct.unpack_from("!HH", data, at)
        found.setdefault(kind, data[at + 4 : at + 4 + length])
        at += 4 + length + -length % 4
    return found


def _message(kind: int, asked: bytes, given: dict[int, bytes], key: bytes | None = None) -> bytes:
    body = b"".join(
        struct.pack("!HH", name, len(value)) + value + bytes(-len(value) % 4) for name, value in given.items()
    )
    signature = 24 if key is not None else 0
    head = struct.pack("!HHI12s", kind, len(body) + signature, _COOKIE, asked)
    if key is None:
        return head + body
    return head + body + struct.pack("!HH", _INTEGRITY, 20) + hmac.digest(key, head + body, "sha1")


def _xored(addr: Address) -> bytes:
    host = int.from_bytes(socket.inet_aton(addr[0])) ^ _COOKIE
    return struct.pack("!BBHI", 0, 1, addr[1] ^ (_COOKIE >> 16), host)


def _address(value: bytes) -> Address:
    _, _, port, host = struct.unpack("!BBHI", value[:8])
    return socket.inet_ntoa((host ^ _COOKIE).to_bytes(4)), port ^ (_COOKIE >> 16)


@asynccontextmanager
async def relay(secret: str) -> AsyncIterator[Relay]:
    """One that listens."""
    made = Relay(secret)
    await asyncio.get_running_loop().create_datagram_endpoint(lambda: _Door(made), local_addr=(_HOST, 0))
    try:
        yield made
    finally:
        made.close()
