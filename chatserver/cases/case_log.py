"""How a case is written down: what it is now, the lines that its history has got, and what is to do because of it.

Always in a transaction that has locked the case's conversation: so nobody writes it twice. Who hears of a change is
noted in the same transaction, and told once it is committed, whoever commits it.
"""

import secrets
from collections.abc import Sequence
from functools import partial

from msgspec.structs import replace
from sqlalchemy.ext.asyncio import AsyncConnection

from chatserver.audit.line import AuditDeed, AuditDid, Details
from chatserver.audit.trail import note_with
from chatserver.cases.case_events import CasePublisher, CaseSaid, said_of
from chatserver.cases.case_news import facts_of
from chatserver.cases.case_record import CaseTodo, KeptCase
from chatserver.cases.case_texts import EntryTexts, texts_of, without_free_reason
from chatserver.cases.rows import case_entries, cases
from chatserver.cases.rows.case_entries import KeptEntry
from chatserver.conversations import absences
from chatserver.conversations.conversation import ConversationRecord
from chatserver.notices.noting import Made, Noting
from chatserver.records.database import after_commit
from quotas.calendar import Calendar
from quotas.cases.dues import due_of, effect_at, next_step, played, with_wait
from quotas.cases.record import Case, CaseEntry
from quotas.terms import Rulebook

EVIDENCE_READ = "evidence_read"
"""What the history says where somebody of support read reported messages."""
FILE_READ = "file_read"
"""And where they opened a file of one of them: which, stands beside it."""


def new_ref(now: int) -> str:
    """A ref that nobody guesses; later ones are greater."""
    return f"{now:011x}{secrets.token_hex(8)}"


class CaseLog:
    """Where every change of a case goes through."""

    def __init__(self, rulebook: Rulebook, noting: Noting, publisher: CasePublisher) -> None:
        self._rulebook = rulebook
        self._noting = noting
        self._publisher = publisher

    def calendar_of(self, conversation: ConversationRecord) -> Calendar:
        """By which the case's days count."""
        return self._rulebook.calendar_to_show(conversation.zone, conversation.holidays)

    def has_cadence(self, conversation: ConversationRecord) -> bool:
        """Whether it is agreed with the member how often they meet."""
        plan = self._rulebook.policy.plans.get(conversation.plan)
        return plan is not None and plan.sessions is not None and plan.sessions.units_per_month == "unlimited"

    async def create(
        self,
        connection: AsyncConnection,
        case: Case,
        conversation: ConversationRecord,
        now: int,
        *,
        sealed: bytes | None = None,
        member_read: int = 0,
    ) -> KeptCase:
        """Write a new one."""
        start = KeptCase(
            case=replace(case, history=(), reached=(), suspension=None), entries=0, member_read=member_read
        )
        kept, entries = self._after(start, case, conversation, now, sealed)
        await cases.create(connection, kept)
        await case_entries.append(connection, case.id, 0, entries)
        await self._note(connection, None, case, kept, conversation, now)
        return kept

    async def change(
        self,
        connection: AsyncConnection,
        before: KeptCase,
        case: Case,
        conversation: ConversationRecord,
        now: int,
        *,
        sealed: bytes | None = None,
    ) -> KeptCase:
        """Write what became of it: `case` has the new lines alone for its history, and is one state on at most."""
        if case == before.case:
            return before
        kept, entries = self._after(before, case, conversation, now, sealed)
        await cases.change(connection, kept)
        await case_entries.append(connection, case.id, before.entries, entries)
        await self._note(connection, before, case, kept, conversation, now)
        return kept

    async def done(
        self,
        connection: AsyncConnection,
        before: KeptCase,
        todo: CaseTodo,
        entry: CaseEntry,
        conversation: ConversationRecord,
        now: int,
    ) -> KeptCase:
        """Write that something is not to do any more."""
        rest = list(before.todo)
        rest.remove(todo)
        case = replace(before.case, history=(entry,))
        return await self.change(connection, replace(before, todo=tuple(rest)), case, conversation, now)

    async def caught_up(
        self, connection: AsyncConnection, kept: KeptCase, conversation: ConversationRecord, until: int, now: int
    ) -> KeptCase:
        """Write what fell due until then; what is to do because of it stays to do."""
        calendar = self.calendar_of(conversation)
        while (step := next(played(kept.case, calendar, until, now), None)) is not None:
            kept = await self.change(connection, kept, step[1], conversation, now)
        return kept

    async def _note(
        self,
        connection: AsyncConnection,
        before: KeptCase | None,
        case: Case,
        kept: KeptCase,
        conversation: ConversationRecord,
        now: int,
    ) -> None:
        earlier = before.case if before is not None else None
        case = replace(kept.case, history=case.history, facts=case.facts)
        substitute = await _substitute(connection, case, conversation, now)
        facts = facts_of(earlier, case, kept.entries - len(case.history) + 1, conversation, kept.due_at, substitute)
        made = await self._noting.note(connection, facts, now) if facts else Made()
        said = said_of(earlier, case, conversation, self.calendar_of(conversation))
        after_commit(connection, partial(self._tell, made, said))
        if deeds := _of_support(case, now, opened=before is None):
            note_with(connection, *deeds)

    async def _tell(self, made: Made, said: Sequence[CaseSaid]) -> None:
        await self._publisher.publish(said)
        if made.notices or made.due_at is not None:
            await self._noting.tell(made)

    def _after(
        self, before: KeptCase, case: Case, conversation: ConversationRecord, now: int, sealed: bytes | None
    ) -> tuple[KeptCase, Sequence[KeptEntry]]:
        calendar = self.calendar_of(conversation)
        todo = before.todo
        if len(case.reached) > len(before.case.reached):
            case = with_wait(case, self._rulebook.policy.cases.wait(case.kind, case.state))
            todo += tuple(CaseTodo(effect, effect_at(case, effect, calendar)) for effect in case.effects)
        # Where somebody is removed it lasts until they are.
        stays = case.suspension is None and "remove_person" in case.effects
        if (case.suspension is None) != (before.case.suspension is None) and not stays:
            at = case.history[-1].at if case.history else now
            todo += (CaseTodo("lift" if case.suspension is None else "suspend", at),)
        due, step = due_of(case, calendar), next_step(case, calendar)
        steps = [step.at] if step else []
        steps += [max(now, each.at) for each in todo]
        kept = KeptCase(
            case=replace(case, history=(), facts=without_free_reason(case.kind, case.facts)),
            entries=before.entries + len(case.history),
            member_read=before.member_read,
            todo=todo,
            due_at=due.at if due else None,
            step_at=min(steps, default=None),
        )
        entries = [
            KeptEntry(
                replace(entry, note="", facts=without_free_reason(case.kind, entry.facts)),
                sealed if texts_of(case.kind, entry.facts, entry.note) != EntryTexts() else None,
            )
            for entry in case.history
        ]
        return kept, entries


async def _substitute(
    connection: AsyncConnection, case: Case, conversation: ConversationRecord, now: int
) -> str | None:
    """Who stands in for the mentor, where they are to look at it too."""
    if case.kind != "urgent_note":
        return None
    there = await absences.overlapping(connection, conversation.mentor, now, now + 1)
    return next((each.substitute for each in there), None)


def _of_support(case: Case, now: int, *, opened: bool) -> list[AuditDeed]:
    """What people of support did in the new lines of its history, for the audit log."""
    return [
        AuditDeed(
            at=now,
            who=entry.who,
            role="support",
            did=_did(entry, opened=opened),
            conversation=case.conversation,
            about=case.id,
            details=_details(case, entry),
        )
        for entry in case.history
        if entry.role == "support" and entry.who
    ]


def _did(entry: CaseEntry, *, opened: bool) -> AuditDid:
    if opened:
        return "case.opened"
    return "evidence.read" if entry.did in (EVIDENCE_READ, FILE_READ) else "case.acted"


def _details(case: Case, entry: CaseEntry) -> Details:
    which = {"file": entry.because} if entry.did == FILE_READ else {}
    return {"kind": case.kind, "action": entry.did, **which}
