"""What a mentor says of their hours and prices, as it stands in JSON."""

from datetime import date as Date  # noqa: N812 - a field below is named so
from typing import Annotated

from msgspec import Meta, Struct, field

from quotas.hours import CLOCK_ALLOWED
from quotas.plans import Weekday

ClockText = Annotated[str, Meta(description=f"{CLOCK_ALLOWED[0].upper()}{CLOCK_ALLOWED[1:]}.")]

MOST_STRETCHES = 12
"""Of a day."""
MOST_EXCEPTIONS = 100
"""Dates that differ. With as many stretches as may be, these still fit into a body."""


class OpenHours(Struct, frozen=True, forbid_unknown_fields=True):
    """Open from `from` until before `until`."""

    since: ClockText = field(name="from")
    until: ClockText


class WeeklyHours(Struct, frozen=True, forbid_unknown_fields=True):
    """Open on that day of each week."""

    weekday: Weekday
    since: ClockText = field(name="from")
    until: ClockText


class DayHours(Struct, frozen=True, forbid_unknown_fields=True):
    """What holds on that date in place of its weekday; an empty list closes it."""

    date: Date
    open: Annotated[list[OpenHours], Meta(max_length=MOST_STRETCHES)]


class HoursDetails(Struct, frozen=True, forbid_unknown_fields=True):
    """When a mentor may be booked by their members. What is left out gets its default, also where there were hours."""

    weekly: Annotated[
        list[WeeklyHours],
        Meta(
            max_length=7 * MOST_STRETCHES,
            description="A list of objects with `weekday` (monday to sunday), `from` and `until` (such as 09:15).",
        ),
    ]
    zone: Annotated[str, Meta(description="An IANA time zone such as `Europe/Oslo`; null for the mentor's.")] | None = (
        None
    )
    exceptions: Annotated[
        list[DayHours],
        Meta(
            max_length=MOST_EXCEPTIONS,
            description="A list of objects with `date` and `open`, a list of objects with `from` and `until`.",
        ),
    ] = []
    buffer_minutes: Annotated[int, Meta(ge=0, le=240)] = 0
    """How long before and after each booking nothing else may be."""
    notice_hours: Annotated[int, Meta(ge=0, le=24 * 28)] = 24
    """How far ahead of its start a member books."""


class ListedPrice(Struct, frozen=True, forbid_unknown_fields=True):
    """What a session of that length costs, in the currency's minor unit."""

    minutes: int
    amount: Annotated[int, Meta(ge=1, le=10**9)]
    currency: Annotated[str, Meta(description="An ISO 4217 code of three letters such as NOK.")]


class ListedPrices(Struct, frozen=True, forbid_unknown_fields=True):
    """A mentor's whole list of prices for sessions outside the plan."""

    prices: Annotated[
        list[ListedPrice],
        Meta(
            max_length=8,
            description="A list of objects with `minutes`, `amount` (in the currency's minor unit) and `currency`.",
        ),
    ]
