"""A member leaves: until when they have paid, and the end of all their conversations."""

from collections.abc import AsyncIterator
from datetime import date
from typing import Any

import pytest

from chatserver.conversations.membership import MembershipDetails, MembershipPrice
from chatserver.conversations.memberships import Memberships
from chatserver.conversations.renewals import Renewals
from chatserver.conversations.requests import ConversationDetails, Written
from chatserver.notices.noted_memberships import NotedMemberships
from chatserver.records.database import Database
from chatserver.sessions.leaving import Leaving
from chatserver.sessions.outcomes import BookingDone
from quotas.instant import DAY
from tests.chatserver.heard import noting_on
from tests.chatserver.sessions.desk import TUESDAY, Desk, opened, wanted
from tests.quotas.moments import oslo


class Departures(Desk):
    """mia has c1 with tom, from Tuesday the 6th of January on."""

    def __init__(self, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        news = NotedMemberships(noting_on(self.database))
        renewals = Renewals(
            database=self.database, rulebook=self.rulebook, timers=self.timers, clock=self.clock, news=news
        )
        self.memberships = Memberships(self.database, renewals, self.clock)
        self.leaving = Leaving(
            database=self.database,
            provisioning=self.provisioning,
            memberships=self.memberships,
            telling=self.telling,
            clock=self.clock,
        )

    async def statuses(self) -> dict[str, tuple[str, str | None]]:
        records = [await self.provisioning.get_conversation(id) for id in ("c1", "c2", "t1", "o1")]
        return {each.id: (each.status, each.ended_reason) for each in records if each is not None}


@pytest.fixture
async def desk(database: Database, valkey_url: str) -> AsyncIterator[Departures]:
    async with opened(Departures, database, valkey_url) as desk:
        yield desk


async def test_until_when_it_is_paid(desk: Departures) -> None:
    """The membership says it; without one, the current subscription month does."""
    assert await desk.leaving.paid_until("mia") == date(2026, 2, 6)
    details = MembershipDetails("annual", date(2026, 1, 1), MembershipPrice(990_000, "NOK"), "consumer")
    assert isinstance(await desk.memberships.put("mia", details, "service"), Written)
    assert await desk.leaving.paid_until("mia") == date(2027, 1, 1)
    assert await desk.leaving.paid_until("nobody") is None


async def test_what_is_booked_beyond_it_is_named(desk: Departures) -> None:
    """From the first instant of the day on, in the member's zone."""
    day = date(2026, 1, 9)
    for id, at in (("b1", oslo("2026-01-08T23:30:00")), ("b2", oslo("2026-01-09T00:00:00"))):
        assert isinstance(await desk.bookings.book(wanted(id, at), "mentor"), BookingDone)
    assert [each.id for each in await desk.leaving.booked_from("mia", day)] == ["b2"]
    assert await desk.leaving.booked_from("nobody", day) == []


async def test_all_conversations_of_a_member_end(desk: Departures) -> None:
    """For that reason, but those that had ended for another; nobody else's. The same again says the same."""
    await desk.open("c2", "mia", "kim")
    await desk.open("o1", "ola", "kim")
    trial = ConversationDetails("mia", "kim", "trial", trial=True)
    assert isinstance(await desk.provisioning.put_conversation("t1", trial), Written)
    await desk.change("c2", status="ended")
    assert isinstance(await desk.bookings.book(wanted("b1", TUESDAY + 3 * DAY), "mentor"), BookingDone)
    for _ in range(2):
        assert await desk.leaving.end_all("mia", "cancelled") == ["c1", "t1"]
    assert await desk.statuses() == {
        "c1": ("ended", "cancelled"),
        "c2": ("ended", None),
        "t1": ("ended", "cancelled"),
        "o1": ("open", None),
    }
    found = await desk.bookings.find("b1")
    assert found is not None
    assert found.cancelled is not None
    assert not found.cancelled.counts
    standing = await desk.ledger.standing("c1")
    assert standing is not None
    assert standing.settings.status == "ended"
