"""A member's membership as the records have it, and what can be said about one."""

from collections.abc import Awaitable, Callable, Sequence
from datetime import date
from typing import Annotated, Protocol

from msgspec import Meta, Struct
from sqlalchemy.ext.asyncio import AsyncConnection

from chatserver.protocol.events import Role
from quotas.bookings import Price
from quotas.memberships import Membership, Payer, Renewal, StepKind
from quotas.money import MOST, Cadence

StartedOn = Annotated[date, Meta(description="A date such as 2026-01-31, from which renewals are counted.")]
PaidUntil = Annotated[date, Meta(description="The first day that is not paid for; null: the end of the current term.")]
Amount = Annotated[int, Meta(ge=0, le=MOST, description="In the currency's minor unit, such as øre or cents.")]
CurrencyCode = Annotated[str, Meta(description="A currency of ISO 4217, such as `NOK`.")]


class MembershipPrice(Struct, frozen=True, forbid_unknown_fields=True):
    """What is charged."""

    amount: Amount
    currency: CurrencyCode


class MembershipDetails(Struct, frozen=True, forbid_unknown_fields=True):
    """What was agreed with a member. What is left out gets its default, also where there is a membership already.

    `price` is that of a month, or of a year where it renews annually; with a `cadence`, for meeting every two weeks.
    """

    renewal: Renewal
    started_on: StartedOn
    price: MembershipPrice
    payer: Payer
    cadence: Cadence | None = None
    paid_until: PaidUntil | None = None
    renews: bool = True


class MembershipChange(Struct, frozen=True, forbid_unknown_fields=True):
    """What is to change; null or absent: as it is."""

    renewal: Renewal | None = None
    started_on: StartedOn | None = None
    price: MembershipPrice | None = None
    payer: Payer | None = None
    cadence: Cadence | None = None
    paid_until: PaidUntil | None = None
    renews: bool | None = None


class MembershipRecord(Struct, frozen=True):
    """What was agreed, from `set_at` (ms) until the next one's."""

    person: str
    terms: Membership
    set_at: int
    set_by: Role


class NotedStep(Struct, frozen=True):
    """What fell due of a membership at `at`, and was noted at `noted_at`; `price` is that of the renewal. In ms."""

    person: str
    kind: StepKind
    paid_until: date
    renewed_until: date
    price: Price
    payer: Payer
    at: int
    noted_at: int


class FallenDue(Struct, frozen=True):
    """What fell due of a membership and was noted, and when the next falls due (ms; None where no more comes)."""

    next_at: int | None = None
    steps: Sequence[NotedStep] = ()


class MembershipNews(Protocol):
    """Who is to hear of memberships."""

    async def note(
        self, connection: AsyncConnection, happened: Sequence[MembershipRecord | NotedStep], now: int
    ) -> Callable[[], Awaitable[None]]:
        """In the transaction in which that is written; what it returns is called after the commit, and raises nothing.

        The same again changes nothing.
        """


class MembershipTurn(Struct, frozen=True):
    """Steps up to `noted_until` are noted; the next falls due at `next_at`, None where no more comes. In ms."""

    noted_until: int
    next_at: int | None
