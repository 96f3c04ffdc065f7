"""What can be asked of provisioning, and how it ends: refusals are values here."""

from datetime import date
from typing import Annotated, Generic, TypeVar

from msgspec import Meta, Struct

from chatserver.conversations.conversation import ConversationRecord, EndedReason
from chatserver.conversations.membership import MembershipRecord
from chatserver.conversations.person import Locale, PersonRecord
from chatserver.protocol.commands import NAME_ALLOWED, Name
from chatserver.protocol.events import Role
from quotas.admission import Status

_LINE = r"^[^\u0000-\u0020\u007f-\u00a0][^\u0000-\u001f\u007f-\u009f]*$(?!\n)"
_ADDRESS = r"^[^@\u0000-\u0020\u007f-\u00a0]+@[^@\u0000-\u0020\u007f-\u00a0]+$(?!\n)"

PersonName = Annotated[
    str,
    Meta(
        min_length=1,
        max_length=200,
        pattern=_LINE,
        description="1 to 200 characters of any script, one of which shows; no control characters, no space first.",
    ),
]
Email = Annotated[
    str,
    Meta(min_length=3, max_length=254, pattern=_ADDRESS, description="An e-mail address of at most 254 characters."),
]
Zone = Annotated[str, Meta(description="An IANA time zone such as `Europe/Oslo`; null for the policy's.")]
Country = Annotated[
    str,
    Meta(
        pattern=r"^[A-Z]{2}$(?!\n)",
        description="The ISO 3166-1 code of the country a person lives in, such as `NO`; null where it is not known.",
    ),
]
Holidays = Annotated[
    str,
    Meta(description="The ISO 3166-1 code of a country with holidays; empty for none, null for the policy's."),
]
PlanName = Annotated[str, Meta(description="A plan of the server's policy, such as `light`.")]
SubscriptionFrom = Annotated[
    date, Meta(description="A date such as 2026-01-05, on which the subscription began; null for the day of creation.")
]
Trial = Annotated[
    bool,
    Meta(description="Whether it is to get to know a mentor, before one is chosen; null: no, or as it was created."),
]
Guest = Annotated[
    bool, Meta(description="Whether it is for one session with another mentor; null: no, or as it was created.")
]
ChosenPlan = Annotated[
    str, Meta(description="Of a trial: the plan that it gets where its member chooses it; null: as it is.")
]
PersonId = Annotated[Name, Meta(description=NAME_ALLOWED)]


class PersonDetails(Struct, frozen=True, forbid_unknown_fields=True):
    """What is said about a person. What is left out gets its default, also where the person exists."""

    role: Role
    name: PersonName
    zone: Zone | None = None
    locale: Locale = "nb"
    email: Email | None = None
    country: Country | None = None


class LocaleChoice(Struct, frozen=True, forbid_unknown_fields=True):
    """In which language a person wants to be told things."""

    locale: Locale


class Revocation(Struct, frozen=True, forbid_unknown_fields=True):
    """From when on tokens are good; left out or null: from now."""

    before: Annotated[str, Meta(description="An RFC 3339 instant with its offset, not in the future.")] | None = None


class ConversationDetails(Struct, frozen=True, forbid_unknown_fields=True):
    """What is said about a conversation.

    `member`, `mentor`, `subscription_from`, `trial` and `guest` are said when it is created, and not changed by this.
    """

    member: PersonId
    mentor: PersonId
    plan: PlanName
    zone: Zone | None = None
    holidays: Holidays | None = None
    subscription_from: SubscriptionFrom | None = None
    trial: Trial | None = None
    guest: Guest | None = None
    chosen_plan: ChosenPlan | None = None


class ConversationChange(Struct, frozen=True, forbid_unknown_fields=True):
    """What is to change; null or absent: as it is. `ended` is final, and comes before `suspended`, which comes before
    `paused`: `open` lifts a suspension and gives back what was before. While a case suspends the conversation, `open`
    and `paused` are kept for when the case lifts that. `ended_reason` is said with `ended` or never."""

    plan: PlanName | None = None
    status: Status | None = None
    ended_reason: EndedReason | None = None


class ConversationChoice(Struct, frozen=True, forbid_unknown_fields=True):
    """The plan that the conversation gets; null or absent: the one that was said of it. Members leave it out."""

    plan: PlanName | None = None


class FieldProblem(Struct, frozen=True):
    """Which field is wrong, and what is allowed there."""

    field: str
    message: str


class Invalid(Struct, frozen=True):
    """Nothing was written: these fields cannot be so."""

    errors: list[FieldProblem]


class Conflict(Struct, frozen=True):
    """Nothing was written: what is recorded already does not allow it."""

    detail: str


class Missing(Struct, frozen=True):
    """Nothing was written: there is nothing to change."""


Record = TypeVar("Record", PersonRecord, ConversationRecord, MembershipRecord)


class Written(Struct, Generic[Record], frozen=True):
    """The record as it is now, and whether it is new."""

    record: Record
    created: bool
