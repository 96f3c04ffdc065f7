"""Cases read and listed, each as who asks may see it. Whoever may not see a case finds none."""

from collections.abc import Awaitable, Callable

from msgspec.structs import replace
from sqlalchemy import true

from chatserver.cases.case_log import CaseLog
from chatserver.cases.case_record import KeptCase
from chatserver.cases.case_requests import CaseAsker, CaseFilter, CasePage, CaseSeen
from chatserver.cases.case_rights import actor_of, shown_to, sight_of
from chatserver.cases.case_steps import CaseSteps
from chatserver.cases.case_texts import CaseTexts, with_words
from chatserver.cases.rows import case_entries, cases
from chatserver.conversations.conversation import ConversationRecord
from chatserver.conversations.records import record, records
from chatserver.conversations.requests import Missing
from chatserver.records.database import Database
from chatserver.records.tables import CASES as TABLE
from quotas.cases.acts import possible_actions, states_by_hand
from quotas.cases.dues import due_of
from quotas.cases.record import Case

PAGE = 50


class CaseReading:
    """`clock` gives the store's instant. Methods raise DatabaseError and StoreError."""

    def __init__(
        self,
        *,
        database: Database,
        log: CaseLog,
        steps: CaseSteps,
        texts: CaseTexts,
        clock: Callable[[], Awaitable[int]],
    ) -> None:
        self._database = database
        self._log = log
        self._steps = steps
        self._texts = texts
        self._clock = clock

    async def find(self, id: str, asker: CaseAsker) -> CaseSeen | Missing:
        """The case with its history, as that person sees it; what fell due has happened."""
        found = await self.found(id, asker)
        if found is None:
            return Missing()
        await self._steps.settle(found[0].case.conversation, await self._clock())
        return await self.seen(id, asker, id)

    async def page(self, which: CaseFilter, asker: CaseAsker, limit: int = PAGE) -> CasePage:
        """The asker's cases, or for support all of them: without histories."""
        if which.assignee and asker.role != "support":  # whose case it is at support is for support alone
            return CasePage([], False)
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
                kept = await cases.page(connection, where or [true()], after, limit + 1)
                named = sorted({each.case.conversation for each in kept})
                conversations = await records(connection, named)
            for each in kept:
                conversation = conversations.get(each.case.conversation)
                if conversation and (view := self._view(each.case, conversation, asker)):
                    seen.append(view)
            if len(kept) <= limit:
                break
            after = kept[-1].case.id
        return CasePage(seen[:limit], len(seen) > limit)

    async def found(self, id: str, asker: CaseAsker) -> tuple[KeptCase, ConversationRecord, CaseSeen] | None:
        """The case without its history, by the asker's own id or the ref; None where they may not see it."""
        async with self._database.read() as connection:
            ref = await cases.named(connection, asker.user, id) or id
            kept = await cases.find(connection, ref)
            conversation = await record(connection, kept.case.conversation) if kept else None
        if kept is None or conversation is None:
            return None
        view = self._view(kept.case, conversation, asker)
        return (kept, conversation, view) if view else None

    async def seen(self, id: str, asker: CaseAsker, own_id: str) -> CaseSeen | Missing:
        """The case with its history as it stands now, whatever is due; `own_id` is what the asker called it by."""
        found = await self.found(id, asker)
        if found is None:
            return Missing()
        kept, conversation, _ = found
        async with self._database.read() as connection:
            entries = await case_entries.of_case(connection, kept.case.id)
        whole = with_words(kept.case, await self._texts.opened(kept.case.id, entries))
        view = self._view(whole, conversation, asker)
        return replace(view, own_id=own_id if own_id != kept.case.id else "") if view else Missing()

    def _view(self, case: Case, conversation: ConversationRecord, asker: CaseAsker) -> CaseSeen | None:
        shown = shown_to(case, conversation, asker)
        if shown is None:
            return None
        is_bare = sight_of(case, conversation, asker) == "state"
        due = None if is_bare else due_of(case, self._log.calendar_of(conversation))
        by_hand = states_by_hand(case) if asker.role == "support" else ()
        return CaseSeen(
            shown,
            due,
            possible_actions(case, actor_of(case, conversation, asker)),
            by_hand,
        )
