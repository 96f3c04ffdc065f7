"""Timelines: the lines that go in, and the outcome of each. Source: domain.md and sessions.md, "Timelines"."""

from typing import Annotated, Any, Literal

from msgspec import Meta, Struct

from quotas.bookings import BookingState, Price
from quotas.plans import Service
from quotas.sentences import Told

TimelineId = Annotated[str, Meta(min_length=1, max_length=64)]


class TimelineLine(Struct, frozen=True, forbid_unknown_fields=True, tag_field="do", tag=str.lower):
    """What every line says: when, and in which conversation."""

    at: str
    conversation: TimelineId


class Open(TimelineLine, frozen=True):
    """A conversation begins. Zone and holidays default to the policy's."""

    plan: str
    zone: str | None = None
    holidays: str | None = None
    subscription_from: str | None = None
    """The local date on which the subscription began; left out: that of `at`."""
    member: TimelineId | None = None
    mentor: TimelineId | None = None


class Member(TimelineLine, frozen=True):
    """The member tries to write."""


class Mentor(TimelineLine, frozen=True):
    """The mentor writes."""


class CheckLine(TimelineLine, frozen=True, tag="check"):
    """What would the member get?"""


class ChangePlan(TimelineLine, frozen=True, tag="plan"):
    """The member's plan changes."""

    plan: str


class Live(TimelineLine, frozen=True):
    """A live chat starts and lasts `minutes`."""

    minutes: Annotated[int, Meta(ge=1, le=24 * 60)]


class Pause(TimelineLine, frozen=True):
    """The conversation is paused."""


class Resume(TimelineLine, frozen=True):
    """The pause ends."""


class End(TimelineLine, frozen=True):
    """The conversation ends, for good."""


class BookLine(TimelineLine, frozen=True, tag="book"):
    """The mentor books a session; with a price an extra one."""

    booking: TimelineId
    service: Service
    start: str
    minutes: int
    price: Price | None = None


class Move(TimelineLine, frozen=True):
    """A booking is moved."""

    booking: TimelineId
    start: str
    by: Literal["member", "mentor", "support"]


class Cancel(TimelineLine, frozen=True):
    """A booking is cancelled."""

    booking: TimelineId
    by: Literal["member", "mentor", "support"]


class Join(TimelineLine, frozen=True):
    """One side comes to a session."""

    booking: TimelineId
    by: Literal["member", "mentor"]


class Finish(TimelineLine, frozen=True):
    """The mentor ends a session."""

    booking: TimelineId


class NoShow(TimelineLine, frozen=True, tag="no_show"):
    """The mentor confirms that the member did not come."""

    booking: TimelineId


class Correct(TimelineLine, frozen=True):
    """Support adds or takes credits."""

    units: int
    reason: str


class AskCredits(TimelineLine, frozen=True, tag="credits"):
    """How many credits are left?"""


SessionLine = BookLine | Move | Cancel | Join | Finish | NoShow
"""Lines that name a booking."""
AnyLine = (
    Open | Member | Mentor | CheckLine | ChangePlan | Live | Pause | Resume | End | SessionLine | Correct | AskCredits
)


class AnsweredOut(Struct, frozen=True):
    """The wait that a mentor's message ended."""

    waited_ms: int
    late: bool


class SessionOut(Struct, frozen=True):
    """The booking that the line names, after it."""

    booking: str
    start: str
    minutes: int
    units: int
    state: BookingState
    counts: bool
    billable: bool
    late: bool


class Outcome(Struct, frozen=True):
    """What a line did, and the state after it. Instants are RFC 3339 in UTC."""

    at: str
    conversation: str
    do: str
    outcome: Literal["ok", "admitted", "refused"]
    reason: str | None
    opens_at: str | None
    window_ends_at: str | None
    windows_left: int | None
    messages_left: int | None
    waiting_since: str | None
    reply_due_at: str | None
    answered: AnsweredOut | None
    credits_left: int | None
    period_until: str
    session: SessionOut | None


class ExplainedOutcome(Outcome, frozen=True):
    """An outcome with the steps that led to the state after it."""

    why: list[Told]


def word_of(line: AnyLine) -> str:
    """What stands in `do`."""
    tag: Any = line.__struct_config__.tag
    return str(tag)
