"""The week of writing that runs, for a figure: its days, which of them are closed, and the windows that were opened."""

from collections.abc import Sequence
from datetime import date
from typing import Literal, assert_never

from msgspec import Struct

from quotas import instant
from quotas.calendar import Calendar
from quotas.plans import Always, Messages, OpenDays, Policy, Windows, Writing
from quotas.standing import Standing
from quotas.steps import Step, WindowOpened
from quotas.terms import Rulebook

WritingKind = Literal["windows", "messages", "weekdays", "always"]


class WritingDay(Struct, frozen=True):
    """A local day from `starts_at` on. Writing rests on it where it is `closed`; a holiday is named."""

    starts_at: str
    closed: bool
    holiday: str | None


class WindowSpan(Struct, frozen=True):
    """A writing window; it may have begun before the week, and run on after it."""

    starts_at: str
    ends_at: str


class WritingWeek(Struct, frozen=True):
    """The local week that holds `now`, until `ends_at`.

    `kind` is how the plan lets its member write: in `per_week` windows of `hours`, so many messages, on open days, or
    always; null where nothing is counted. `freer` is the first plan of the policy that lets write on all open days,
    where this one counts windows.
    """

    ends_at: str
    days: list[WritingDay]
    windows: list[WindowSpan]
    kind: WritingKind
    per_week: int | None
    hours: int | None
    freer: str | None


def writing_week(rulebook: Rulebook, standing: Standing, steps: Sequence[Step]) -> WritingWeek | None:
    """Of a conversation as it stands, by the steps that explain it. None where its plan or calendar is not known."""
    settings = standing.settings
    if not rulebook.knows(settings.plan, settings.zone, settings.holidays):
        return None
    calendar = rulebook.calendar(settings.zone, settings.holidays)
    week = calendar.week_of(standing.now)
    writing = rulebook.plan(settings.plan).writing
    kind, per_week, hours = _counted(writing)
    begins_at, ends_at = calendar.week_start(week), calendar.week_start(week + 1)
    return WritingWeek(
        ends_at=instant.text(ends_at),
        days=_days(calendar, week, closing=kind != "always"),
        windows=[
            WindowSpan(step.at, step.ends_at)
            for step in steps
            if isinstance(step, WindowOpened) and instant.parse(step.ends_at) > begins_at
        ],
        kind=kind,
        per_week=per_week,
        hours=hours,
        freer=_freer(rulebook.policy) if kind == "windows" else None,
    )


def _counted(writing: Writing) -> tuple[WritingKind, int | None, int | None]:
    match writing:
        case Windows(per_week=per_week, hours=hours):
            return "windows", per_week, hours
        case Messages(per_week=per_week):
            return "messages", per_week, None
        case OpenDays():
            return "weekdays", None, None
        case Always():
            return "always", None, None
        case never:
            assert_never(never)


def _days(calendar: Calendar, week: int, *, closing: bool) -> list[WritingDay]:
    """A day that the zone jumped over is none."""
    days = (date.fromordinal(week * 7 + number) for number in range(1, 8))
    starts = {calendar.start_of(day): day for day in days}
    return [
        WritingDay(instant.text(at), closing and calendar.is_closed(day), calendar.holiday(day) if closing else None)
        for at, day in starts.items()
    ]


def _freer(policy: Policy) -> str | None:
    return next((name for name, plan in policy.plans.items() if isinstance(plan.writing, OpenDays | Always)), None)
