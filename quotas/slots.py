"""Slots: the starts that a mentor's hours and bookings leave free for their members.

Source: sessions.md "Booking". A start is on the quarter hour in UTC; the whole session lies in the mentor's hours, at
least `notice_hours` ahead, and its distance from every other booking of the mentor is at least `buffer_minutes`.
"""

from bisect import bisect_right
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

    `busy` are the mentor's bookings, which the buffer is kept from; `also_busy` is when the member is in another one,
    or the mentor away.
    """
    length, buffer = minutes * MINUTE, hours.buffer_minutes * MINUTE
    kept = _union([*((start - buffer, end + buffer) for start, end in busy), *also_busy])
    ends = [end for _, end in kept]
    earliest = _next_quarter(max(since, now + hours.notice_hours * HOUR))
    # A session that starts before `until` ends later; one that starts where a stretch goes on needs all of it.
    return [
        start
        for opens_at, closes_at in open_times(hours, earliest, max(earliest, until) + length)
        for start in range(_next_quarter(opens_at), min(until, closes_at - length + 1), QUARTER)
        if (following := bisect_right(ends, start)) == len(kept) or kept[following][0] >= start + length
    ]


def is_offered(
    hours: MentorHours,
    minutes: int,
    busy: Sequence[Interval],
    starts_at: int,
    now: int,
    away: Sequence[Interval] = (),
) -> bool:
    """Whether a member may book that start, as far as the mentor's hours go; `away` is when the mentor is not there.

    A booking that is there at that very time is not asked for here: it makes the start busy, not one outside slots.
    """
    ends_at = starts_at + minutes * MINUTE
    others = [each for each in busy if not _overlaps(starts_at, ends_at, [each])]
    return free_starts(hours, minutes, others, starts_at, starts_at + 1, now, away) == [starts_at]


def _union(intervals: Iterable[Interval]) -> list[Interval]:
    """The same times, in order, and none of them twice: a full calendar is not gone through for each start."""
    found: list[Interval] = []
    for start, end in sorted(intervals):
        if found and start <= found[-1][1]:
            found[-1] = found[-1][0], max(found[-1][1], end)
        else:
            found.append((start, end))
    return found


def _next_quarter(at: int) -> int:
    return -(-at // QUARTER) * QUARTER


def _overlaps(start: int, end: int, others: Iterable[Interval]) -> bool:
    return any(start < until and since < end for since, until in others)
