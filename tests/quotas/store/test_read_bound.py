"""Turns: how much is asked at once, who is next, and who gave up waiting."""

import asyncio

from quotas.store.read_bound import READ_BYTES, ReadBound

SOFT_LIMIT = 8 * 1024 * 1024
"""`client-output-buffer-limit pubsub`: more than that for a minute, and the store closes the connection."""


async def settled() -> None:
    """Let everybody who can go on do so."""
    for _ in range(5):
        await asyncio.sleep(0)


def test_the_feed_has_half_of_what_a_store_bears() -> None:
    assert READ_BYTES <= SOFT_LIMIT // 2


async def test_whoever_finds_too_little_left_waits_in_turn() -> None:
    """Also the small one behind a large one: it would keep that one waiting for ever."""
    bound = ReadBound(10)
    assert await bound.take(6) == 6
    large, small = asyncio.create_task(bound.take(8)), asyncio.create_task(bound.take(2))
    await settled()
    assert not large.done()
    assert not small.done()
    bound.give_back(6)
    await settled()
    assert (large.result(), small.result()) == (8, 2)


async def test_more_than_there_is_takes_all_of_it() -> None:
    bound = ReadBound(10)
    assert await bound.take(100) == 10
    waiting = asyncio.create_task(bound.take(1))
    await settled()
    assert not waiting.done()
    bound.give_back(10)
    assert await waiting == 1


async def test_who_gives_up_waiting_holds_nobody_up() -> None:
    """Before its turn, and in the moment of its turn."""
    bound = ReadBound(10)
    await bound.take(10)
    early, late = asyncio.create_task(bound.take(10)), asyncio.create_task(bound.take(10))
    await settled()
    early.cancel()
    await settled()
    bound.give_back(10)
    late.cancel()
    await settled()
    assert early.cancelled()
    assert late.cancelled()
    assert await bound.take(10) == 10
