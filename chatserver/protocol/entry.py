"""A message as the ledger's log holds it: who wrote it in the open, its text sealed.

The ledger does not look inside. `<head as JSON>\\n<sealed text>`: the head never holds a line feed, the rest is bytes.
"""

import msgspec

from chatserver.protocol.events import Role


class Head(msgspec.Struct, frozen=True):
    """What may be read without a key."""

    sender: str = msgspec.field(name="from")
    role: Role
    id: str


class Opened(Head, frozen=True):
    """A message in the open."""

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


def head_json(sender: str, role: Role, id: str) -> bytes:
    """The head of an entry, as it is stored: who wrote it, on which side, by which id of the app."""
    return _encode(Head(sender, role, id))


def head_of(entry: bytes) -> Head:
    """Who wrote an entry, and by which id."""
    return _head.decode(parted(entry)[0])


def opened(head: bytes, text: bytes) -> bytes:
    """The entry in the open, as the app sees it: the head's JSON with `body`. `text` is a JSON string."""
    return b'%b,"body":%b}' % (head[:-1], text)


def erased(head: bytes) -> bytes:
    """As `opened`, where there is no text any more."""
    return b'%b,"body":"","erased":true}' % head[:-1]


def read_opened(entry: bytes) -> Opened:
    """What `opened` or `erased` has made."""
    return _opened.decode(entry)
