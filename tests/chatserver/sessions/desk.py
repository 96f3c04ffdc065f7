"""Sessions on a real store and database, with a mentor and as many members as a test needs."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import date
from typing import TypeVar

from chatserver.cases.case_events import CasePublisher
from chatserver.cases.case_log import CaseLog
from chatserver.cases.case_openings import CaseOpenings
from chatserver.cases.guest_sessions import OneOffPrices
from chatserver.conversations.conversation import ConversationRecord
from chatserver.conversations.provisioning import Provisioning
from chatserver.conversations.requests import (
    ConversationChange,
    ConversationDetails,
    Invalid,
    Missing,
    PersonDetails,
    Written,
)
from chatserver.conversations.rows import conversations
from chatserver.operating.metrics import Metrics
from chatserver.records.database import Database
from chatserver.sessions.appointments import BookedSessions
from chatserver.sessions.bookings import Bookings
from chatserver.sessions.credit_book import CreditBook
from chatserver.sessions.hours import HoursRecord, OpeningHours
from chatserver.sessions.hours_requests import HoursDetails, ListedPrice, ListedPrices, WeeklyHours
from chatserver.sessions.prices import Prices
from chatserver.sessions.session_timers import SessionTimers
from chatserver.sessions.slots import Slots
from chatserver.sessions.telling import SessionTelling
from quotas.bookings import Price
from quotas.instant import MINUTE
from quotas.ledger.redis import RedisLedger
from quotas.ledger.timers import Timers
from quotas.plans import WEEKDAYS
from quotas.policy_file import builtin_policy
from quotas.session_book import WantedBooking
from quotas.store.link import Link
from quotas.store.port import Store
from quotas.terms import Rulebook
from tests.chatserver.heard import Heard, noting_on, session_log_on
from tests.quotas.moments import oslo

TUESDAY = oslo("2026-01-06T10:00:00")
RULEBOOK = Rulebook(builtin_policy())


class Desk:
    """Its clock stands where `now` says; the ledger's is the store's. `connected` are those who are connected."""

    connected: frozenset[str] = frozenset()

    def __init__(self, database: Database, store: Store, now: int = TUESDAY, rulebook: Rulebook = RULEBOOK) -> None:
        self.rulebook = rulebook
        self.now = now
        self.database = database
        self.store = store
        self.metrics = Metrics()
        self.ledger = RedisLedger(store)
        self.timers = Timers(store, self.ledger)
        self.heard = Heard()
        self.case_log = CaseLog(self.rulebook, noting_on(database, self.heard), CasePublisher(store))
        self.openings = CaseOpenings(database, self.case_log, self.timers)
        self.log = session_log_on(database, self.heard, self.openings)
        self.appointments = BookedSessions(database, self.clock, self.log)
        self.provisioning = Provisioning(
            database, self.ledger, self.rulebook, self.clock, self.appointments, listener=self.openings
        )
        self.credits = CreditBook(database, self.rulebook, self.clock, self.log)
        self.prices = Prices(database, self.clock)
        self.slots = Slots(database, self.rulebook.policy.sessions)
        self.telling = self.telling_named("first")
        self.bookings = self.bookings_told_by(self.telling)

    def telling_named(self, name: str, part: type[SessionTelling] = SessionTelling) -> SessionTelling:
        """A part that tells, as another process has it."""
        return part(
            database=self.database,
            store=self.store,
            ledger=self.ledger,
            project=self.provisioning.project,
            timers=SessionTimers(self.timers, self.rulebook.policy.sessions),
            credits=self.credits,
            clock=self.clock,
            policy=self.rulebook.policy.sessions,
            metrics=self.metrics,
            log=self.log,
            name=name,
        )

    def bookings_told_by(self, telling: SessionTelling) -> Bookings:
        return Bookings(
            database=self.database,
            rulebook=self.rulebook,
            clock=self.clock,
            slots=self.slots,
            prices=self.prices,
            credits=self.credits,
            telling=telling,
            metrics=self.metrics,
            connected=self.who,
            log=self.log,
            one_offs=OneOffPrices(),
        )

    async def who(self, conversation: str) -> frozenset[str]:
        return self.connected

    async def clock(self) -> int:
        return self.now

    async def later(self, minutes: float) -> None:
        """Let time pass."""
        self.now += round(minutes * MINUTE)

    async def open(
        self, id: str = "c1", member: str = "mia", mentor: str = "tom", plan: str = "live", began: date | None = None
    ) -> None:
        """A conversation, with its people."""
        await self.person(member, "member")
        await self.person(mentor, "mentor")
        details = ConversationDetails(member, mentor, plan, subscription_from=began)
        assert isinstance(await self.provisioning.put_conversation(id, details), Written)

    async def put(self, id: str, member: str, mentor: str, plan: str = "live", **more: object) -> None:
        """A conversation as the records have it, also one whose people have other roles elsewhere."""
        record = ConversationRecord(
            **{
                "id": id,
                "member": member,
                "mentor": mentor,
                "plan": plan,
                "zone": "Europe/Oslo",
                "holidays": "",
                "status": "open",
                "revision": 1,
                "created_at": self.now,
                "updated_at": self.now,
                **more,
            }  # type: ignore[arg-type]  # of a test's own words
        )
        async with self.database.begin() as connection:
            await conversations.create(connection, record)

    async def change_zone(self, id: str, zone: str) -> None:
        found = await self.provisioning.get_conversation(id)
        assert found is not None
        details = ConversationDetails(found.member, found.mentor, found.plan, zone=zone)
        assert isinstance(await self.provisioning.put_conversation(id, details), Written)

    async def publish(self, mentor: str = "tom", since: str = "00:00", until: str = "24:00", **more: object) -> None:
        """Hours that are the same on every day, in UTC."""
        weekly = [WeeklyHours(weekday, since, until) for weekday in WEEKDAYS]
        details = HoursDetails(weekly, zone="UTC", **more)  # type: ignore[arg-type]  # of a test's own words
        assert isinstance(await OpeningHours(self.database, self.clock).put(mentor, details), HoursRecord)

    async def list_price(self, minutes: int, price: Price, mentor: str = "tom") -> None:
        details = ListedPrices([ListedPrice(minutes, price.amount, price.currency)])
        assert not isinstance(await self.prices.put(mentor, details), Invalid | Missing)

    async def person(self, id: str, role: str) -> None:
        details = PersonDetails("member" if role == "member" else "mentor", id.title())
        assert isinstance(await self.provisioning.put_person(id, details), Written)

    async def change(self, id: str, *, plan: str | None = None, status: str | None = None) -> None:
        change = ConversationChange(plan, status)  # type: ignore[arg-type]  # of a test's own words
        assert isinstance(await self.provisioning.change_conversation(id, change), Written)


DeskOf = TypeVar("DeskOf", bound=Desk)


@asynccontextmanager
async def opened(kind: type[DeskOf], database: Database, store_url: str) -> AsyncIterator[DeskOf]:
    """With the conversation c1; it is Tuesday, and nothing is booked."""
    link = Link(store_url)
    await link.open()
    desk = kind(database, link)
    await desk.ledger.load()
    await desk.open()
    yield desk
    link.close()


def wanted(
    id: str = "b1", starts_at: int = TUESDAY + 72 * 60 * MINUTE, conversation: str = "c1", **more: object
) -> WantedBooking:
    """A live chat of half an hour, three days ahead."""
    known = {"service": "live_chat", "minutes": 30} | more
    return WantedBooking(id, conversation, starts_at=starts_at, **known)  # type: ignore[arg-type]
