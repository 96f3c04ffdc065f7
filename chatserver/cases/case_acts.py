"""What people do with a case: one transaction in which the conversation's row is locked and the rules judge."""

from collections.abc import Awaitable, Callable

from msgspec.structs import replace
from sqlalchemy.ext.asyncio import AsyncConnection

from chatserver.cases.case_facts import KnownFacts, MemberTerms, terms_problem
from chatserver.cases.case_log import CaseLog
from chatserver.cases.case_reading import CaseReading
from chatserver.cases.case_record import KeptCase
from chatserver.cases.case_requests import CaseAsker, CaseSeen, NotInThisCase
from chatserver.cases.case_rights import actor_of, problem_of_saying, said_wrongly
from chatserver.cases.case_steps import CaseSteps, MemberSign
from chatserver.cases.case_texts import CaseTexts, texts_of
from chatserver.cases.given_facts import GivenFacts
from chatserver.cases.rows import cases
from chatserver.conversations.conversation import ConversationRecord
from chatserver.conversations.records import locked
from chatserver.conversations.requests import Invalid, Missing
from chatserver.records.database import Database
from quotas.cases.acts import CaseDoing, CaseNotNow, act
from quotas.cases.events import ActivitySign
from quotas.cases.record import CaseActor, CaseFault

ActOutcome = CaseSeen | NotInThisCase | Missing | Invalid


class CaseActs:
    """`clock` gives the store's instant.

    Methods raise DatabaseError, where nothing was written, and StoreError; after the commit that means that something
    is done later: the timer rings again.
    """

    def __init__(
        self,
        *,
        database: Database,
        log: CaseLog,
        steps: CaseSteps,
        texts: CaseTexts,
        known: KnownFacts,
        given: GivenFacts,
        clock: Callable[[], Awaitable[int]],
        reading: CaseReading,
    ) -> None:
        self._database = database
        self._log = log
        self._steps = steps
        self._texts = texts
        self._known = known
        self._given = given
        self._clock = clock
        self._reading = reading

    async def act(self, id: str, doing: CaseDoing, asker: CaseAsker) -> ActOutcome:
        """`id` is the asker's own or the ref."""
        if problem := problem_of_saying(doing.facts, asker):
            return problem
        now = await self._clock()
        found = await self._reading.found(id, asker)
        if found is None:
            return Missing()
        kept, conversation, _ = found
        if problem := await self._problem(kept, conversation, doing, asker, now):
            return problem
        await self._steps.settle(conversation.id, now)
        sealed = await self._texts.sealed(kept.case.id, texts_of(kept.case.kind, doing.facts, doing.note))
        terms = await self._known.terms_of(conversation, now)
        while True:
            now = await self._clock()
            async with self._database.begin() as connection:
                conversation = (await locked(connection, [kept.case.conversation]))[kept.case.conversation]
                latest = await cases.find(connection, kept.case.id)
                assert latest is not None, "cases are never deleted"  # noqa: S101 - for whoever changes that
                if latest.case.conversation != conversation.id:
                    kept = latest  # it went along with the member
                    continue
                actor = actor_of(latest.case, conversation, asker)
                outcome = await self.change(connection, latest, conversation, doing, actor, sealed, terms, now)
                if isinstance(outcome, KeptCase):
                    await self.member_there(connection, conversation, actor, "quote", latest.case.id, now)
            break
        if not isinstance(outcome, KeptCase):
            return outcome
        await self.after_change(outcome)
        return await self._reading.seen(outcome.case.id, asker, id)

    async def _problem(
        self, kept: KeptCase, conversation: ConversationRecord, doing: CaseDoing, asker: CaseAsker, now: int
    ) -> Invalid | None:
        if doing.action == "assign":
            return await self._given.assignee_problem(doing.assignee)
        return await self._given.problem(kept.case.kind, doing.facts, conversation, asker, now, ref=kept.case.id)

    async def change(
        self,
        connection: AsyncConnection,
        kept: KeptCase,
        conversation: ConversationRecord,
        doing: CaseDoing,
        actor: CaseActor,
        sealed: bytes | None,
        terms: MemberTerms,
        now: int,
    ) -> KeptCase | NotInThisCase | Invalid:
        """The case after an action; what fell due before comes first.

        In a transaction that has locked the conversation.
        """
        calendar = self._log.calendar_of(conversation)
        kept = await self._log.caught_up(connection, kept, conversation, now, now)
        if any(state.name == doing.action for state in kept.case.rule.states):
            facts = await self._known.completed(kept.case.kind, doing.action, kept.case.facts, doing.facts, terms)
            doing = replace(doing, facts=facts)
            if problem := terms_problem(kept.case.kind, facts, terms):
                return said_wrongly(problem)
        match after := act(kept.case, doing, actor, calendar, now):
            case CaseNotNow(possible):
                return NotInThisCase("not_now", possible)
            case CaseFault(problem):
                return said_wrongly(problem)
        return await self._log.change(connection, kept, after, conversation, now, sealed=sealed)

    async def member_there(
        self,
        connection: AsyncConnection,
        conversation: ConversationRecord,
        actor: CaseActor,
        sign: ActivitySign,
        besides: str,
        now: int,
    ) -> None:
        """A member who opens a case, or answers in one, has not disappeared."""
        if actor.id != conversation.member or actor.role != "member":
            return
        for kept in await cases.live_of(connection, conversation.id):
            if kept.case.rule.activity and kept.case.is_open and kept.case.id != besides:
                await self._steps.returned(connection, kept, MemberSign(sign, now), conversation, now)

    async def after_change(self, kept: KeptCase) -> None:
        """After the commit: set its timer, and do what its state asks for."""
        await self._steps.set_timer(kept)
        await self._steps.carry_out(kept.case.conversation)
