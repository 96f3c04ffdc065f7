"""What only the ledger in a store does: functions that come back, keys, expiry, the feed, a shifted clock."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from typing import Any

import pytest
from redis import Redis

from quotas.admission import Usage
from quotas.instant import DAY, HOUR
from quotas.ledger import keys
from quotas.ledger import redis as redis_module
from quotas.ledger.base import IDEMPOTENCY_PERIOD, MESSAGES_AT_ONCE, Again, Post, Posted, PostResult, posted
from quotas.ledger.feed import read_message
from quotas.ledger.library import LIBRARY
from quotas.ledger.redis import RedisLedger
from quotas.standing import TextCounts
from quotas.store.errors import StoreError
from quotas.store.link import Link
from quotas.store.read_bound import READ_BYTES
from quotas.store.wire import LinkDownError, StoreAnswer, packed
from quotas.terms import Rulebook
from tests.engines import StoreProcess
from tests.quotas.ledger.desk import LANE, Desk
from tests.quotas.ledgers import closed, ledger_at
from tests.quotas.moments import oslo

MONDAY = oslo("2026-01-05T08:00:00")
MOST_LANES = 10_000
"""As in `lua/messages.lua`."""


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


def redis_link(desk: Desk) -> Link:
    """What the ledger sends on: for commands that take their place between its own."""
    assert isinstance(desk.ledger, RedisLedger)
    assert isinstance(link := desk.ledger._store, Link)
    return link


@pytest.fixture
async def desk(redis_ledger: RedisLedger, rulebook: Rulebook) -> Desk:
    return await Desk(redis_ledger, rulebook).opened(MONDAY, "light")


async def test_functions_that_the_store_lost_are_loaded_again(desk: Desk, client: Redis) -> None:
    client.function_flush()
    results = await asyncio.gather(*(desk.mentor(MONDAY, str(number)) for number in range(20)))
    assert sorted(result.seq for result in results if isinstance(result, Posted)) == list(range(1, 21))
    client.function_flush()
    await desk.configure(MONDAY, plan="basic")
    client.function_flush()
    assert await desk.ledger.start_live("c", HOUR, at=MONDAY) is not None
    client.function_flush()
    assert await desk.ledger.mark_read("c", "member", 20, "o") is True


async def test_what_follows_a_post_that_found_no_functions_comes_back(desk: Desk, client: Redis) -> None:
    """Also where somebody else has brought them back: all of it on one link, so that the places are fixed."""
    terms = desk.terms(await desk.standing(MONDAY))
    answers: list[PostResult | StoreError] = []

    def send(number: int, after: int) -> None:
        post = Post("c", "mentor", f"{number}", b"digest..", b"{}", "test", LANE, number, after)
        desk.ledger.post(post, desk.settings, terms, answers.append, at=MONDAY)

    link = redis_link(desk)
    send(1, 0)
    link.send(packed("FUNCTION", "FLUSH"), lambda reply: None)
    send(2, 1)
    link.send(packed("FUNCTION", "LOAD", LIBRARY), lambda reply: None)
    send(3, 2)
    await link.request("PING")
    await link.request("PING")  # The second found none, and loaded them.
    assert [type(answer) for answer in answers] == [Posted, Again, Again]
    assert (await desk.standing(MONDAY)).last_seq == 1


async def test_more_lanes_than_are_kept_are_forgotten(desk: Desk) -> None:
    """All at once; what follows one of them comes again."""
    terms = desk.terms(await desk.standing(MONDAY))

    async def post(lane: int, number: int, after: int) -> PostResult:
        return await desk.post("mentor", "text", desk.settings, terms, MONDAY, turn=(lane, number, after))

    await post(LANE, 1, 0)
    assert isinstance(await post(LANE, 2, 1), Posted)
    await asyncio.gather(*(post(number + 1, 1, 0) for number in range(MOST_LANES)))
    assert await post(LANE, 3, 2) == Again()
    assert isinstance(await post(LANE, 4, 0), Posted)
    assert isinstance(await post(LANE, 5, 4), Posted)


async def test_a_link_that_breaks_while_functions_are_loaded_is_a_fault(desk: Desk) -> None:
    terms = desk.terms(await desk.standing(MONDAY))
    link = redis_link(desk)
    link.send(packed("FUNCTION", "FLUSH"), lambda reply: None)
    posting = asyncio.create_task(desk.post("mentor", "hello", desk.settings, terms, MONDAY))
    await asyncio.sleep(0)
    link.send(packed("CLIENT", "KILL", "TYPE", "normal", "SKIPME", "no"), lambda reply: None)
    with pytest.raises(LinkDownError):
        await posting


async def test_functions_that_cannot_be_loaded_are_a_fault(desk: Desk, client: Redis) -> None:
    """Unless they are there already."""
    link = redis_link(desk)
    ledger = RedisLedger(link)
    client.execute_command("ACL", "SETUSER", "default", "-function|load")  # type: ignore[no-untyped-call]  # redis-py leaves it so
    try:
        await ledger.load()
        await ledger.load_at(link)
        client.function_flush()
        for work in (desk.mentor(MONDAY, "hello"), desk.configure(MONDAY, plan="basic")):
            with pytest.raises(StoreError, match="no permissions|can't run this command"):
                await work
        for load in (ledger.load(), ledger.load_at(link)):
            with pytest.raises(StoreError, match="no permissions|can't run this command"):
                await load
    finally:
        client.execute_command("ACL", "SETUSER", "default", "+function|load")  # type: ignore[no-untyped-call]  # redis-py leaves it so


async def test_an_error_of_the_store_is_a_fault_that_says_what_it_said(desk: Desk, client: Redis) -> None:
    client.delete(keys.conversation("c"))
    client.set(keys.conversation("c"), "no hash")
    terms = desk.rulebook.terms("light", "Europe/Oslo", "", 0, MONDAY)
    with pytest.raises(StoreError, match="WRONGTYPE"):
        await desk.post("member", "hello", desk.settings, terms, MONDAY)
    with pytest.raises(StoreError, match="WRONGTYPE"):
        await desk.configure(MONDAY, plan="basic")


async def test_a_message_that_could_not_be_stored_is_not_remembered_as_accepted(desk: Desk, client: Redis) -> None:
    client.set(keys.log("c"), "no stream")
    with pytest.raises(StoreError, match="WRONGTYPE"):
        await desk.mentor(MONDAY, "hello", id="x")
    client.delete(keys.log("c"))
    again = await desk.mentor(MONDAY, "hello", id="x")
    assert isinstance(again, Posted)
    assert (again.seq, again.first) == (1, True)


async def test_more_conversations_than_are_kept_half_made_change_nothing(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(redis_module, "MOST_ADDRESSES", 1)
    await desk.ledger.configure("other", desk.settings)
    for conversation, seq in (("c", 1), ("other", 1), ("c", 2), ("other", 2)):
        post = Post(conversation, "mentor", "", b"", b"{}", "test")
        terms = desk.rulebook.terms("light", "Europe/Oslo", "", 0, MONDAY)
        result = await posted(desk.ledger, post, desk.settings, terms, at=MONDAY)
        assert isinstance(result, Posted)
        assert result.seq == seq


async def test_an_answer_that_makes_no_sense_is_a_fault(desk: Desk, client: Redis) -> None:
    head, _, _ = LIBRARY.partition("\n")
    post = LIBRARY.rpartition("redis.register_function('post_")[2].partition("'")[0]
    client.function_load(f"{head}\nredis.register_function('post_{post}', function() return 5 end)", replace=True)
    with pytest.raises(StoreError, match="makes no sense"):
        await desk.mentor(MONDAY, "hello")
    client.function_load(LIBRARY, replace=True)


async def test_the_keys_of_a_conversation_share_a_partition_and_ids_expire(desk: Desk, client: Redis) -> None:
    await desk.mentor(MONDAY, "hello", id="x")
    sent = keys.sent("c", MONDAY // IDEMPOTENCY_PERIOD)
    partition = keys.partition("c")
    expected = {keys.conversation("c"), keys.log("c"), sent, keys.person("member"), keys.person("mentor")}
    expected |= {keys.events(partition), keys.timers(partition), keys.unarchived(partition)}
    assert {key.decode() for key in client.scan_iter()} == expected
    assert all(key.startswith(keys.tag("c")) for key in (keys.conversation("c"), keys.log("c"), sent, keys.feed("c")))
    for at in (MONDAY + HOUR, MONDAY + 3 * DAY):
        await desk.mentor(at, "more", id=f"{at}")
        assert 0 < client.pttl(keys.sent("c", at // IDEMPOTENCY_PERIOD)) <= 2 * IDEMPOTENCY_PERIOD
    await desk.member(oslo("2026-01-10T08:00:00"), "refused", id="y")
    assert 0 < client.pttl(keys.sent("c", oslo("2026-01-10T08:00:00") // IDEMPOTENCY_PERIOD)) <= 2 * IDEMPOTENCY_PERIOD


async def test_what_happens_is_published_in_order(desk: Desk, store_url: str) -> None:
    published: list[list[Any]] = []
    feed = Link(store_url)
    feed.on_push = published.append
    await feed.open()
    for channel in (keys.feed("c"), keys.person_feed("member")):
        feed.subscribe(channel.encode())
    await feed.request("PING")
    await desk.member(MONDAY, "hello", id="x")
    await desk.member(MONDAY, "hello", id="x")
    await desk.configure(MONDAY, plan="basic")
    await desk.configure(MONDAY, revision=1)
    await desk.ledger.start_live("c", HOUR, at=MONDAY)
    await desk.ledger.mark_read("c", "mentor", 1, "someone")
    await desk.ledger.mark_read("c", "mentor", 1, "someone")
    await Desk(desk.ledger, desk.rulebook, "another").opened(MONDAY, "light")
    await feed.request("PING")
    await closed(feed)
    week = desk.terms(await desk.standing(MONDAY)).week
    usage = Usage(week, 1, 0, MONDAY + DAY, 0, MONDAY, MONDAY + DAY)
    first, *others = [push[1:] for push in published if push[0] == b"smessage"]
    assert first[0] == keys.feed("c").encode()
    assert read_message(first[1]) == (1, MONDAY, usage, TextCounts(1), "origin", b"hello")
    assert others == [
        [keys.feed("c").encode(), b"S"],
        [keys.feed("c").encode(), b"S"],
        [keys.feed("c").encode(), b"R mentor 1 someone 1"],
        [keys.person_feed("member").encode(), b"another"],
    ]


async def test_a_shifted_clock_reaches_every_rule(redis_ledger: RedisLedger, rulebook: Rulebook) -> None:
    shift = MONDAY - await redis_ledger.now()
    shifted = RedisLedger(redis_ledger._store, shift)
    desk = Desk(shifted, rulebook)

    def is_monday_morning(at: int) -> bool:
        return MONDAY <= at < MONDAY + HOUR

    assert is_monday_morning(await shifted.now())
    await shifted.configure("c", desk.settings)
    standing = await desk.standing(0)
    assert is_monday_morning(standing.now)
    assert is_monday_morning((await desk.configure(0, plan="basic")).now)
    live = await shifted.start_live("c", HOUR)
    assert live is not None
    assert is_monday_morning(live.usage.live_until - HOUR)
    written = await desk.member(0, "hello")
    assert isinstance(written, Posted)
    assert is_monday_morning(written.at)
    assert [is_monday_morning(entry.at) for entry in await shifted.messages("c", 0, 9, 9)] == [True]


async def test_a_post_whose_waiter_was_cancelled_leaves_the_link_in_order(desk: Desk) -> None:
    given_up = asyncio.create_task(desk.mentor(MONDAY, "given up"))
    await asyncio.sleep(0.001)
    terms = desk.terms(await desk.standing(MONDAY))
    post = asyncio.create_task(desk.post("mentor", "sent", desk.settings, terms, MONDAY))
    await asyncio.sleep(0)
    post.cancel()
    given_up.cancel()
    results = [await desk.mentor(MONDAY, str(number)) for number in range(3)]
    assert all(isinstance(result, Posted) for result in results)
    assert b"sent" in [entry.entry for entry in await desk.ledger.messages("c", 0, 9, 9)]


async def test_an_answer_that_nobody_waits_for_any_more_counts_until_it_is_there(desk: Desk, client: Redis) -> None:
    """Readers whose apps have gone: what they asked for still waits in the store. Who needs no room waits for none."""
    assert isinstance(ledger := desk.ledger, RedisLedger)
    link = redis_link(desk)
    answers: list[object] = []
    link.send(packed("BLPOP", "gate", "0"), answers.append)  # What comes behind it on the link waits.
    gone = asyncio.create_task(ledger.read(READ_BYTES, "GET", "a"))
    await asyncio.sleep(0)
    assert link.pending == 2
    gone.cancel()
    next_one = asyncio.create_task(ledger.read(1, "GET", "a"))
    await asyncio.wait([gone])
    read_mark = asyncio.create_task(ledger.mark_read("c", "member", 1, "o"))
    await asyncio.sleep(0)
    assert link.pending == 3, "the gate, what was asked for, and the read mark"
    client.rpush("gate", "open")
    assert await next_one is None
    assert await read_mark is None
    assert answers


async def test_what_is_trimmed_while_it_is_read_leaves_no_hole(
    desk: Desk, client: Redis, redis_ledger: RedisLedger, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Messages are read a few at a time. What is lacking is lacking at the beginning: the archive has it."""
    count = 3 * MESSAGES_AT_ONCE
    for number in range(1, count + 1):
        await desk.mentor(MONDAY, str(number))
    ask = redis_ledger.call

    async def trimmed(
        function: str, names: tuple[str, ...], *words: bytes | str | float, largest: int = 0
    ) -> StoreAnswer:
        reply = await ask(function, names, *words, largest=largest)
        await redis_link(desk).request("XTRIM", keys.log("c"), "MINID", f"{count - 9}-0")
        return reply

    monkeypatch.setattr(redis_ledger, "call", trimmed)
    found = await redis_ledger.messages("c", 0, count + 1, count)
    assert [entry.seq for entry in found] == list(range(count - 9, count + 1))
