"""A message as the ledger's log holds it: who wrote it in the open, its text sealed; and an event, all in the open.

An edit's text is the new one, a reaction's its emoji ('' where it was taken back); a deletion has none. What was
deleted keeps its head, marked `deleted` at its end by the ledger (`without_text` in `lua/log.lua`).

The ledger does not look inside. `<head as JSON>\\n<sealed text>`: the head never holds a line feed, the rest is bytes.
Behind an event's head nothing is sealed.
"""

from collections.abc import Mapping
from typing import Any, Final

import msgspec

from chatserver.protocol.events import Author, MessageKind, SystemEvent
from quotas import instant
from quotas.standing import ChangeKind

SYSTEM: Final = "system"
"""Role and sender of events."""
EVENT_ID: Final = "event-"
"""How the ids of numbered events begin."""
ACKNOWLEDGED: Final = "acknowledged"
"""The name of the event that what waited needs no answer."""
_WITHOUT_TEXT: Final = ("event", "deletion")
"""Kinds of which nothing is sealed."""


class Head(msgspec.Struct, frozen=True, omit_defaults=True):
    """What may be read without a key. `event` is that of an event."""

    sender: str = msgspec.field(name="from")
    role: Author
    id: str
    kind: MessageKind = "text"
    event: SystemEvent | None = None
    about: int | None = None
    """The seq of the message that an edit, deletion or reaction is about."""
    reply_to: int | None = None
    """The seq of the message that it answers."""
    attachments: list[str] = []
    deleted: bool = False
    exercise: str | None = None
    """The exercise that it gives, or that was handed in by it."""
    urgent: bool = False
    """Whether it is an urgent note."""
    written_at: str | None = None
    """When it was written, of what went out later by itself."""

    @property
    def is_text(self) -> bool:
        """Whether it is a message that somebody wrote, and that stands."""
        return self.kind == "text" and not self.deleted

    def is_for_readers_of(self, writer: Author) -> bool:
        """Whether whoever reads what that side writes has this to read: a text of it that stands, or an event."""
        return self.kind == "event" or (self.role == writer and self.is_text)

    @property
    def is_mentors_word(self) -> bool:
        """Whether the mentor's side answered by it, deleted since or not, or said that no answer is needed."""
        return self.role == "mentor" and self.kind == "text" or is_acknowledgement(self)


class More(msgspec.Struct, frozen=True, omit_defaults=True):
    """What the head of a message has where its writer says more than a text: these of its fields, copied one by one.

    A base class, or a copy that no field can be forgotten in, would cost each message more than this; a test has all.
    """

    reply_to: int | None = None
    attachments: list[str] = []
    exercise: str | None = None
    urgent: bool = False
    written_at: str | None = None


class Opened(Head, frozen=True, kw_only=True):
    """A message or event in the open."""

    body: str
    erased: bool = False


_NOTHING_MORE = More()
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


def head_json(sender: str, role: Author, id: str, event: SystemEvent | None = None) -> bytes:
    """The head of an entry, as it is stored: who wrote it, on which side, by which id of the app; or an event's."""
    # Not `kind` where it is the default one: msgspec leaves out that very string only, not another that is equal.
    return _encode(Head(sender, role, id) if event is None else Head(sender, role, id, "event", event))


def head_with_more(sender: str, role: Author, id: str, more: More) -> bytes:
    """The head of a message that has more than a text."""
    return _encode(
        Head(
            sender,
            role,
            id,
            reply_to=more.reply_to,
            attachments=more.attachments,
            exercise=more.exercise,
            urgent=more.urgent,
            written_at=more.written_at,
        )
    )


def digested(text: bytes, more: More | None) -> bytes:
    """What tells one message from another of its id: its text, a JSON string, and what more it has."""
    return text if more is None else b"%b\n%b" % (text, _encode(more))


def change_head(sender: str, role: Author, id: str, kind: ChangeKind, about: int) -> bytes:
    """The head of an edit, a deletion or a reaction."""
    return _encode(Head(sender, role, id, kind, about=about))


def deleted_head(head: bytes) -> bytes:
    """A head whose message was deleted."""
    return b'%b,"deleted":true}' % head[:-1]


def more_of(head: Head) -> More | None:
    """What the head says beside who wrote, and of what kind it is; None for nothing."""
    more = More(head.reply_to, head.attachments, head.exercise, head.urgent, head.written_at)
    return more if more != _NOTHING_MORE else None


def event_entry(number: int, name: str, data: Mapping[str, Any]) -> bytes:
    """The entry of an event of the system, whole. `number` is what the ledger writes it under.

    Everyone in the conversation reads `data`, and no erasure changes it: ids, instants and numbers, no person's words.
    """
    return joined(head_json(SYSTEM, SYSTEM, f"{EVENT_ID}{number}", SystemEvent(name, dict(data))), b"")


def event_number(id: str) -> int:
    """The number of the event whose entry has that id; 0 for one that is not numbered."""
    return int(id.removeprefix(EVENT_ID)) if id.startswith(EVENT_ID) else 0


def acknowledgement_entry(by: str, waiting_since: int) -> bytes:
    """The entry of the event that a wait needs no answer, as that person of the mentor's side says."""
    data = {"by": by, "waiting_since": instant.text(waiting_since)}
    event = SystemEvent(ACKNOWLEDGED, data)
    return joined(head_json(SYSTEM, SYSTEM, f"{ACKNOWLEDGED}-{waiting_since}", event), b"")


def is_acknowledgement(head: Head) -> bool:
    """Whether the entry says that what waited needs no answer."""
    return head.event is not None and head.event.name == ACKNOWLEDGED


def acknowledged_by(head: Head) -> str | None:
    """Who says so; None where it is no acknowledgement."""
    return str(head.event.data.get("by")) if head.event is not None and is_acknowledgement(head) else None


def head_of(entry: bytes) -> Head:
    """Who wrote an entry, and by which id."""
    return _head.decode(parted(entry)[0])


def opened(head: bytes, text: bytes) -> bytes:
    """The entry in the open, as the app sees it: the head's JSON with `body`. `text` is a JSON string."""
    return b'%b,"body":%b}' % (head[:-1], text)


def without_text(head: bytes) -> bytes:
    """As `opened`, where nothing is sealed: an event never had a text, of a message there is none any more."""
    found = _head.decode(head)
    had_none = found.kind in _WITHOUT_TEXT or found.deleted
    return opened(head, b'""') if had_none else b'%b,"body":"","erased":true}' % head[:-1]


def read_opened(entry: bytes) -> Opened:
    """What `opened` or `without_text` has made."""
    return _opened.decode(entry)
