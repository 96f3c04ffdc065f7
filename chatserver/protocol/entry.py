"""A message as the ledger's log holds it: who wrote it in the open, its text sealed; and an event, all in the open.

The ledger does not look inside. `<head as JSON>\\n<sealed text>`: the head never holds a line feed, the rest is bytes.
Behind an event's head nothing is sealed.
"""

from collections.abc import Mapping
from typing import Any, Final

import msgspec

from chatserver.protocol.events import Author, MessageKind, SystemEvent

SYSTEM: Final = "system"
"""Role and sender of events."""
_EVENT_ID = "event-"


class Head(msgspec.Struct, frozen=True, omit_defaults=True):
    """What may be read without a key. `event` is that of an event."""

    sender: str = msgspec.field(name="from")
    role: Author
    id: str
    kind: MessageKind = "text"
    event: SystemEvent | None = None


class Opened(Head, frozen=True, kw_only=True):
    """A message or event in the open."""

    body: str
    erased: bool = False


_head = msgspec.json.Decoder(Head)
_opened = msgspec.json.Decoder(Opened)
_encode = msgspec.json.Encoder().encode


def joined(head: bytes, sealed: bytes) -> bytes:
    """An entry of the log."""
    return b"%b\n%b" % (head, sealed)


def parted(entry: bytes) -> tuple[bytes, bytes]:
    """The head as JSON, and the sealed text."""
    head, _, sealed = entry.partition(b"\n")
    return head, sealed


def head_json(sender: str, role: Author, id: str) -> bytes:
    """The head of an entry, as it is stored: who wrote it, on which side, by which id of the app."""
    return _encode(Head(sender, role, id))


def event_entry(number: int, name: str, data: Mapping[str, Any]) -> bytes:
    """The entry of an event of the system, whole. `number` is what the ledger writes it under.

    Everyone in the conversation reads `data`, and no erasure changes it: ids, instants and numbers, no person's words.
    """
    return joined(_encode(Head(SYSTEM, SYSTEM, f"{_EVENT_ID}{number}", "event", SystemEvent(name, dict(data)))), b"")


def event_number(id: str) -> int:
    """The number of the event whose entry has that id."""
    return int(id.removeprefix(_EVENT_ID))


def head_of(entry: bytes) -> Head:
    """Who wrote an entry, and by which id."""
    return _head.decode(parted(entry)[0])


def opened(head: bytes, text: bytes) -> bytes:
    """The entry in the open, as the app sees it: the head's JSON with `body`. `text` is a JSON string."""
    return b'%b,"body":%b}' % (head[:-1], text)


def without_text(head: bytes) -> bytes:
    """As `opened`, where nothing is sealed: an event never had a text, of a message there is none any more."""
    return opened(head, b'""') if _head.decode(head).kind == "event" else b'%b,"body":"","erased":true}' % head[:-1]


def read_opened(entry: bytes) -> Opened:
    """What `opened` or `without_text` has made."""
    return _opened.decode(entry)
