"""What is said of a mentor's absence, as it stands in JSON."""

from typing import Annotated

from msgspec import Meta, Struct, field

from chatserver.conversations.requests import PersonId


class AbsenceDetails(Struct, frozen=True, forbid_unknown_fields=True):
    """From when until when a mentor is away, and the mentor who stands in for them."""

    since: Annotated[str, Meta(description="An RFC 3339 instant with its offset.")] = field(name="from")
    until: Annotated[str, Meta(description="An RFC 3339 instant with its offset, after `from` and not over yet.")]
    substitute: (
        Annotated[PersonId, Meta(description="Another mentor, who stands in meanwhile; null for nobody.")] | None
    ) = None
