"""Instants worth trying: in zones whose clocks change at odd times, close to where days turn."""

from dataclasses import dataclass
from functools import lru_cache

from hypothesis import settings
from hypothesis import strategies as st

from quotas import instant
from quotas.calendar import Calendar
from quotas.plans import WEEKDAYS, Always, Messages, OpenDays, Plan, ReplyPromise, Weekday, Windows, Writing
from tests.quotas.histories import PLACES
from tests.quotas.oracle import Minutes

bounded = settings(derandomize=True, deadline=None, max_examples=300, database=None)
"""The same examples every time, and few enough for a second or two."""

OSLO = Calendar("Europe/Oslo", ("saturday", "sunday"), "")


def oslo(text: str) -> int:
    """An instant of an Oslo winter, as its clocks show it."""
    return instant.parse(f"{text}+01:00")


CLOSED: tuple[tuple[Weekday, ...], ...] = (
    ("saturday", "sunday"),
    ("friday", "saturday"),
    (),
    ("monday", "wednesday", "friday", "sunday"),
    WEEKDAYS[:2] + WEEKDAYS[3:],
)


@dataclass(frozen=True)
class Moment:
    """An instant of a calendar, which is also there as a table of minutes."""

    place: str
    closed: tuple[Weekday, ...]
    calendar: Calendar
    minutes: Minutes
    at: int

    @property
    def closes(self) -> bool:
        """Whether there are closed days."""
        return bool(self.closed)


@lru_cache(maxsize=256)
def _calendars(zone: str, day: str, closed: tuple[Weekday, ...], country: str) -> tuple[Calendar, Minutes]:
    return Calendar(zone, closed, country), Minutes(zone, day, closed, country)


@st.composite
def moments(draw: st.DrawFn) -> Moment:
    """A moment; a third of them within 1 ms of the turn of a day."""
    zone, day, country = draw(st.sampled_from(PLACES))
    closed = draw(st.sampled_from(CLOSED))
    calendar, minutes = _calendars(zone, day, closed, country)
    at = draw(st.integers(*minutes.middle))
    nudge = draw(st.sampled_from((None, None, None, -1, 0, 1)))
    if nudge is not None:
        at = minutes.next_change_of_day(at) + nudge
    return Moment(f"{zone} {day}", closed, calendar, minutes, at)


promises = st.builds(
    ReplyPromise,
    target_hours=st.sampled_from((1, 8, 24, 24, 30, 72, 100)),
    since=st.sampled_from(("last", "first")),
    clock=st.sampled_from(("weekdays", "continuous")),
)

writings: st.SearchStrategy[Writing] = st.one_of(
    st.builds(
        Windows,
        per_week=st.integers(1, 3),
        hours=st.sampled_from((1, 24, 30, 200)),
        weekend=st.sampled_from(("carry", "cut")),
    ),
    st.builds(Messages, per_week=st.integers(1, 3)),
    st.just(OpenDays()),
    st.just(Always()),
)

plans = st.builds(Plan, writing=writings, reply=st.one_of(st.none(), promises))
