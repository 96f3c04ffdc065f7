"""What cases ask of how often the two meet, and of sessions beside the plan. `clock` gives the store's instant."""

from collections.abc import Awaitable, Callable

from chatserver.cases.effects import CaseEffects, EffectImpossible
from chatserver.cases.rows import case_entries
from chatserver.conversations.memberships import Memberships
from chatserver.records.database import Database
from chatserver.sessions.bookings import Bookings
from chatserver.sessions.outcomes import BookingDone, BookingRefused
from chatserver.sessions.series import SeriesBook
from quotas import instant
from quotas.bookings import Actor, Price
from quotas.cases.facts import STANDARD_MINUTES
from quotas.cases.record import Case
from quotas.series import EVERY_WEEKS
from quotas.session_book import WantedBooking


class MeetingEffects:
    """Each is an `EffectDoer`."""

    def __init__(
        self,
        *,
        database: Database,
        bookings: Bookings,
        memberships: Memberships,
        series: SeriesBook,
        clock: Callable[[], Awaitable[int]],
    ) -> None:
        self._database = database
        self._bookings = bookings
        self._memberships = memberships
        self._series = series
        self._clock = clock

    def effects(self) -> CaseEffects:
        """Those that are done here, by name."""
        return {
            "book": self.book,
            "cancel_replaced": self.cancel_replaced,
            "apply_cadence": self.apply_cadence,
        }

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

    async def apply_cadence(self, case: Case, at: int) -> str:
        """Series go on at the new interval; the ids of those that take their place, and of bookings moved by hand."""
        to = case.facts.to
        if to is None:
            raise EffectImpossible("the cadence is not known")
        since = max(at, await self._clock())
        prefix = f"cadence-{case.id}-"
        known = [each for each in await self._series.of_conversation(case.conversation) if prefix not in each.id]
        replanned: list[str] = []
        moved: list[str] = []
        for number, each in enumerate(known, 1):  # those that come later have later numbers
            if each.rule.every_weeks == EVERY_WEEKS[to]:
                continue
            if (went_on := await self._series.replan(each.id, f"{prefix}{number}", EVERY_WEEKS[to], since)) is not None:
                replanned.append(went_on.record.id)
                moved += went_on.moved
        # Without a membership somebody else charges: support was told so when it was agreed.
        await self._memberships.set_cadence(case.member, to, "support")
        return " ".join([*replanned, *(f"moved:{id}" for id in moved)])

    async def cancel_replaced(self, case: Case, at: int) -> str:
        """The session that a one-off one stands for: its units stay spent, and nobody is paid for it."""
        id = case.facts.replaces
        if id is None:
            return ""
        booking = await self._bookings.find(id)
        if booking is None or booking.conversation != case.conversation:
            raise EffectImpossible("the conversation has no such booking to be replaced")
        if booking.cancelled is None:
            outcome = await self._bookings.cancel(id, "support", counts=True)
            if not isinstance(outcome, BookingDone):
                raise EffectImpossible("the session that is to be replaced has begun")
        return id
