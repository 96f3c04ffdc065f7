"""Cases on a real store and database: c1 of mia and tom, whose clock stands where the test says."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import date
from typing import Any

from chatserver.cases.case_facts import KnownFacts
from chatserver.cases.case_requests import CaseAsker, CaseOpening, CaseSeen
from chatserver.cases.case_steps import CaseSteps
from chatserver.cases.case_texts import CaseTexts
from chatserver.cases.casebook import CaseBook
from chatserver.cases.effects import CaseEffects
from chatserver.cases.given_facts import GivenFacts
from chatserver.cases.guest_sessions import GuestSessions
from chatserver.cases.member_signs import LedgerSigns
from chatserver.cases.paid_dues import PaidDues
from chatserver.conversations.membership import MembershipDetails, MembershipPrice
from chatserver.conversations.memberships import Memberships
from chatserver.conversations.renewals import Renewals
from chatserver.conversations.requests import Missing, Written
from chatserver.messages.lane import sealed_post
from chatserver.messages.log import KeptMessages
from chatserver.notices.noted_memberships import NotedMemberships
from chatserver.records.database import Database
from quotas import instant
from quotas.cases.acts import CaseDoing
from quotas.cases.facts import CaseFacts
from quotas.cases.rules import CaseAction, CaseKind
from quotas.ledger import keys
from quotas.ledger.base import Posted, posted
from quotas.ledger.timers import Rung
from quotas.plans import Policy
from quotas.standing import Writer
from quotas.store.link import Link
from quotas.store.port import Store
from quotas.terms import Rulebook
from tests.chatserver.heard import noting_on
from tests.chatserver.keys.making import conversation_keys
from tests.chatserver.sessions.coaching import COACHED
from tests.chatserver.sessions.desk import TUESDAY, Desk

MIA = CaseAsker("mia", "member")
TOM = CaseAsker("tom", "mentor")
SARA = CaseAsker("sara", "support")
ANN = CaseAsker("ann", "mentor")
OLA = CaseAsker("ola", "member")


class CaseDesk(Desk):
    """`effects` are what a test supplies."""

    def __init__(self, database: Database, store: Store, now: int = TUESDAY, policy: Policy = COACHED) -> None:
        super().__init__(database, store, now, Rulebook(policy))
        self.renewals = Renewals(
            database=database,
            rulebook=self.rulebook,
            timers=self.timers,
            clock=self.clock,
            news=NotedMemberships(noting_on(database)),
        )
        self.memberships = Memberships(database, self.renewals, self.clock)
        self.effects: CaseEffects = {}
        self.keys = conversation_keys(database)
        self.texts = CaseTexts(self.keys)
        self.kept = KeptMessages(database, self.ledger)
        self.signs = LedgerSigns(self.ledger, self.kept)
        self.steps = CaseSteps(
            database=database,
            log=self.case_log,
            timers=self.timers,
            clock=self.clock,
            effects=self.effects,
            signs=self.signs,
            guests=GuestSessions(database, self.case_log, self.bookings.of_conversation, self.rulebook.policy.sessions),
            paid=PaidDues(database, self.case_log, self.memberships),
        )
        self.book = CaseBook(
            database=database,
            log=self.case_log,
            steps=self.steps,
            texts=self.texts,
            known=KnownFacts(self.memberships, self.rulebook, self.bookings.find),
            given=GivenFacts(database, self.rulebook, self.bookings.find),
            clock=self.clock,
            read_upto=self.signs.read_upto,
        )

    async def move_in(self) -> None:
        """With the conversations c1 and c2 on a plan without limit."""
        await self.ledger.load()
        await self.open(plan="coaching")
        await self.open("c2", member="ola", mentor="ann", plan="coaching")

    async def membership(self, **more: Any) -> None:
        """Mia pays by the month."""
        known: dict[str, Any] = {"renewal": "monthly", "started_on": date(2026, 1, 5), "payer": "consumer"} | more
        details = MembershipDetails(price=MembershipPrice(100_000, "NOK"), **known)
        assert isinstance(await self.memberships.put("mia", details, "service"), Written)

    async def opened(
        self, own_id: str, kind: CaseKind, asker: CaseAsker, note: str = "", *, conversation: str = "c1", **facts: Any
    ) -> CaseSeen:
        """A case, which must work."""
        opening = CaseOpening(kind, conversation, CaseFacts(**facts), note)
        seen = await self.book.open(own_id, opening, asker)
        assert isinstance(seen, CaseSeen), seen
        return seen

    async def acted(self, id: str, action: CaseAction, asker: CaseAsker, note: str = "", **more: Any) -> CaseSeen:
        """An action, which must work."""
        facts = CaseFacts(**{name: more.pop(name) for name in list(more) if name in CaseFacts.__struct_fields__})
        seen = await self.book.act(id, CaseDoing(action, facts, note, **more), asker)
        assert isinstance(seen, CaseSeen), seen
        return seen

    async def seen(self, id: str, asker: CaseAsker) -> CaseSeen | None:
        found = await self.book.find(id, asker)
        return None if isinstance(found, Missing) else found

    async def write(self, writer: Writer, at: int) -> None:
        """A message of c1, as of that instant."""
        standing = await self.ledger.standing("c1", at=at)
        assert standing is not None
        key = await self.keys.current("c1", standing.settings.key)
        sender = "mia" if writer == "member" else "tom"
        post = sealed_post(key, writer, sender, f"m{at}", "Hello", "test")
        result = await posted(self.ledger, post, standing.settings, standing.terms(self.rulebook), at=at)
        assert isinstance(result, Posted), result

    async def show(self, text: str) -> None:
        """Let the clock show that."""
        self.now = instant.parse(text)

    async def ring(self, ref: str) -> None:
        """The case's timer rings."""
        await self.steps.ring(Rung(0, "case", ref, self.now))

    async def timer(self, ref: str, conversation: str = "c1") -> str:
        """When it rings; '' where it is not set."""
        name = keys.timers(keys.partition(conversation))
        at = int(await self.store.request("ZSCORE", name, f"case:{ref}") or 0)
        return instant.text(at) if at else ""


@asynccontextmanager
async def case_desk(
    database: Database, store_url: str, now: int = TUESDAY, policy: Policy = COACHED
) -> AsyncIterator[CaseDesk]:
    """With the conversation c1 on a plan without limit."""
    link = Link(store_url)
    await link.open()
    desk = CaseDesk(database, link, now, policy)
    await desk.move_in()
    yield desk
    link.close()


def did(seen: CaseSeen | None) -> list[str]:
    """What its history says."""
    assert seen is not None
    return [entry.did for entry in seen.case.history]
