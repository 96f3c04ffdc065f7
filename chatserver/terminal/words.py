"""Instants and durations in words, in a conversation's zone."""

from datetime import date, datetime

from chatserver.terminal.texts import Texts
from quotas import instant
from quotas.zones import local_time

DEFAULT_ZONE = "Europe/Oslo"
"""Of the clock while no conversation is open, and of what is about none that is known."""


def local(moment: int, zone: str) -> datetime:
    return local_time(moment, zone)


def time_of_day(moment: int, zone: str) -> str:
    """09:05"""
    return f"{local(moment, zone):%H:%M}"


def date_and_time(texts: Texts, moment: int, zone: str, *, seconds: bool = False, now: int | None = None) -> str:
    """Mon 12 Jan 00:00, with seconds Mon 12 Jan 00:00:00; with the year where `now` is in another one."""
    there = local(moment, zone)
    weekday = texts("weekdays").split()[there.weekday()]
    month = _month(texts, there, zone, now)
    date = texts("date", weekday=weekday, day=there.day, month=month)
    return f"{date} {there:%H:%M:%S}" if seconds else f"{date} {there:%H:%M}"


def day_and_time(texts: Texts, moment: int, zone: str, *, now: int | None = None) -> str:
    """Thursday 3 Dec 18:00; Thursday 3 Dec 2026 18:00 where `now` is in another year."""
    there = local(moment, zone)
    weekday = texts("weekdays_long").split()[there.weekday()]
    month = _month(texts, there, zone, now)
    return texts("day_and_time", weekday=weekday, day=there.day, month=month, time=f"{there:%H:%M}")


def _month(texts: Texts, there: datetime, zone: str, now: int | None) -> str:
    month = texts("months").split()[there.month - 1]
    return month if now is None or local(now, zone).year == there.year else f"{month} {there.year}"


def long_date(texts: Texts, moment: int, zone: str) -> str:
    """Friday 9 January 2026"""
    there = local(moment, zone)
    weekday = texts("weekdays_long").split()[there.weekday()]
    month = texts("months_long").split()[there.month - 1]
    return texts("long_date", weekday=weekday, day=there.day, month=month, year=there.year)


def duration(texts: Texts, milliseconds: int) -> str:
    """The two largest units, cut off: 2 d 3 h, 3 h 12 min, 12 min, 42 s. Nothing below zero."""
    milliseconds = max(0, milliseconds)
    days, rest = divmod(milliseconds, instant.DAY)
    hours, rest = divmod(rest, instant.HOUR)
    minutes, rest = divmod(rest, instant.MINUTE)
    if days:
        return f"{texts('days', n=days)} {texts('hours', n=hours)}"
    if hours:
        return f"{texts('hours', n=hours)} {texts('minutes', n=minutes)}"
    if minutes:
        return texts("minutes", n=minutes)
    return texts("seconds", n=rest // instant.SECOND)


def plain_day(texts: Texts, day: date) -> str:
    """As `5 Jan 2026`."""
    return f"{day.day} {texts('months').split()[day.month - 1]} {day.year}"
