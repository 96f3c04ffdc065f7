"""Memberships: what can be agreed, what is kept of it, and what falls due, once each, whoever was awake."""

from collections.abc import AsyncIterator
from datetime import date

import pytest
from msgspec.structs import replace
from sqlalchemy import select

from chatserver.conversations.membership import (
    MembershipChange,
    MembershipDetails,
    MembershipPrice,
    MembershipRecord,
    NotedStep,
)
from chatserver.conversations.memberships import MembershipNow, Memberships
from chatserver.conversations.person import PersonRecord
from chatserver.conversations.renewals import Renewals
from chatserver.conversations.requests import Conflict, Invalid, Missing, Written
from chatserver.conversations.rows import people
from chatserver.notices.noted_memberships import NotedMemberships, StillRenews
from chatserver.notices.rows import notices
from chatserver.operating.timer_watch import TimerWatch
from chatserver.personal_data import rows as erasures
from chatserver.protocol.events import Role
from chatserver.records.database import Database
from chatserver.records.tables import MEMBERSHIP_STEPS
from quotas import instant
from quotas.bookings import Price
from quotas.instant import DAY
from quotas.ledger.partitions import EVERYWHERE
from quotas.ledger.redis import RedisLedger
from quotas.ledger.timers import Timers
from quotas.policy_file import builtin_policy
from quotas.store.link import Link
from quotas.terms import Rulebook
from tests.chatserver.heard import noting_on

RULEBOOK = Rulebook(builtin_policy())
JANUARY = instant.parse("2026-01-31T12:00:00+01:00")
DETAILS = MembershipDetails("monthly", date(2026, 1, 31), MembershipPrice(99_901, "NOK"), "consumer", cadence="monthly")


class House:
    """Memberships on one database and store, whose clock shows what it is told."""

    def __init__(self, database: Database, link: Link) -> None:
        self.database = database
        self._link = link

    async def open(self) -> None:
        await self.show(JANUARY)
        roles: dict[str, Role] = {"mia": "member", "ola": "member", "tom": "mentor"}
        async with self.database.begin() as connection:
            for id, role in roles.items():
                await people.create(connection, PersonRecord(id, role, id.title(), "Europe/Oslo", "nb", None, 1, 1))

    async def show(self, now: int) -> None:
        """Let the store's clock show that, for parts that are made anew."""
        ledger = RedisLedger(self._link)
        await ledger.load()
        self.ledger = RedisLedger(self._link, now - await ledger.time())
        self.timers = Timers(self._link, self.ledger)
        self.renewals = self._renewals()
        self.memberships = Memberships(self.database, self.renewals, self.ledger.now)

    def _renewals(self) -> Renewals:
        news = NotedMemberships(noting_on(self.database))
        return Renewals(database=self.database, rulebook=RULEBOOK, timers=self.timers, clock=self.ledger.now, news=news)

    async def ring(self) -> None:
        """Do what has fallen due."""
        watch = TimerWatch(self.timers, [self._renewals()])
        while await watch.sweep():
            pass

    async def put(self, details: MembershipDetails = DETAILS, person: str = "mia") -> MembershipRecord:
        return done(await self.memberships.put(person, details, "service"))

    async def change(self, change: MembershipChange, person: str = "mia") -> MembershipRecord:
        return done(await self.memberships.change(person, change, "support"))

    async def now_of(self, person: str = "mia") -> MembershipNow:
        found = await self.memberships.find(person)
        assert found is not None
        return found

    async def steps(self, person: str = "mia") -> list[NotedStep]:
        """As whoever charges reads them."""
        query = select(MEMBERSHIP_STEPS).where(MEMBERSHIP_STEPS.c.person_id == person).order_by(MEMBERSHIP_STEPS.c.id)
        async with self.database.read() as connection:
            return [
                NotedStep(
                    person=row.person_id,
                    kind=row.kind,
                    paid_until=row.paid_until,
                    renewed_until=row.renewed_until,
                    price=Price(row.price_amount, row.price_currency),
                    payer=row.payer,
                    at=row.at,
                    noted_at=row.noted_at,
                )
                for row in await connection.execute(query)
            ]

    async def told(self, person: str = "mia") -> list[str]:
        return [f"{step.kind} of {step.paid_until} to {step.renewed_until}" for step in await self.steps(person)]

    async def timers_set(self) -> dict[str, int]:
        """When each rings."""
        found: dict[str, int] = {}
        for partition in EVERYWHERE:
            names = await self._link.request("ZRANGE", f"{{{partition}}}:timers", 0, -1, "WITHSCORES")
            found |= {name.decode(): int(float(at)) for name, at in names}
        return found


@pytest.fixture
async def house(database: Database, valkey_url: str) -> AsyncIterator[House]:
    link = Link(valkey_url)
    await link.open()
    house = House(database, link)
    await house.open()
    yield house
    link.close()


def done(outcome: object) -> MembershipRecord:
    assert isinstance(outcome, Written), outcome
    assert isinstance(outcome.record, MembershipRecord)
    return outcome.record


def at(day: str) -> int:
    """The first instant of a day in Oslo."""
    return RULEBOOK.calendar("Europe/Oslo", "").start_of(date.fromisoformat(day))


async def test_a_membership_is_agreed_once(house: House) -> None:
    """The same again appends nothing; another one is appended, and what was before stays."""
    first = await house.memberships.put("mia", DETAILS, "service")
    assert isinstance(first, Written)
    assert first.created
    again = await house.memberships.put("mia", DETAILS, "support")
    assert again == Written(first.record, created=False)
    await house.put(replace(DETAILS, payer="business"))
    found = await house.now_of()
    assert [(each.terms.payer, each.set_by) for each in found.history] == [
        ("consumer", "service"),
        ("business", "service"),
    ]
    assert (found.terms.payer, found.terms.price, found.paid_until) == (
        "business",
        Price(99_901, "NOK"),
        date(2026, 2, 28),
    )
    assert await house.memberships.find("ola") is None
    assert await house.memberships.find("nobody") is None


async def test_some_of_it_is_changed(house: House) -> None:
    """What is left out stays; nothing at all appends nothing."""
    assert await house.memberships.change("mia", MembershipChange(payer="business"), "support") == Missing()
    await house.put()
    changed = await house.change(MembershipChange(price=MembershipPrice(80_000, "NOK"), paid_until=date(2026, 5, 31)))
    assert (changed.terms.price.amount, changed.terms.paid_until, changed.terms.cadence) == (
        80_000,
        date(2026, 5, 31),
        "monthly",
    )
    assert await house.change(MembershipChange()) == changed
    assert len((await house.now_of()).history) == 2


@pytest.mark.parametrize(
    ("details", "field"),
    [
        (replace(DETAILS, price=MembershipPrice(1, "NOX")), "price.currency"),
        (replace(DETAILS, started_on=date(2026, 2, 1)), "started_on"),
        (replace(DETAILS, started_on=date(1970, 12, 31)), "started_on"),
        (replace(DETAILS, paid_until=date(2026, 1, 31)), "paid_until"),
        (replace(DETAILS, paid_until=date(2199, 1, 1)), "paid_until"),
        (replace(DETAILS, renews=False), "paid_until"),
    ],
)
async def test_what_cannot_be_agreed(house: House, details: MembershipDetails, field: str) -> None:
    """It is named, and nothing is written."""
    refused = await house.memberships.put("mia", details, "service")
    assert isinstance(refused, Invalid)
    assert [error.field for error in refused.errors] == [field]
    assert await house.memberships.find("mia") is None


async def test_who_has_no_membership(house: House) -> None:
    """A mentor; somebody who is not there; somebody who was erased."""
    refused = await house.memberships.put("tom", DETAILS, "service")
    assert refused == Conflict("'tom' is a mentor; memberships are for members")
    assert await house.memberships.put("nobody", DETAILS, "service") == Missing()
    async with house.database.begin() as connection:
        await erasures.erase_person(connection, "mia", JANUARY)
    assert isinstance(await house.memberships.put("mia", DETAILS, "service"), Conflict)


async def test_one_that_stops_is_over_at_the_end_of_what_is_paid(house: House) -> None:
    """Its timer goes; until then it can go on, afterwards it takes another one."""
    await house.put()
    stopped = await house.change(MembershipChange(renews=False))
    assert (stopped.terms.paid_until, stopped.terms.renews) == (date(2026, 2, 28), False)
    assert await house.timers_set() == {}
    await house.change(MembershipChange(renews=True))
    assert await house.timers_set() == {"renewal:mia": at("2026-02-21")}
    await house.change(MembershipChange(renews=False))
    await house.show(at("2026-02-28"))
    refused = await house.memberships.change("mia", MembershipChange(renews=True), "support")
    assert refused == Conflict("the membership of 'mia' was over on 2026-02-28; PUT another one to go on")
    await house.ring()
    assert await house.told() == []
    assert (await house.put(replace(DETAILS, started_on=date(2026, 2, 28)))).terms.renews


async def test_it_renews_by_itself(house: House) -> None:
    """A reminder and a renewal a month, each with the price at the agreed cadence; one timer, for the next of them."""
    await house.put()
    assert await house.timers_set() == {"renewal:mia": at("2026-02-21")}
    await house.show(at("2026-02-21"))
    await house.ring()
    [step] = await house.steps()
    assert (step.kind, step.at, step.price, step.payer) == (
        "reminder",
        at("2026-02-21"),
        Price(49_950, "NOK"),
        "consumer",
    )
    assert await house.timers_set() == {"renewal:mia": at("2026-02-28")}
    await house.show(at("2026-02-28"))
    await house.ring()
    await house.ring()
    assert await house.told() == ["reminder of 2026-02-28 to 2026-03-31", "renewed of 2026-02-28 to 2026-03-31"]
    assert (await house.now_of()).paid_until == date(2026, 3, 31)


async def test_what_fell_due_while_everything_slept(house: House) -> None:
    """It is noted in its order, with the instant at which it was due, also where somebody changes the price first."""
    await house.put()
    await house.show(at("2026-03-28"))
    await house.change(MembershipChange(price=MembershipPrice(2, "NOK")))
    await house.ring()
    steps = await house.steps()
    assert [(step.kind, step.at, step.price.amount) for step in steps] == [
        ("reminder", at("2026-02-21"), 49_950),
        ("renewed", at("2026-02-28"), 49_950),
        ("reminder", at("2026-03-24"), 49_950),
    ]
    assert all(step.noted_at - at("2026-03-28") < DAY for step in steps)
    await house.show(at("2026-03-31"))
    await house.ring()
    assert [(step.kind, step.price.amount) for step in (await house.steps())[3:]] == [("renewed", 1)]


async def test_a_reminder_that_is_late_already(house: House) -> None:
    """What is agreed within seven days of a renewal is reminded of at once; once."""
    await house.put(replace(DETAILS, paid_until=date(2026, 2, 3)))
    await house.change(MembershipChange(payer="business"))
    assert await house.told() == ["reminder of 2026-02-03 to 2026-02-28"]
    assert await house.timers_set() == {"renewal:mia": at("2026-02-03")}


async def test_a_timer_that_the_store_has_lost(house: House) -> None:
    """It is set again from the records before it has to ring."""
    await house.put()
    await house.renewals.set_timer("mia", None)
    await house.show(at("2026-02-20"))
    await house.ring()
    assert await house.timers_set() == {}
    await house.show(at("2026-02-21") - 3_600_000)
    await house.ring()
    assert await house.timers_set() == {"renewal:mia": at("2026-02-21")}
    await house.renewals.set_timer("mia", None)
    await house.show(at("2026-02-25"))
    await house.ring()
    assert await house.told() == ["reminder of 2026-02-28 to 2026-03-31"]


async def test_nothing_falls_due_of_somebody_who_was_erased(house: House) -> None:
    """The books keep what was agreed."""
    await house.put()
    async with house.database.begin() as connection:
        await erasures.erase_person(connection, "mia", JANUARY)
    await house.show(at("2026-03-28"))
    await house.ring()
    assert await house.told() == []
    assert await house.timers_set() == {}
    assert [each.terms.price for each in (await house.now_of()).history] == [Price(99_901, "NOK")]


async def test_members_hear_of_a_renewal_that_comes_and_webhooks_of_all_of_it(house: House) -> None:
    """Once, and it is asked again whether it is still to come; what a business pays for is not the member's to stop."""
    await house.put()
    await house.put(replace(DETAILS, payer="business"), "ola")
    await house.show(at("2026-02-22"))
    await house.ring()
    await house.put()
    async with house.database.read() as connection:
        [reminder] = await notices.page(connection, "mia", None, 10)
        assert await notices.page(connection, "ola", None, 10) == []
    assert reminder.event == "membership.reminder"
    assert reminder.data == {
        "paid_until": "2026-02-28",
        "renewed_until": "2026-03-31",
        "renews": True,
        "amount": 49_950,
        "currency": "NOK",
        "payer": "consumer",
        "role": "member",
        "first": True,
    }
    still = StillRenews(house.memberships)
    assert await still.answer(reminder) is None
    await house.show(at("2026-03-02"))
    still = StillRenews(house.memberships)
    assert await still.answer(reminder) == "it is paid for longer by now"
    await house.change(MembershipChange(renews=False))
    assert await still.answer(reminder) == "it is not renewed any more"
    assert await still.answer(replace(reminder, person="nobody")) == "it is not renewed any more"


async def test_renewal_is_stopped_and_resumed(house: House) -> None:
    """Each once: the same again appends nothing. Resumed, it renews on the day on which it would have been over."""
    assert await house.memberships.stop("ola", "support") == Missing()
    await house.put()
    for _ in range(2):
        stopped = done(await house.memberships.stop("mia", "member"))
        assert (stopped.terms.renews, stopped.terms.paid_until, stopped.set_by) == (False, date(2026, 2, 28), "member")
    for _ in range(2):
        resumed = done(await house.memberships.resume("mia", "support"))
        assert (resumed.terms.renews, resumed.set_by) == (True, "support")
    found = await house.now_of()
    assert (found.paid_until, len(found.history)) == (date(2026, 2, 28), 3)


async def test_what_is_over_is_not_resumed(house: House) -> None:
    """It stays stopped, and a stop says the same."""
    await house.put()
    stopped = done(await house.memberships.stop("mia", "support"))
    await house.show(JANUARY + 40 * DAY)
    assert isinstance(await house.memberships.resume("mia", "support"), Conflict)
    assert done(await house.memberships.stop("mia", "support")) == stopped
