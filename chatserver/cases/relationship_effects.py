"""What cases ask of a member's conversations: handed on, opened for a guest, all ended.

Doing it again changes nothing: ids of conversations that are made are the case's own.
"""

from chatserver.cases.effects import CaseEffects, EffectImpossible
from chatserver.cases.guest import guest_conversation
from chatserver.conversations.conversation import ConversationRecord
from chatserver.conversations.provisioning import Provisioning
from chatserver.conversations.records import follower, record, records_of_member
from chatserver.conversations.requests import ConversationChange, ConversationDetails, Written
from chatserver.records.database import Database
from chatserver.sessions.handing_on import HandedOn, HandingOn
from chatserver.sessions.leaving import Leaving
from chatserver.sessions.telling import SessionTelling
from quotas.cases.record import Case

GUEST_PLAN, TRIAL_PLAN = "guest", "trial"
"""Of the policy."""


class RelationshipEffects:
    """Each is an `EffectDoer`."""

    def __init__(
        self,
        *,
        database: Database,
        provisioning: Provisioning,
        handing_on: HandingOn,
        leaving: Leaving,
        telling: SessionTelling,
    ) -> None:
        self._database = database
        self._provisioning = provisioning
        self._handing_on = handing_on
        self._leaving = leaving
        self._telling = telling

    def effects(self) -> CaseEffects:
        """Those that are done here, by name."""
        return {
            "end_all_conversations": self.end_all_conversations,
            "list_bookings_after": self.list_bookings_after,
            "open_first_call": self.open_first_call,
            "close_first_call": self.close_first_call,
            "hand_on": self.hand_on,
            "open_guest": self.open_guest,
            "close_guest": self.close_guest,
            "close_guest_later": self.close_guest,
        }

    async def end_all_conversations(self, case: Case, at: int) -> str:
        """All of the member's; their ids."""
        return " ".join(await self._leaving.end_all(case.member, "cancelled"))

    async def list_bookings_after(self, case: Case, at: int) -> str:
        """The ids of what is booked for the first day that is not paid for, or later."""
        if case.facts.paid_until is None:
            raise EffectImpossible("until when it is paid is not known")
        return " ".join(each.id for each in await self._leaving.booked_from(case.member, case.facts.paid_until))

    async def open_first_call(self, case: Case, at: int) -> str:
        """A trial with the proposed mentor, in which the member books the call: their own where they have one; its id.

        A switch that is accepted goes on there.
        """
        mentor = self._mentor(case)
        async with self._database.read() as connection:
            mine = await records_of_member(connection, case.member)
            own = await record(connection, case.conversation)
        if own is None:
            raise EffectImpossible("there is no such conversation")
        if (trial := next((each.id for each in mine if _is_trial_with(each, mentor)), None)) is not None:
            return trial
        details = ConversationDetails(
            member=case.member, mentor=mentor, plan=TRIAL_PLAN, zone=own.zone, holidays=own.holidays, trial=True
        )
        id = _first_calls(case)[-1]
        if not isinstance(await self._provisioning.put_conversation(id, details), Written):
            raise EffectImpossible("there can be no trial with that mentor")
        return id

    async def close_first_call(self, case: Case, at: int) -> str:
        """The trials that were opened for its calls end; what has not started is cancelled, uncounted."""
        for id in _first_calls(case):
            # One that was never opened, or has ended, stays as it is.
            await self._provisioning.change_conversation(
                id, ConversationChange(status="ended", ended_reason="not_chosen")
            )
            await self._telling.tell(id)
        return ""

    async def hand_on(self, case: Case, at: int) -> str:
        """To the proposed mentor: to a trial with them where there is one; the id of the conversation that goes on."""
        mentor = self._mentor(case)
        async with self._database.read() as connection:
            known = await follower(connection, case.conversation)
            mine = await records_of_member(connection, case.member)
        trial = next((each.id for each in mine if _is_trial_with(each, mentor)), None)
        new = known or trial or f"switch-{case.id}"
        outcome = await self._handing_on.hand_on(case.conversation, new, mentor)
        if not isinstance(outcome, HandedOn):
            raise EffectImpossible("the conversation cannot be handed on to that mentor")
        return outcome.after.id

    async def open_guest(self, case: Case, at: int) -> str:
        """A conversation with the other mentor, to find a time; its id."""
        async with self._database.read() as connection:
            own = await record(connection, case.conversation)
        if own is None:
            raise EffectImpossible("there is no such conversation")
        details = ConversationDetails(
            member=case.member,
            mentor=self._mentor(case),
            plan=GUEST_PLAN,
            zone=own.zone,
            holidays=own.holidays,
            guest=True,
        )
        id = guest_conversation(case.id)
        if not isinstance(await self._provisioning.put_conversation(id, details), Written):
            raise EffectImpossible("there can be no conversation with that mentor")
        return id

    async def close_guest(self, case: Case, at: int) -> str:
        """It ends; what has not started is cancelled, uncounted."""
        # One that was never opened, or has ended, stays as it is.
        id = guest_conversation(case.id)
        await self._provisioning.change_conversation(id, ConversationChange(status="ended"))
        await self._telling.tell(id)
        return id

    def _mentor(self, case: Case) -> str:
        if case.facts.mentor is None:
            raise EffectImpossible("no mentor is named")
        return case.facts.mentor


def _first_calls(case: Case) -> list[str]:
    """The ids of trials that may have been opened for the case: one for each mentor who was proposed."""
    return [f"trial-{case.id}-{number}" for number in range(1, case.reached.count("proposed") + 1)]


def _is_trial_with(conversation: ConversationRecord, mentor: str) -> bool:
    return conversation.kind == "trial" and conversation.mentor == mentor and conversation.status != "ended"
