"""Plans and the policy around them, as data.

Source: domain.md "Plans"; the built-in policy is that table. A TOML policy file changes any of it and adds plans.
"""

import re
import tomllib
from collections.abc import Iterable
from importlib.resources import files
from pathlib import Path
from typing import Annotated, Any, Literal, TypeVar, get_args

import msgspec
from msgspec import Meta, Struct
from msgspec.structs import replace

from quotas.case_policy import CasePolicy, CasePrompts, CaseWait, prompts_given, waits_of
from quotas.currencies import currency_problem
from quotas.instant import HOUR
from quotas.notices import HearingChange, HearingRole, NoticePolicy, changes_of, notices_problem
from quotas.text_files import NotUtf8Error, read_text
from quotas.zones import zone_problem

Weekday = Literal["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]
WEEKDAYS: tuple[Weekday, ...] = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")

PLAN_NAME = re.compile(r"[a-z][a-z0-9_+-]{0,31}")

Service = Literal["video_call", "live_chat"]

Cancelled = Literal["held", "returned"]

Hours = Annotated[int, Meta(ge=1, le=24 * 28)]

ReplyHours = Annotated[float, Meta(ge=0.001, le=24 * 28)]
"""Hours, in fractions too: a demo's promise may be a minute."""


class PolicyError(ValueError):
    """A policy that cannot be: the sentence names the file, the key and what is allowed."""


class Windows(Struct, frozen=True, forbid_unknown_fields=True, tag_field="kind", tag="windows"):
    """Writing windows: each is `hours` elapsed hours from the message that opens it, `per_week` of them a week.

    `weekend` says whether a window runs on into closed days ("carry") or ends where they begin ("cut").
    """

    per_week: Annotated[int, Meta(ge=1, le=100)]
    hours: Hours = 24
    weekend: Literal["carry", "cut"] = "carry"


class Messages(Struct, frozen=True, forbid_unknown_fields=True, tag_field="kind", tag="messages"):
    """A number of messages a week, on open days."""

    per_week: Annotated[int, Meta(ge=1, le=100_000)]


class OpenDays(Struct, frozen=True, forbid_unknown_fields=True, tag_field="kind", tag="weekdays"):
    """Without limit, on open days."""


class Always(Struct, frozen=True, forbid_unknown_fields=True, tag_field="kind", tag="always"):
    """Without limit, on every day."""


Writing = Windows | Messages | OpenDays | Always


Escalated = Literal["mentor", "substitute", "support"]


class EscalationStep(Struct, frozen=True, forbid_unknown_fields=True):
    """Who is told of a wait, so many hours ahead of its deadline, or after its first unanswered message.

    0 hours ahead is the miss. A substitute is told only while the mentor is away, and somebody stands in.
    """

    to: Annotated[tuple[Escalated, ...], Meta(min_length=1)]
    before_hours: Annotated[float, Meta(ge=0, le=24 * 28)] | None = None
    after_hours: ReplyHours | None = None

    def __post_init__(self) -> None:
        if (self.before_hours is None) == (self.after_hours is None):
            raise ValueError("Expected either `before_hours` or `after_hours`")


class ReplyPromise(Struct, frozen=True, forbid_unknown_fields=True):
    """When the mentor must have answered.

    `target_hours` of counted time after the member's last (or first unanswered) message; the clock counts time on
    open days only ("weekdays") or all of it ("continuous"). Warnings go out to the mentor `warn_hours` ahead; with an
    `escalation`, by its steps in their place.
    """

    target_hours: ReplyHours = 24
    since: Literal["last", "first"] = msgspec.field(name="from", default="last")
    clock: Literal["weekdays", "continuous"] = "weekdays"
    warn_hours: tuple[ReplyHours, ...] = (4, 1)
    escalation: Annotated[tuple[EscalationStep, ...], Meta(min_length=1, max_length=16)] | None = None

    @property
    def warnings(self) -> list[float]:
        """The hours ahead at which a warning makes sense: fewer than the whole target."""
        asked = self.warn_hours if self.escalation is None else [step.before_hours for step in self.escalation]
        return [hours for hours in asked if hours and hours < self.target_hours]

    @property
    def overtimes(self) -> list[float]:
        """The hours after the first unanswered message at which a step goes out, the earliest first."""
        return sorted(step.after_hours for step in self.escalation or () if step.after_hours is not None)

    def told_before(self, hours: float) -> frozenset[Escalated] | None:
        """Who is told so many hours ahead, 0 of the miss; None where no step says."""
        return self._told(step.to for step in self.escalation or () if step.before_hours == hours)

    def told_after(self, hours: float) -> frozenset[Escalated] | None:
        """Who is told so many hours after the first unanswered message; None where no step says."""
        return self._told(step.to for step in self.escalation or () if step.after_hours == hours)

    def _told(self, found: Iterable[tuple[Escalated, ...]]) -> frozenset[Escalated] | None:
        named = frozenset(each for to in found for each in to)
        return named or None

    @property
    def warn_first(self) -> int:
        """How many ms ahead of a deadline the first warning goes out; 0 where none does."""
        return round(max(self.warnings, default=0) * HOUR)


class Sessions(Struct, frozen=True, forbid_unknown_fields=True):
    """Session credits a subscription month, in units of 30 minutes."""

    units_per_month: Annotated[int, Meta(ge=1, le=1_000)] | Literal["unlimited"]
    """`unlimited` for plans whose cadence is agreed: no credit is ever refused."""
    services: Annotated[tuple[Service, ...], Meta(min_length=1)]


class Plan(Struct, frozen=True, forbid_unknown_fields=True):
    """What one plan allows and promises."""

    writing: Writing
    reply: ReplyPromise | None = None
    sessions: Sessions | None = None
    mentor_days_per_week: Annotated[int, Meta(ge=1, le=7)] | None = None
    banner: Annotated[str, Meta(pattern=r"^[a-z][a-z0-9_]{0,63}$")] | None = None


class UnitPay(Struct, frozen=True, forbid_unknown_fields=True):
    """What a mentor gets for a unit of the plan's sessions, in the currency's minor unit."""

    amount: Annotated[int, Meta(ge=0, le=10**9)]
    currency: Annotated[str, Meta(pattern=r"^[A-Z]{3}$")]


class SessionPolicy(Struct, frozen=True, forbid_unknown_fields=True):
    """What holds for all bookings. Source: sessions.md "Policy"."""

    late_hours: Annotated[int, Meta(ge=0, le=24 * 28)] = 48
    """Hours before the start within which a member's cancelling is late, and moving not possible."""
    book_ahead_days: Annotated[int, Meta(ge=1, le=1_000)] = 400
    grace_minutes: Annotated[int, Meta(ge=0, le=24 * 60)] = 15
    """How long after booking a cancellation corrects a slip."""
    cancelled: Cancelled = "held"
    """Whether the units of a cancelled session stay spent."""
    cancelled_by_mentor: Cancelled | None = None
    """The same where the mentor cancels; None: as `cancelled`."""
    confirm_days: Annotated[int, Meta(ge=1, le=90)] = 7
    no_show_minutes: tuple[Annotated[int, Meta(ge=1, le=60)], Annotated[int, Meta(ge=1, le=60)]] = (5, 10)
    """After the start: when the other side is told that one is late, and from when a no-show may be confirmed."""
    join_minutes: Annotated[int, Meta(ge=0, le=120)] = 10
    """How long before the start one may join."""
    mentor_share: Annotated[int, Meta(ge=0, le=100)] = 90
    """Per cent of a price; the platform has the rest."""
    session_pay: UnitPay | None = None
    """What a mentor gets for a unit of the plan's sessions; None leaves it to the platform."""
    reminders_hours: tuple[Annotated[float, Meta(gt=0, le=24 * 28)], ...] = (24, 0.2)
    join_url: Annotated[str, Meta(max_length=500, pattern=r"^https?://[^\s{}]*\{booking\}[^\s{}]*$(?!\n)")] | None = (
        None
    )
    """Where video calls are held, with `{booking}` in the place of the id; None: the platform's apps know."""
    ahead_weeks: Annotated[int, Meta(ge=1, le=26)] = 8
    """How far ahead the bookings of a series are made."""


class CalendarPolicy(Struct, frozen=True, forbid_unknown_fields=True):
    """The defaults of conversations that name no zone and no holidays, and the weekdays closed for all."""

    zone: str = "Europe/Oslo"
    closed_weekdays: tuple[Weekday, ...] = ("saturday", "sunday")
    holidays: str = ""


class Policy(Struct, frozen=True, forbid_unknown_fields=True):
    """Everything that the rules take from configuration."""

    calendar: CalendarPolicy
    plans: dict[str, Plan]
    sessions: SessionPolicy = SessionPolicy()
    notices: NoticePolicy = NoticePolicy()
    cases: CasePolicy = CasePolicy()

    @property
    def warn_first(self) -> int:
        """How many ms ahead of a deadline the first warning of any plan goes out; 0 where none does."""
        return max((plan.reply.warn_first for plan in self.plans.values() if plan.reply), default=0)


def holidays_problem(country: str) -> str | None:
    """Why `country` has no holiday calendar; None where it has one or is empty."""
    if not country:
        return None
    from holidays import list_supported_countries  # for those who judge, not for whoever speaks the protocol only

    if country in list_supported_countries(include_aliases=False):
        return None
    return f"{country!r} has no holiday calendar; use an ISO 3166-1 code of two letters such as 'NO', or '' for none"


def builtin_policy() -> Policy:
    """The policy of domain.md "Plans"."""
    return msgspec.convert(_builtin_table(), Policy)


def load_policy(file: Path) -> Policy:
    """The built-in policy with what `file` says laid over it, key by key.

    A `writing` of another kind replaces the plan's whole; `reply = false` or `sessions = false` takes a built-in
    promise or sessions away. Raises PolicyError.
    """
    try:
        given = tomllib.loads(read_text(file))
        return _checked(_overlaid(given))
    except OSError as error:
        raise PolicyError(f"{file}: cannot be read: {error.strerror}") from None
    except NotUtf8Error as error:
        raise PolicyError(f"{file}: {error}") from None
    except tomllib.TOMLDecodeError as error:
        raise PolicyError(f"{file}: is not TOML: {error}") from None
    except PolicyError as error:
        raise PolicyError(f"{file}: {error}") from None


def _builtin_table() -> dict[str, Any]:
    return tomllib.loads(files("quotas").joinpath("policy.toml").read_text(encoding="utf-8"))


def _overlaid(given: dict[str, Any]) -> dict[str, Any]:
    table = _builtin_table()
    for section, values in given.items():
        if section not in table:
            allowed = "allowed are `calendar`, `sessions`, `notices`, `cases` and `plans`"
            raise PolicyError(f"`{section}` is no key of a policy; {allowed}")
        if not isinstance(values, dict):
            raise PolicyError(f"`{section}` must be a table")
    for section in ("calendar", "sessions", "notices", "cases"):
        table[section] |= given.get(section, {})
    for name, plan in given.get("plans", {}).items():
        if not isinstance(plan, dict):
            raise PolicyError(f"`plans.{name}` must be a table")
        table["plans"][name] = _overlaid_plan(_to_overlay(table["plans"].get(name, {}), plan, name), plan)
    return table


def _to_overlay(base: dict[str, Any], given: dict[str, Any], name: str) -> dict[str, Any]:
    """The built-in plan without what an escalation takes the place of."""
    reply, built_in = given.get("reply"), base.get("reply")
    if not isinstance(reply, dict) or "escalation" not in reply:
        return base
    if "warn_hours" in reply:
        raise PolicyError(f"`plans.{name}.reply` has both `warn_hours` and `escalation`; allowed: one of them")
    if not isinstance(built_in, dict):
        return base
    return base | {"reply": {key: value for key, value in built_in.items() if key != "warn_hours"}}


def _overlaid_plan(base: dict[str, Any], given: dict[str, Any]) -> dict[str, Any]:
    plan = dict(base)
    for key, value in given.items():
        if key in ("reply", "sessions") and value is False:
            plan.pop(key, None)
        elif isinstance(value, dict) and isinstance(base.get(key), dict) and _same_kind(base[key], value):
            plan[key] = base[key] | value
        else:
            plan[key] = value
    return plan


def _same_kind(base: dict[str, Any], given: dict[str, Any]) -> bool:
    return bool(given.get("kind", base.get("kind")) == base.get("kind"))


def _checked(table: dict[str, Any]) -> Policy:
    """Convert plan by plan, so that an error can name the plan and the key."""
    calendar = _converted(table["calendar"], CalendarPolicy, "calendar")
    if problem := zone_problem(calendar.zone):
        raise PolicyError(f"`calendar.zone`: {problem}")
    if problem := holidays_problem(calendar.holidays):
        raise PolicyError(f"`calendar.holidays`: {problem}")
    if len(set(calendar.closed_weekdays)) == len(WEEKDAYS):
        raise PolicyError("`calendar.closed_weekdays` closes every day; at least one must stay open")
    sessions = _converted(table["sessions"], SessionPolicy, "sessions")
    if sessions.session_pay and (problem := currency_problem(sessions.session_pay.currency)):
        raise PolicyError(f"`sessions.session_pay.currency`: {problem}")
    notices = _notices(table["notices"])
    cases = _cases(table["cases"])
    plans = {}
    for name, plan in table["plans"].items():
        if not PLAN_NAME.fullmatch(name):
            raise PolicyError(f"`plans.{name}`: a plan's name is 1 to 32 of a-z, 0-9, _, + and -, a letter first")
        plans[name] = _converted(plan, Plan, f"plans.{name}")
    if missing := sorted({*_plans_named(cases)} - plans.keys()):
        raise PolicyError(f"`cases.reply_missed`: there is no plan {missing[0]!r}; allowed: {', '.join(plans)}")
    return Policy(calendar, plans, sessions, notices, cases)


def _plans_named(cases: CasePolicy) -> tuple[str, ...]:
    return () if isinstance(cases.reply_missed, bool) else cases.reply_missed


def _cases(table: dict[str, Any]) -> CasePolicy:
    """Lengths and texts one by one, so that an error names the place."""
    try:
        dues = waits_of(table.get("dues", {}), _wait)
        prompts = prompts_given(table.get("prompts", {}), _prompts)
    except ValueError as error:
        raise PolicyError(str(error)) from None
    return replace(_converted(table | {"dues": {}, "prompts": {}}, CasePolicy, "cases"), dues=dues, prompts=prompts)


def _wait(value: object, place: str) -> CaseWait:
    return _converted(value, CaseWait, place)


def _prompts(value: object, place: str) -> CasePrompts:
    return _converted(value, CasePrompts, place)


def _change(value: object, place: str) -> HearingChange:
    return _converted(value, HearingChange, place)


def _notices(table: dict[str, Any]) -> NoticePolicy:
    """The changes of their table one by one: so too an error names the place."""
    events = table.get("events")
    try:
        changes = changes_of(events, _change) if isinstance(events, dict) else {}
        policy = replace(_converted(table, NoticePolicy, "notices"), events=changes)
    except ValueError as error:
        raise PolicyError(str(error)) from None
    if problem := notices_problem(policy):
        raise PolicyError(problem)
    return policy


ALLOWED: dict[str, str] = {
    "zone": "an IANA time zone such as 'Europe/Oslo'",
    "closed_weekdays": "a list of " + ", ".join(WEEKDAYS),
    "holidays": "an ISO 3166-1 country of two letters, or '' for none",
    "writing": "a table with `kind`: windows, messages, weekdays or always",
    "kind": "one of windows, messages, weekdays, always",
    "per_week": "a whole number from 1 (windows: to 100, messages: to 100000)",
    "hours": "a whole number of hours from 1 to 672",
    "weekend": "carry or cut",
    "reply": "a table with target_hours, from, clock and warn_hours or escalation, or false for no promise",
    "target_hours": "a number of hours from 0.001 to 672",
    "from": "last or first",
    "clock": "weekdays or continuous",
    "warn_hours": "a list of hours from 0.001 to 672",
    "escalation": "1 to 16 tables with to, and before_hours or after_hours, in the place of warn_hours",
    "before_hours": "a number of hours from 0, the deadline itself, to 672",
    "after_hours": "a number of hours from 0.001 to 672",
    "to": "a list of mentor, substitute, support; at least one",
    "sessions": "a table with units_per_month and services, or false for none",
    "units_per_month": "a whole number from 1 to 1000, or unlimited",
    "services": "a list of video_call, live_chat; at least one",
    "late_hours": "a whole number of hours from 0 to 672",
    "book_ahead_days": "a whole number of days from 1 to 1000",
    "grace_minutes": "a whole number of minutes from 0 to 1440",
    "cancelled": "held or returned",
    "cancelled_by_mentor": "held or returned",
    "confirm_days": "a whole number of days from 1 to 90",
    "no_show_minutes": "two whole numbers of minutes from 1 to 60: late, and missing",
    "join_minutes": "a whole number of minutes from 0 to 120",
    "mentor_share": "a whole number of per cent from 0 to 100",
    "session_pay": "a table with amount (in the currency's minor unit, per 30 minutes) and currency (ISO 4217)",
    "amount": "a whole number from 0 to 1000000000",
    "currency": "an ISO 4217 code of three letters such as 'NOK'",
    "reminders_hours": "a list of hours above 0, to 672",
    "join_url": "an address such as 'https://video.example/{booking}', in which `{booking}` stands for the id",
    "ahead_weeks": "a whole number of weeks from 1 to 26",
    "unread_minutes": "a whole number of minutes from 0 to 10080",
    "quiet_hours": 'two times of day such as ["22:00", "07:00"], or false for none',
    "events": 'tables by event and role, such as [notices.events."reply.missed".support]',
    **dict.fromkeys(get_args(HearingRole), "a table with channels, delay_minutes, quiet and essential, or false"),
    "channels": "a list of mail, push; empty for the person's list alone",
    "delay_minutes": "a whole number of minutes from 0 to 10080",
    "quiet": "hold or through",
    "essential": "true or false",
    "reply_missed": "true, false or a list of plans",
    "ghosting_days": "a whole number of days from 0, never, to 365",
    "dues": "tables by kind and state, such as [cases.dues.question]",
    "prompts": "tables by kind, such as [cases.prompts.ghosting]",
    "months": "a whole number of months from 1 to 24",
    "days": "a whole number of days from 1 to 1000",
    "reminder_days": "a whole number of days from 0, not before, to 90",
    **dict.fromkeys(CasePrompts.__struct_fields__, "a list of 1 to 10 texts of at most 500 characters"),
    "mentor_days_per_week": "a whole number from 1 to 7",
    "banner": "a text key of a-z, 0-9 and _, a letter first",
}
"""What each key of a policy may hold, for people."""

KEYS: dict[str, tuple[str, ...]] = {
    "calendar": CalendarPolicy.__struct_encode_fields__,
    "sessions_policy": SessionPolicy.__struct_encode_fields__,
    "session_pay": UnitPay.__struct_encode_fields__,
    "notices": NoticePolicy.__struct_encode_fields__,
    "hearing": HearingChange.__struct_encode_fields__,
    "cases": CasePolicy.__struct_encode_fields__,
    "wait": CaseWait.__struct_encode_fields__,
    "prompts": CasePrompts.__struct_encode_fields__,
    "plan": Plan.__struct_encode_fields__,
    "writing": ("kind", *Windows.__struct_encode_fields__),
    "reply": ReplyPromise.__struct_encode_fields__,
    "escalation": EscalationStep.__struct_encode_fields__,
    "sessions": Sessions.__struct_encode_fields__,
}
"""The keys of each table of a policy. Of `writing`, the kinds weekdays and always take only `kind`."""

_TABLES: dict[type, str] = {HearingChange: "hearing", CasePolicy: "cases", CaseWait: "wait", CasePrompts: "prompts"}
"""Kinds of table that stand under names of their own, and what they are called in KEYS."""
_WHOLE: dict[type, str] = {
    CaseWait: "a table with one of months, days and hours, and with reminder_days or not",
    CasePrompts: "a table with en, nb and da, as many texts each, or false for none",
}
"""What such a table may be."""

_Kind = TypeVar(
    "_Kind", CalendarPolicy, CasePolicy, CasePrompts, CaseWait, HearingChange, NoticePolicy, Plan, SessionPolicy
)


def _converted(value: object, kind: type[_Kind], where: str) -> _Kind:
    try:
        return msgspec.convert(value, kind)
    except msgspec.ValidationError as error:
        problem, _, place = str(error).partition(" - at `$")
        path = where + place.rstrip("`")
        if unknown := re.search(r"unknown field `(.*)`", problem):
            keys = (
                KEYS["sessions_policy"]
                if path == "sessions"
                else KEYS.get(re.sub(r"\[\d+\]$", "", path).rpartition(".")[2], KEYS["plan"])
            )
            keys = KEYS[_TABLES[kind]] if kind in _TABLES else keys
            raise PolicyError(f"`{path}.{unknown[1]}` is no key there; allowed: {', '.join(keys)}") from None
        if missing := re.search(r"missing required field `(.*)`", problem):
            path = f"{path}.{missing[1]}"
        key = re.sub(r"\[\d+\]$", "", path).rpartition(".")[2]
        allowed = _WHOLE[kind] if path == where and kind in _WHOLE else ALLOWED.get(key, "see docs/configuration.md")
        raise PolicyError(f"`{path}`: {problem[0].lower()}{problem[1:]}; allowed: {allowed}") from None
