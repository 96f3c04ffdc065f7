"""Support on a live connection: what `follow` and `unfollow` answer, what comes after, and what they leave alone."""

import asyncio
import logging
import time
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from pathlib import Path
from random import Random

import pytest
from sqlalchemy import update

from chatserver.protocol.codec import Encoding
from chatserver.protocol.codes import Close
from chatserver.realtime import follow_desk
from chatserver.records.tables import CONVERSATION_KEYS
from chatserver.setting_values import Rate
from tests.chatserver.realtime.devices import Device, Event, bodies, seqs
from tests.chatserver.realtime.servers import HereServer, here
from tests.chatserver.test_cli import run
from tests.engines import StoreProcess


async def follow(device: Device, conversation: str = "c1", **fields: object) -> Event:
    """Follow a conversation; as it stands."""
    await device.say("follow", conversation=conversation, **fields)
    answer = await device._first(
        lambda event: event["type"] == "following" and event["conversation"]["id"] == conversation, "following"
    )
    view: Event = answer["conversation"]
    return view


async def unfollow(device: Device, conversation: str = "c1") -> None:
    await device.say("unfollow", conversation=conversation)
    await device.hears("unfollowed", conversation=conversation)


async def write(device: Device, count: int, conversation: str = "c1") -> None:
    """Write that many messages more."""
    for n in range(count):
        assert (await device.write(f"{n}", id=f"{conversation} {Random().random()}", conversation=conversation))["seq"]


async def until(server: HereServer, rooms: int) -> None:
    """Until so many rooms are open."""
    async with asyncio.timeout(60):
        while server.parts.hub.gauges().rooms != rooms:  # noqa: ASYNC110 - nothing tells of it
            await asyncio.sleep(0.01)


def kinds(events: list[Event], conversation: str = "c1") -> list[str]:
    """The types of what came of a conversation by itself."""
    return [event["type"] for event in events if event.get("conversation") == conversation]


# What comes


@pytest.mark.parametrize("encoding", ["json", "msgpack"])
async def test_the_answer_is_what_a_welcome_says_and_then_everything_comes(
    server: HereServer, encoding: Encoding
) -> None:
    """Messages after `resume` in order, and each kind of event; history is there from then on."""
    async with server.device("mia") as mia, server.device("tora") as tora:
        await write(mia, 3)
        await tora.say("read", conversation="c1", seq=2)
        await mia.hears("read")
        async with (
            server.device("sara", encoding=encoding) as sara,
            server.device("robot", {"c1": 3}, encoding=encoding) as robot,
        ):
            assert sara.welcome["conversations"] == []
            await sara.say("history", conversation="c1")
            assert (await sara.error("not_found"))["conversation"] == "c1"
            view = await follow(sara, resume=1)
            assert view == robot.welcome["conversations"][0]
            assert (view["last_seq"], view["read_seq"], view["peer_read_seq"]) == (3, 0, 2)
            assert seqs(await sara.messages(2)) == [2, 3]
            await mia.say("typing", conversation="c1")
            assert (await sara.hears("typing"))["from"] == "mia"
            await tora.write("an answer")
            assert bodies(await sara.messages(1)) == ["an answer"]
            assert (await sara.hears("reply"))["reply"]["waiting_since"] is None
            await mia.say("read", conversation="c1", seq=4)
            assert await sara.hears("read") == {"type": "read", "conversation": "c1", "from": "mia", "seq": 4}
            await server.change("c1", plan="light")
            assert (await sara.hears("conversation"))["conversation"]["plan"] == "light"
            assert (await sara.hears("composer"))["composer"]["windows_left"] == 2
            await sara.say("history", conversation="c1")
            assert len((await sara.hears("history"))["messages"]) == 4
            await mia.socket.close()
            assert (await sara.hears("presence", user="mia"))["online"] is False


async def test_warnings_and_misses_come_too(valkey_url: str, tmp_path: Path) -> None:
    """To whoever follows by command, as to whoever named it in hello."""
    policy = tmp_path / "policy.toml"
    policy.write_text(
        "[plans.quick]\nwriting = { kind = 'always' }\n"
        "reply = { target_hours = 0.0012, from = 'last', clock = 'continuous', warn_hours = [0.001] }\n"
    )
    async with here(valkey_url, tmp_path / "data", policy=policy) as server:
        await server.conversation("c1", "quick")
        async with server.device("mia") as mia, server.device("sara") as sara:
            await follow(sara)
            await mia.write("soon?")
            assert [(await sara.hears("deadline"))["kind"] for _ in range(2)] == ["warning", "missed"]


async def test_without_resume_it_begins_here_and_beyond_the_end_with_a_gap(server: HereServer) -> None:
    """As in hello."""
    async with server.device("mia") as mia, server.device("sara") as sara, server.device("robot") as robot:
        await write(mia, 5)
        await follow(sara)
        await follow(robot, resume=9)
        assert await robot.hears("gap") == {"type": "gap", "conversation": "c1", "after": 5}
        await write(mia, 1)
        assert [seqs(await device.messages(1)) for device in (sara, robot)] == [[6], [6]]
        for device in (sara, robot):
            assert "message" not in kinds(await device.silence(0.1))


async def test_ended_and_erased(server: HereServer, valkey_url: str, tmp_path: Path) -> None:
    """What has ended can be read along to its end; erased texts are gone, and their places stay."""
    async with server.device("mia") as mia, server.device("sara") as sara:
        await write(mia, 1)
        await server.change("c1", status="ended")
        view = await follow(sara, resume=0)
        assert (view["status"], view["composer"]["reason"]) == ("ended", "ended")
        assert [event["body"] for event in await sara.messages(1)] == ["0"]
        erase = ("erase", "mia", "--yes", "--data-dir", tmp_path / "data", "--redis-url", valkey_url)
        done = await asyncio.to_thread(run, *erase, cwd=tmp_path)
        assert done.returncode == 0, done.stderr
        assert (await mia.end())[0] == Close.REVOKED
        await unfollow(sara)
        await follow(sara, resume=0)
        [erased] = await sara.messages(1)
        assert (erased["body"], erased["erased"], erased["from"]) == ("", True, "mia")


# Again, the other way round, and in a hurry


async def test_following_twice_is_harmless(server: HereServer) -> None:
    """Many at once while the room is opening, and later again: each is answered, and no message comes twice."""
    async with server.device("tora") as tora, server.device("sara") as sara:
        await write(tora, 30)
        for _ in range(20):
            await sara.say("follow", conversation="c1", resume=0)
        for _ in range(20):
            await sara.hears("following")
        assert (await follow(sara, resume=0))["last_seq"] == 30
        await write(tora, 1)
        assert seqs(await sara.messages(31)) == list(range(1, 32))
        assert "message" not in kinds(await sara.silence(0.1))


async def test_the_last_of_several_commands_counts(server: HereServer) -> None:
    """Also where they overtake the opening of the room: answers come in the order of the commands."""
    async with server.device("tora") as tora, server.device("sara") as sara:
        for command in ("follow", "unfollow", "follow", "unfollow"):
            await sara.say(command, conversation="c1")
        answers = [
            event["type"] for event in await sara.silence(0.3) if event["type"] in ("following", "unfollowed", "error")
        ]
        assert answers == ["following", "unfollowed"] * 2
        await write(tora, 1)
        assert kinds(await sara.silence(0.1)) == []
        await sara.say("unfollow", conversation="c1")
        await follow(sara)
        await write(tora, 1)
        assert seqs(await sara.messages(1)) == [2]


async def test_to_unfollow_what_is_not_followed_is_harmless(server: HereServer) -> None:
    """Whether it exists or not."""
    async with server.device("sara") as sara:
        for conversation in ("c1", "absent"):
            await unfollow(sara, conversation)
        await sara.say("history", conversation="c1")
        await sara.error("not_found")


async def test_unfollow_ends_a_replay(server: HereServer) -> None:
    """After `unfollowed` nothing comes; what comes after following again joins without a hole."""
    async with server.device("tora") as tora, server.device("sara") as sara:
        for n in range(350):
            await tora.say("send", conversation="c1", id=f"{n}", body=f"{n}".ljust(2_000, "."))
        await tora.answer("349")
        await sara.say("follow", conversation="c1", resume=0)
        await sara.hears("following")
        await unfollow(sara)
        seen = seqs([event for event in sara.waiting if event["type"] == "message"])
        assert seen == list(range(1, len(seen) + 1))
        assert len(seen) < 350
        sara.waiting.clear()
        assert kinds(await sara.silence(0.3)) == []
        await follow(sara, resume=len(seen))
        assert seqs(await sara.messages(350 - len(seen))) == list(range(len(seen) + 1, 351))
        await sara.say("unfollow", conversation="c1")
    await until(server, 0)


NAMES = ("c1", "c2", "c3")


class Along:
    """What support has seen and follows, on one connection after the other."""

    def __init__(self) -> None:
        self.seen: dict[str, list[int]] = {name: [] for name in NAMES}
        self.followed: set[str] = set()

    def take(self, events: list[Event]) -> None:
        for event in events:
            assert event["type"] != "gap"
            if event["type"] == "message":
                self.seen[event["conversation"]].append(event["seq"])

    def resume(self) -> dict[str, int]:
        return {name: len(self.seen[name]) for name in self.followed}

    async def do_anything(self, sara: Device, random: Random) -> None:
        """Follow or unfollow one; then hear for a moment."""
        name = random.choice(NAMES)
        if name in self.followed and random.random() < 0.5:
            await unfollow(sara, name)
            self.followed.discard(name)
        else:
            self.take(await sara.silence(0.01))
            await follow(sara, name, resume=len(self.seen[name]))
            self.followed.add(name)
        self.take(await sara.silence(random.random() * 0.05))


async def flow(tora: Device, random: Random, stop: asyncio.Event) -> dict[str, int]:
    """Write until the stop; how much in each conversation."""
    written = dict.fromkeys(NAMES, 0)
    while not stop.is_set():
        name = random.choice(NAMES)
        written[name] = (await tora.write("x", id=f"{sum(written.values())}", conversation=name))["seq"]
    return written


async def test_whatever_is_followed_and_left_what_is_seen_is_dense(servers: tuple[HereServer, HereServer]) -> None:
    """At random: follow, unfollow, another connection on another server, while messages flow in three conversations."""
    random, along, stop = Random(11), Along(), asyncio.Event()
    for name in NAMES[1:]:
        await servers[0].conversation(name, "basic")
    async with servers[0].device("tora") as tora:
        flowing = asyncio.create_task(flow(tora, random, stop))
        for _ in range(12):
            encoding: Encoding = random.choice(("json", "msgpack"))
            async with random.choice(servers).device("sara", along.resume(), encoding=encoding) as sara:
                for _ in range(random.randint(1, 8)):
                    await along.do_anything(sara, random)
        stop.set()
        written = await flowing
        async with servers[1].device("sara") as sara:
            for name in NAMES:
                await follow(sara, name, resume=len(along.seen[name]))
                along.take(await sara.messages(written[name] - len(along.seen[name])))
    assert along.seen == {name: list(range(1, written[name] + 1)) for name in NAMES}


# Bounds


@pytest.fixture
async def few(
    valkey_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[tuple[HereServer, list[str]]]:
    """A server on which a connection may follow three, and the names of five conversations."""
    monkeypatch.setattr(follow_desk, "MAX_FOLLOWED", 3)
    names = [f"c{n}" for n in range(1, 6)]
    async with here(valkey_url, tmp_path) as server:
        for name in names:
            await server.conversation(name, "basic")
        yield server, names


async def test_one_connection_follows_so_many(few: tuple[HereServer, list[str]]) -> None:
    """Those that are being opened count, and those that hello named; what is followed may be followed again."""
    server, names = few
    async with server.device("sara", {"c1": 0}) as sara, server.device("sara") as another:
        for name in names:
            await sara.say("follow", conversation=name)
        for name in names[3:]:
            error = await sara.error("too_many_followed")
            assert (error["conversation"], error["temporary"]) == (name, False)
        await follow(sara, "c2")
        await sara.say("follow", conversation="absent")
        await sara.error("too_many_followed")
        await unfollow(sara, "c2")
        await sara.say("follow", conversation="absent")
        await sara.error("not_found")
        await follow(sara, "c5")
        await follow(another, "c4")


async def test_a_follow_costs_what_a_page_of_history_costs(valkey_url: str, tmp_path: Path) -> None:
    """Ten for a message."""
    async with here(valkey_url, tmp_path, rate_limit=Rate(1, "hour", 2)) as server:
        await server.conversation("c1", "basic")
        async with server.device("sara") as sara:
            for n in range(20):
                await sara.say("follow" if n % 2 else "unfollow", conversation="c1")
            await sara.say("follow", conversation="c1")
            error = await sara.error("rate_limited")
            assert (error["conversation"], error["retry_after"] > 0) == ("c1", True)


# What two people notice


async def noticed(device: Device) -> set[str]:
    """What came of the conversation beside composer and reply."""
    return set(kinds(await device.silence(0.3))) - {"composer", "reply"}


@pytest.mark.parametrize("reader", ["sara", "mia"])
async def test_nobody_notices_who_reads_along(server: HereServer, reader: str) -> None:
    """No presence, no read mark, no typing, also where a token of support names one of the two people."""
    async with server.device("tora") as tora:
        async with server.device(reader, role="support") as along:
            assert (await follow(along, resume=0))["peer_online"] is True
            await write(tora, 1)
            await along.messages(1)
            await along.say("history", conversation="c1")
            await along.hears("history")
            for gesture in ({"kind": "typing"}, {"kind": "read", "seq": 1}):
                await along.say(**{"conversation": "c1", **gesture})  # type: ignore[arg-type]  # two shapes
                await along.error("read_only")
            async with server.device("tora") as another:
                view = another.welcome["conversations"][0]
                assert (view["peer_online"], view["peer_read_seq"]) == (False, 0)
            async with server.device("mia"):
                await tora.hears("presence", user="mia", online=True)
                await along.hears("presence", user="mia", online=True)
                await unfollow(along)
                await follow(along)
            await tora.hears("presence", user="mia", online=False)
        assert await noticed(tora) == set()


async def test_who_reads_along_where_is_logged(server: HereServer, caplog: pytest.LogCaptureFixture) -> None:
    """By hello and by command, once each, in ids; what a member follows is not."""
    caplog.set_level(logging.INFO)
    await server.conversation("c2", "basic")
    async with server.device("mia") as mia, server.device("sara", {"c1": 0}) as sara:
        await mia.write("a secret")
        for _ in range(2):
            await follow(sara, "c2")
        await unfollow(sara, "c2")
    said = [
        (record.message, *(record.__dict__[name] for name in ("person", "role", "conversations")))
        for record in caplog.records
        if record.name == follow_desk.__name__
    ]
    assert said == [
        ("followed", "sara", "support", ["c1"]),
        ("followed", "sara", "support", ["c2"]),
        ("no longer followed", "sara", "support", ["c2"]),
    ]
    assert "a secret" not in caplog.text


# When something is gone


async def test_a_key_that_is_not_at_hand_is_said_and_concerns_nobody_else(server: HereServer) -> None:
    """A temporary error that names the conversation; others go on, and it can be mended."""
    await server.conversation("c2", "basic", member="ola")
    async with server.device("ola") as ola:
        await write(ola, 1, "c2")
    await until(server, 0)
    server.parts.keys.forget("c2", 99)
    database = server.parts.database
    async with database.begin() as connection:
        row = CONVERSATION_KEYS.c.conversation_id == "c2"
        [wrapped] = (await connection.execute(CONVERSATION_KEYS.select().where(row))).all()
        await connection.execute(update(CONVERSATION_KEYS).where(row).values(wrapped=b"no key"))
    async with server.device("mia") as mia, server.device("sara") as sara, server.device("robot") as robot:
        await follow(sara)
        for device in (sara, robot):
            await device.say("follow", conversation="c2", resume=0)
        for device in (sara, robot):
            error = await device.error("store_unavailable")
            assert (error["conversation"], error["temporary"]) == ("c2", True)
        await write(mia, 1)
        assert len(await sara.messages(1)) == 1
        async with database.begin() as connection:
            await connection.execute(update(CONVERSATION_KEYS).where(row).values(wrapped=wrapped.wrapped))
        await follow(sara, "c2", resume=0)
        assert [event["conversation"] for event in await sara.messages(1)] == ["c2"]


async def test_who_leaves_while_a_room_opens_leaves_the_others_alone(tmp_path: Path) -> None:
    """The store is slow: whoever waits for the same room gets it, and nothing is left of the one that went."""
    store = StoreProcess().start()
    try:
        async with here(store.url, tmp_path) as server:
            await server.conversation("c1", "basic")
            async with server.device("robot") as robot:
                async with server.device("sara") as sara:
                    store.pause()
                    for device in (sara, robot):
                        await device.say("follow", conversation="c1")
                    async with asyncio.timeout(60):
                        while sum(each.in_flight for each in server.parts.hub.connections) < 2:  # noqa: ASYNC110
                            await asyncio.sleep(0.01)
                async with asyncio.timeout(60):
                    while len(server.parts.hub.connections) > 1:  # noqa: ASYNC110 - nothing tells of it
                        await asyncio.sleep(0.01)
                store.resume()
                assert (await robot.hears("following"))["conversation"]["id"] == "c1"
                async with asyncio.timeout(60):
                    while server.parts.hub.people.connections_of("sara"):  # noqa: ASYNC110 - nothing tells of it
                        await asyncio.sleep(0.01)
                [room] = server.parts.hub._by_channel.values()
                assert [each.connection.user for each in room.followers] == ["robot"]
    finally:
        store.stop()


async def test_the_store_gone_is_a_temporary_error(tmp_path: Path) -> None:
    """And the same command is good when it is back; what was followed before goes on."""
    store = StoreProcess(durable=True).start()
    try:
        async with here(store.url, tmp_path) as server:
            for name, member in (("c1", "mia"), ("c2", "ola")):
                await server.conversation(name, "basic", member=member)
            async with server.device("ola") as ola:
                await ola.write("kept", conversation="c2")
            await until(server, 0)
            async with (
                AsyncExitStack() as devices,
                server.device("sara", {"c1": 0}) as sara,
                server.device("sara") as another,
            ):
                await asyncio.to_thread(store.kill)
                await sara.say("follow", conversation="c2", resume=0)
                error = await sara.error("store_unavailable")
                assert (error["temporary"], error["conversation"]) == (True, "c2")
                # A room that is open needs nothing of it.
                await follow(another, "c1", resume=0)
                await asyncio.to_thread(store.restart)
                async with asyncio.timeout(60):
                    while not [event for event in sara.waiting if event["type"] == "following"]:
                        await sara.say("follow", conversation="c2", resume=0)
                        await sara._receive()
                assert bodies(await sara.messages(1)) == ["kept"]
                mia = await devices.enter_async_context(server.device("mia"))
                while (await mia.write("again", id="again"))["type"] == "error":  # noqa: ASYNC110 - apps try again
                    await asyncio.sleep(0.05)
                for device in (sara, another):
                    assert bodies(await device.messages(1)) == ["again"]
    finally:
        store.stop()


async def test_a_token_that_runs_out_ends_the_reading(server: HereServer) -> None:
    """Revoked or expired: closed as every connection, and the room closes behind it."""
    async with server.device("sara", seconds=3) as sara, server.device("robot") as robot:
        for device in (sara, robot):
            await follow(device)
        now = time.time_ns() // 1_000_000
        await server.parts.revocations.revoke("robot", now, now)
        assert (await robot.end())[0] == Close.REVOKED
        assert (await sara.end())[0] == Close.TOKEN_EXPIRED
    await until(server, 0)


async def test_a_server_that_stops_answers_first(server: HereServer) -> None:
    """A follow is in flight as any command is."""
    async with server.device("sara") as sara:
        await sara.say("follow", conversation="c1")
        await sara.hears("following")
        await sara.say("unfollow", conversation="c1")
        await sara.say("follow", conversation="c1")
        await sara.hears("following")
        server.stop()
        assert (await sara.end())[0] == Close.RESTARTING
