"""What the server knows itself of what a case asks for: until when a membership is paid, what another cadence costs."""

from collections.abc import Awaitable, Callable

from msgspec import Struct
from msgspec.structs import replace

from chatserver.conversations.conversation import ConversationRecord
from chatserver.conversations.memberships import MembershipNow, Memberships
from quotas.bookings import Booking
from quotas.calendar import Calendar
from quotas.cases.facts import CaseFactName, CaseFacts, given_of
from quotas.cases.prices import price_at_cadence, price_of_one_off
from quotas.cases.rules import CaseKind
from quotas.memberships import Payer
from quotas.periods import period_at
from quotas.terms import Rulebook

SUPPORTS: tuple[CaseFactName, ...] = ("paid_until", "applies_on", "ends_at", "waiting_since")
"""What only support may say otherwise than the server knows it."""


class MemberTerms(Struct, frozen=True):
    """What is known of a member's payments at an instant."""

    membership: MembershipNow | None
    calendar: Calendar
    period_ends_at: int
    now: int

    @property
    def payer(self) -> Payer:
        return self.membership.terms.payer if self.membership else "consumer"


def terms_problem(kind: CaseKind, facts: CaseFacts, terms: MemberTerms) -> str | None:
    """What in the facts does not go with what the member has agreed, as a sentence."""
    if terms.membership is None:
        return None
    agreed = terms.membership.terms
    if kind == "cadence_change" and facts.to == agreed.cadence:
        return f"`to` is how often they meet already, {agreed.cadence}"
    if facts.price is not None and facts.price.currency != agreed.price.currency:
        return f"`price` must be in {agreed.price.currency}, the currency of the membership"
    return None


class KnownFacts:
    """`booking_of` finds a booking. Methods raise DatabaseError and StoreError."""

    def __init__(
        self, memberships: Memberships, rulebook: Rulebook, booking_of: Callable[[str], Awaitable[Booking | None]]
    ) -> None:
        self._memberships = memberships
        self._rulebook = rulebook
        self._booking_of = booking_of

    async def terms_of(self, conversation: ConversationRecord, now: int) -> MemberTerms:
        """What the conversation's member pays."""
        calendar = self._rulebook.calendar_to_show(conversation.zone, conversation.holidays)
        current = period_at(conversation.anchor(calendar), calendar, now)
        return MemberTerms(await self._memberships.find(conversation.member), calendar, current.ends_at, now)

    async def completed(
        self, kind: CaseKind, state: str, so_far: CaseFacts, given: CaseFacts, terms: MemberTerms
    ) -> CaseFacts:
        """What is given for entering that state, with what need not be said."""
        known = CaseFacts()
        today = terms.calendar.day_of(terms.now)
        period_ends_on = terms.calendar.day_of(terms.period_ends_at)
        match kind, state:
            case "membership_cancellation", "official":
                paid_until = terms.membership.paid_until if terms.membership else period_ends_on
                known = CaseFacts(asked_on=today, paid_until=paid_until)
            case "cadence_change", "confirmed":
                known = CaseFacts(applies_on=period_ends_on)
                if terms.membership is not None and so_far.to is not None:
                    known = replace(known, price=price_at_cadence(terms.membership.terms, so_far.to))
            case "one_off_session", "approved" if given.replaces is None and terms.membership is not None:
                known = CaseFacts(price=price_of_one_off(terms.membership.terms))
            case "one_off_session", "booked":
                booking = await self._booking_of(given.booking) if given.booking else None
                known = CaseFacts(ends_at=booking.ended_at if booking else None)
        return replace(known, **given_of(given))
