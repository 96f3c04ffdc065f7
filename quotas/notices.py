"""Who hears of what, on which channels, and when: the table of notices as data, and quiet hours as pure rules.

A policy file changes single cells, by event and role. Whatever channels it names, a notice stands in the person's list.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Annotated, Any, Literal, get_args

from msgspec import Meta, Struct

from quotas.zones import first_instant, local_time

HearingRole = Literal["member", "mentor", "support"]
"""In which role somebody hears of a fact."""
PersonalChannel = Literal["mail", "push"]
PERSONAL_CHANNELS: tuple[PersonalChannel, ...] = get_args(PersonalChannel)
Topic = Literal["messages", "deadlines", "sessions", "openings", "reminders", "cases", "operations"]
"""What people turn off together."""
QuietRule = Literal["hold", "through"]
"""What quiet hours do to it: it waits for their end, or goes out all the same."""
QuietSpan = tuple[int, int]
"""Minutes of the day from which and until which it is quiet, past midnight where the second is less."""

Minutes = Annotated[int, Meta(ge=0, le=7 * 24 * 60)]
ClockTime = Annotated[
    str, Meta(pattern=r"^([01]\d|2[0-3]):[0-5]\d$(?!\n)", description="A time on clocks, 00:00 to 23:59.")
]


class HearingRule(Struct, frozen=True):
    """One line of the table."""

    event: str
    role: HearingRole
    channels: tuple[PersonalChannel, ...]
    """Beside the person's list, where it always stands."""
    delay_minutes: int
    """How long after it happened it goes out, if its reason holds by then."""
    quiet: QuietRule
    essential: bool
    """Its mail goes out whatever the person has turned off or muted."""
    topic: Topic

    @property
    def text(self) -> str:
        """The key of its sentences."""
        return f"{self.event}.{self.role}"


class HearingChange(Struct, frozen=True, forbid_unknown_fields=True):
    """What a policy file says of one line; None: as the table has it."""

    channels: tuple[PersonalChannel, ...] | None = None
    delay_minutes: Minutes | None = None
    quiet: QuietRule | None = None
    essential: bool | None = None


class NoticePolicy(Struct, frozen=True, forbid_unknown_fields=True):
    """Who hears of what, and when."""

    unread_minutes: Minutes = 5
    """How long a message may stay unread before who it is for is told; 0: they never are."""
    quiet_hours: tuple[ClockTime, ClockTime] | bool = ("22:00", "07:00")
    """From when until when it is quiet in each person's zone, unless they say otherwise; false: never."""
    events: dict[str, dict[str, HearingChange | bool]] = {}
    """Changes of the table, by event and role; false: that role does not hear of it."""

    @property
    def quiet(self) -> QuietSpan | None:
        """The quiet hours in minutes of the day."""
        if isinstance(self.quiet_hours, bool):
            return None
        first, until = self.quiet_hours
        return minutes_of(first), minutes_of(until)


_MAIL: tuple[PersonalChannel, ...] = ("mail",)
_PUSH: tuple[PersonalChannel, ...] = ("push",)
_BOTH = PERSONAL_CHANNELS
_LIST: tuple[PersonalChannel, ...] = ()

_UNREAD = "message.unread"


def _rule(
    event: str,
    role: HearingRole,
    channels: tuple[PersonalChannel, ...],
    quiet: QuietRule,
    topic: Topic,
    *,
    essential: bool = False,
) -> HearingRule:
    return HearingRule(event, role, channels, 0, quiet, essential, topic)


TABLE: tuple[HearingRule, ...] = (
    _rule(_UNREAD, "member", _BOTH, "hold", "messages"),
    _rule(_UNREAD, "mentor", _BOTH, "hold", "messages"),
    # What was to be sent by itself at a time, and was refused then.
    _rule("message.not_sent", "member", _BOTH, "hold", "messages"),
    _rule("message.not_sent", "mentor", _BOTH, "hold", "messages"),
    # Held, it would come when the deadline is over.
    _rule("reply.warning", "mentor", _BOTH, "through", "deadlines"),
    # Only where a plan's escalation names support, or has such a step.
    _rule("reply.warning", "support", _MAIL, "through", "deadlines"),
    _rule("reply.overtime", "mentor", _BOTH, "hold", "deadlines"),
    _rule("reply.overtime", "support", _MAIL, "hold", "deadlines"),
    _rule("reply.missed", "mentor", _BOTH, "hold", "deadlines"),
    _rule("reply.missed", "support", _MAIL, "hold", "deadlines"),
    _rule("absence.began", "support", _MAIL, "hold", "operations"),
    _rule("writing.opened", "member", _BOTH, "hold", "openings"),
    _rule("writing.days", "mentor", _MAIL, "hold", "reminders"),
    # With an invitation, which calendars wait for; one each, so never in a summary.
    _rule("booking.booked", "member", _BOTH, "through", "sessions", essential=True),
    _rule("booking.booked", "mentor", _BOTH, "through", "sessions", essential=True),
    _rule("booking.moved", "member", _BOTH, "through", "sessions", essential=True),
    _rule("booking.moved", "mentor", _BOTH, "through", "sessions", essential=True),
    _rule("booking.cancelled", "member", _BOTH, "through", "sessions", essential=True),
    _rule("booking.cancelled", "mentor", _BOTH, "through", "sessions", essential=True),
    _rule("session.reminder", "member", _BOTH, "hold", "sessions"),
    _rule("session.reminder", "mentor", _BOTH, "hold", "sessions"),
    _rule("session.starting", "member", _BOTH, "through", "sessions"),
    _rule("session.starting", "mentor", _BOTH, "through", "sessions"),
    # To who waits about the other one, and to who is waited for.
    _rule("session.late", "member", _BOTH, "through", "sessions"),
    _rule("session.late", "mentor", _BOTH, "through", "sessions"),
    _rule("session.candidate", "mentor", _PUSH, "through", "sessions"),
    _rule("session.candidate", "support", _LIST, "hold", "operations"),
    _rule("session.close_reminder", "mentor", _PUSH, "through", "sessions"),
    _rule("session.no_show", "member", _MAIL, "hold", "sessions", essential=True),
    _rule("session.mentor_absent", "member", _MAIL, "hold", "sessions", essential=True),
    _rule("session.mentor_absent", "mentor", _MAIL, "hold", "sessions"),
    _rule("session.mentor_absent", "support", _LIST, "hold", "operations"),
    _rule("session.unattended", "member", _MAIL, "hold", "sessions"),
    _rule("session.unattended", "mentor", _MAIL, "hold", "sessions"),
    _rule("session.unattended", "support", _LIST, "hold", "operations"),
    _rule("session.late_cancellation", "support", _LIST, "hold", "operations"),
    _rule("session.three_sessions", "member", _MAIL, "hold", "sessions"),
    _rule("session.three_sessions", "mentor", _MAIL, "hold", "sessions"),
    _rule("membership.reminder", "member", _MAIL, "hold", "reminders", essential=True),
    _rule("trial.reminder", "member", _BOTH, "hold", "reminders"),
    _rule("trial.undecided", "support", _MAIL, "hold", "operations"),
    _rule("trial.not_chosen", "mentor", _MAIL, "hold", "reminders"),
    # By a switch or a choice, in which they had no part.
    _rule("conversation.added", "mentor", _BOTH, "hold", "reminders"),
    _rule("ghosting.suggested", "mentor", _BOTH, "hold", "reminders"),
    _rule("case.opened", "member", _BOTH, "hold", "cases"),
    _rule("case.opened", "mentor", _BOTH, "hold", "cases"),
    _rule("case.moved", "member", _BOTH, "hold", "cases"),
    _rule("case.moved", "mentor", _BOTH, "hold", "cases"),
    # Support whose case it is, or who was given it.
    _rule("case.moved", "support", _LIST, "hold", "operations"),
    # The mentor of a session with another one, who has no part in the conversation that asks for it.
    _rule("case.guest", "mentor", _BOTH, "hold", "cases"),
    _rule("case.noted", "member", _BOTH, "hold", "cases"),
    _rule("case.noted", "mentor", _BOTH, "hold", "cases"),
    _rule("case.noted", "support", _MAIL, "hold", "operations"),
    _rule("case.assigned", "support", _MAIL, "hold", "operations"),
    # Somebody may need protection tonight.
    _rule("case.urgent", "support", _BOTH, "through", "operations", essential=True),
    # An urgent note: of other cases that cannot wait the mentor hears nothing by it.
    _rule("case.urgent", "mentor", _BOTH, "through", "cases", essential=True),
    _rule("conduct.warned", "member", _MAIL, "hold", "reminders", essential=True),
    _rule("conduct.warned", "mentor", _MAIL, "hold", "reminders", essential=True),
    _rule("case.waiting", "support", _MAIL, "hold", "operations"),
    # What the product was to do and cannot: who was promised it waits for it.
    _rule("case.by_hand", "support", _MAIL, "hold", "operations"),
    _rule("webhook.disabled", "support", _MAIL, "hold", "operations", essential=True),
)
"""The defaults. What is not here nobody hears of: it is for webhooks."""


def topic_of(event: str) -> Topic | None:
    """What people turn off with it; None for what the table does not have."""
    return next((rule.topic for rule in TABLE if rule.event == event), None)


def rules_for(policy: NoticePolicy, event: str) -> list[HearingRule]:
    """The lines of the table for an event, as the policy has them; none: nobody hears of it."""
    changed = policy.events.get(event, {})
    return [
        _changed(rule, changed.get(rule.role, True), policy)
        for rule in TABLE
        if rule.event == event and changed.get(rule.role, True) is not False
    ]


def _changed(rule: HearingRule, change: HearingChange | bool, policy: NoticePolicy) -> HearingRule:
    delay = policy.unread_minutes if rule.event == _UNREAD else rule.delay_minutes
    if not isinstance(change, HearingChange):
        change = HearingChange()
    return HearingRule(
        event=rule.event,
        role=rule.role,
        channels=rule.channels if change.channels is None else change.channels,
        delay_minutes=delay if change.delay_minutes is None else change.delay_minutes,
        quiet=change.quiet or rule.quiet,
        essential=rule.essential if change.essential is None else change.essential,
        topic=rule.topic,
    )


def changes_of(
    events: Mapping[str, Any], convert: Callable[[object, str], HearingChange]
) -> dict[str, dict[str, HearingChange | bool]]:
    """The changes of the table as a file has them; `convert` reads one that stands at the place that it is told.

    Raises ValueError with a sentence for people, and what `convert` raises.
    """
    changes: dict[str, dict[str, HearingChange | bool]] = {}
    for event, roles in events.items():
        place = f'notices.events."{event}"'
        if not isinstance(roles, dict):
            raise ValueError(f"`{place}` must be a table of roles")  # noqa: TRY004 - the file's fault, not a caller's
        changes[event] = {
            role: change if isinstance(change, bool) else convert(change, f"{place}.{role}")
            for role, change in roles.items()
        }
    return changes


def notices_problem(policy: NoticePolicy) -> str | None:
    """What is wrong with it that its types do not say: a sentence that names the key; None where nothing is."""
    if policy.quiet_hours is True:
        return '`notices.quiet_hours`: true says no times; allowed: two such as ["22:00", "07:00"], or false'
    roles = {event: [rule.role for rule in TABLE if rule.event == event] for event in events_heard_of()}
    for event, changed in policy.events.items():
        if event not in roles:
            return f'`notices.events."{event}"` is no event of the table; allowed: {", ".join(roles)}'
        for role, change in changed.items():
            place = f'notices.events."{event}".{role}'
            if role not in roles[event]:
                return f"`{place}`: nobody hears of it in that role; allowed: {', '.join(roles[event])}"
            if event == _UNREAD and isinstance(change, HearingChange) and change.delay_minutes is not None:
                return f"`{place}.delay_minutes` is the same for all; set `notices.unread_minutes`"
    return None


def events_heard_of() -> Sequence[str]:
    """Those of the table, in its order."""
    return list(dict.fromkeys(rule.event for rule in TABLE))


# Quiet hours


def quiet_until(zone: str, span: QuietSpan | None, at: int) -> int:
    """When something may go out that is to go out at `at`: then, or at the end of the quiet hours that hold it.

    They begin and end when the clocks of the zone first show their times on a day: one that clocks skip is the instant
    of the change. `span` of two equal minutes is none.
    """
    if span is None or span[0] == span[1]:
        return at
    first, until = span
    today = local_time(at, zone).replace(hour=0, minute=0, second=0, microsecond=0)
    free_at = at
    for days in (-1, 0, 1):
        begins = first_instant(_on(today, days, first))
        if begins <= free_at < (ends := first_instant(_on(today, days + (until < first), until))):
            free_at = ends
    return free_at


def _on(today: datetime, days: int, minute: int) -> datetime:
    """That minute of that day, as its clocks show it."""
    return (today + timedelta(days=days)).replace(hour=minute // 60, minute=minute % 60)


_CLOCK = re.compile(r"([01]\d|2[0-3]):([0-5]\d)")


def minutes_of(clock: str) -> int:
    """The minute of the day of `HH:MM`. Raises ValueError with a sentence for people."""
    if (found := _CLOCK.fullmatch(clock)) is None:
        raise ValueError(f"{clock!r} is no time of day; use HH:MM from 00:00 to 23:59")
    return int(found[1]) * 60 + int(found[2])


def clock_text(minute: int) -> str:
    """`HH:MM` of a minute of the day."""
    return f"{minute // 60:02d}:{minute % 60:02d}"


# For people


def hearing_table(policy: NoticePolicy) -> str:
    """The whole table in Markdown, as the policy has it."""
    heads = ("event", "who", "channels", "after", "quiet hours", "essential", "topic")
    lines = [_line(heads), _line(["---"] * len(heads))]
    for event in events_heard_of():
        for rule in rules_for(policy, event):
            cells = [
                f"`{rule.event}`",
                rule.role,
                ", ".join(rule.channels) or "the list only",
                f"{rule.delay_minutes} min" if rule.delay_minutes else "at once",
                rule.quiet,
                "yes" if rule.essential else "",
                rule.topic,
            ]
            lines.append(_line(cells))
    return "\n".join(lines) + "\n"


def _line(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cells)} |"
