"""One file that is sent with a message, or about to be."""

from typing import Literal

import msgspec
from msgspec import Struct

AttachmentState = Literal["arriving", "checking", "ready", "refused", "deleted"]
"""`checking`: the virus scanner has not answered yet; `refused`: it has found something."""


class AttachmentDetails(Struct, frozen=True, omit_defaults=True):
    """What is kept sealed with the conversation's key. `id` is there too: details open in no other row.

    `digest` is SHA-256 of what was uploaded: a picture is kept without what it said of place and camera.
    """

    id: str
    name: str
    type: str
    secret: bytes
    digest: bytes
    seconds: int | None = None
    """How long a voice message is."""
    width: int = 0
    height: int = 0
    """In pixels; 0 where it is no picture."""
    thumbnail: int = 0
    """Bytes of what is shown small in its place; 0 where there is none."""


class Attachment(Struct, frozen=True):
    """A row, and its details where they can be opened. Instants in ms; `message` is None until it is to be sent."""

    conversation: str
    id: str
    ref: str
    """The name of what is kept of it in the file store."""
    person: str
    state: AttachmentState
    size: int
    """In bytes."""
    message: str | None
    seq: int | None
    """That of its message, once that is known to be there."""
    created_at: int
    changed_at: int
    sealed: bytes | None
    details: AttachmentDetails | None = None


encode_details = msgspec.msgpack.Encoder().encode
decode_details = msgspec.msgpack.Decoder(AttachmentDetails).decode
