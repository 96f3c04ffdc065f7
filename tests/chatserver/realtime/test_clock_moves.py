"""The clock is moved beside servers that run: who is connected is told what changed by itself, in its order, once."""

import asyncio
from collections.abc import Collection
from pathlib import Path
from typing import Any

import pytest

from chatserver.client import ChatClient
from chatserver.operating.clock_shift import settle_shift
from chatserver.protocol.events import Clock
from chatserver.replies.clock_move import ClockMove
from quotas import instant
from quotas.instant import HOUR, MINUTE, SECOND
from quotas.ledger import keys
from quotas.ledger.redis import RedisLedger
from quotas.ledger.waits import REPLY, Waits
from tests.chatserver.realtime.devices import WITHIN, Device, Event
from tests.chatserver.realtime.servers import HereServer, here, token
from tests.quotas.ledgers import link_to
from tests.stories.clock import when

FRIDAY = when("friday", "18:00")


async def move(store_url: str, to: str) -> None:
    """Move the clock as one who does nothing but that: the servers do what is due."""

    async def unexpected(partitions: Collection[int]) -> None:
        raise AssertionError("servers are running")

    async with link_to(store_url) as link:
        shift = await settle_shift(link, None)
        ledger = RedisLedger(link, shift)
        await ClockMove(ledger, Waits(link, ledger, shift), [REPLY], unexpected).to(instant.parse(to))


async def told(device: Device) -> list[Event]:
    """What came by itself until the clock showed that it stands; to be asked after a move."""
    await device.check()
    events, device.waiting = device.waiting, []
    return events


async def heard_until(device: Device, to: str) -> list[Event]:
    """Everything up to the event that says that the clock has come to `to`."""
    heard: list[Event] = []
    while True:
        if not device.waiting:
            async with asyncio.timeout(WITHIN):
                await device._receive()
        event = device.waiting.pop(0)
        heard.append(event)
        if event["type"] == "clock" and is_at(event["now"], to):
            return heard


def is_at(now: str, to: str) -> bool:
    """Whether the clock was moved that far; what a server says of it lags by as long as the store's answer took."""
    return instant.parse(now) > instant.parse(to) - MINUTE


def kinds(events: list[Event]) -> list[tuple[str, str]]:
    """Clock, composer and deadline events, as far as they matter here."""
    shown = []
    for event in events:
        if event["type"] == "clock":
            shown.append(("clock", instant.text(instant.parse(event["now"]) // SECOND * SECOND)))
        elif event["type"] == "composer":
            shown.append(("composer", event["composer"]["reason"] or "open"))
        elif event["type"] == "deadline":
            shown.append((event["kind"], str(event["hours"])))
    return shown


async def test_on_two_servers_warnings_and_the_miss_come_once_in_order(store_url: str, tmp_path: Path) -> None:
    """Friday evening's question is due on Monday evening; between the two the weekend locks and opens the input."""
    async with here(store_url, tmp_path, now=FRIDAY) as one, here(store_url, tmp_path, now=None) as other:
        await one.conversation("c1", "basic")
        async with one.device("mia") as mia, other.device("tora") as tora:
            await mia.write("question")
            owed = (await tora.hears("reply"))["reply"]
            tora.waiting.clear()
            monday = when("monday", "14:30", weeks=1)
            await move(store_url, monday)
            expected = [
                ("clock", when("saturday", "00:00")),
                ("composer", "closed"),
                ("clock", when("monday", "00:00", weeks=1)),
                ("composer", "open"),
                ("warning", "4.0"),
            ]
            heard = kinds(await heard_until(tora, monday))
            assert [each for each in heard if each[0] != "clock" or each in expected] == expected
            tuesday = when("tuesday", "09:00", weeks=1)
            await move(store_url, tuesday)
            events = await heard_until(tora, tuesday)
            assert [each for each in kinds(events) if each[0] != "clock"] == [("warning", "1.0"), ("missed", "0.0")]
            assert all(event["due_at"] == owed["due_at"] for event in events if event["type"] == "deadline")
            replies = [event["reply"] for event in events if event["type"] == "reply"]
            assert replies == [{**owed, "overdue": True}]
            instants = [event["now"] for event in events if event["type"] == "clock"]
            assert instants == sorted(instants)
            assert [event for event in await told(tora) if event["type"] == "deadline"] == []
            answer = await tora.write("answer")
            assert answer["at"] >= tuesday
            assert (await mia.hears("message"))["at"] == answer["at"]


async def test_a_window_ends_and_a_week_turns_in_between(valkey_url: str, tmp_path: Path) -> None:
    """On Light: each change is pushed, in its order, by the clock of its instant; what was spent comes back."""
    async with here(valkey_url, tmp_path, now=when("friday", "10:00")) as server:
        await server.conversation("c1", "light")
        async with server.device("mia") as mia:
            ends_at = (await mia.write("opens a window"))["composer"]["window_ends_at"]
            mia.waiting.clear()
            to = when("tuesday", "10:00", weeks=1)
            await move(valkey_url, to)
            events = await heard_until(mia, to)
            seen, now = [], ""
            for event in events:
                if event["type"] == "clock":
                    now = event["now"]
                elif event["type"] == "composer":
                    composer = event["composer"]
                    seen.append((now, composer["open"], composer["window_ends_at"], composer["windows_left"]))
            assert seen == [(ends_at, False, None, 1), (when("monday", "00:00", weeks=1), True, None, 2)]
            assert (await mia.write("on tuesday"))["composer"]["windows_left"] == 1


async def test_nobody_goes_offline(valkey_url: str, tmp_path: Path) -> None:
    """Presence and tokens are of real time."""
    async with here(valkey_url, tmp_path, now=FRIDAY) as one, here(valkey_url, tmp_path, now=None) as other:
        await one.conversation("c1", "basic")
        async with one.device("mia") as mia, other.device("tora") as tora:
            await tora.hears("presence", user="mia", online=True)
            await mia.hears("presence", user="tora", online=True)
            to = when("friday", "18:00", weeks=8)
            await move(valkey_url, to)
            for device in (mia, tora):
                heard = [*await heard_until(device, to), *await told(device)]
                assert not [event for event in heard if event["type"] == "presence"]
            async with one.device("tora") as second, other.device("mia") as phone:
                for device in (second, phone):
                    assert device.welcome["conversations"][0]["peer_online"] is True
                    assert is_at(device.welcome["now"], to)
            assert not [event for event in await told(tora) if event["type"] == "presence"]


async def test_what_comes_next_by_itself_comes_at_its_instant(valkey_url: str, tmp_path: Path) -> None:
    """The alarm that was set for two days ahead rings two seconds after the move."""
    async with here(valkey_url, tmp_path, now=when("wednesday", "18:00")) as server:
        await server.conversation("c1", "basic")
        async with server.device("mia") as mia:
            await move(valkey_url, when("friday", "23:59:58"))
            pushed = await mia.hears("composer")
            assert pushed["composer"]["reason"] == "closed"
            # By the server's own clock: it guesses the store's, and is ahead of it by as much as it measured wrongly.
            assert server.parts.clock.now() >= instant.parse(when("saturday", "00:00"))


async def test_who_missed_the_word_hears_of_it_after_a_break(valkey_url: str, tmp_path: Path) -> None:
    """The channel was away: the store is asked."""
    async with here(valkey_url, tmp_path, now=FRIDAY) as server:
        await server.conversation("c1", "basic")
        async with server.device("mia") as mia:
            hub = server.parts.hub
            shift = server.parts.ledger.shift + 20 * HOUR
            await server.parts.store.request("HSET", keys.META, "shift", shift)
            hub.missed([keys.CLOCK.encode()])
            assert (await mia.hears("clock"))["now"] == when("saturday", "00:00")
            assert (await mia.hears("composer"))["composer"]["reason"] == "closed"
            assert server.parts.clock.shift == server.parts.health._ledger.shift == shift
            before = server.parts.clock.now()
            server.parts.clock.hear(before - HOUR)
            assert server.parts.clock.now() >= before


async def test_a_real_server_does_not_listen(valkey_url: str, tmp_path: Path) -> None:
    """Whatever is said on the channel."""
    async with here(valkey_url, tmp_path, now=None) as server:
        await server.conversation("c1", "basic")
        assert await server.parts.store.request("PUBSUB", "SHARDNUMSUB", keys.CLOCK) == [keys.CLOCK.encode(), 0]
        server.parts.hub.pushed([b"smessage", keys.CLOCK.encode(), b"3600000 1"])
        assert server.parts.ledger.shift == server.parts.clock.shift == 0
        async with server.device("mia") as mia:
            assert abs(instant.parse(mia.welcome["now"]) - await server.parts.ledger.time()) < MINUTE


@pytest.mark.parametrize("encoding", ["json", "msgpack"])
async def test_the_client_carries_the_new_clock_on(valkey_url: str, tmp_path: Path, encoding: str) -> None:
    """What terminals and bots show as the server's time."""
    async with here(valkey_url, tmp_path, now=FRIDAY) as server:
        await server.conversation("c1", "basic")
        async with ChatClient(server.http, token("mia"), encoding="json" if encoding == "json" else "msgpack") as chat:
            await chat.online()
            to = when("monday", "12:00", weeks=1)
            await move(valkey_url, to)
            async with asyncio.timeout(WITHIN):
                async for event in chat.events():
                    if isinstance(event, Clock) and is_at(event.now, to):
                        break
            assert instant.parse(to) - MINUTE < chat.now() < instant.parse(to) + HOUR
            assert chat.conversations["c1"].composer.open


async def test_four_weeks_in_a_moment(valkey_url: str, tmp_path: Path) -> None:
    """Each Friday a question, each Wednesday its answer: every week is recorded as the one before."""
    async with here(valkey_url, tmp_path, now=FRIDAY) as server:
        await server.conversation("c1", "basic")
        async with server.device("mia") as mia, server.device("tora") as tora:
            for week in range(1, 5):
                await mia.write(f"question {week}")
                await move(valkey_url, when("wednesday", "09:00", weeks=week))
                await tora.write(f"answer {week}")
                await move(valkey_url, when("friday", "18:00", weeks=week))
        waits: list[tuple[Any, ...]] = []
        async with asyncio.timeout(WITHIN):
            while len(waits) < 4:
                await asyncio.sleep(0.1)
                waits = await rows(server, "SELECT week, in_time, counted_ms, waited_ms FROM reply_waits ORDER BY week")
        notices = await rows(server, "SELECT kind, due_at, at FROM reply_notices ORDER BY id")
    assert [week - waits[0][0] for week, *_ in waits] == [0, 1, 2, 3]
    # Friday from 18:00, two days, and Wednesday until 09:00.
    counted, waited = (6 + 48 + 9) * HOUR, (6 + 96 + 9) * HOUR
    for _, in_time, counted_ms, waited_ms in waits:
        assert not in_time
        assert counted - 10 * MINUTE < counted_ms < counted + 10 * MINUTE
        assert waited - 10 * MINUTE < waited_ms < waited + 10 * MINUTE
    assert [kind for kind, *_ in notices] == ["warning", "warning", "missed"] * 4
    for place, (_, due_at, at) in enumerate(notices):
        assert 0 <= at - due_at - (-4 * HOUR, -HOUR, 0)[place % 3] < 10 * MINUTE


async def rows(server: HereServer, query: str) -> list[tuple[Any, ...]]:
    """What the records hold."""
    async with server.parts.database.read() as connection:
        return [tuple(row) for row in await connection.exec_driver_sql(query)]
