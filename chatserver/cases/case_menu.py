"""What somebody may open in a conversation now: the menu that an app draws."""

from collections.abc import Awaitable, Callable
from typing import get_args

from chatserver.cases.case_facts import SUPPORTS, KnownFacts
from chatserver.cases.case_log import CaseLog
from chatserver.cases.case_requests import CaseAsker
from chatserver.cases.case_rights import is_of
from chatserver.cases.case_steps import CaseSteps
from chatserver.cases.rows import cases
from chatserver.conversations.records import record
from chatserver.conversations.requests import Missing
from chatserver.records.database import Database
from quotas.cases.choices import CaseChoice, choices_of
from quotas.cases.facts import CaseFactName, CaseFacts, given_of
from quotas.cases.record import CaseActor
from quotas.cases.rules import CaseKind
from quotas.cases.table import CASES


class CaseMenu:
    """`clock` gives the store's instant. Methods raise DatabaseError and StoreError."""

    def __init__(
        self,
        *,
        database: Database,
        log: CaseLog,
        steps: CaseSteps,
        known: KnownFacts,
        clock: Callable[[], Awaitable[int]],
    ) -> None:
        self._database = database
        self._log = log
        self._steps = steps
        self._known = known
        self._clock = clock

    async def choices(self, id: str, asker: CaseAsker) -> list[CaseChoice] | Missing:
        """In the conversation of that id, once what fell due there has happened."""
        now = await self._clock()
        async with self._database.read() as connection:
            found = await record(connection, id)
        if found is None or not is_of(found, asker):
            return Missing()
        await self._steps.settle(id, now)
        async with self._database.read() as connection:
            conversation = await record(connection, id) or found
            live = [each.case for each in await cases.live_of(connection, id)]
        terms = await self._known.terms_of(conversation, now)
        said: dict[CaseKind, list[CaseFactName]] = {}
        for rule in CASES.values():
            for opening in rule.opened:
                if opening.by == asker.role:
                    given = given_of(
                        await self._known.completed(rule.kind, opening.state, CaseFacts(), CaseFacts(), terms)
                    )
                    said[rule.kind] = [name for name in get_args(CaseFactName) if name in given]
        return choices_of(
            live,
            CaseActor(asker.user, asker.role),
            has_cadence=self._log.has_cadence(conversation),
            has_ended=conversation.status == "ended",
            known=said,
            withheld=() if asker.role == "support" else SUPPORTS,
        )
