"""A case opened by somebody, under an id of their own: the same again is the same case."""

from collections.abc import Awaitable, Callable

from msgspec.structs import replace
from sqlalchemy.ext.asyncio import AsyncConnection

from chatserver.cases.case_acts import CaseActs
from chatserver.cases.case_facts import KnownFacts, MemberTerms, terms_problem
from chatserver.cases.case_log import CaseLog, new_ref
from chatserver.cases.case_reading import CaseReading
from chatserver.cases.case_record import KeptCase
from chatserver.cases.case_requests import CaseAsker, CaseOpening, CaseSeen, NotInThisCase
from chatserver.cases.case_rights import is_of, opener_of, problem_of_saying, said_wrongly
from chatserver.cases.case_steps import CaseSteps
from chatserver.cases.case_texts import CaseTexts, texts_of
from chatserver.cases.given_facts import GivenFacts
from chatserver.cases.rows import case_entries, cases
from chatserver.conversations.conversation import ConversationRecord
from chatserver.conversations.records import locked, record
from chatserver.conversations.requests import Conflict, Invalid, Missing
from chatserver.records.database import Database
from quotas.cases.acts import CaseDoing
from quotas.cases.choices import AFTER_THE_END
from quotas.cases.facts import given_of
from quotas.cases.record import CaseActor, CaseFault, CaseRefused, open_case
from quotas.cases.sight import in_the_way
from quotas.cases.table import CASES

FilingOutcome = CaseSeen | NotInThisCase | Conflict | Missing | Invalid


class CaseFiling:
    """`clock` gives the store's instant; `read_upto` says how far the member of a conversation has read.

    Methods raise as those of CaseActs.
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
        read_upto: Callable[[str], Awaitable[int]],
        acts: CaseActs,
        reading: CaseReading,
    ) -> None:
        self._database = database
        self._log = log
        self._steps = steps
        self._texts = texts
        self._known = known
        self._given = given
        self._clock = clock
        self._read_upto = read_upto
        self._acts = acts
        self._reading = reading

    async def open(self, own_id: str, opening: CaseOpening, asker: CaseAsker) -> FilingOutcome:
        """The same id of the same caller with the same content is the same case.

        Where the open case of another is what this begins in (a member's request after a report), it becomes that.
        """
        now = await self._clock()
        async with self._database.read() as connection:
            conversation = await record(connection, opening.conversation)
        if conversation is None or not is_of(conversation, asker):
            return Missing()
        if problem := problem_of_saying(opening.facts, asker):
            return problem
        async with self._database.read() as connection:
            known = await cases.named(connection, asker.user, own_id)
        # What was right when it was opened is the same case for ever.
        if known is None and (
            wrong := await self._given.problem(opening.kind, opening.facts, conversation, asker, now)
        ):
            return wrong
        terms = await self._known.terms_of(conversation, now)
        await self._steps.settle(conversation.id, now)
        texts = texts_of(opening.kind, opening.facts, opening.note)
        read = await self._read_upto(conversation.id) if CASES[opening.kind].activity else 0
        outcome = None
        while outcome is None:
            joined = await self._joined(conversation, opening, asker)
            ref = joined or new_ref(now)
            sealed = await self._texts.sealed(ref, texts)
            outcome = await self._opened(own_id, opening, asker, ref, joined, sealed, terms, read)
            if sealed is not None and not joined and not isinstance(outcome, KeptCase):
                await self._texts.forget(ref)
        if isinstance(outcome, str):
            return await self._same(outcome, own_id, opening, asker)
        if not isinstance(outcome, KeptCase):
            return outcome
        await self._acts.after_change(outcome)
        seen = await self._reading.seen(outcome.case.id, asker, own_id)
        return replace(seen, created=not joined) if isinstance(seen, CaseSeen) else seen

    async def _joined(self, conversation: ConversationRecord, opening: CaseOpening, asker: CaseAsker) -> str | None:
        """Of the open case that this opening would move on."""
        opener = opener_of(conversation, opening, asker)
        async with self._database.read() as connection:
            live = [each.case for each in await cases.live_of(connection, conversation.id)]
        found = in_the_way(live, opener, opening.kind)
        return found.case.id if found is not None and found.joins is not None else None

    async def _opened(
        self,
        own_id: str,
        opening: CaseOpening,
        asker: CaseAsker,
        ref: str,
        joined: str | None,
        sealed: bytes | None,
        terms: MemberTerms,
        read: int,
    ) -> KeptCase | str | NotInThisCase | Missing | Invalid | None:
        """The case; the ref of the one that has the id already; None where `joined` is not the one to join any more."""
        now = await self._clock()
        async with self._database.begin() as connection:
            conversation = (await locked(connection, [opening.conversation])).get(opening.conversation)
            if conversation is None:
                return Missing()
            if (taken := await cases.named(connection, asker.user, own_id)) is not None:
                return taken
            if conversation.status == "ended" and opening.kind not in AFTER_THE_END:
                return NotInThisCase("ended")
            opener = opener_of(conversation, opening, asker)
            live = {each.case.id: each for each in await cases.live_of(connection, conversation.id)}
            way = in_the_way([each.case for each in live.values()], opener, opening.kind)
            by = CaseActor(asker.user, asker.role)
            if (way.case.id if way is not None and way.joins is not None else None) != joined:
                return None
            if way is not None and way.joins is None:
                return NotInThisCase("already_open", ref=way.case.id)
            if way is not None and way.joins is not None:
                kept = live[way.case.id]
                doing = CaseDoing(way.joins, opening.facts, opening.note)
                outcome = await self._acts.change(connection, kept, conversation, doing, by, sealed, terms, now)
            else:
                outcome = await self._create(connection, opening, opener, by, ref, conversation, sealed, terms, read)
            if isinstance(outcome, KeptCase):
                await cases.name(connection, asker.user, own_id, outcome.case.id)
                await self._acts.member_there(connection, conversation, by, "case", outcome.case.id, now)
            return outcome

    async def _create(
        self,
        connection: AsyncConnection,
        opening: CaseOpening,
        opener: CaseActor,
        by: CaseActor,
        ref: str,
        conversation: ConversationRecord,
        sealed: bytes | None,
        terms: MemberTerms,
        read: int,
    ) -> KeptCase | NotInThisCase | Invalid:
        now = await self._clock()
        rule = CASES[opening.kind]
        begins = {each.by: each.state for each in rule.opened}
        state = begins.get(opener.role, begins.get(by.role, rule.states[0].name))
        facts = await self._known.completed(opening.kind, state, opening.facts, opening.facts, terms)
        if problem := terms_problem(opening.kind, facts, terms):
            return said_wrongly(problem)
        case = open_case(
            ref,
            opening.kind,
            conversation=conversation.id,
            member=conversation.member,
            by=by,
            now=now,
            opened_for=None if opener == by else opener,
            facts=facts,
            note=opening.note,
            payer=terms.payer,
            has_cadence=self._log.has_cadence(conversation),
            stands_still=conversation.status not in ("open", "ended"),
        )
        match case:
            case CaseRefused(reason):
                return NotInThisCase(reason)
            case CaseFault(problem):
                return said_wrongly(problem)
        return await self._log.create(connection, case, conversation, now, sealed=sealed, member_read=read)

    async def _same(
        self, ref: str, own_id: str, opening: CaseOpening, asker: CaseAsker
    ) -> CaseSeen | Conflict | Missing:
        """The case that has the id, where it was opened with this content."""
        conflict = Conflict("you gave this id to another case; give this one an id of its own")
        async with self._database.read() as connection:
            kept = await cases.find(connection, ref)
            entries = await case_entries.of_case(connection, ref)
        if kept is None or kept.case.kind != opening.kind:
            return conflict
        whole = await self._texts.opened(ref, entries)
        went_along = any(each.did == "followed" for each in whole)
        if kept.case.conversation != opening.conversation and not went_along:
            return conflict
        lines = [each for each in whole if each.who == asker.user]
        opens_it = any(each.did == "opened" for each in lines)
        opened_for = opening.opened_for if asker.role == "support" and opening.opened_for else asker.role
        if opens_it and opened_for != kept.case.opener.role:
            return conflict
        asked = given_of(opening.facts)
        if not any(asked.items() <= given_of(each.facts).items() and each.note == opening.note for each in lines):
            return conflict
        seen = await self._reading.seen(ref, asker, own_id)
        return seen if isinstance(seen, CaseSeen) else conflict
