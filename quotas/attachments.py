"""What a policy says of files that are sent with messages."""

from typing import Annotated, Literal, get_args

from msgspec import Meta, Struct

AttachmentKind = Literal["images", "pdf", "audio", "office"]
ATTACHMENT_KINDS: tuple[AttachmentKind, ...] = get_args(AttachmentKind)

MEBIBYTE = 1024 * 1024


class AttachmentPolicy(Struct, frozen=True, forbid_unknown_fields=True):
    """What holds for all files. Source: chat.md "Attachments"."""

    bytes: Annotated[int, Meta(ge=0, le=1024 * MEBIBYTE)] = 25 * MEBIBYTE
    """How large one may be; 0: nobody sends files."""
    person_bytes: Annotated[int, Meta(ge=0, le=2**53 - 1)] = 2048 * MEBIBYTE
    """How much is kept of one person."""
    per_message: Annotated[int, Meta(ge=1, le=10)] = 10
    kinds: tuple[AttachmentKind, ...] = ATTACHMENT_KINDS
    """What they may be, by their content."""
