"""The policy, read: the built-in one, which is the table of domain.md "Plans", and a file that is laid over it.

A TOML file changes any of it and adds plans. What it cannot say is an error that names the key and what is allowed.
"""

import re
import tomllib
from importlib.resources import files
from pathlib import Path
from typing import Any, TypeVar

import msgspec
from msgspec.structs import replace

from quotas.attachments import AttachmentPolicy
from quotas.case_policy import CasePolicy, CasePrompts, CaseWait, prompts_given, waits_of
from quotas.currencies import currency_problem
from quotas.help_policy import MOST_LINES, DangerWords, HelpPolicy, PhoneLine, help_problem
from quotas.notices import HearingChange, NoticePolicy, changes_of, notices_problem
from quotas.plans import (
    PLAN_NAME,
    WEEKDAYS,
    CalendarPolicy,
    MessagePolicy,
    Plan,
    Policy,
    SessionPolicy,
    UpgradeUrl,
    holidays_problem,
)
from quotas.policy_keys import ALLOWED, KEYS
from quotas.text_files import NotUtf8Error, read_text
from quotas.zones import zone_problem


class PolicyError(ValueError):
    """A policy that cannot be: the sentence names the file, the key and what is allowed."""


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
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        raise PolicyError(f"{file}: is not TOML: {error}") from None
    except PolicyError as error:
        raise PolicyError(f"{file}: {error}") from None


def _builtin_table() -> dict[str, Any]:
    return tomllib.loads(files("quotas").joinpath("policy.toml").read_text(encoding="utf-8"))


def _overlaid(given: dict[str, Any]) -> dict[str, Any]:
    table = _builtin_table()
    tables = dict(given)
    if (upgrade_url := tables.pop("upgrade_url", None)) is not None:
        table["upgrade_url"] = upgrade_url
    for section, values in tables.items():
        if section not in table:
            allowed = ", ".join(f"`{each}`" for each in ("upgrade_url", *table))
            raise PolicyError(f"`{section}` is no key of a policy; allowed are {allowed}")
        if not isinstance(values, dict):
            raise PolicyError(f"`{section}` must be a table")
    for section in ("calendar", "sessions", "notices", "cases", "attachments", "messages"):
        table[section] |= given.get(section, {})
    table["help"] = _overlaid_help(table["help"], given.get("help", {}))
    for name, plan in given.get("plans", {}).items():
        if not isinstance(plan, dict):
            raise PolicyError(f"`plans.{name}` must be a table")
        table["plans"][name] = _overlaid_plan(_to_overlay(table["plans"].get(name, {}), plan, name), plan)
    return table


def _overlaid_help(base: dict[str, Any], given: dict[str, Any]) -> dict[str, Any]:
    """A country's lines, and a language's words, replace those that are built in; `false` takes a country's away."""
    table = base | given
    for key in ("lines", "danger"):
        if not isinstance(table[key], dict):
            raise PolicyError(f"`help.{key}` must be a table")
        table[key] = base[key] | table[key]
    table["lines"] = {country: lines for country, lines in table["lines"].items() if lines is not False}
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
    messages = _converted(table["messages"], MessagePolicy, "messages")
    attachments = _converted(table["attachments"], AttachmentPolicy, "attachments")
    help_policy = _help(table["help"])
    plans = {}
    for name, plan in table["plans"].items():
        if not PLAN_NAME.fullmatch(name):
            raise PolicyError(f"`plans.{name}`: a plan's name is 1 to 32 of a-z, 0-9, _, + and -, a letter first")
        plans[name] = _converted(plan, Plan, f"plans.{name}")
    if missing := sorted({*_plans_named(cases)} - plans.keys()):
        raise PolicyError(f"`cases.reply_missed`: there is no plan {missing[0]!r}; allowed: {', '.join(plans)}")
    upgrade_url = _upgrade_url(table.get("upgrade_url"))
    return Policy(calendar, plans, sessions, notices, cases, messages, attachments, help_policy, upgrade_url)


def _upgrade_url(value: object) -> str | None:
    try:
        return msgspec.convert(value, UpgradeUrl | None)
    except msgspec.ValidationError as error:
        problem = f"{error}"
        raise PolicyError(
            f"`upgrade_url`: {problem[0].lower()}{problem[1:]}; allowed: {ALLOWED['upgrade_url']}"
        ) from None


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


def _help(table: dict[str, Any]) -> HelpPolicy:
    """Lines one by one, so that an error names the place."""
    lines = {country: _lines(given, f"help.lines.{country}") for country, given in table["lines"].items()}
    danger = _converted(table["danger"], DangerWords, "help.danger")
    policy = replace(_converted(table | {"lines": {}, "danger": {}}, HelpPolicy, "help"), lines=lines, danger=danger)
    if problem := help_problem(policy):
        raise PolicyError(problem)
    return policy


def _lines(given: object, place: str) -> tuple[PhoneLine, ...]:
    if not isinstance(given, list) or not 1 <= len(given) <= MOST_LINES:
        raise PolicyError(f"`{place}` must be a list of 1 to {MOST_LINES} lines, or false for none")
    return tuple(_converted(each, PhoneLine, f"{place}[{number}]") for number, each in enumerate(given))


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


_TABLES: dict[type, str] = {
    MessagePolicy: "messages",
    HearingChange: "hearing",
    CasePolicy: "cases",
    CaseWait: "wait",
    CasePrompts: "prompts",
    HelpPolicy: "help",
    PhoneLine: "help_line",
    DangerWords: "danger_words",
}
"""Kinds of table that stand under names of their own, and what they are called in KEYS."""
_WHOLE: dict[type, str] = {
    CaseWait: "a table with one of months, days and hours, and with reminder_days or not",
    CasePrompts: "a table with en, nb and da, as many texts each, or false for none",
    PhoneLine: "a table with number, and name or kind, and with hours or not",
}
"""What such a table may be."""

_Kind = TypeVar(
    "_Kind",
    AttachmentPolicy,
    CalendarPolicy,
    CasePolicy,
    CasePrompts,
    CaseWait,
    DangerWords,
    HearingChange,
    HelpPolicy,
    MessagePolicy,
    PhoneLine,
    NoticePolicy,
    Plan,
    SessionPolicy,
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
        own = ALLOWED.get(f"{_TABLES.get(kind)}.{key}") or ALLOWED.get(key, "see docs/configuration.md")
        allowed = _WHOLE[kind] if path == where and kind in _WHOLE else own
        raise PolicyError(f"`{path}`: {problem[0].lower()}{problem[1:]}; allowed: {allowed}") from None
