"""Each side has one timer for what it has not read, and is told once until it reads: on real stores."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from time import time_ns
from typing import Literal

import pytest
from msgspec.structs import replace

from quotas.instant import DAY, HOUR, MINUTE, SECOND
from quotas.ledger import feed, keys
from quotas.ledger.archive import LedgerArchive, Unkept
from quotas.ledger.base import Posted, PostRefused
from quotas.ledger.redis import RedisLedger
from quotas.ledger.state import State
from quotas.ledger.timers import Claim, Timers
from quotas.ledger.unread import UNREAD, Unread, unread_place, unread_timer
from quotas.notices import NoticePolicy
from quotas.policy_file import builtin_policy
from quotas.standing import TextCounts, Writer
from quotas.store.link import Link
from quotas.terms import Rulebook
from tests.quotas.ledger.desk import Desk
from tests.quotas.ledgers import link_to
from tests.quotas.moments import oslo

NAME = "c:1"
PARTITION = keys.partition(NAME)
TUESDAY = oslo("2026-01-06T12:00:00")
AFTER = 5 * MINUTE
"""By the built-in policy."""
LEASE = 2 * SECOND
SIDES: tuple[Writer, Writer] = ("member", "mentor")


class Room(Desk):
    """A conversation, and what the store keeps of who has not read."""

    def __init__(self, link: Link, rulebook: Rulebook, shift: int = 0) -> None:
        ledger = RedisLedger(link, shift)
        super().__init__(ledger, rulebook, NAME)
        self.link = link
        self.store_ledger = ledger
        self.unread = Unread(ledger)
        self.timers = Timers(link, ledger)

    async def write(self, writer: Writer, at: int = TUESDAY, id: str = "") -> Posted:
        posted = await (self.member if writer == "member" else self.mentor)(at, "text", id)
        assert isinstance(posted, Posted)
        return posted

    async def rings(self) -> dict[str, int]:
        """When each side's timer rings."""
        found = await self.link.request("ZRANGE", keys.timers(PARTITION), 0, -1, "WITHSCORES")
        timers = {name.decode(): int(at) for name, at in found}
        return {side: timers[name] for side in SIDES if (name := keys.timer(UNREAD, f"{side} {NAME}")) in timers}

    async def bits(self) -> int:
        return State.unpacked(await self.link.request("HGET", keys.conversation(NAME), "state")).unread

    async def read(self, side: Writer, seq: int, unread_after: int = AFTER) -> None:
        assert await self.ledger.mark_read(NAME, side, seq, "o", unread_after, seen=seq)

    async def told(self, side: Writer) -> None:
        """Its timer rang, and it was told of all there is."""
        standing = await self.standing(TUESDAY)
        assert await self.unread.settle_unread(NAME, side, standing.last_seq, "told") == "told"

    async def brought_back(self, without: str = "") -> None:
        """The store loses the conversation, and has it again as the archive would, which may lack something."""
        archive = LedgerArchive(self.link, self.store_ledger, 0)
        found = await archive.unarchived(NAME, 100)
        assert found is not None
        state = {name: value for name, value in found.state.items() if name != without}
        unkept = [Unkept(each.at, each.entry) for each in found.messages]
        assert await archive.restore(NAME, 0, found.last_seq, state, unkept, [])


@asynccontextmanager
async def room_in(store_url: str, rulebook: Rulebook, shift: int = 0) -> AsyncIterator[Room]:
    async with link_to(store_url) as link:
        room = Room(link, rulebook, shift)
        await room.store_ledger.load()
        await room.opened(TUESDAY, "basic")
        yield room


@pytest.fixture
async def room(store_url: str, rulebook: Rulebook) -> AsyncIterator[Room]:
    async with room_in(store_url, rulebook) as room:
        yield room


@pytest.mark.parametrize(("writer", "reader", "pending"), [("member", "mentor", 4), ("mentor", "member", 1)])
async def test_a_message_sets_one_timer_for_the_other_side(
    room: Room, writer: Writer, reader: Writer, pending: int
) -> None:
    for at in (TUESDAY, TUESDAY + MINUTE, TUESDAY + 2 * MINUTE):
        await room.write(writer, at)
        assert (await room.rings(), await room.bits()) == ({reader: TUESDAY + AFTER}, pending)


async def test_people_who_write_to_each_other_have_a_timer_each(room: Room) -> None:
    """Also where each reads at once: reading costs nothing, and what rang in vain is set anew by the next message."""
    for number in range(1, 9):
        writer, reader = SIDES if number % 2 else SIDES[::-1]
        await room.write(writer, TUESDAY + number * SECOND)
        await room.read(reader, number)
    assert await room.rings() == {"mentor": TUESDAY + SECOND + AFTER, "member": TUESDAY + 2 * SECOND + AFTER}
    assert await room.bits() == 1 + 4
    assert await room.unread.settle_unread(NAME, "mentor", 8, "none") == "none"
    assert (await room.rings(), await room.bits()) == ({"member": TUESDAY + 2 * SECOND + AFTER}, 1)
    await room.write("member", TUESDAY + HOUR)
    assert (await room.rings())["mentor"] == TUESDAY + HOUR + AFTER


async def test_an_id_that_comes_again_sets_nothing(room: Room) -> None:
    await room.write("member", id="x")
    await room.told("mentor")
    await room.read("mentor", 1)
    assert not (await room.write("member", TUESDAY + MINUTE, id="x")).first
    assert (await room.rings(), await room.bits()) == ({}, 0)


async def test_what_is_refused_and_what_the_system_writes_sets_nothing(room: Room) -> None:
    await room.configure(TUESDAY, status="paused")
    assert isinstance(await room.member(TUESDAY, "text"), PostRefused)
    await room.ledger.write_event(NAME, 1, b"booked", at=TUESDAY)
    assert (await room.rings(), await room.bits()) == ({}, 0)


async def test_where_nobody_is_ever_told_there_is_no_timer(store_url: str) -> None:
    never = Rulebook(replace(builtin_policy(), notices=NoticePolicy(unread_minutes=0)))
    async with room_in(store_url, never) as room:
        for writer in SIDES:
            await room.write(writer)
        assert (await room.rings(), await room.bits()) == ({}, 0)


async def test_who_was_told_is_told_again_only_after_reading(room: Room) -> None:
    await room.write("member")
    await room.write("mentor", TUESDAY + SECOND)
    await room.told("mentor")
    member_rings = {"member": TUESDAY + SECOND + AFTER}
    for at in (TUESDAY + HOUR, TUESDAY + DAY):
        await room.write("member", at)
        assert (await room.rings(), await room.bits()) == (member_rings, 8 + 1)
    await room.read("mentor", 4)
    assert (await room.rings(), await room.bits()) == (member_rings, 1)
    await room.write("member", TUESDAY + DAY + HOUR)
    assert await room.rings() == {"mentor": TUESDAY + DAY + HOUR + AFTER} | member_rings
    await room.told("member")
    assert await room.bits() == 4 + 2


@pytest.mark.parametrize(("reader", "writer"), [("member", "mentor"), ("mentor", "member")])
async def test_who_was_told_and_writes_has_seen_it(room: Room, reader: Writer, writer: Writer) -> None:
    """Also where their app sets no read mark. What the other side was told of stays as it is."""
    for each in (writer, reader):
        await room.write(each)
    await room.told(reader)
    await room.told(writer)
    await room.write(reader, TUESDAY + HOUR)
    assert (await room.rings(), await room.bits()) == ({}, {"member": 2, "mentor": 8}[writer])
    await room.write(writer, TUESDAY + DAY)
    assert (await room.rings(), await room.bits()) == (
        {reader: TUESDAY + DAY + AFTER},
        {"member": 1, "mentor": 4}[reader],
    )


async def test_who_was_told_and_reads_some_of_it_has_a_timer_for_the_rest(room: Room) -> None:
    for _ in range(3):
        await room.write("mentor")
    await room.told("member")
    before = await room.store_ledger.now()
    await room.read("member", 2)
    assert await room.bits() == 1
    assert before + AFTER <= (await room.rings())["member"] <= await room.store_ledger.now() + AFTER
    await room.told("member")
    await room.read("member", 3)
    assert (await room.rings(), await room.bits()) == ({}, 0)


@pytest.mark.parametrize("why", ["never", "ended"])
async def test_nobody_is_told_of_the_rest_where_nobody_is_ever_told_or_it_is_over(
    room: Room, why: Literal["never", "ended"]
) -> None:
    for _ in range(3):
        await room.write("mentor")
    await room.told("member")
    if why == "ended":
        await room.configure(TUESDAY, status="ended")
    await room.read("member", 2, 0 if why == "never" else AFTER)
    assert (await room.rings(), await room.bits()) == ({}, 0)


async def test_a_timer_rings_for_a_side_and_is_cleared_by_what_settles_it(room: Room) -> None:
    """Names with a space and a colon go through a claim and back."""
    await room.write("member")
    claim = await claimed(room)
    assert [(rung.kind, rung.name) for rung in claim.rung] == [(UNREAD, unread_timer("mentor", NAME))]
    assert unread_place(claim.rung[0].name) == ("mentor", NAME)
    assert await room.unread.settle_unread(NAME, "mentor", 1, "told") == "told"
    assert await room.timers.done(claim, claim.rung) == 0
    assert (await room.rings(), await room.bits()) == ({}, 8)


async def test_one_that_is_looked_at_later_rings_then(room: Room) -> None:
    later = await room.store_ledger.now() + HOUR
    await room.write("member")
    claim = await claimed(room)
    assert await room.unread.settle_unread(NAME, "mentor", 1, "later", later) == "later"
    assert await room.timers.done(claim, claim.rung) == 0
    assert (await room.rings(), await room.bits()) == ({"mentor": later}, 4)
    assert (await claimed(room)).rung == []


async def test_what_is_left_unsettled_rings_again(room: Room) -> None:
    """Whoever claimed it died. To settle it twice is to settle it once."""
    await room.write("member")
    first = await claimed(room)
    assert (await claimed(room)).rung == []
    again = await Timers(room.link, RedisLedger(room.link, HOUR)).claim(PARTITION, [UNREAD], LEASE, 9)
    assert [rung.name for rung in again.rung] == [rung.name for rung in first.rung]
    for _ in range(2):
        assert await room.unread.settle_unread(NAME, "mentor", 1, "told") == "told"
        assert (await room.rings(), await room.bits()) == ({}, 8)


async def test_told_of_what_was_read_meanwhile_is_none(room: Room) -> None:
    await room.write("member")
    await room.read("mentor", 1)
    assert await room.unread.settle_unread(NAME, "mentor", 1, "told") == "none"
    assert (await room.rings(), await room.bits()) == ({}, 0)
    await room.write("member", TUESDAY + HOUR)
    await room.write("member", TUESDAY + HOUR)
    await room.read("mentor", 2)
    assert await room.unread.settle_unread(NAME, "mentor", 3, "told") == "told", "not all of it was read"


@pytest.mark.parametrize("outcome", ["none", "told"])
async def test_what_came_after_the_last_look_is_looked_at(room: Room, outcome: Literal["none", "told"]) -> None:
    """The message found a timer, and set none. Without an instant, at once."""
    await room.write("member")
    await room.read("mentor", 1)
    await room.write("member", TUESDAY + AFTER)
    later = await room.store_ledger.now() + HOUR
    assert await room.unread.settle_unread(NAME, "mentor", 1, outcome, later) == "later"
    assert (await room.rings(), await room.bits()) == ({"mentor": later}, 4)
    before = await room.store_ledger.now()
    assert await room.unread.settle_unread(NAME, "mentor", 1, outcome) == "later"
    assert before <= (await room.rings())["mentor"] <= await room.store_ledger.now()


async def test_more_than_was_told_of_is_covered_by_it(room: Room) -> None:
    await room.write("member")
    await room.write("member", TUESDAY + AFTER)
    assert await room.unread.settle_unread(NAME, "mentor", 1, "told") == "told"
    assert (await room.rings(), await room.bits()) == ({}, 8)


async def test_a_timer_of_a_conversation_that_is_gone_is_cleared(room: Room) -> None:
    await room.write("member")
    await room.link.request("DEL", keys.conversation(NAME))
    assert await room.unread.settle_unread(NAME, "mentor", 1, "later", TUESDAY) == "gone"
    assert await room.rings() == {}
    assert await room.link.request("EXISTS", keys.conversation(NAME)) == 0


async def test_one_that_was_restored_looks_at_once_at_whoever_had_a_timer(room: Room) -> None:
    """Who was told stays told; while it is being restored nothing is settled."""
    for writer in SIDES:
        await room.write(writer)
    await room.told("mentor")
    await room.brought_back()
    assert await room.rings() == {}
    assert await room.unread.settle_unread(NAME, "member", 2, "later", TUESDAY) == "gone"
    before = await room.store_ledger.now()
    await room.configure(0, plan="basic")
    assert await room.bits() == 1 + 8
    rings = await room.rings()
    assert rings.keys() == {"member"}
    assert before <= rings["member"] <= await room.store_ledger.now()
    await room.configure(0, plan="video")
    assert await room.rings() == rings


async def test_one_that_an_earlier_archive_has_is_silent_until_the_next_message(room: Room) -> None:
    """Of before there were such timers."""
    await room.write("member")
    await room.brought_back(without="unread")
    await room.configure(0, plan="basic")
    assert (await room.rings(), await room.bits()) == ({}, 0)
    await room.write("member")
    assert await room.bits() == 4


async def test_an_end_leaves_those_to_be_told_who_had_a_message_before_it(room: Room) -> None:
    await room.write("mentor")
    await room.configure(TUESDAY, status="ended")
    assert await room.rings() == {"member": TUESDAY + AFTER}


@pytest.mark.parametrize("lacking", [8, 24, 25], ids=["unanswered", "texts", "timers"])
async def test_a_state_of_an_earlier_release_is_read(room: Room, lacking: int) -> None:
    """Without what joined since: by the functions and here; the next message writes it whole."""
    await room.write("member")
    key = keys.conversation(NAME)
    state = await room.link.request("HGET", key, "state")
    await room.link.request("HSET", key, "state", state[:-lacking])
    assert await room.bits() in (0, 4)
    assert (await room.standing(TUESDAY)).last_seq == 1
    await room.configure(TUESDAY, status="paused")
    await room.link.request("HSET", key, "state", (await room.link.request("HGET", key, "state"))[:-lacking])
    refused = await room.member(TUESDAY, "text")
    assert isinstance(refused, PostRefused)
    assert refused.reason == "paused"
    await room.write("mentor")
    assert await room.bits() in (1, 5)
    assert (await room.standing(TUESDAY)).texts == TextCounts(0 if lacking > 8 else 1, 1)


async def test_a_timer_that_rings_first_is_said(store_url: str, rulebook: Rulebook) -> None:
    """As any: whoever sleeps until the next one hears of it, and of none that rings later.

    By the store's own clock, moved ahead to a day on which members write.
    """
    heard: list[tuple[bytes, int]] = []
    tuesday = oslo("2030-01-08T12:00:00")
    async with room_in(store_url, rulebook, shift=tuesday - time_ns() // 1_000_000) as room:
        room.link.on_push = lambda push: heard.append(feed.read_work(push[2])) if push[0] == b"smessage" else None
        room.link.subscribe(keys.work(PARTITION).encode())
        await room.link.request("PING")
        at = (await room.write("member", 0)).at
        await room.write("mentor", 0)
        await room.write("member", 0)
        await room.link.request("PING")
    assert [instant for letter, instant in heard if letter == feed.RINGS] == [at + AFTER]


async def claimed(room: Room) -> Claim:
    """Of what has rung by the store's own clock: messages of the tests were written long ago."""
    return await room.timers.claim(PARTITION, [UNREAD], LEASE, 9)
