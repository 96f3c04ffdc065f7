"""What cases ask of how often the two meet, and of sessions beside the plan."""

from chatserver.cases.effects import CaseEffects, EffectImpossible
from chatserver.cases.rows import case_entries
from chatserver.records.database import Database
from chatserver.sessions.bookings import Bookings
from chatserver.sessions.outcomes import BookingDone, BookingRefused
from quotas import instant
from quotas.bookings import Actor, Price
from quotas.cases.record import Case
from quotas.session_book import WantedBooking

STANDARD_MINUTES = 45
"""How long an extra session lasts where nobody says otherwise."""


class MeetingEffects:
    """Each is an `EffectDoer`."""

    def __init__(self, *, database: Database, bookings: Bookings) -> None:
        self._database = database
        self._bookings = bookings

    def effects(self) -> CaseEffects:
        """Those that are done here, by name."""
        return {"book": self.book}

    async def book(self, case: Case, at: int) -> str:
        """Book the times that were agreed on; the ids of the bookings, also of one that was booked already."""
        facts = case.facts
        if facts.booking is not None:
            return await self._booked_already(case, facts.booking)
        if not facts.starts_at:
            raise EffectImpossible("no time is named")
        by, price = await self._booker(case), facts.price if case.payer == "consumer" else None
        booked, refused = [], []
        for number, start in enumerate(facts.starts_at, 1):
            id = f"extra-{case.id}-{number}"
            if reason := await self._refusal(case, id, start, by, price):
                refused.append(f"{instant.text(start)} {reason}")
            else:
                booked.append(id)
        if refused:
            raise EffectImpossible("; ".join([*booked, *refused]))
        return " ".join(booked)

    async def _refusal(self, case: Case, id: str, start: int, by: Actor, price: Price | None) -> str | None:
        """Why it is not booked; None where it is."""
        minutes = case.facts.minutes or STANDARD_MINUTES
        wanted = WantedBooking(id, case.conversation, "video_call", start, minutes, "extra", price)
        match await self._bookings.book(wanted, by, unpaid=price is None):
            case BookingDone():
                return None
            case BookingRefused(reason):
                return reason
            case _:
                return "cannot be booked"

    async def _booker(self, case: Case) -> Actor:
        """Who named the times: a quote is for any time; a member whose business pays takes one of the slots."""
        if case.payer == "consumer":
            return "support"
        async with self._database.read() as connection:
            lines = await case_entries.of_case(connection, case.id)
        roles = [each.entry.role for each in lines if each.entry.did in ("booked", "moved:booked")]
        match roles[-1:]:
            case ["member"]:
                return "member"
            case ["mentor"]:
                return "mentor"
        return "support"

    async def _booked_already(self, case: Case, id: str) -> str:
        booking = await self._bookings.find(id)
        if booking is None or booking.conversation != case.conversation:
            raise EffectImpossible("the conversation has no such booking")
        return id
