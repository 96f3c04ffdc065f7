"""The shift of the clock: kept in the store, never on real data, never backwards."""

from collections.abc import AsyncIterator

import pytest

from chatserver.operating.clock_shift import ClockShiftError, require_shifted, settle_shift, shift_to
from quotas import instant
from quotas.instant import MINUTE
from quotas.ledger import keys
from quotas.ledger.redis import RedisLedger
from quotas.store.link import Link


@pytest.fixture
async def link(store_url: str) -> AsyncIterator[Link]:
    """A link to an empty store, on each engine in turn."""
    link = Link(store_url)
    await link.open()
    yield link
    link.close()


async def shown(link: Link, shift: int) -> int:
    """What a clock with that shift shows."""
    return await RedisLedger(link, shift).now()


async def test_without_now_the_clock_is_real(link: Link) -> None:
    """And says so to every later start."""
    assert await settle_shift(link, None) == 0
    assert await link.request("HGET", keys.META, "shift") == b"0"
    assert await settle_shift(link, None) == 0


@pytest.mark.parametrize("now", ["2026-01-09T22:59:58Z", "2199-12-31T00:00:00+01:00", "1999-01-01T00:00:00.500Z"])
async def test_an_empty_store_takes_any_instant(link: Link, now: str) -> None:
    """Past or future; the clock runs on from there, also for a start that names none."""
    shift = await settle_shift(link, now)
    assert 0 <= await shown(link, shift) - instant.parse(now) < MINUTE
    assert await settle_shift(link, None) == shift


async def test_a_store_that_was_started_but_holds_nothing_can_be_shifted(link: Link) -> None:
    """Nobody has written anything by the real clock."""
    assert await settle_shift(link, None) == 0
    shift = await settle_shift(link, "2030-01-01T00:00:00Z")
    assert 0 <= await shown(link, shift) - instant.parse("2030-01-01T00:00:00Z") < MINUTE


async def test_a_store_with_data_of_the_real_clock_is_never_shifted(link: Link) -> None:
    """The sentence says what to do instead, and nothing has changed."""
    await settle_shift(link, None)
    await link.request("SET", "{0}:log:c1", "x")
    with pytest.raises(ClockShiftError, match="--now: this store holds data written by the real clock; use an empty"):
        await settle_shift(link, "2030-01-01T00:00:00Z")
    assert await settle_shift(link, None) == 0


async def test_data_of_a_store_that_never_said_so_counts_as_real(link: Link) -> None:
    """As after META was lost: what wrote the data is not known."""
    await link.request("SET", "{0}:log:c1", "x")
    with pytest.raises(ClockShiftError, match="real clock"):
        await settle_shift(link, "2030-01-01T00:00:00Z")


async def test_a_shifted_clock_is_never_turned_back(link: Link) -> None:
    """What it shows is named. Where a later instant is asked for, the caller moves it there, past what falls due."""
    shift = await settle_shift(link, "2026-01-05T08:00:00Z")
    await link.request("SET", "{0}:log:c1", "x")
    assert await settle_shift(link, "2026-01-06T08:00:00Z") == shift
    with pytest.raises(ClockShiftError, match=r"already shows 2026-01-05T08:00:.* cannot be turned back; name a later"):
        await settle_shift(link, "2026-01-05T07:59:59Z")
    assert await settle_shift(link, None) == shift


async def test_only_a_shifted_store_is_moved(link: Link) -> None:
    """Neither one that keeps real time, nor one that nobody has used; and it does not become one by the question."""
    for _ in range(2):
        with pytest.raises(ClockShiftError, match="this store keeps real time, and is never moved"):
            await require_shifted(link)
        await settle_shift(link, None)
    assert shift_to(1_000, 1_000) == 1
    await settle_shift(link, "2026-01-05T08:00:00Z")
    await require_shifted(link)
