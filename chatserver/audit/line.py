"""A line of the audit log, and the chain that its lines make. No texts that people wrote are in them."""

from collections.abc import Mapping
from hashlib import sha256
from typing import Literal, get_args

import msgspec
from msgspec import Struct

from chatserver.protocol.events import Role

AuditRole = Literal[Role, "operator", "system"]
"""`operator`: whoever ran a command beside the server, by the name of their account there; `system`: the server."""

AuditDid = Literal[
    "messages.read",
    "conversation.read",
    "evidence.read",
    "case.read",
    "person.read",
    "case.opened",
    "case.acted",
    "conversation.written",
    "conversation.changed",
    "credits.corrected",
    "booking.changed",
    "series.changed",
    "membership.changed",
    "person.written",
    "absence.changed",
    "mentor.handed_over",
    "settings.changed",
    "webhook.changed",
    "calendar_feed.changed",
    "tokens.revoked",
    "person.invited",
    "person.exported",
    "person.erased",
    "key.rotated",
    "policy.changed",
]
AUDIT_DIDS: tuple[AuditDid, ...] = get_args(AuditDid)

Details = Mapping[str, str | int | bool | list[str]]
"""What it was about, in ids, numbers and words of the protocol."""

START = bytes(32)
"""What the first line is chained to."""


class AuditDeed(Struct, frozen=True):
    """What is to be noted: `at` in ms; '' where it concerns no conversation, no one person, or nothing with an id."""

    at: int
    who: str
    role: AuditRole
    did: AuditDid
    conversation: str = ""
    person: str = ""
    about: str = ""
    details: Details = {}


class AuditLine(Struct, frozen=True):
    """As it was noted; `number` counts from 1 without gaps. `details` is the JSON that was hashed."""

    number: int
    at: int
    who: str
    role: str
    did: str
    conversation: str
    person: str
    about: str
    details: str
    hash: bytes


class AuditHead(Struct, frozen=True):
    """The newest line: number 0 where there is none."""

    number: int = 0
    hash: bytes = START


def chained(head: AuditHead, deed: AuditDeed) -> AuditLine:
    """The line after `head`."""
    details = msgspec.json.encode(deed.details, order="sorted").decode()
    plain = AuditLine(
        head.number + 1,
        deed.at,
        deed.who,
        deed.role,
        deed.did,
        deed.conversation,
        deed.person,
        deed.about,
        details,
        b"",
    )
    return msgspec.structs.replace(plain, hash=hash_of(head.hash, plain))


def hash_of(before: bytes, line: AuditLine) -> bytes:
    """SHA-256 of the hash before it, followed by its other fields as a JSON array in UTF-8 without spaces."""
    content = (
        line.number,
        line.at,
        line.who,
        line.role,
        line.did,
        line.conversation,
        line.person,
        line.about,
        line.details,
    )
    return sha256(before + msgspec.json.encode(content)).digest()
