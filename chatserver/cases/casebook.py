"""The casebook: cases opened, acted on, read and listed, by the rules of `quotas.cases` and the store's clock.

A change is one transaction: the conversation's row is locked, the rules judge, and the case and the new lines of its
history are written. What fell due before is done before. Whoever may not see a case finds none.
"""

from collections.abc import Awaitable, Callable

from msgspec.structs import replace
from sqlalchemy import ColumnElement, true
from sqlalchemy.ext.asyncio import AsyncConnection

from chatserver.cases.case_facts import SUPPORTS, KnownFacts, MemberTerms
from chatserver.cases.case_log import CaseLog, new_ref
from chatserver.cases.case_record import KeptCase
from chatserver.cases.case_requests import (
    CaseAsker,
    CaseFilter,
    CaseOpening,
    CasePage,
    CaseSeen,
    NotInThisCase,
)
from chatserver.cases.case_steps import CaseSteps, MemberSign
from chatserver.cases.case_texts import CaseTexts, texts_of
from chatserver.cases.effects import is_of_the_product
from chatserver.cases.rows import case_entries, cases
from chatserver.conversations.conversation import ConversationRecord
from chatserver.conversations.records import locked, record, records
from chatserver.conversations.requests import Conflict, FieldProblem, Invalid, Missing
from chatserver.records.database import Database
from chatserver.records.tables import CASES as TABLE
from quotas.cases.acts import CaseDoing, CaseNotNow, act, possible_actions, states_by_hand
from quotas.cases.dues import due_of
from quotas.cases.events import ActivitySign
from quotas.cases.facts import CaseFacts, given_of
from quotas.cases.record import Case, CaseActor, CaseFault, CaseRefused, open_case
from quotas.cases.rules import CaseSight
from quotas.cases.sight import as_seen, in_the_way, seen_by
from quotas.cases.table import CASES

PAGE = 50
AFTER_THE_END = ("question", "misconduct", "credit_correction")
"""What can be opened also where the conversation has ended."""

OpeningOutcome = CaseSeen | NotInThisCase | Conflict | Missing | Invalid
ActOutcome = CaseSeen | NotInThisCase | Missing | Invalid


class CaseBook:
    """`clock` gives the store's instant; `read_upto` says how far the member of a conversation has read.

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
        clock: Callable[[], Awaitable[int]],
        read_upto: Callable[[str], Awaitable[int]],
    ) -> None:
        self._database = database
        self._log = log
        self._steps = steps
        self._texts = texts
        self._known = known
        self._clock = clock
        self._read_upto = read_upto

    # Opening

    async def open(self, own_id: str, opening: CaseOpening, asker: CaseAsker) -> OpeningOutcome:
        """The same id of the same caller with the same content is the same case.

        Where the open case of another is what this begins in (a member's request after a report), it becomes that.
        """
        now = await self._clock()
        async with self._database.read() as connection:
            conversation = await record(connection, opening.conversation)
        if conversation is None or not _is_of(conversation, asker):
            return Missing()
        if problem := _not_to_say(opening.facts, asker):
            return problem
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
        await self._after_change(outcome)
        seen = await self._seen(outcome.case.id, asker, own_id)
        return replace(seen, created=not joined) if isinstance(seen, CaseSeen) else seen

    async def _joined(self, conversation: ConversationRecord, opening: CaseOpening, asker: CaseAsker) -> str | None:
        """Of the open case that this opening would move on."""
        opener = _opener(conversation, opening, asker)
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
            opener = _opener(conversation, opening, asker)
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
                outcome = await self._act(connection, kept, conversation, doing, by, sealed, terms, now)
            else:
                outcome = await self._create(connection, opening, opener, by, ref, conversation, sealed, terms, read)
            if isinstance(outcome, KeptCase):
                await cases.name(connection, asker.user, own_id, outcome.case.id)
                await self._member_there(connection, conversation, by, "case", outcome.case.id, now)
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
                return Invalid([FieldProblem("facts", problem)])
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
        lines = [each for each in await self._texts.opened(ref, entries) if each.who == asker.user]
        asked = given_of(opening.facts)
        if not any(asked.items() <= given_of(each.facts).items() and each.note == opening.note for each in lines):
            return conflict
        seen = await self._seen(ref, asker, own_id)
        return seen if isinstance(seen, CaseSeen) else conflict

    # Acting

    async def act(self, id: str, doing: CaseDoing, asker: CaseAsker) -> ActOutcome:
        """`id` is the asker's own or the ref."""
        if problem := _not_to_say(doing.facts, asker):
            return problem
        now = await self._clock()
        found = await self._found(id, asker)
        if found is None:
            return Missing()
        kept, conversation, _ = found
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
                actor = _actor(latest.case, conversation, asker)
                outcome = await self._act(connection, latest, conversation, doing, actor, sealed, terms, now)
                if isinstance(outcome, KeptCase):
                    await self._member_there(connection, conversation, actor, "quote", latest.case.id, now)
            break
        if not isinstance(outcome, KeptCase):
            return outcome
        await self._after_change(outcome)
        return await self._seen(outcome.case.id, asker, id)

    async def _act(
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
        calendar = self._log.calendar_of(conversation)
        kept = await self._log.caught_up(connection, kept, conversation, now, now)
        if any(state.name == doing.action for state in kept.case.rule.states):
            facts = await self._known.completed(kept.case.kind, doing.action, kept.case.facts, doing.facts, terms)
            doing = replace(doing, facts=facts)
        match after := act(kept.case, doing, actor, calendar, now):
            case CaseNotNow(possible):
                return NotInThisCase("not_now", possible)
            case CaseFault(problem):
                field = "note" if problem.startswith("`note`") else "facts"
                return Invalid([FieldProblem(field, problem)])
        return await self._log.change(connection, kept, after, conversation, now, sealed=sealed)

    async def _member_there(
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

    async def _after_change(self, kept: KeptCase) -> None:
        await self._steps.set_timer(kept)
        await self._steps.carry_out(kept.case.conversation)

    # Reading

    async def find(self, id: str, asker: CaseAsker) -> CaseSeen | Missing:
        """The case with its history, as that person sees it; what fell due has happened."""
        found = await self._found(id, asker)
        if found is None:
            return Missing()
        await self._steps.settle(found[0].case.conversation, await self._clock())
        return await self._seen(id, asker, id)

    async def page(self, which: CaseFilter, asker: CaseAsker, limit: int = PAGE) -> CasePage:
        """The asker's cases, or for support all of them: without histories."""
        where = [
            column == value
            for column, value in (
                (TABLE.c.kind, which.kind),
                (TABLE.c.state, which.state),
                (TABLE.c.assignee, which.assignee),
                (TABLE.c.conversation_id, which.conversation),
            )
            if value
        ]
        if which.only_open:
            where.append(TABLE.c.ended_at.is_(None))
        if asker.role != "support":
            where.append(cases.of_person(asker.user, asker.role))
        seen: list[CaseSeen] = []
        after = which.after
        # What somebody may not see is passed over: a page may take several looks.
        while len(seen) <= limit:
            async with self._database.read() as connection:
                kept = await cases.page(connection, where or [_any()], after, limit + 1)
                named = sorted({each.case.conversation for each in kept})
                conversations = await records(connection, named)
            for each in kept:
                conversation = conversations.get(each.case.conversation)
                if conversation and (view := self._view(each, each.case, conversation, asker)):
                    seen.append(view)
            if len(kept) <= limit:
                break
            after = kept[-1].case.id
        return CasePage(seen[:limit], len(seen) > limit)

    async def _found(self, id: str, asker: CaseAsker) -> tuple[KeptCase, ConversationRecord, CaseSeen] | None:
        async with self._database.read() as connection:
            ref = await cases.named(connection, asker.user, id) or id
            kept = await cases.find(connection, ref)
            conversation = await record(connection, kept.case.conversation) if kept else None
        if kept is None or conversation is None:
            return None
        view = self._view(kept, kept.case, conversation, asker)
        return (kept, conversation, view) if view else None

    async def _seen(self, id: str, asker: CaseAsker, own_id: str) -> CaseSeen | Missing:
        found = await self._found(id, asker)
        if found is None:
            return Missing()
        kept, conversation, _ = found
        async with self._database.read() as connection:
            entries = await case_entries.of_case(connection, kept.case.id)
        lines = await self._texts.opened(kept.case.id, entries)
        facts = kept.case.facts
        for line in lines:  # a reason in somebody's own words stands in the lines alone
            if line.facts.reason is not None:
                facts = replace(facts, reason=line.facts.reason)
        whole = replace(kept.case, history=tuple(lines), facts=facts)
        view = self._view(kept, whole, conversation, asker)
        return replace(view, own_id=own_id if own_id != kept.case.id else "") if view else Missing()

    def _view(self, kept: KeptCase, case: Case, conversation: ConversationRecord, asker: CaseAsker) -> CaseSeen | None:
        sight = _sight(case, conversation, asker)
        shown = as_seen(case, sight)
        if shown is None:
            return None
        if asker.role != "support":
            lines = tuple(each for each in shown.history if not is_of_the_product(each.did))
            shown = replace(shown, history=lines, assignee="")
        due = due_of(case, self._log.calendar_of(conversation)) if sight != "state" else None
        by_hand = states_by_hand(case) if asker.role == "support" else ()
        return CaseSeen(shown, due, possible_actions(case, _actor(case, conversation, asker)), by_hand)


def _any() -> ColumnElement[bool]:
    return true()


def _is_of(conversation: ConversationRecord, asker: CaseAsker) -> bool:
    sides = {"member": conversation.member, "mentor": conversation.mentor, "support": asker.user}
    return sides[asker.role] == asker.user


def _opener(conversation: ConversationRecord, opening: CaseOpening, asker: CaseAsker) -> CaseActor:
    """Whose case it becomes."""
    match opening.opened_for if asker.role == "support" else None:
        case "member":
            return CaseActor(conversation.member, "member")
        case "mentor":
            return CaseActor(conversation.mentor, "mentor")
    return CaseActor(asker.user, asker.role)


def _actor(case: Case, conversation: ConversationRecord, asker: CaseAsker) -> CaseActor:
    """Who somebody is to the case. Who is none of its two people does nothing in it."""
    return CaseActor(asker.user, asker.role if _is_of(conversation, asker) else "guest")


def _sight(case: Case, conversation: ConversationRecord, asker: CaseAsker) -> CaseSight:
    """How much they see. Whose it is sees it also where the conversation is not theirs any more."""
    is_theirs = CaseActor(asker.user, asker.role) == case.opener
    if _is_of(conversation, asker):
        return seen_by(case, asker.role, is_theirs)
    is_guest = case.kind == "one_off_session" and asker.role == "mentor" and case.facts.mentor == asker.user
    return seen_by(case, "guest", is_theirs) if is_guest or is_theirs else "nothing"


def _not_to_say(facts: CaseFacts, asker: CaseAsker) -> Invalid | None:
    """What only support may say."""
    said = [name for name in SUPPORTS if asker.role != "support" and getattr(facts, name) is not None]
    return (
        Invalid([FieldProblem(f"facts.{name}", "support alone says it; leave it out") for name in said])
        if said
        else None
    )
