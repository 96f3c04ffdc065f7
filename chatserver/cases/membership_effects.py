"""What cases ask of a membership: it renews or does not, and at which cadence. Done again it changes nothing."""

from chatserver.cases.effects import CaseEffects, EffectImpossible
from chatserver.cases.rows import quiet_members
from chatserver.conversations.memberships import Memberships
from chatserver.conversations.requests import Conflict, Invalid, Missing, Written
from chatserver.records.database import Database
from quotas.cases.record import Case


class MembershipEffects:
    """Each is an `EffectDoer`."""

    def __init__(self, database: Database, memberships: Memberships) -> None:
        self._database = database
        self._memberships = memberships

    def effects(self) -> CaseEffects:
        """Those that are done here, by name."""
        return {
            "stop_renewal": self.stop_renewal,
            "resume_renewal": self.resume_renewal,
            "agree_cadence": self.agree_cadence,
            "drop_cadence": self.drop_cadence,
        }

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

    async def agree_cadence(self, case: Case, at: int) -> str:
        """Renewals from the day on which it applies cost what the new cadence does."""
        facts = case.facts
        if facts.to is None or facts.applies_on is None:
            raise EffectImpossible("the cadence, or its first day, is not known")
        if await self._memberships.find(case.member) is None:
            raise EffectImpossible("there is no membership; tell whoever charges")
        outcome = await self._memberships.agree_cadence(case.member, facts.to, facts.applies_on, "support")
        if not isinstance(outcome, Written):
            raise EffectImpossible("the membership cannot be changed any more")
        return ""

    async def drop_cadence(self, case: Case, at: int) -> str:
        """The cadence stays. Where there is no membership, nothing was agreed."""
        await self._memberships.drop_cadence(case.member, "support")
        return ""
