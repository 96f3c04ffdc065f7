"""What webhooks say of each event: its data, which docs and OpenAPI describe.

Ids, instants (RFC 3339 in UTC), numbers and words of the rules. What is not known of an event is null. No name is in
it, and of a message no text, save where an endpoint asks for texts.
"""

from collections.abc import Mapping
from typing import Annotated, Any

import msgspec
from msgspec import Meta, Struct, field

from chatserver.notices.fact import FactName

Moment = Annotated[str, Meta(description="An instant, RFC 3339 in UTC.")]


class MessageData(Struct, frozen=True, kw_only=True):
    """A message was accepted. `text` is null where the endpoint asks for none, and where it was erased since."""

    conversation: str
    seq: int
    id: str
    sender: str = field(name="from")
    role: str
    text: str | None = None


class MessageRefusedData(Struct, frozen=True, kw_only=True):
    """The rules refused a message of that side; told at most once a minute for each conversation and reason."""

    conversation: str
    member: str | None = None
    mentor: str | None = None
    side: str | None = None
    reason: str | None = None
    opens_at: Moment | None = None


class ReplyData(Struct, frozen=True, kw_only=True):
    """A member waits, or waited, for an answer since `waiting_since`; `in_time` is null where none was promised.

    It has `answered_at` where it was answered, `ended_at` where it ended otherwise. `answered_by` is who did it in the
    mentor's place, null where the mentor did, or nobody.
    """

    conversation: str
    member: str | None = None
    mentor: str | None = None
    waiting_since: Moment | None = None
    due_at: Moment | None = None
    answered_at: Moment | None = None
    waited_ms: int | None = None
    in_time: bool | None = None
    answered_by: str | None = None
    ended_at: Moment | None = None


class BookingData(Struct, frozen=True, kw_only=True):
    """A session was booked, moved or cancelled, by that role; `system` where nobody did it.

    Of one that was cancelled: `late` is paid, and `counts` says whether its units stay spent.
    """

    conversation: str
    booking: str
    member: str | None = None
    mentor: str | None = None
    service: str | None = None
    starts_at: Moment | None = None
    minutes: int | None = None
    by: str | None = None
    moved_from: Moment | None = None
    late: bool | None = None
    counts: bool | None = None
    series: str | None = None


class SessionData(Struct, frozen=True, kw_only=True):
    """Something happened at a session, or comes near; where there is no booking, in a series of them.

    `absent` is the side that has not joined, `hours` how long before its start a reminder is, `state` how it ended.
    Of a `month` with three sessions: its `starts`, and those `shifted` that a series would have that keeps to two.
    """

    conversation: str
    booking: str | None = None
    member: str | None = None
    mentor: str | None = None
    service: str | None = None
    starts_at: Moment | None = None
    minutes: int | None = None
    by: str | None = None
    absent: str | None = None
    hours: float | None = None
    state: str | None = None
    next_session: Moment | None = None
    series: str | None = None
    month: str | None = None
    starts: list[Moment] | None = None
    shifted: list[Moment] | None = None


class MembershipData(Struct, frozen=True, kw_only=True):
    """A membership was agreed on or changed, is about to renew, or has renewed. Days are local to the member.

    `amount` is in the currency's minor unit.
    """

    member: str
    renewal: str | None = None
    paid_until: str | None = None
    renewed_until: str | None = None
    renews: bool | None = None
    amount: int | None = None
    currency: str | None = None
    payer: str | None = None
    by: str | None = None


class MembershipCancelledData(Struct, frozen=True, kw_only=True):
    """A member leaves for whom a business pays: when they asked, and the first day that is not paid for."""

    member: str
    asked_on: str | None = None
    paid_until: str | None = None
    payer: str | None = None


class TrialData(Struct, frozen=True, kw_only=True):
    """A member has mentors to choose between, or has chosen another one than this. `until`: when they are to have."""

    member: str
    conversation: str | None = None
    mentor: str | None = None
    until: Moment | None = None


class CaseData(Struct, frozen=True, kw_only=True):
    """A case was opened, came into another state, or waits for support (`did`: overdue, or a reminder before that).

    `by` is the role of who did it, `system` where nobody did; null where it would say who reported somebody. `guest` is
    the mentor of a session with another one. No reason, no note, and nobody who was reported is in it.
    """

    conversation: str
    case: str
    kind: str
    state: str
    member: str | None = None
    mentor: str | None = None
    by: str | None = None
    due_at: Moment | None = None
    guest: str | None = None
    did: str | None = None


class PersonErasedData(Struct, frozen=True, kw_only=True):
    """A person was erased: forget what you hold of them."""

    person: str


class WebhookDisabledData(Struct, frozen=True, kw_only=True):
    """An endpoint, another than this one, is told of nothing more: it said 410 Gone, or failed for days."""

    webhook: str
    reason: str


DATA: Mapping[FactName, tuple[type[Struct], str]] = {
    "message": (MessageData, "A message was accepted."),
    "message.refused": (MessageRefusedData, "The rules refused a message."),
    "reply.warning": (ReplyData, "An answer is due soon."),
    "reply.missed": (ReplyData, "An answer is overdue."),
    "reply.answered": (ReplyData, "The mentor has answered."),
    "reply.acknowledged": (ReplyData, "The mentor said that no answer is needed."),
    "reply.withdrawn": (ReplyData, "The member deleted what waited for an answer."),
    "booking.booked": (BookingData, "A session was booked."),
    "booking.moved": (BookingData, "A session was moved to another start."),
    "booking.cancelled": (BookingData, "A session was cancelled."),
    "session.reminder": (SessionData, "A session is near."),
    "session.starting": (SessionData, "A session may be joined."),
    "session.started": (SessionData, "Both are there."),
    "session.late": (SessionData, "A session has begun, and one of the two is not there."),
    "session.candidate": (SessionData, "Somebody may not have come: the mentor or support decides."),
    "session.close_reminder": (SessionData, "A session has to be closed yet."),
    "session.ended": (SessionData, "A session was held."),
    "session.no_show": (SessionData, "The member did not come."),
    "session.mentor_absent": (SessionData, "The mentor did not come."),
    "session.unattended": (SessionData, "Nobody came."),
    "session.late_cancellation": (SessionData, "A session was cancelled too late to be free."),
    "session.three_sessions": (SessionData, "A month of a series holds three sessions."),
    "membership.changed": (MembershipData, "A membership was agreed on, or changed."),
    "membership.cancelled": (MembershipCancelledData, "A member leaves whose membership a business pays for."),
    "membership.reminder": (MembershipData, "A membership renews soon."),
    "membership.renewed": (MembershipData, "A membership was renewed."),
    "trial.reminder": (TrialData, "A member has still to choose between mentors."),
    "trial.undecided": (TrialData, "A member has not chosen between mentors in time."),
    "trial.not_chosen": (TrialData, "A trial has ended: its member chose another mentor."),
    "case.opened": (CaseData, "A case was opened."),
    "case.moved": (CaseData, "A case has come into another state; some states are ends."),
    "case.waiting": (CaseData, "A case waits for support: what it waits for has not come, or comes to its end soon."),
    "person.erased": (PersonErasedData, "A person was erased."),
    "webhook.disabled": (WebhookDisabledData, "Another endpoint is told of nothing more."),
}
"""By event its data, and what has happened."""


def data_of(kind: FactName, known: Mapping[str, Any]) -> Struct:
    """The data of an event, of all that is known of it.

    Raises ValidationError where what every such event has is missing: a fault of whoever noted it.
    """
    return msgspec.convert(known, DATA[kind][0])
