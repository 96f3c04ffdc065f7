"""A wait that needs no answer, as the mentor says: over on each ledger, and told once."""

from collections.abc import AsyncIterator, Iterator

import pytest
from msgspec.structs import replace
from redis import Redis

from quotas.instant import DAY, HOUR
from quotas.ledger import keys
from quotas.ledger.base import Acknowledged, Entry, Ledger, Otherwise, Posted, StandIn
from quotas.ledger.feed import read_message
from quotas.ledger.redis import RedisLedger
from quotas.ledger.waits import Waits
from quotas.standing import Standing, TextCounts
from quotas.store.errors import StoreError
from quotas.store.link import Link
from quotas.terms import Rulebook
from tests.engines import StoreProcess
from tests.quotas.ledger.desk import Desk
from tests.quotas.ledgers import closed, ledger_at, link_to
from tests.quotas.moments import oslo

MONDAY = oslo("2026-01-05T08:00:00")
ULF = StandIn("ulf", MONDAY, MONDAY + 2 * DAY)


@pytest.fixture
async def desk(ledger: Ledger, rulebook: Rulebook) -> Desk:
    """A Light conversation in Oslo, opened on a Monday morning."""
    return await Desk(ledger, rulebook).opened(MONDAY, "light")


async def test_the_wait_is_over_and_an_event_is_written(desk: Desk) -> None:
    """The window goes on, and nothing is spent."""
    asked = await desk.member(MONDAY, "thanks")
    assert isinstance(asked, Posted)
    done = await desk.ledger.acknowledge("c", MONDAY, 1, b"acknowledged", at=MONDAY + HOUR)
    assert done == Acknowledged(2, MONDAY + HOUR)
    standing = await desk.standing(MONDAY + HOUR)
    assert standing.usage == replace(asked.usage, waiting_since=0, due_at=0)
    assert (standing.last_seq, standing.texts, standing.missed) == (2, TextCounts(2, 1), False)
    assert await desk.ledger.messages("c", 1, 9, 9) == [Entry(2, MONDAY + HOUR, b"acknowledged")]


async def test_the_next_message_starts_anew(desk: Desk) -> None:
    await desk.member(MONDAY, "thanks")
    await desk.ledger.acknowledge("c", MONDAY, 1, b"", at=MONDAY + HOUR)
    asked = await desk.member(MONDAY + 2 * HOUR, "and when?")
    assert isinstance(asked, Posted)
    assert (asked.usage.waiting_since, asked.usage.due_at) == (MONDAY + 2 * HOUR, MONDAY + 2 * HOUR + DAY)


async def test_another_wait_and_what_was_written_since_are_said(desk: Desk) -> None:
    """Nothing is acknowledged twice, nor unseen."""
    assert await desk.ledger.acknowledge("c", MONDAY, 0, b"", at=MONDAY) == Otherwise(0, 0)
    await desk.member(MONDAY, "thanks")
    await desk.member(MONDAY + HOUR, "and when?")
    for since, last_seq in ((MONDAY - 1, 2), (MONDAY, 1), (0, 2)):
        assert await desk.ledger.acknowledge("c", since, last_seq, b"", at=MONDAY + HOUR) == Otherwise(MONDAY, 2)
    assert await desk.ledger.acknowledge("c", MONDAY, 0, b"", at=MONDAY + HOUR) == Acknowledged(3, MONDAY + HOUR)
    assert await desk.ledger.acknowledge("c", MONDAY, 0, b"", at=MONDAY + HOUR) == Otherwise(0, 3)
    assert (await desk.standing(MONDAY)).last_seq == 3


async def test_whoever_stands_in_does_it_in_their_time(desk: Desk) -> None:
    await desk.member(MONDAY, "thanks")
    for at in (ULF.since - 1, ULF.until):
        assert await desk.ledger.acknowledge("c", MONDAY, 1, b"", stand_in=ULF, at=at) is None
    done = await desk.ledger.acknowledge("c", MONDAY, 1, b"", stand_in=ULF, at=ULF.until - 1)
    assert done == Acknowledged(2, ULF.until - 1)


async def test_no_wait_is_open_where_nobody_writes(desk: Desk) -> None:
    assert await desk.ledger.acknowledge("x", MONDAY, 0, b"", at=MONDAY) is None
    await desk.member(MONDAY, "thanks")
    await desk.configure(MONDAY + HOUR, status="ended")
    assert await desk.ledger.acknowledge("c", MONDAY, 1, b"", at=MONDAY + HOUR) == Otherwise(0, 1)


@pytest.fixture
async def redis_ledger(store_url: str) -> AsyncIterator[RedisLedger]:
    """The ledger in a store, on each engine."""
    async with ledger_at(store_url) as ledger:
        yield ledger


@pytest.fixture
def client(store: StoreProcess) -> Iterator[Redis]:
    """A client of the same store, for looking and for harm."""
    with Redis.from_url(store.url) as client:
        yield client


@pytest.fixture
async def stored(redis_ledger: RedisLedger, rulebook: Rulebook) -> Desk:
    """The same in a store."""
    return await Desk(redis_ledger, rulebook).opened(MONDAY, "light")


@pytest.mark.parametrize("by", [None, ULF])
async def test_the_recorder_reads_it_and_the_wait_leaves_the_board(
    stored: Desk, store_url: str, by: StandIn | None
) -> None:
    """With who did it in the mentor's place. What came too late was missed first."""
    partition = keys.partition("c")
    async with link_to(store_url) as link:
        waits = Waits(link, RedisLedger(link), 0)
        await stored.member(MONDAY, "thanks")
        assert await waits.count(partition) == 1
        at = MONDAY + DAY + HOUR
        await stored.ledger.acknowledge("c", MONDAY, 1, b"", stand_in=by, at=at)
        assert await waits.count(partition) == 0
        missed, acknowledged = await waits.events(partition, 9)
    assert (missed.kind, missed.at) == ("missed", MONDAY + DAY)
    assert (acknowledged.kind, acknowledged.waiting_since, acknowledged.due_at) == (
        "acknowledged",
        MONDAY,
        MONDAY + DAY,
    )
    assert (acknowledged.at, acknowledged.answered_by) == (at, by.person if by else None)


async def test_it_is_published_as_a_message_of_nobodys(stored: Desk, store_url: str) -> None:
    published: list[list[object]] = []
    await stored.member(MONDAY, "thanks")
    feed = Link(store_url)
    feed.on_push = published.append
    await feed.open()
    feed.subscribe(keys.feed("c").encode())
    await feed.request("PING")
    await stored.ledger.acknowledge("c", MONDAY, 1, b"{}\n", at=MONDAY + HOUR)
    await feed.request("PING")
    await closed(feed)
    (payload,) = [push[2] for push in published if push[0] == b"smessage"]
    assert isinstance(payload, bytes)
    assert read_message(payload) == (2, MONDAY + HOUR, (await told(stored)).usage, TextCounts(2, 1), "", b"{}\n")


async def told(desk: Desk) -> Standing:
    standing = await desk.standing(MONDAY + HOUR)
    assert standing.usage.waiting_since == 0
    return standing


async def test_one_that_cannot_be_told_is_not_done(stored: Desk, client: Redis) -> None:
    """The wait goes on, and stays on the board."""
    await stored.member(MONDAY, "thanks")
    client.rename(keys.log("c"), keys.log("c") + "x")
    client.set(keys.log("c"), "no stream")
    with pytest.raises(StoreError, match="WRONGTYPE"):
        await stored.ledger.acknowledge("c", MONDAY, 1, b"", at=MONDAY)
    assert (await stored.standing(MONDAY)).usage.waiting_since == MONDAY
    assert client.zscore(keys.waits(keys.partition("c")), "c") is not None
