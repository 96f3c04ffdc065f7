"""How what was asked of sessions ends: refusals are values, and say what would work."""

from typing import get_args

from msgspec import Struct

from quotas.bookings import Booking, BookRefusal, CancelRefusal, JoinRefusal, MoveRefusal, NoShowRefusal

RefusalReason = BookRefusal | MoveRefusal | CancelRefusal | JoinRefusal | NoShowRefusal
REASONS: tuple[str, ...] = tuple(
    dict.fromkeys(
        reason
        for some in (BookRefusal, MoveRefusal, CancelRefusal, JoinRefusal, NoShowRefusal)
        for reason in get_args(some)
    )
)
"""All of them, each once."""


class BookingDone(Struct, frozen=True):
    """The booking as it is now, and whether it is new."""

    booking: Booking
    created: bool = False


class BookingRefused(Struct, frozen=True):
    """Nothing has changed: the first reason that holds, the booking where there is one, and what would work."""

    reason: RefusalReason
    booking: Booking | None = None
    credits_left: int | None = None
    """Units that the period still has; None where that is not what it is about, or there is no limit."""
    free_starts: tuple[int, ...] = ()
    """The mentor's next free starts, in ms."""
    plans: tuple[str, ...] = ()
    """The plans that have it."""


class CancellationAhead(Struct, frozen=True):
    """What it would mean to cancel a booking now: whether it is late and its units stay spent.

    `movable`: whether who asks may move it instead, as far as the notice goes.
    """

    booking: Booking
    late: bool
    counts: bool
    movable: bool
