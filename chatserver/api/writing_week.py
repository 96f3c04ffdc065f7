"""The week of writing that runs, for a figure: its days, which of them are closed, and the windows that were opened."""

from collections.abc import Sequence
from datetime import date
from typing import Literal, assert_never
from urllib.parse import quote

from msgspec import Struct

from quotas import instant
from quotas.calendar import Calendar
from quotas.plans import Always, Messages, OpenDays, Plan, Policy, Windows, Writing
from quotas.standing import Standing
from quotas.steps import Step, WindowOpened
from quotas.terms import Rulebook

UNSOLD = frozenset({"trial", "guest"})
"""Plans of conversations that have none of a membership."""
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
    always; null where nothing is counted. `freer` is a plan that would let its member write now as much as they
    like, where this one does not: the one next to it in the policy that has all of its sessions. `upgrade_url` leads
    there.
    """

    ends_at: str
    days: list[WritingDay]
    windows: list[WindowSpan]
    kind: WritingKind
    per_week: int | None
    hours: int | None
    freer: str | None
    freer_kind: Literal["weekdays", "always"] | None
    upgrade_url: str | None


def writing_week(rulebook: Rulebook, standing: Standing, steps: Sequence[Step]) -> WritingWeek | None:
    """Of a conversation as it stands, by the steps that explain it. None where its plan or calendar is not known."""
    settings = standing.settings
    if not rulebook.knows(settings.plan, settings.zone, settings.holidays):
        return None
    calendar = rulebook.calendar(settings.zone, settings.holidays)
    week = calendar.week_of(standing.now)
    writing = rulebook.plan(settings.plan).writing
    kind, per_week, hours = _counted(writing)
    nearest = freer(rulebook.policy, settings.plan, open_day=not calendar.is_closed(calendar.day_of(standing.now)))
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
        freer=nearest,
        freer_kind=None if nearest is None else _freer_kind(rulebook.policy.plans[nearest].writing),
        upgrade_url=None if nearest is None else _upgrade_url(rulebook.policy.upgrade_url, nearest),
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


def freer(policy: Policy, plan: str, *, open_day: bool) -> str | None:
    """The nearest plan that counts nothing today and has all sessions of this one.

    None where this one counts nothing today either.
    """
    own = policy.plans[plan]
    if isinstance(own.writing, Always) or (open_day and isinstance(own.writing, OpenDays)):
        return None
    names = list(policy.plans)
    wanted = Always | OpenDays if open_day else Always
    services = _services(own)
    found = [
        name
        for name, each in policy.plans.items()
        if isinstance(each.writing, wanted) and name not in UNSOLD and services <= _services(each)
    ]
    return min(found, key=lambda name: abs(names.index(name) - names.index(plan)), default=None)


def _services(plan: Plan) -> frozenset[str]:
    return frozenset(plan.sessions.services if plan.sessions else ())


def _freer_kind(writing: Writing) -> Literal["weekdays", "always"]:
    return "always" if isinstance(writing, Always) else "weekdays"


def _upgrade_url(address: str | None, plan: str) -> str | None:
    return None if address is None else address.replace("{plan}", quote(plan, safe=""))
