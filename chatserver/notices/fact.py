"""Something that happened in the product and that somebody may hear of.

Whoever writes down that it happened hands it to `Noting.note` in the same transaction: both are kept, or neither.
"""

from typing import Any, Literal

from msgspec import Struct

from quotas.notices import HearingRole

NOBODY: frozenset[HearingRole] = frozenset()
"""The roles of what only webhooks are told of."""

FactName = Literal[
    "message",
    "message.refused",
    "message.unread",
    "message.not_sent",
    "reply.warning",
    "reply.missed",
    "reply.overtime",
    "reply.answered",
    "reply.acknowledged",
    "reply.withdrawn",
    "absence.began",
    "writing.opened",
    "writing.days",
    "booking.booked",
    "booking.moved",
    "booking.cancelled",
    "session.reminder",
    "session.starting",
    "session.started",
    "session.late",
    "session.candidate",
    "session.close_reminder",
    "session.ended",
    "session.no_show",
    "session.mentor_absent",
    "session.unattended",
    "session.late_cancellation",
    "session.three_sessions",
    "membership.changed",
    "membership.cancelled",
    "membership.reminder",
    "membership.renewed",
    "trial.reminder",
    "trial.undecided",
    "trial.not_chosen",
    "conversation.added",
    "ghosting.suggested",
    "person.erased",
    "case.opened",
    "case.moved",
    "case.guest",
    "case.noted",
    "case.assigned",
    "case.urgent",
    "case.waiting",
    "case.by_hand",
    "conduct.warned",
    "webhook.disabled",
    "notice.test",
]
"""The names of what can happen: the same in the table of who hears of what, in notices, and in webhooks."""


class Fact(Struct, frozen=True, kw_only=True):
    """One thing that happened. `at` in ms."""

    event: FactName
    mark: str
    """With `event` it names the fact for ever: the same one noted again changes nothing."""
    at: int
    conversation: str = ""
    booking: str = ""
    member: str = ""
    mentor: str = ""
    """Of the conversation that it is about, or of the person; '' where it is about neither."""
    roles: frozenset[HearingRole] | None = None
    """Whom it concerns, of those whom the table names; None for all of them."""
    answering: tuple[str, ...] | None = None
    """Who hears of it as the mentor, such as whoever stands in; None for the mentor alone."""
    helping: tuple[str, ...] | None = None
    """Who of support hears of it; None for all."""
    joined: bool = False
    """Others like it come at the same moment: they are pushed as one."""
    data: dict[str, Any] = {}
    """Ids, instants (RFC 3339 in UTC) and numbers that texts are made of. No name, and nothing that a person wrote."""
