"""Bytes ↔ commands and events, in both encodings of the protocol. Built once, used for every frame."""

import re
import unicodedata
from collections.abc import Callable
from typing import Literal

import msgspec

from chatserver.protocol.codes import Code
from chatserver.protocol.commands import COMMANDS, MAX_BODY_BYTES, Addressed, AnyCommand
from chatserver.protocol.event import Event
from chatserver.protocol.visible import shows

Encoding = Literal["json", "msgpack"]
SUBPROTOCOLS: dict[str, Encoding] = {"mentorchat.v1.json": "json", "mentorchat.v1.msgpack": "msgpack"}

_TYPES = ", ".join(str(command.__struct_config__.tag) for command in COMMANDS)
_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]")


class CommandError(ValueError):
    """A frame that is no command: the code, a sentence for the developer of the app, and the id it names if any."""

    def __init__(
        self,
        code: Code,
        message: str,
        id: str | None = None,
        conversation: str | None = None,
        ask: str | None = None,
    ) -> None:
        super().__init__(message)
        self.code: Code = code
        self.message = message
        self.id = id
        self.conversation = conversation
        self.ask = ask


_COMMAND: dict[Encoding, Callable[[bytes], AnyCommand]] = {
    "json": msgspec.json.Decoder(AnyCommand).decode,
    "msgpack": msgspec.msgpack.Decoder(AnyCommand).decode,
}
_ADDRESSED: dict[Encoding, Callable[[bytes], Addressed]] = {
    "json": msgspec.json.Decoder(Addressed).decode,
    "msgpack": msgspec.msgpack.Decoder(Addressed).decode,
}

encode_json = msgspec.json.Encoder().encode
encode_msgpack = msgspec.msgpack.Encoder().encode


def decode(frame: bytes, encoding: Encoding) -> AnyCommand:
    """Read a command. Raises CommandError."""
    try:
        return _COMMAND[encoding](frame)
    except msgspec.ValidationError as error:
        raise _explained(str(error), *_addressed(frame, encoding)) from None
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise CommandError("malformed", f"the frame is not valid {encoding}: {error}") from None
    except RecursionError:
        raise CommandError("too_deep", "the frame is nested more deeply than any command") from None


def _addressed(frame: bytes, encoding: Encoding) -> tuple[str | None, str | None, str | None]:
    try:
        found = _ADDRESSED[encoding](frame)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None, None, None
    return _short(found.id), _short(found.conversation), _short(found.ask)


def _short(value: object) -> str | None:
    return value if isinstance(value, str) and 0 < len(value) <= 64 else None


def _explained(problem: str, id: str | None, conversation: str | None, ask: str | None) -> CommandError:
    message = problem.replace("`$.", "`").replace("`$`", "the frame")
    code: Code = "invalid_field"
    if "unknown field" in problem:
        code = "unknown_field"
    elif "at `$.type`" in problem or "missing required field `type`" in problem:
        code, message = "unknown_type", f"{message}; allowed: {_TYPES}"
    return CommandError(code, message, id, conversation, ask)


def check_text(body: str) -> tuple[Code, str] | None:
    """Why a text cannot be sent: a code and a sentence; None where it can."""
    if not shows(body):
        return "text_empty", "`body` holds nothing that shows"
    if len(body) * 4 > MAX_BODY_BYTES and len(body.encode()) > MAX_BODY_BYTES:
        return "text_too_long", f"`body` has {len(body.encode())} bytes of UTF-8; at most {MAX_BODY_BYTES} are allowed"
    if not body.isprintable() and (found := _CONTROL.search(body)):
        name = unicodedata.name(found[0], f"U+{ord(found[0]):04X}")
        return (
            "text_control_characters",
            f"`body` has the control character {name} at position {found.start()}; only tab, LF and CR are allowed",
        )
    return None


def encode(event: Event, encoding: Encoding) -> bytes:
    """An event as the payload of one frame."""
    return encode_json(event) if encoding == "json" else encode_msgpack(event)


def accepted_json(conversation: str, id: str, seq: int, at: str, composer: bytes) -> bytes:
    """The `accepted` event as JSON, around the composer as JSON: it is the same for many messages."""
    return b'{"type":"accepted","conversation":"%b","id":%b,"seq":%d,"at":"%b","composer":%b}' % (
        conversation.encode(),
        encode_json(id),
        seq,
        at.encode(),
        composer,
    )


def message_json(conversation: str, seq: int, at: str, entry: bytes) -> bytes:
    """The `message` event as JSON, around the opened entry as it is: nothing is decoded or encoded again."""
    return b'{"type":"message","conversation":"%b","seq":%d,"at":"%b",%b' % (
        conversation.encode(),
        seq,
        at.encode(),
        entry[1:],
    )
