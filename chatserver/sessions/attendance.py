"""Who is at a session: what was noted of comings and goings, and what another one is.

A side is away where the last that was noted of it, for the start that the booking has now, is that it left.
"""

from collections.abc import Awaitable, Callable, Collection, Iterable

from sqlalchemy.ext.asyncio import AsyncConnection

from chatserver.sessions.rows import bookings
from chatserver.sessions.session_event import SessionEvent, event_of
from quotas.bookings import Booking, Side

MOST_ABSENCES = 100
"""Absences of one side that are noted of one session: a bad connection must not fill the records."""

Connected = Callable[[str], Awaitable[frozenset[str]]]
"""Who of a conversation's two people is connected now. Raises StoreError."""


async def have_met(connection: AsyncConnection, member: str, mentor: str) -> bool:
    """Whether both came to a session of theirs. Raises DatabaseError."""
    return await bookings.have_met(connection, member, mentor)


def sides_of(booking: Booking, persons: Collection[str]) -> list[Side]:
    """On which sides of it these people are."""
    sides: tuple[tuple[Side, str], ...] = (("member", booking.member), ("mentor", booking.mentor))
    return [side for side, person in sides if person in persons]


def first_join(booking: Booking, side: Side, now: int, at: int) -> SessionEvent:
    """That side has come at `at`, and is noted with the booking, too."""
    return event_of(booking, "joined", now, side, mark=_mark(booking, side), at=at, side=side)


def turned(
    booking: Booking, side: Side, noted: Iterable[SessionEvent], *, is_there: bool, now: int, at: int, lapsed: bool
) -> SessionEvent | None:
    """That side, which has joined, has left or come back at `at`; None where the last that was noted says the same.

    `noted` is what is kept of the booking, in order. `lapsed`: nobody saw it go, and `at` is when it was last there.
    """
    turns = [event for event in noted if event.mark.partition("/")[0] == _mark(booking, side)]
    absences = sum(event.name == "left" for event in turns)
    was_there = not turns or turns[-1].name != "left"
    if is_there == was_there or (was_there and absences >= MOST_ABSENCES):
        return None
    at = min(now, max(at, turns[-1].at if turns else booking.joined_at(side)))
    if is_there:
        mark = f"{_mark(booking, side)}/{absences}"
        return event_of(booking, "joined", now, side, mark=mark, at=at, side=side, again=True)
    mark = f"{_mark(booking, side)}/{absences + 1}"
    return event_of(booking, "left", now, side, mark=mark, at=at, side=side, lapsed=lapsed)


def _mark(booking: Booking, side: Side) -> str:
    """Of its first join, since it was moved last; later turns add the number of the absence."""
    return f"{side} {booking.sequence}"
