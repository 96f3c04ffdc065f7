"""A conversation as the records have it, and the plans that its member held."""

from datetime import date
from typing import Literal

from msgspec import Struct

from quotas.admission import Status
from quotas.calendar import Calendar

ConversationKind = Literal["plan", "trial", "guest"]
"""What it is for: mentoring by a plan, getting to know a mentor, or one session with another mentor."""
EndedReason = Literal["not_chosen", "churned", "switched", "cancelled", "removed"]


class ConversationRecord(Struct, frozen=True):
    """One conversation; `plan` is that of its open subscription. Instants in ms."""

    id: str
    member: str
    mentor: str
    plan: str
    zone: str
    holidays: str
    status: Status
    revision: int
    """Grows by one with every change; the ledger's settings carry it."""
    created_at: int
    updated_at: int
    key_number: int = 1
    """Which of its keys texts are sealed with."""
    subscription_from: date | None = None
    """The local date on which the subscription began; None where it was never said."""
    kind: ConversationKind = "plan"
    ended_reason: EndedReason | None = None
    """Why it ended; None where it has not, or nobody said."""
    chosen_plan: str | None = None
    """The plan that a trial gets where it is chosen, as far as that was said."""
    chosen_at: int | None = None
    """When it was chosen, and its trial was over."""
    follows: str | None = None
    """The conversation with another mentor that was handed on to this one."""

    def anchor(self, calendar: Calendar) -> date:
        """The date from which subscription months are counted: that of its creation where none was said."""
        return self.subscription_from or calendar.day_of(self.created_at)


class Subscription(Struct, frozen=True):
    """A plan held from `started_at` until before `ended_at`; None while it is held."""

    plan: str
    started_at: int
    ended_at: int | None
