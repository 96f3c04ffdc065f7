"""Events that the system writes stand between the messages, and everything else is as if they were not there."""

from collections.abc import AsyncIterator, Iterator
from random import Random
from typing import Any

import pytest
from msgspec.structs import replace
from redis import Redis

from quotas.admission import Usage
from quotas.instant import DAY, HOUR
from quotas.ledger import keys
from quotas.ledger.archive import LedgerArchive
from quotas.ledger.base import Ledger, Posted, PostRefused, Stale
from quotas.ledger.feed import read_message
from quotas.ledger.memory import MemoryLedger
from quotas.ledger.redis import RedisLedger
from quotas.ledger.state import State
from quotas.standing import Standing, TextCounts
from quotas.store.errors import StoreError
from quotas.store.link import Link
from quotas.terms import Rulebook
from tests.engines import StoreProcess
from tests.quotas.histories import Acknowledge, Alter, Answer, Browse, Event, History, MarkRead, Tell, happen, rulebooks
from tests.quotas.ledger.desk import Desk
from tests.quotas.ledgers import closed, ledger_at
from tests.quotas.moments import oslo

MONDAY = oslo("2026-01-05T08:00:00")
HISTORIES, EVENTS = 12, 120


@pytest.fixture
async def redis_ledger(store_url: str) -> AsyncIterator[RedisLedger]:
    """The ledger in a store, on each engine."""
    async with ledger_at(store_url) as ledger:
        yield ledger


@pytest.fixture
async def desk(redis_ledger: RedisLedger, rulebook: Rulebook) -> Desk:
    return await Desk(redis_ledger, rulebook).opened(MONDAY, "light")


def without_places(answer: Answer) -> object:
    """What was answered, without the numbers of messages, and without how much there is to read."""
    match answer:
        case Posted():
            return replace(answer, seq=0)
        case Stale(standing=standing):
            return Stale(_without_places(standing))
        case Standing():
            return _without_places(answer)
    return answer


def _without_places(standing: Standing) -> Standing:
    return replace(standing, last_seq=0, member_read=0, mentor_read=0, last_at=0, texts=TextCounts())


async def differences(plain: Ledger, other: Ledger, seed: str) -> list[tuple[Event, object, object]]:
    """Of one history on both, with events written into the second between all that happens."""
    history, random, number = History(seed, rulebooks()), Random(seed), 0
    found: list[tuple[Event, object, object]] = []
    for event in history.events(EVENTS):
        if isinstance(event, Tell | MarkRead | Browse | Alter | Acknowledge):
            continue  # They speak of places.
        wanted = await happen(plain, seed, event)
        got = await happen(other, seed, event)
        history.saw(wanted)
        if without_places(wanted) != without_places(got):
            found.append((event, wanted, got))
        for _ in range(random.randrange(3)):
            number += random.randrange(1, 3)
            assert await other.write_event(seed, number, random.randbytes(9), at=event.at) is True
    return found


async def test_everything_goes_as_if_no_event_had_been_written(ledger: Ledger) -> None:
    """Property, over random histories: usage, waits, windows, deadlines, answers, what is remembered."""
    assert [await differences(MemoryLedger(lambda: 0), ledger, f"event {n}") for n in range(HISTORIES)] == (
        [[]] * HISTORIES
    )


async def test_nothing_but_the_log_and_the_archives_place_changes_in_the_store(desk: Desk, client: Redis) -> None:
    """No timer, no place on the board, nothing for the recorder: with an open wait, and in its absence."""
    for at, text in ((MONDAY, "question"), (MONDAY + DAY, "")):
        if text:
            await desk.member(at, text)
        else:
            await desk.mentor(at, "answer")
        before = everything(client)
        number = at
        assert await desk.ledger.write_event("c", number, b"booked", at=at + HOUR) is True
        after = everything(client)
        assert {key for key in before.keys() | after.keys() if before.get(key) != after.get(key)} == {
            keys.conversation("c"),
            keys.log("c"),
        }
        was, now = before[keys.conversation("c")], after[keys.conversation("c")]
        assert {name for name in now if now[name] != was.get(name)} == {b"state", b"told"}
        stood = State.unpacked(was[b"state"])
        assert State.unpacked(now[b"state"]) == replace(
            stood,
            last_seq=stood.last_seq + 1,
            last_at=at + HOUR,
            member_texts=stood.member_texts + 1,  # both have it to read
            mentor_texts=stood.mentor_texts + 1,
        )


def everything(client: Redis) -> dict[str, Any]:
    """By key: hashes as they are, all else as the store dumps it."""
    found: dict[str, Any] = {}
    for key in client.scan_iter():
        found[key.decode()] = client.hgetall(key) if client.type(key) == b"hash" else client.dump(key)
    return found


@pytest.fixture
def client(store: StoreProcess) -> Iterator[Redis]:
    """A client of the same store, for looking and for harm."""
    with Redis.from_url(store.url) as client:
        yield client


async def test_an_event_is_for_the_archive(desk: Desk, client: Redis) -> None:
    """The first of a conversation says so, as a message does."""
    place = keys.unarchived(keys.partition("c"))
    assert client.zscore(place, "c") is None
    await desk.ledger.write_event("c", 1, b"booked", at=MONDAY)
    assert client.zscore(place, "c") == MONDAY
    assert State.unpacked(everything(client)[keys.conversation("c")][b"state"]).behind == 1


async def test_an_event_is_published_like_a_message_of_nobodys(desk: Desk, store_url: str) -> None:
    """With the usage that holds; what was there already is not published again."""
    await desk.member(MONDAY, "question")
    usage: Usage = (await desk.standing(MONDAY)).usage
    published: list[list[Any]] = []
    feed = Link(store_url)
    feed.on_push = published.append
    await feed.open()
    feed.subscribe(keys.feed("c").encode())
    await feed.request("PING")
    for number in (1, 1, 2):
        await desk.ledger.write_event("c", number, b"{}\n%d" % number, at=MONDAY + number)
    await feed.request("PING")
    await closed(feed)
    heard = [read_message(push[2]) for push in published if push[0] == b"smessage"]
    assert heard == [
        (2, MONDAY + 1, usage, TextCounts(2, 1), "", b"{}\n1"),
        (3, MONDAY + 2, usage, TextCounts(3, 2), "", b"{}\n2"),
    ]


async def test_an_event_that_could_not_be_stored_is_not_noted(desk: Desk, client: Redis) -> None:
    client.set(keys.log("c"), "no stream")
    with pytest.raises(StoreError, match="WRONGTYPE"):
        await desk.ledger.write_event("c", 1, b"booked", at=MONDAY)
    client.delete(keys.log("c"))
    assert await desk.ledger.write_event("c", 1, b"booked", at=MONDAY) is True
    assert (await desk.standing(MONDAY)).last_seq == 1


async def test_one_that_is_being_restored_is_unknown_still(desk: Desk, redis_ledger: RedisLedger) -> None:
    """It has a state and no settings yet: nothing may be written into it. What was told stays told."""
    archive = LedgerArchive(redis_ledger._store, redis_ledger, 0)
    assert await archive.restore("c", 4, 0, {"told": "3"}, [], [])
    assert await desk.ledger.write_event("c", 4, b"booked", at=MONDAY) is None
    await desk.ledger.configure("c", desk.settings, at=MONDAY)
    assert await desk.ledger.write_event("c", 3, b"booked", at=MONDAY) is False
    assert await desk.ledger.write_event("c", 4, b"booked", at=MONDAY) is True


async def test_functions_that_the_store_lost_are_loaded_again(desk: Desk, client: Redis) -> None:
    client.function_flush()
    assert await desk.ledger.write_event("c", 1, b"booked", at=MONDAY) is True
    assert isinstance(await desk.mentor(MONDAY, "hello"), Posted)
    assert not isinstance(await desk.member(MONDAY, "hello"), PostRefused)
