"""A person as the records have them."""

from typing import Literal

from msgspec import Struct

from chatserver.protocol.events import Role

Locale = Literal["nb", "da", "en"]


class PersonRecord(Struct, frozen=True):
    """One person. Instants in ms."""

    id: str
    role: Role
    name: str
    zone: str
    locale: Locale
    email: str | None
    created_at: int
    updated_at: int
    erased_at: int | None = None
    """Since then nothing but id and role is known of them."""
    country: str | None = None
    """ISO 3166-1 of two letters; None where it was not said."""
