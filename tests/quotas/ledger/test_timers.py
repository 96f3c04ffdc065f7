"""Timers of any kind: set, claimed with a lease, cleared when they are done; those of unknown kinds are left alone."""

from collections.abc import AsyncIterator

import pytest

from quotas.instant import DAY, HOUR, SECOND
from quotas.ledger import keys
from quotas.ledger.redis import RedisLedger
from quotas.ledger.timers import Claim, Timers
from quotas.ledger.waits import Waits
from quotas.store.link import Link
from tests.quotas.ledgers import link_to

OWNER = "c1"
PARTITION = keys.partition(OWNER)
LEASE = 2 * SECOND
KINDS = ("reply", "session")


class Desk:
    """One process, whose clock runs `shift` ms ahead."""

    def __init__(self, link: Link, shift: int = 0) -> None:
        self.link = link
        self.ledger = RedisLedger(link, shift)
        self.timers = Timers(link, self.ledger)
        self.waits = Waits(link, self.ledger, shift)

    async def claimed(self, most: int = 10) -> Claim:
        return await self.timers.claim(PARTITION, KINDS, LEASE, most)

    async def left(self) -> list[str]:
        found = await self.link.request("ZRANGE", keys.timers(PARTITION), 0, -1)
        return [name.decode() for name in found]


def names(claim: Claim) -> list[str]:
    return [f"{rung.kind}:{rung.name}" for rung in claim.rung]


@pytest.fixture
async def desk(store_url: str) -> AsyncIterator[Desk]:
    async with link_to(store_url) as link:
        desk = Desk(link)
        await desk.ledger.load()
        yield desk


async def test_a_timer_rings_at_its_instant_and_is_one_callers_for_a_while(desk: Desk) -> None:
    now = await desk.ledger.now()
    await desk.timers.set_timer(OWNER, "session", "b:1", now + HOUR)
    first = await desk.claimed()
    assert (names(first), first.next_at) == ([], now + HOUR)
    late = Desk(desk.link, HOUR)
    claim = await late.claimed()
    assert (names(claim), claim.rung[0].now) == (["session:b:1"], claim.now)
    assert claim.next_at == claim.now + LEASE + 1, "a claimed one rings again, at the end of its lease"
    assert names(await late.claimed()) == []
    again = await Desk(desk.link, HOUR + LEASE + 1).claimed()
    assert names(again) == ["session:b:1"]
    assert await late.timers.done(claim, claim.rung) == 0, "it is another's by now"
    assert await late.timers.done(again, again.rung) == 1
    assert (await late.claimed()).next_at == 0


async def test_what_is_set_anew_while_it_is_worked_on_stays(desk: Desk) -> None:
    now = await desk.ledger.now()
    for name in ("b1", "b2", "b3"):
        await desk.timers.set_timer(OWNER, "session", name, now - 1)
    claim = await desk.claimed()
    await desk.timers.set_timer(OWNER, "session", "b1", now + DAY)
    await desk.timers.clear_timer(OWNER, "session", "b2")
    assert await desk.timers.done(claim, claim.rung) == 1
    assert await desk.left() == ["session:b1"]


async def test_a_timer_is_set_until_its_work_is_done(desk: Desk) -> None:
    """Also while it is claimed: whoever makes sure that there is one sets no second."""
    assert not await desk.timers.is_set(OWNER, "session", "b1")
    await desk.timers.set_timer(OWNER, "session", "b1", await desk.ledger.now() - 1)
    claim = await desk.claimed()
    assert await desk.timers.is_set(OWNER, "session", "b1")
    assert not await desk.timers.is_set(OWNER, "reply", "b1"), "of another kind"
    await desk.timers.done(claim, claim.rung)
    assert not await desk.timers.is_set(OWNER, "session", "b1")


async def test_kinds_that_are_not_known_are_left_alone_and_keep_nobody_waiting(desk: Desk) -> None:
    """Also where there are more of them than are claimed at once, before, between and behind."""
    now = await desk.ledger.now()
    for place in range(8):
        await desk.timers.set_timer(OWNER, "series", f"s{place}", now - 100 + place)
    await desk.timers.set_timer(OWNER, "reply", OWNER, now - 95)
    await desk.timers.set_timer(OWNER, "session", "b1", now - 50)
    await desk.link.request("ZADD", keys.timers(PARTITION), now - 40, "nameless")
    first, second, third = [await desk.claimed(1) for _ in range(3)]
    assert [names(each) for each in (first, second, third)] == [["reply:c1"], ["session:b1"], []]
    assert third.foreign == {"series", ""}
    assert third.next_at > now, "they make nobody look again at once"
    before = {name for name in await desk.left() if name.startswith("series")}
    assert len(before) == 8
    assert await desk.timers.late(PARTITION, now - 60) == 8


async def test_the_clock_stops_at_timers_of_every_kind_and_waits_for_those_that_are_known(desk: Desk) -> None:
    shifted = Desk(desk.link, 5 * DAY)
    now = await shifted.ledger.now()

    async def turned(to: int) -> tuple[bool, int]:
        place = await shifted.waits.turn(PARTITION, to - await shifted.ledger.time(), to, LEASE, KINDS)
        return place.is_busy, place.next_at

    await shifted.timers.set_timer(OWNER, "series", "s1", now + HOUR)
    await shifted.timers.set_timer(OWNER, "session", "b1", now + 2 * HOUR)
    assert await turned(now + DAY) == (False, now + HOUR)
    assert await turned(now + HOUR) == (False, now + 2 * HOUR)
    assert await turned(now + 2 * HOUR) == (True, 0)
    assert await turned(now + DAY) == (True, 0)
    assert names(await Desk(desk.link, 5 * DAY).claimed()) == [], "by a clock that it has not heard of"
    claim = await Desk(desk.link, int(await desk.link.request("GET", keys.shift(PARTITION)))).claimed()
    assert names(claim) == ["session:b1"]
    assert (await turned(now + DAY))[0], "somebody is at work on it"
    await shifted.timers.done(claim, claim.rung)
    assert await turned(now + DAY) == (False, 0)


async def rings_at(desk: Desk) -> float | None:
    score = await desk.link.request("ZSCORE", keys.timers(PARTITION), "session:b1")
    return None if score is None else float(score)


async def test_one_that_is_set_no_later_than_an_instant_rings_at_the_earliest_of_all(desk: Desk) -> None:
    now = await desk.ledger.now()
    for at, rings in ((now + HOUR, now + HOUR), (now + DAY, now + HOUR), (now + SECOND, now + SECOND)):
        await desk.timers.set_earlier(OWNER, "session", "b1", at)
        assert await rings_at(desk) == rings
    await desk.timers.set_next(OWNER, "session", "b1", now + HOUR)
    assert await rings_at(desk) == now + SECOND, "somebody else has set it: nobody holds it"


@pytest.mark.parametrize("later", [-SECOND, SECOND, DAY])
async def test_what_comes_up_while_one_is_worked_on_makes_it_ring_again(desk: Desk, later: int) -> None:
    now = await desk.ledger.now()
    await desk.timers.set_timer(OWNER, "session", "b1", now - 1)
    claim = await desk.claimed()
    await desk.timers.set_earlier(OWNER, "session", "b1", claim.now + later)
    assert await desk.timers.done(claim, claim.rung) == 0
    assert await rings_at(desk) == claim.now + min(later, LEASE)


async def test_whoever_did_what_was_due_sets_it_for_what_is_due_next(desk: Desk) -> None:
    now = await desk.ledger.now()
    await desk.timers.set_timer(OWNER, "session", "b1", now - 1)
    claim = await desk.claimed()
    await desk.timers.set_next(OWNER, "session", "b1", now + DAY)
    await desk.timers.set_earlier(OWNER, "session", "b1", now + HOUR)
    assert await desk.timers.done(claim, claim.rung) == 0
    assert await rings_at(desk) == now + HOUR
    await desk.timers.set_timer(OWNER, "session", "b1", now - 1)
    claim = await desk.claimed()
    await desk.timers.set_earlier(OWNER, "session", "b1", now + DAY)
    await desk.timers.set_next(OWNER, "session", "b1", now + HOUR)
    assert await rings_at(desk) == claim.now + LEASE, "what came up meanwhile is not passed over"
