"""A series as it is kept, its places, and what is asked for one."""

from datetime import date
from typing import Annotated, Literal

from msgspec import Meta, Struct
from msgspec.structs import replace

from chatserver.conversations.requests import PersonId
from quotas.bookings import Actor, Booking
from quotas.plans import Service
from quotas.series import FullMonth, SeriesRule

MOST_ID = 55
"""Characters of a series' id: its bookings' ids have the date behind it."""


class SeriesDetails(Struct, frozen=True, forbid_unknown_fields=True):
    """A series of sessions of the plan. Its content never changes: from here on, another one takes its place.

    `replaces` is the series that ends by this one; it keeps what starts before `replaces_from`.
    """

    conversation: PersonId
    service: Service
    first: Annotated[str, Meta(description="An RFC 3339 instant with its offset, on the quarter hour.")]
    minutes: Literal[30, 45, 60, 90]
    every_weeks: Annotated[int, Meta(ge=1, le=52)]
    until: (
        Annotated[str, Meta(description="The RFC 3339 instant from which on there are none; null for no end.")] | None
    ) = None
    replaces: PersonId | None = None
    replaces_from: (
        Annotated[str, Meta(description="The RFC 3339 instant from which on the replaced one ends; null for `first`.")]
        | None
    ) = None


class SeriesRecord(Struct, frozen=True):
    """A series; instants in ms, 0 for never."""

    id: str
    conversation: str
    service: Service
    rule: SeriesRule
    begun_by: Actor
    created_at: int
    made_until: int
    """What starts before it was booked, or is listed as refused."""
    due_at: int
    """When there is something to do again."""
    ended_at: int = 0
    ended_from: int = 0
    """From here on it has no places."""
    replaces: str | None = None
    successor: str | None = None

    @property
    def is_over(self) -> bool:
        """Whether it has ended, and everything before its end was made."""
        return self.ended_at > 0 and self.made_until >= self.ended_from

    @property
    def rule_left(self) -> SeriesRule:
        """The rule as far as the series was not ended."""
        if not self.ended_from:
            return self.rule
        until = min(self.rule.until, self.ended_from) if self.rule.until else self.ended_from
        return replace(self.rule, until=until)

    def booking_id(self, day: date) -> str:
        """The id of the booking made for the place on that local date."""
        return f"{self.id}:{day:%Y%m%d}"


class SeriesPlace(Struct, frozen=True):
    """A start that the rule asks for, and what became of it."""

    starts_at: int
    booking_id: str
    refusal: str | None
    """Why it was not booked; None where it was."""
    booking: Booking | None = None
    """As it is now, wherever it was moved; None where it was refused."""


class SeriesView(Struct, frozen=True):
    """A series with its places ahead, and the months that mentor and member are asked about."""

    record: SeriesRecord
    places: list[SeriesPlace]
    questions: list[FullMonth]
    created: bool = False
