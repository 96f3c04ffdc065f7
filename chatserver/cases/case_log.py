"""How a case is written down: what it is now, the lines that its history has got, and what is to do because of it.

Always in a transaction that has locked the case's conversation: so nobody writes it twice.
"""

import secrets
from collections.abc import Sequence

from msgspec.structs import replace
from sqlalchemy.ext.asyncio import AsyncConnection

from chatserver.cases.case_record import CaseTodo, KeptCase
from chatserver.cases.case_texts import EntryTexts, texts_of, without_free_reason
from chatserver.cases.rows import case_entries, cases
from chatserver.cases.rows.case_entries import KeptEntry
from chatserver.conversations.conversation import ConversationRecord
from chatserver.notices.fact import Fact
from chatserver.notices.noting import Noting
from quotas.calendar import Calendar
from quotas.cases.dues import due_of, next_step, played, with_wait
from quotas.cases.record import Case, CaseEntry
from quotas.cases.rules import LATER
from quotas.terms import Rulebook

CASE = "case"
"""The kind of a case's timer; its name is the case's ref."""
TELLS_SUPPORT = ("overdue", "reminder")
"""Lines of which support hears: of nobody else's concern, for a case may be about one of the two."""


def new_ref(now: int) -> str:
    """A ref that nobody guesses; later ones are greater."""
    return f"{now:011x}{secrets.token_hex(8)}"


class CaseLog:
    """Where every change of a case goes through."""

    def __init__(self, rulebook: Rulebook, noting: Noting) -> None:
        self._rulebook = rulebook
        self._noting = noting

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
        if facts := [_waiting(case, entry, conversation) for entry in case.history if entry.did in TELLS_SUPPORT]:
            # The outbox finds by itself what is to be sent: nobody need be told after the commit.
            await self._noting.note(connection, facts, now)
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

    def _after(
        self, before: KeptCase, case: Case, conversation: ConversationRecord, now: int, sealed: bytes | None
    ) -> tuple[KeptCase, Sequence[KeptEntry]]:
        calendar = self.calendar_of(conversation)
        todo = before.todo
        if len(case.reached) > len(before.case.reached):
            case = with_wait(case, self._rulebook.policy.cases.wait(case.kind, case.state))
            todo += tuple(CaseTodo(effect, case.since + LATER.get(effect, 0)) for effect in case.effects)
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


def _waiting(case: Case, entry: CaseEntry, conversation: ConversationRecord) -> Fact:
    return Fact(
        event="case.waiting",
        mark=f"{case.id}/{case.since}/{entry.did}",
        at=entry.at,
        conversation=conversation.id,
        member=conversation.member,
        mentor=conversation.mentor,
        roles=frozenset({"support"}),
        data={"case": case.id, "kind": case.kind, "state": case.state, "did": entry.did},
    )
