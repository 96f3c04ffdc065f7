"""A refusal is told of among the events: once a minute for each conversation and reason, on real stores."""

from collections.abc import AsyncIterator
from typing import Literal

import pytest

from quotas.instant import DAY, MINUTE
from quotas.ledger import keys
from quotas.ledger.archive import LedgerArchive
from quotas.ledger.base import PostRefused
from quotas.ledger.redis import RedisLedger
from quotas.ledger.waits import WaitEvent, Waits
from quotas.store.link import Link
from quotas.terms import Rulebook
from tests.quotas.ledger.desk import Desk
from tests.quotas.ledgers import link_to
from tests.quotas.moments import oslo

SATURDAY, MONDAY = oslo("2026-01-10T12:00:00"), oslo("2026-01-12T00:00:00")


class Refusals:
    """Conversations of one store, and what their partitions tell of them."""

    def __init__(self, link: Link, rulebook: Rulebook) -> None:
        self.link = link
        self.ledger = RedisLedger(link)
        self.rulebook = rulebook
        self.waits = Waits(link, self.ledger, 0)

    async def desk(self, name: str, plan: str = "light") -> Desk:
        return await Desk(self.ledger, self.rulebook, name).opened(SATURDAY, plan)

    async def told(self, name: str) -> list[WaitEvent]:
        events = await self.waits.events(keys.partition(name), 100)
        return [event for event in events if event.kind == "refused" and event.conversation == name]

    async def reasons(self, name: str) -> list[tuple[str | None, int]]:
        return [(event.reason, event.at) for event in await self.told(name)]


@pytest.fixture
async def refusals(store_url: str, rulebook: Rulebook) -> AsyncIterator[Refusals]:
    async with link_to(store_url) as link:
        refusals = Refusals(link, rulebook)
        await refusals.ledger.load()
        yield refusals


async def refused(desk: Desk, at: int, id: str = "") -> None:
    assert isinstance(await desk.member(at, "text", id), PostRefused)


async def test_it_says_why_whose_and_when_writing_opens(refusals: Refusals) -> None:
    desk = await refusals.desk("c")
    await refused(desk, SATURDAY)
    [event] = await refusals.told("c")
    assert (event.conversation, event.at) == ("c", SATURDAY)
    assert (event.reason, event.side, event.opens_at) == ("closed", "member", MONDAY)
    assert (event.waiting_since, event.due_at) == (0, 0)


@pytest.mark.parametrize("status", ["suspended", "ended"])
async def test_both_sides_are_refused_in_a_suspension_and_at_the_end(
    refusals: Refusals, status: Literal["suspended", "ended"]
) -> None:
    desk = await refusals.desk("c")
    await desk.configure(SATURDAY, status=status)
    assert isinstance(await desk.mentor(SATURDAY, "text"), PostRefused)
    await refused(desk, SATURDAY + MINUTE)
    assert [(each.reason, each.side, each.opens_at) for each in await refusals.told("c")] == [
        (status, "mentor", 0),
        (status, "member", 0),
    ]


async def test_each_reason_is_told_once_a_minute(refusals: Refusals) -> None:
    """SATURDAY is the beginning of one."""
    desk = await refusals.desk("c")
    for at in (SATURDAY, SATURDAY + 1, SATURDAY + MINUTE - 1, SATURDAY + MINUTE):
        await refused(desk, at)
    told = [("closed", SATURDAY), ("closed", SATURDAY + MINUTE)]
    assert await refusals.reasons("c") == told
    await desk.configure(SATURDAY, status="paused")
    for at in (SATURDAY + MINUTE + 1, SATURDAY + MINUTE + 2):
        await refused(desk, at)
    await desk.configure(SATURDAY, status="open")
    await refused(desk, SATURDAY + MINUTE + 3)
    assert await refusals.reasons("c") == [*told, ("paused", SATURDAY + MINUTE + 1)]
    await refused(desk, SATURDAY + 2 * MINUTE)
    assert (await refusals.reasons("c"))[-1] == ("closed", SATURDAY + 2 * MINUTE)


async def test_each_conversation_counts_for_itself(refusals: Refusals) -> None:
    """Also two of one partition."""
    names = [f"c{number}" for number in range(300)]
    one = names[0]
    other = next(name for name in names[1:] if keys.partition(name) == keys.partition(one))
    for name in (one, other):
        await refused(await refusals.desk(name), SATURDAY)
    assert await refusals.reasons(one) == await refusals.reasons(other) == [("closed", SATURDAY)]


async def test_an_id_that_comes_again_is_told_of_once(refusals: Refusals) -> None:
    desk = await refusals.desk("c")
    await refused(desk, SATURDAY, id="x")
    await refused(desk, SATURDAY + DAY, id="x")
    assert await refusals.reasons("c") == [("closed", SATURDAY)]


async def test_what_was_told_is_nothing_to_archive(refusals: Refusals) -> None:
    desk = await refusals.desk("c")
    await refused(desk, SATURDAY)
    assert await refusals.link.request("ZCARD", keys.unarchived(keys.partition("c"))) == 0
    found = await LedgerArchive(refusals.link, refusals.ledger, 0).unarchived("c", 10)
    assert found is not None
    assert "refused" not in found.state
