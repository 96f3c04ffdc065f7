"""What cases ask of the credits: units put right, a no-show that support confirms. Done again it changes nothing."""

from chatserver.cases.effects import CaseEffects, EffectImpossible
from chatserver.conversations.requests import Conflict, Invalid, Missing
from chatserver.sessions.bookings import Bookings
from chatserver.sessions.credit_book import CorrectionRefused
from chatserver.sessions.outcomes import BookingRefused
from quotas.cases.record import Case


class CreditEffects:
    """Each is an `EffectDoer`."""

    def __init__(self, bookings: Bookings) -> None:
        self._bookings = bookings

    def effects(self) -> CaseEffects:
        """Those that are done here, by name."""
        return {"correct_units": self.correct_units}

    async def correct_units(self, case: Case, at: int) -> str:
        """Units that support adds or takes; and a candidate of a no-show, where support says that it was one."""
        facts, did = case.facts, []
        if facts.outcome == "no_show" and facts.booking is not None:
            await self._confirm_no_show(facts.booking)
            did.append(f"no_show {facts.booking}")
        if facts.units:
            corrected = await self._bookings.correct(case.conversation, f"case:{case.id}", facts.units, "case", at)
            if isinstance(corrected, CorrectionRefused | Conflict | Invalid | Missing):
                raise EffectImpossible("the units cannot be corrected")
            did.append(f"units {facts.units:+d}")
        return ", ".join(did)

    async def _confirm_no_show(self, id: str) -> None:
        booking = await self._bookings.find(id)
        if booking is not None and booking.no_show_at:
            return
        if booking is None or isinstance(await self._bookings.no_show(id, "support"), BookingRefused | Missing):
            raise EffectImpossible("the no-show cannot be confirmed any more")
