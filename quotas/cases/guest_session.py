"""A one-off session with another mentor, as its case follows it: booked, moved, and over, however it ends.

Source: cases.md "one_off_session". Worked out from the bookings of the guest's conversation, whenever somebody looks.
"""

from collections.abc import Iterable

from msgspec.structs import replace

from quotas.bookings import Booking, state_of
from quotas.cases.facts import CaseFacts, with_facts
from quotas.cases.record import SYSTEM, Case, CaseEntry, entered, noted
from quotas.cases.rules import CaseState
from quotas.plans import SessionPolicy


def booked_first(bookings: Iterable[Booking]) -> Booking | None:
    """The session that the case is about, before it names one; None where there is none yet."""
    mine = (each for each in bookings if each.kind == "one_off")
    return min(mine, key=lambda each: (each.booked_at, each.id), default=None)


def over_at(booking: Booking, now: int) -> int | None:
    """When it was cancelled, or over in the books; None where it is neither."""
    if booking.cancelled is not None:
        return booking.cancelled.at
    return booking.ended_at if booking.ended_at <= now else None


def followed(case: Case, bookings: Iterable[Booking], policy: SessionPolicy, now: int) -> Case | None:
    """The case after the first thing that its session brings about; None where it stands as it should.

    Whatever fell due before the booking was made has happened.
    """
    known = {each.id: each for each in bookings}
    match case.state:
        case "approved":
            booking = booked_first(known.values())
            if booking is None:
                return None
            facts = CaseFacts(booking=booking.id, ends_at=booking.ended_at)
            return _moved(case, "booked", max(booking.booked_at, case.since), now, facts)
        case "booked" if case.facts.booking in known:
            booking = known[case.facts.booking]
            if (at := over_at(booking, now)) is not None:
                facts = CaseFacts(ends_at=booking.ended_at, outcome=state_of(booking, policy, at))
                return _moved(case, "done", max(at, case.since), now, facts)
            if booking.ended_at != case.facts.ends_at:
                return replace(case, facts=with_facts(case.facts, CaseFacts(ends_at=booking.ended_at)))
    return None


def _moved(case: Case, to: CaseState, at: int, now: int, facts: CaseFacts) -> Case:
    entry = CaseEntry(at, now, SYSTEM.id, SYSTEM.role, to, facts=facts)
    return entered(noted(case, entry), to, at, facts)
