"""When a session is to start, or a text to go out, as a person writes it, in the zone of the conversation."""

import re
from datetime import datetime, timedelta

from chatserver.terminal.texts import TABLE
from chatserver.terminal.words import local
from quotas import instant
from quotas.zones import first_instant, zone_to_show

ALLOWED = (
    "an instant such as 2026-12-03T18:00+01:00, or a local time such as '2026-12-03 18:00', 'thu 18:00', "
    "'tomorrow 18:00' or '18:00'"
)

_CLOCK = r"(?P<hour>[01]?[0-9]|2[0-3])[:.](?P<minute>[0-5][0-9])"
_WITH_DATE = re.compile(rf"(?P<date>[0-9]{{4}}-[0-9]{{2}}-[0-9]{{2}})[ T]+{_CLOCK}(?::00)?")
_WITH_WEEKDAY = re.compile(rf"(?:(?P<weekday>[^\W\d]+(?: [^\W\d]+)?)\.?\s+)?{_CLOCK}")
_DAYS_AHEAD = {"today": 0, "i dag": 0, "idag": 0, "tomorrow": 1, "i morgen": 1, "imorgen": 1}
_MOST_WORDS = 3
"""Of a time: `i morgen 18:00`."""
_A_NUMBER = re.compile(r"[0-9]+[.][0-9]+(\s|$)")
_ONE_DAY = timedelta(days=1)


def start_of(text: str, zone: str, now: int) -> int:
    """The instant (ms) that a text such as `thu 18:00` means at `now`: the next such time on clocks in `zone`.

    Raises ValueError with a sentence that says what is allowed.
    """
    text = text.strip()
    if found := _WITH_DATE.fullmatch(text):
        try:
            day = datetime.fromisoformat(found["date"])
        except ValueError:
            raise ValueError(f"{text!r} is no date that there is; use {ALLOWED}") from None
        return _at(day, found, zone)
    if found := _WITH_WEEKDAY.fullmatch(text):
        return _next(found, zone, now, text)
    try:
        return instant.parse(text)
    except ValueError:
        raise ValueError(f"{text!r} is not a time; use {ALLOWED}") from None


def with_start(text: str, zone: str, now: int) -> tuple[int, str] | None:
    """The instant that a text such as `thu 18:00 See you` begins with, and what follows, which may be nothing.

        None where it begins with none.
    `9.50 is too dear` begins with a number.
    """
    if _A_NUMBER.match(text):
        return None
    for number in range(_MOST_WORDS, 0, -1):
        words = text.split(maxsplit=number)
        try:
            return start_of(" ".join(words[:number]), zone, now), "".join(words[number:])
        except ValueError:
            continue
    return None


def _next(found: re.Match[str], zone: str, now: int, text: str) -> int:
    today = local(now, zone).replace(hour=0, minute=0, second=0, microsecond=0, tzinfo=None)
    if found["weekday"] and (ahead := _DAYS_AHEAD.get(found["weekday"].lower())) is not None:
        if (start := _at(today + ahead * _ONE_DAY, found, zone)) < now:
            raise ValueError(f"{text!r} is over; use {ALLOWED}")
        return start
    weekday = _weekday(found["weekday"]) if found["weekday"] else None
    if found["weekday"] and weekday is None:
        raise ValueError(f"{text!r} names no day of the week; use {ALLOWED}")
    days = (today + ahead * _ONE_DAY for ahead in range(9))
    starts = (_at(day, found, zone) for day in days if weekday is None or day.weekday() == weekday)
    return next(start for start in starts if start >= now)


def _at(day: datetime, found: re.Match[str], zone: str) -> int:
    there = day.replace(hour=int(found["hour"]), minute=int(found["minute"]), tzinfo=zone_to_show(zone))
    return first_instant(there)


def _weekday(name: str) -> int | None:
    """0 for Monday; in any of the languages, short, long, or the beginning of the long one."""
    name = name.lower()
    for names in TABLE["weekdays_long"]:
        for number, known in enumerate(names.lower().split()):
            if len(name) >= 3 and known.startswith(name):
                return number
    return None
