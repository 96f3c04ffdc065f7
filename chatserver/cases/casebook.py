"""The casebook: cases opened, acted on, read and listed, by the rules of `quotas.cases` and the store's clock.

A change is one transaction: the conversation's row is locked, the rules judge, and the case and the new lines of its
history are written. What fell due before is done before. Whoever may not see a case finds none.
"""

from collections.abc import Awaitable, Callable

from chatserver.cases.case_acts import ActOutcome, CaseActs
from chatserver.cases.case_facts import KnownFacts
from chatserver.cases.case_filing import CaseFiling, FilingOutcome
from chatserver.cases.case_log import CaseLog
from chatserver.cases.case_menu import CaseMenu
from chatserver.cases.case_reading import PAGE, CaseReading
from chatserver.cases.case_requests import CaseAsker, CaseFilter, CaseOpening, CasePage, CaseSeen
from chatserver.cases.case_steps import CaseSteps
from chatserver.cases.case_texts import CaseTexts
from chatserver.cases.given_facts import GivenFacts
from chatserver.conversations.requests import Missing
from chatserver.records.database import Database
from quotas.cases.acts import CaseDoing
from quotas.cases.choices import CaseChoice


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
        given: GivenFacts,
        clock: Callable[[], Awaitable[int]],
        read_upto: Callable[[str], Awaitable[int]],
    ) -> None:
        self._reading = reading = CaseReading(database=database, log=log, steps=steps, texts=texts, clock=clock)
        self._acts = acts = CaseActs(
            database=database,
            log=log,
            steps=steps,
            texts=texts,
            known=known,
            given=given,
            clock=clock,
            reading=reading,
        )
        self._menu = CaseMenu(database=database, log=log, steps=steps, known=known, clock=clock)
        self._filing = CaseFiling(
            database=database,
            log=log,
            steps=steps,
            texts=texts,
            known=known,
            given=given,
            clock=clock,
            read_upto=read_upto,
            acts=acts,
            reading=reading,
        )

    async def open(self, own_id: str, opening: CaseOpening, asker: CaseAsker) -> FilingOutcome:
        """The same id of the same caller with the same content is the same case.

        Where the open case of another is what this begins in (a member's request after a report), it becomes that.
        """
        return await self._filing.open(own_id, opening, asker)

    async def act(self, id: str, doing: CaseDoing, asker: CaseAsker) -> ActOutcome:
        """`id` is the asker's own or the ref."""
        return await self._acts.act(id, doing, asker)

    async def find(self, id: str, asker: CaseAsker) -> CaseSeen | Missing:
        """The case with its history, as that person sees it; what fell due has happened."""
        return await self._reading.find(id, asker)

    async def page(self, which: CaseFilter, asker: CaseAsker, limit: int = PAGE) -> CasePage:
        """The asker's cases, or for support all of them: without histories."""
        return await self._reading.page(which, asker, limit)

    async def choices(self, conversation: str, asker: CaseAsker) -> list[CaseChoice] | Missing:
        """What the asker may open there now."""
        return await self._menu.choices(conversation, asker)
