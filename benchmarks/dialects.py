"""How a peer wants the same words framed: as in the chat protocol, or as Socket.IO packets."""

from typing import Any, Protocol

import msgspec

from benchmarks.wire import SUBPROTOCOL


class Heard(msgspec.Struct, gc=False):
    """The fields of any event that the benchmark looks at. `type` is "ping" where a `pong` is wanted."""

    type: str
    conversation: Any = None
    id: str | None = None
    seq: int = 0
    sender: str = msgspec.field(name="from", default="")
    body: str = ""
    reason: str | None = None
    code: str | None = None


class Dialect(Protocol):
    """Commands to frames, frames to events."""

    path: str
    subprotocol: str | None

    def hello(self, token: str, conversation: str, seq: int) -> bytes:
        """Greet, and resume the conversation after its message `seq`."""
        ...

    def send(self, conversation: str, id: str, body: str) -> bytes:
        """One message."""
        ...

    def read(self, payload: bytes) -> Heard | None:
        """An event; None for a frame without meaning here. Raises msgspec.MsgspecError."""
        ...


_encode = msgspec.json.Encoder().encode
_read_object = msgspec.json.Decoder(Heard).decode
_read_event = msgspec.json.Decoder(tuple[str, Heard]).decode
_read_acknowledgement = msgspec.json.Decoder(tuple[Heard]).decode


class Chat:
    """The chat protocol itself; see docs/protocol.md."""

    path = "/v1/chat"
    subprotocol: str | None = SUBPROTOCOL

    def hello(self, token: str, conversation: str, seq: int) -> bytes:
        return _encode({"type": "hello", "token": token, "resume": {conversation: seq}})

    def send(self, conversation: str, id: str, body: str) -> bytes:
        return _encode({"type": "send", "conversation": conversation, "id": id, "body": body})

    def read(self, payload: bytes) -> Heard | None:
        return _read_object(payload)


class SocketIo:
    """Socket.IO 5 on Engine.IO 4: a packet type and a number before the JSON; `accepted` is an acknowledgement.

    Source: the protocol documents of socket.io, https://socket.io/docs/v4/socket-io-protocol/.
    """

    path = "/socket.io/?EIO=4&transport=websocket"
    subprotocol: str | None = None
    PONG = b"3"

    def hello(self, token: str, conversation: str, seq: int) -> bytes:
        return b"40" + _encode({"token": token, "resume": {conversation: seq}})

    def send(self, conversation: str, id: str, body: str) -> bytes:
        return b"421" + _encode(["send", {"conversation": conversation, "id": id, "body": body}])

    def read(self, payload: bytes) -> Heard | None:
        if payload[:2] == b"42":
            return _read_event(payload[payload.index(b"[") :])[1]
        if payload[:2] == b"43":
            return _read_acknowledgement(payload[payload.index(b"[") :])[0]
        if payload[:2] == b"44":
            return Heard("error", code="connection refused")
        return Heard("ping") if payload == b"2" else None


DIALECTS: dict[str, Dialect] = {"chat": Chat(), "socket.io": SocketIo()}
