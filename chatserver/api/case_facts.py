"""The facts of a case as the HTTP interface reads and shows them: instants are RFC 3339 there."""

from datetime import date
from typing import Annotated

from msgspec import Meta, Struct, structs

from chatserver.api.problem import invalid
from chatserver.conversations.requests import FieldProblem, PersonId
from quotas import instant
from quotas.bookings import BookingState, Price
from quotas.cases.facts import INSTANT_FACTS, CaseFacts
from quotas.money import Cadence

LONGEST_REASON = 10_000

CaseReason = Annotated[
    str,
    Meta(
        max_length=LONGEST_REASON,
        pattern=r"^[^\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f]*$(?!\n)",
        description=f"at most {LONGEST_REASON} characters, without control characters but tabs and new lines.",
    ),
]
ReportedId = Annotated[
    str,
    Meta(min_length=1, max_length=64, pattern=r"^[^\u0000]*$(?!\n)", description="The id that an app gave a message."),
]


class CaseFactsSaid(Struct, frozen=True, omit_defaults=True, forbid_unknown_fields=True):
    """What is known of a case beside the words; which facts a kind or a state needs and takes, `docs/cases.md` says.

    `starts_at`, `ends_at` and `waiting_since` are RFC 3339; days are the conversation's own.
    """

    reason: CaseReason | None = None
    number: int | None = None
    to: Cadence | None = None
    mentor: PersonId | None = None
    chemistry: bool | None = None
    replaces: PersonId | None = None
    price: Price | None = None
    starts_at: tuple[str, ...] | None = None
    minutes: int | None = None
    booking: PersonId | None = None
    ends_at: str | None = None
    outcome: BookingState | None = None
    first_session: bool | None = None
    asked_on: date | None = None
    paid_until: date | None = None
    applies_on: date | None = None
    units: int | None = None
    person: PersonId | None = None
    messages: tuple[ReportedId, ...] | None = None
    waiting_since: str | None = None
    suspend: bool | None = None
    evidence_until: date | None = None


def facts_read(said: CaseFactsSaid) -> CaseFacts:
    """As they are worked with. Raises ProblemError 422 where an instant is none."""
    values = structs.asdict(said)
    if said.starts_at is not None:
        values["starts_at"] = tuple(_instant(f"facts.starts_at[{n}]", text) for n, text in enumerate(said.starts_at))
    for name in INSTANT_FACTS:
        if values[name] is not None:
            values[name] = _instant(f"facts.{name}", values[name])
    return CaseFacts(**values)


def facts_shown(facts: CaseFacts) -> CaseFactsSaid:
    """As they are shown."""
    values = structs.asdict(facts)
    if facts.starts_at is not None:
        values["starts_at"] = tuple(map(instant.text, facts.starts_at))
    values |= {name: instant.text_or_none(values[name]) for name in INSTANT_FACTS}
    return CaseFactsSaid(**values)


def _instant(field: str, text: str) -> int:
    try:
        return instant.parse(text)
    except ValueError as error:
        raise invalid([FieldProblem(field, str(error))]) from None
