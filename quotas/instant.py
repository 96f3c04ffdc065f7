"""Instants: milliseconds since the Unix epoch in UTC, written as RFC 3339."""

from datetime import UTC, date, datetime, timedelta
from functools import lru_cache

import msgspec

SECOND = 1_000
MINUTE = 60 * SECOND
HOUR = 60 * MINUTE
DAY = 24 * HOUR

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MILLISECOND = timedelta(milliseconds=1)

EARLIEST = 1
"""1970-01-01T00:00:00.001Z: 0 stands for "no instant"."""
LATEST = 7_258_118_400_000 - 1
"""2199-12-31T23:59:59.999Z: far enough ahead that every deadline after it can still be worked out."""


def of(moment: datetime) -> int:
    """Milliseconds of an aware datetime; what is finer than a millisecond is cut off."""
    return (moment - _EPOCH) // _MILLISECOND


def parse(text: str) -> int:
    """Read an RFC 3339 date-time with its offset.

    Raises ValueError with a sentence for people: not a date-time, no offset, or outside 1970–2199.
    """
    try:
        moment = msgspec.convert(text, datetime)  # stricter than fromisoformat, which takes week dates and bare hours
    except msgspec.ValidationError:
        raise ValueError(f"{text!r} is not an RFC 3339 date-time such as 2026-01-05T08:00:00.000+01:00") from None
    if moment.tzinfo is None:
        raise ValueError(f"{text!r} has no UTC offset; add Z or one such as +01:00")
    instant = of(moment)
    if not EARLIEST <= instant <= LATEST:
        raise ValueError(f"{text!r} is outside the years 1970 to 2199")
    return instant


def date_of(instant: int) -> date:
    """The day in UTC."""
    return (_EPOCH + timedelta(milliseconds=instant)).date()


@lru_cache(maxsize=4096)  # an acknowledgement and its message name the same instant
def text(instant: int) -> str:
    """RFC 3339 in UTC, always with milliseconds and `Z`."""
    second, millisecond = divmod(instant, SECOND)
    return f"{_second_text(second)}.{millisecond:03d}Z"


@lru_cache(maxsize=4096)
def _second_text(second: int) -> str:
    return (_EPOCH + timedelta(seconds=second)).isoformat().removesuffix("+00:00")


def text_or_none(instant: int | None) -> str | None:
    """As `text`; None for None and for 0, which stand for "no instant"."""
    return text(instant) if instant else None
