"""Timelines: the lines that go in, and the outcome of each. Source: domain.md and sessions.md, "Timelines"."""

from typing import Annotated, Any, Literal

from msgspec import Meta, Struct

from quotas.bookings import BookingState, Price
from quotas.plans import Service
from quotas.sentences import Told

Name = Annotated[str, Meta(min_length=1, max_length=64)]


class Line(Struct, frozen=True, forbid_unknown_fields=True, tag_field="do", tag=str.lower):
    """What every line says: when, and in which conversation."""

    at: str
    conversation: Name


class Open(Line, frozen=True):
    """A conversation begins. Zone and holidays default to the policy's."""

    plan: str
    zone: str | None = None
    holidays: str | None = None
    subscription_from: str | None = None
    """The local date on which the subscription began; left out: that of `at`."""
    member: Name | None = None
    mentor: Name | None = None


class Member(Line, frozen=True):
    """The member tries to write."""


class Mentor(Line, frozen=True):
    """The mentor writes."""


class Check(Line, frozen=True):
    """What would the member get?"""


class ChangePlan(Line, frozen=True, tag="plan"):
    """The member's plan changes."""

    plan: str


class Live(Line, frozen=True):
    """A live chat starts and lasts `minutes`."""

    minutes: Annotated[int, Meta(ge=1, le=24 * 60)]


class Pause(Line, frozen=True):
    """The conversation is paused."""


class Resume(Line, frozen=True):
    """The pause ends."""


class End(Line, frozen=True):
    """The conversation ends, for good."""


class Book(Line, frozen=True):
    """The mentor books a session; with a price an extra one."""

    booking: Name
    service: Service
    start: str
    minutes: int
    price: Price | None = None


class Move(Line, frozen=True):
    """A booking is moved."""

    booking: Name
    start: str
    by: Literal["member", "mentor", "support"]


class Cancel(Line, frozen=True):
    """A booking is cancelled."""

    booking: Name
    by: Literal["member", "mentor", "support"]


class Join(Line, frozen=True):
    """One side comes to a session."""

    booking: Name
    by: Literal["member", "mentor"]


class Finish(Line, frozen=True):
    """The mentor ends a session."""

    booking: Name


class NoShow(Line, frozen=True, tag="no_show"):
    """The mentor confirms that the member did not come."""

    booking: Name


class Correct(Line, frozen=True):
    """Support adds or takes credits."""

    units: int
    reason: str


class AskCredits(Line, frozen=True, tag="credits"):
    """How many credits are left?"""


SessionLine = Book | Move | Cancel | Join | Finish | NoShow
"""Lines that name a booking."""
AnyLine = Open | Member | Mentor | Check | ChangePlan | Live | Pause | Resume | End | SessionLine | Correct | AskCredits


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
