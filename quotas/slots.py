"""Slots: the starts that a mentor's hours and bookings leave free for their members.

Source: sessions.md "Booking". A start is on the quarter hour in UTC; the whole session lies in the mentor's hours, at
least `notice_hours` ahead, and its distance from every other booking of the mentor is at least `buffer_minutes`.
"""

from collections.abc import Iterable, Sequence

from quotas.bookings import QUARTER
from quotas.hours import Interval, MentorHours, open_times
from quotas.instant import HOUR, MINUTE


def free_starts(
    hours: MentorHours,
    minutes: int,
    busy: Sequence[Interval],
    since: int,
    until: int,
    now: int,
    also_busy: Sequence[Interval] = (),
) -> list[int]:
    """The starts in [since, until) of sessions of that length, in order.

    `busy` are the mentor's bookings, which the buffer is kept from; `also_busy` is when the member is in another one.
    """
    length, buffer = minutes * MINUTE, hours.buffer_minutes * MINUTE
    kept = [*((start - buffer, end + buffer) for start, end in busy), *also_busy]
    earliest = _next_quarter(max(since, now + hours.notice_hours * HOUR))
    # A session that starts before `until` ends later; one that starts where a stretch goes on needs all of it.
    return [
        start
        for opens_at, closes_at in open_times(hours, earliest, max(earliest, until) + length)
        for start in range(_next_quarter(opens_at), min(until, closes_at - length + 1), QUARTER)
        if not _overlaps(start, start + length, kept)
    ]


def is_offered(hours: MentorHours, minutes: int, busy: Sequence[Interval], starts_at: int, now: int) -> bool:
    """Whether a member may book that start, as far as the mentor's hours go.

    A booking that is there at that very time is not asked for here: it makes the start busy, not one outside slots.
    """
    ends_at = starts_at + minutes * MINUTE
    others = [each for each in busy if not _overlaps(starts_at, ends_at, [each])]
    return free_starts(hours, minutes, others, starts_at, starts_at + 1, now) == [starts_at]


def _next_quarter(at: int) -> int:
    return -(-at // QUARTER) * QUARTER


def _overlaps(start: int, end: int, others: Iterable[Interval]) -> bool:
    return any(start < until and since < end for since, until in others)
