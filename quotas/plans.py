"""Plans and the policy around them, as data.

Source: domain.md "Plans". `policy_file.py` reads them.
"""

import re
from collections.abc import Iterable
from typing import Annotated, Literal

import msgspec
from msgspec import Meta, Struct

from quotas.attachments import AttachmentPolicy
from quotas.case_policy import CasePolicy
from quotas.help_policy import HelpPolicy
from quotas.instant import HOUR
from quotas.notices import NoticePolicy

Weekday = Literal["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]
WEEKDAYS: tuple[Weekday, ...] = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")

PLAN_NAME = re.compile(r"[a-z][a-z0-9_+-]{0,31}")

Service = Literal["video_call", "live_chat"]

Cancelled = Literal["held", "returned"]

Hours = Annotated[int, Meta(ge=1, le=24 * 28)]

ReplyHours = Annotated[float, Meta(ge=0.001, le=24 * 28)]
"""Hours, in fractions too: a demo's promise may be a minute."""


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
    no_answer_needed: bool = False
    """Whether the mentor's side may say so of what waits: then the wait is over without an answer."""
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


UpgradeUrl = Annotated[str, Meta(max_length=500, pattern=r"^https?://[^\s{}]+(\{plan\}[^\s{}]*)?$(?!\n)")]


class MessagePolicy(Struct, frozen=True, forbid_unknown_fields=True):
    """What may be done to messages that are written. Source: chat.md "Changes to a message are entries"."""

    edit_minutes: Annotated[int, Meta(ge=0, le=24 * 60)] = 15
    """How long one may edit one's own; 0: never."""


class Policy(Struct, frozen=True, forbid_unknown_fields=True):
    """Everything that the rules take from configuration."""

    calendar: CalendarPolicy
    plans: dict[str, Plan]
    sessions: SessionPolicy = SessionPolicy()
    notices: NoticePolicy = NoticePolicy()
    cases: CasePolicy = CasePolicy()
    messages: MessagePolicy = MessagePolicy()
    attachments: AttachmentPolicy = AttachmentPolicy()
    help: HelpPolicy = msgspec.field(default_factory=HelpPolicy)
    upgrade_url: UpgradeUrl | None = None
    """Where members get another plan, with `{plan}` in the place of its name or without; None: nowhere."""

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
