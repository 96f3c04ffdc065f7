"""A fault of ours in one place: whoever waits for it hears of it, and everything else goes on."""

import asyncio
from collections.abc import Callable
from typing import Any

import pytest
from msgspec.structs import replace

from chatserver.operating.store_clock import StoreClock
from chatserver.protocol.commands import Watch
from chatserver.protocol.event import Event
from chatserver.realtime.alarm import Alarm
from chatserver.realtime.board_watch import BoardSubscriptions
from chatserver.realtime.keep_alive import KeepAlive
from chatserver.replies.board import Board
from quotas.ledger.open_waits import OpenWaits
from tests.chatserver.realtime.servers import HereServer, token


async def until(condition: Callable[[], object]) -> None:
    """Wait for something to become so."""
    async with asyncio.timeout(60):
        while not condition():  # noqa: ASYNC110 - nobody sets an event for it
            await asyncio.sleep(0.01)


async def move(server: HereServer, conversation: str, zone: str) -> None:
    """The store is told of another zone, as by a server on another machine."""
    ledger = server.parts.ledger
    standing = await ledger.standing(conversation)
    assert standing is not None
    settings = standing.settings
    await ledger.configure(conversation, replace(settings, zone=zone, revision=settings.revision + 1))


async def test_a_conversation_that_cannot_be_opened_keeps_nobody_from_the_others(
    server: HereServer, caplog: pytest.LogCaptureFixture
) -> None:
    """A zone that this machine lacks: all who say hello at once are welcomed without it, are told so, and chat on."""
    await server.conversation("c2", "basic", member="ola")
    await move(server, "c2", "Nowhere/Atlantis")
    for resume in ({}, {"c1": 0}):
        async with server.stranger() as one, server.stranger() as two:
            for device in (one, two):
                await device.say("hello", token=token("tora"), resume=resume)
            for device in (one, two):
                assert [each["id"] for each in (await device.hears("welcome"))["conversations"]] == ["c1"]
                error = await device.error("internal")
                assert (error["conversation"], error["temporary"]) == ("c2", True)
                assert (await device.write("hello"))["type"] == "accepted"
    async with server.device("ola") as ola:
        assert ola.welcome["conversations"] == []
    assert [record for record in caplog.records if "cannot be opened" in record.message and record.exc_info]
    assert await server.parts.store.request("PUBSUB", "SHARDCHANNELS", "*:feed:*") == []
    await move(server, "c2", "Europe/Oslo")
    async with server.device("tora") as tora:
        assert [each["id"] for each in tora.welcome["conversations"]] == ["c1", "c2"]


async def test_one_who_is_cancelled_takes_nobody_along(server: HereServer) -> None:
    """The first of those who wait for a room opens it for all."""
    hub = server.parts.hub
    first = asyncio.create_task(hub._rooms.of("c1"))
    await asyncio.sleep(0)
    second = asyncio.create_task(hub._rooms.of("c1"))
    await asyncio.sleep(0)
    first.cancel()
    async with asyncio.timeout(60):
        assert isinstance((await asyncio.gather(second, return_exceptions=True))[0], Exception)
    async with server.device("mia") as mia:
        assert [each["id"] for each in mia.welcome["conversations"]] == ["c1"]


async def test_a_welcome_that_fails_closes_and_leaves_nothing(server: HereServer) -> None:
    """The app is told to come back, and nobody writes to it any more."""
    async with server.device("tora"):
        [room] = server.parts.hub._by_channel.values()
        room.read.clear()  # Nobody's view of it can be made.
        async with server.stranger() as mia:
            await mia.say("hello", token=token("mia"), resume={})
            assert (await mia.end())[0] == 4002
        assert {follower.connection.user for follower in room.followers} == {"tora"}


async def test_a_command_that_fails_is_answered(server: HereServer) -> None:
    """By a temporary error that names the conversation."""
    async with server.device("tora") as tora:
        await move(server, "c1", "Nowhere/Atlantis")
        await tora.say("check", conversation="c1")
        error = await tora.error("internal")
        assert (error["conversation"], error["temporary"]) == ("c1", True)
        await move(server, "c1", "Europe/Oslo")
        assert await tora.is_alive()


async def test_an_alarm_rings_for_the_others() -> None:
    rung: list[str] = []

    def ring(sleeper: str) -> None:
        if sleeper == "bad":
            raise ValueError(sleeper)
        rung.append(sleeper)

    alarm: Alarm[str] = Alarm(ring)
    now = asyncio.get_running_loop().time()
    for place, sleeper in enumerate(("bad", "good", "later")):
        alarm.set(sleeper, now + place * 0.02)
    await until(lambda: rung == ["good", "later"])


class BadPeer:
    """Cannot be asked."""

    def take_turn(self) -> None:
        """Never done."""
        raise ValueError


class GoodPeer:
    """Counts its turns."""

    def __init__(self) -> None:
        self.turns = 0

    def take_turn(self) -> None:
        """One more."""
        self.turns += 1


async def test_a_keep_alive_asks_the_others() -> None:
    """In the same group, and again and again."""
    keep_alive, good = KeepAlive(0.1), GoodPeer()
    together = keep_alive.add(BadPeer())
    together.add(good)
    await until(lambda: good.turns > 1)
    together.clear()


class Reader:
    """Takes nothing at first."""

    is_congested = False

    def __init__(self) -> None:
        self.tries = 0
        self.heard: list[Any] = []

    def tell(self, event: Event) -> None:
        """The first time it fails."""
        self.tries += 1
        if self.tries == 1:
            raise ValueError
        self.heard.append(event)


async def test_the_board_is_shown_again(server: HereServer) -> None:
    """Anew, with a snapshot."""
    parts, reader, waits = server.parts, Reader(), OpenWaits(server.parts.ledger)
    board = BoardSubscriptions(
        store=parts.store,
        ledger=parts.ledger,
        clock=parts.clock,
        board=Board(parts.ledger, waits),
        waits=waits,
        absences=parts.absences,
        policy=parts.rulebook.policy,
    )
    board.watch(reader, Watch(replies=True))
    await until(lambda: reader.heard)
    assert reader.heard[0].snapshot
    board.leave(reader)


async def test_a_clock_is_compared_again() -> None:
    """What asking raises ends nothing."""
    asked = asyncio.Event()

    async def ask() -> int:
        asked.set()
        raise ValueError

    task = asyncio.create_task(StoreClock(1).measure_forever(ask))
    await asked.wait()
    await asyncio.sleep(0)
    assert not task.done()
    task.cancel()
