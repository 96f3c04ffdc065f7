"""What cases ask of their own conversation: it ends, or is suspended for a while. Done again it changes nothing."""

from chatserver.cases.effects import CaseEffects, EffectImpossible
from chatserver.conversations.provisioning import Provisioning
from chatserver.conversations.requests import Conflict, ConversationChange, Invalid, Missing
from chatserver.sessions.telling import SessionTelling
from quotas.admission import Status
from quotas.cases.record import Case


class ConversationEffects:
    """Each is an `EffectDoer`."""

    def __init__(self, provisioning: Provisioning, telling: SessionTelling) -> None:
        self._provisioning = provisioning
        self._telling = telling

    def effects(self) -> CaseEffects:
        """Those that are done here, by name."""
        return {"end_conversation": self.end_conversation, "suspend": self.suspend, "lift": self.lift}

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
