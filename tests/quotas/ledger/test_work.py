"""What has come up in a partition is said to those who do its work: where it is the first, and never for nothing."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from quotas.instant import DAY, HOUR, MINUTE
from quotas.ledger import feed, keys
from quotas.ledger.archive import Keep, LedgerArchive
from quotas.ledger.base import DIGEST_BYTES, Note, Posted
from quotas.ledger.redis import RedisLedger
from quotas.ledger.timers import Timers
from quotas.ledger.waits import Waits
from quotas.standing import ConversationSettings
from quotas.store.port import Store
from quotas.store.stores import store_at
from tests.quotas.ledger.waiting import PROMISES, write
from tests.quotas.ledgers import closed

NAME = "c1"
PARTITION = keys.partition(NAME)
CHANNEL = keys.work(PARTITION).encode()


class Desk:
    """One conversation, and what is said of its partition's work."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self.ledger = RedisLedger(store)
        self.timers = Timers(store, self.ledger)
        self.waits = Waits(store, self.ledger, 0)
        self.ledger_archive = LedgerArchive(store, self.ledger, 0)
        self.heard: list[tuple[bytes, int]] = []
        self._subscribed = asyncio.Event()
        store.on_push = self._pushed

    def _pushed(self, push: list[bytes]) -> None:
        if push[0] == b"ssubscribe":
            self._subscribed.set()
        elif push[0] == b"smessage":
            assert push[1] == CHANNEL
            self.heard.append(feed.read_work(push[2]))

    async def listen(self) -> None:
        self.store.subscribe(CHANNEL)
        await self._subscribed.wait()

    async def opened(self, plan: str = "day") -> None:
        await self.ledger.configure(NAME, ConversationSettings("mia", "tom", plan, "Europe/Oslo", ""))

    async def said(self) -> list[tuple[bytes, int]]:
        """Since the last time; answers and publications come in one order."""
        await self.store.request("GET", keys.armed(PARTITION))
        heard, self.heard = self.heard, []
        return heard


@pytest.fixture
async def desk(store_url: str) -> AsyncIterator[Desk]:
    store = store_at(store_url)
    await store.open()
    desk = Desk(store)
    await desk.ledger.load()
    await desk.listen()
    yield desk
    await closed(store)


async def test_a_timer_is_said_where_it_rings_before_the_others_to_come(desk: Desk) -> None:
    now = await desk.ledger.now()
    for name, at, is_said in (
        ("b1", now + 2 * HOUR, True),
        ("b2", now + 3 * HOUR, False),
        ("b3", now + HOUR, True),
        ("b4", now - MINUTE, True),
        ("b5", now + 30 * MINUTE, True),
        ("b6", now + 40 * MINUTE, False),
    ):
        await desk.timers.set_timer(NAME, "session", name, at)
        assert await desk.said() == [(feed.RINGS, at)] * is_said, name


async def test_a_message_says_what_comes_first_and_the_next_one_nothing(desk: Desk) -> None:
    await desk.opened("hour")
    first = await write(desk.ledger, PROMISES, NAME)
    assert await desk.said() == [(feed.RINGS, first.usage.due_at + 1), (feed.UNARCHIVED, first.at)]
    for _ in range(3):
        await write(desk.ledger, PROMISES, NAME)
    assert await desk.said() == []
    await write(desk.ledger, PROMISES, NAME, writer="mentor")
    assert await desk.said() == [(feed.EVENT, 0)]
    await write(desk.ledger, PROMISES, NAME)
    await write(desk.ledger, PROMISES, NAME, writer="mentor")
    assert await desk.said() == [], "the stream is not empty, and its timer rings early enough"


async def test_a_far_deadline_is_said_once_it_is_armed(desk: Desk) -> None:
    await desk.opened("day")
    due_at = (await write(desk.ledger, PROMISES, NAME)).usage.due_at
    assert [letter for letter, _ in await desk.said()] == [feed.UNARCHIVED]
    late = Waits(desk.store, desk.ledger, 19 * HOUR)
    assert await late.arm(PARTITION, 4 * HOUR) == 1
    assert await desk.said() == [(feed.RINGS, due_at - 4 * HOUR)]


async def test_events_are_said_again_once_they_were_forgotten(desk: Desk) -> None:
    await desk.opened("day")
    for _ in range(2):
        await write(desk.ledger, PROMISES, NAME)
        await desk.said()
        await write(desk.ledger, PROMISES, NAME, writer="mentor")
        assert (feed.EVENT, 0) in await desk.said()
        events = await desk.waits.events(PARTITION, 10)
        await desk.waits.forget(PARTITION, [event.id for event in events])


async def test_an_urgent_note_is_said_also_where_the_stream_is_not_empty(desk: Desk) -> None:
    await desk.opened()
    await write(desk.ledger, PROMISES, NAME)
    await write(desk.ledger, PROMISES, NAME, writer="mentor")
    paused = ConversationSettings("mia", "tom", "day", "Europe/Oslo", "", "paused", revision=2)
    await desk.ledger.configure(NAME, paused)
    await desk.said()
    standing = await desk.ledger.standing(NAME)
    assert standing is not None
    note = Note(NAME, "n1", bytes(DIGEST_BYTES), b"{}\nPlease call me", "origin", 0)
    assert isinstance(await desk.ledger.note(note, standing.settings, standing.terms(PROMISES)), Posted)
    assert (feed.URGENT, 0) in await desk.said()


async def test_what_is_archived_is_said_anew(desk: Desk) -> None:
    await desk.opened("day")
    for _ in range(2):
        written = await write(desk.ledger, PROMISES, NAME)
        assert (feed.UNARCHIVED, written.at) in await desk.said()
        due = await desk.ledger_archive.due(PARTITION, written.at - 1, 10)
        assert (due.names, due.next) == ([], written.at)
        due = await desk.ledger_archive.due(PARTITION, written.at, 10)
        assert (due.names, due.next) == ([NAME], None)
        found = await desk.ledger_archive.unarchived(NAME, 10)
        assert found is not None
        assert await desk.ledger_archive.archived(NAME, found, Keep(0, DAY))
