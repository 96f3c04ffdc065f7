"""What cases ask of the rooms below, done: a conversation ends, a membership renews no more, units are put right.

Each may be done again: the same again changes nothing.
"""

from chatserver.cases.effects import CaseEffects, EffectImpossible
from chatserver.cases.rows import quiet_members
from chatserver.conversations.memberships import Memberships
from chatserver.conversations.provisioning import Provisioning
from chatserver.conversations.requests import Conflict, ConversationChange, Invalid, Missing
from chatserver.records.database import Database
from chatserver.sessions.bookings import Bookings
from chatserver.sessions.credit_book import CorrectionRefused
from chatserver.sessions.outcomes import BookingRefused
from chatserver.sessions.telling import SessionTelling
from quotas.admission import Status
from quotas.cases.record import Case


class CaseDoers:
    """Its methods raise EffectImpossible; DatabaseError and StoreError, where it is tried again."""

    def __init__(
        self,
        *,
        database: Database,
        provisioning: Provisioning,
        memberships: Memberships,
        bookings: Bookings,
        telling: SessionTelling,
    ) -> None:
        self._database = database
        self._provisioning = provisioning
        self._memberships = memberships
        self._bookings = bookings
        self._telling = telling

    def effects(self) -> CaseEffects:
        """Those that are done here, by name."""
        return {
            "end_conversation": self.end_conversation,
            "stop_renewal": self.stop_renewal,
            "resume_renewal": self.resume_renewal,
            "correct_units": self.correct_units,
            "suspend": self.suspend,
            "lift": self.lift,
        }

    async def suspend(self, case: Case, at: int) -> str:
        """Neither side writes. In a conversation that has ended nobody does anyway."""
        found = await self._provisioning.get_conversation(case.conversation)
        if found is not None and found.status == "ended":
            return ""
        return await self._with_status(case, "suspended")

    async def lift(self, case: Case, at: int) -> str:
        """Back to what was before; one that is not suspended stays as it is."""
        found = await self._provisioning.get_conversation(case.conversation)
        if found is None or found.status != "suspended":
            return ""
        return await self._with_status(case, "open")

    async def _with_status(self, case: Case, status: Status) -> str:
        change = ConversationChange(status=status)
        outcome = await self._provisioning.change_conversation(case.conversation, change)
        if isinstance(outcome, Invalid | Missing | Conflict):
            raise EffectImpossible("the conversation has ended")
        return ""

    async def end_conversation(self, case: Case, at: int) -> str:
        """What has not started is cancelled, uncounted."""
        change = ConversationChange(status="ended", ended_reason="churned")
        outcome = await self._provisioning.change_conversation(case.conversation, change)
        if isinstance(outcome, Invalid | Missing):
            raise EffectImpossible("the conversation cannot be ended")
        # A conflict: it has ended for another reason already.
        await self._telling.tell(case.conversation)
        return ""

    async def stop_renewal(self, case: Case, at: int) -> str:
        """What is paid ahead is worth noting."""
        return await self._renews(case, False)

    async def resume_renewal(self, case: Case, at: int) -> str:
        """Not where another cancellation of the member's is official still, from another conversation."""
        async with self._database.read() as connection:
            if await quiet_members.is_cancelling(connection, case.member):
                return "another cancellation stands"
        return await self._renews(case, True)

    async def _renews(self, case: Case, renews: bool) -> str:
        found = await self._memberships.find(case.member)
        if found is None:
            raise EffectImpossible("there is no membership; tell whoever charges")
        if found.terms.renews == renews:
            return f"paid_until {found.paid_until}"
        change = self._memberships.resume if renews else self._memberships.stop
        outcome = await change(case.member, "support")
        match outcome:
            case Conflict() | Missing() | Invalid():
                raise EffectImpossible("the membership cannot be changed any more")
        return f"paid_until {found.paid_until}"

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
