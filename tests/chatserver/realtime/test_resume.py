"""Coming back: every message after the last one seen, in order, once; or a gap where that cannot be."""

import asyncio
from contextlib import AsyncExitStack
from uuid import uuid4

import pytest

from chatserver.protocol.codec import Encoding
from quotas.ledger import keys
from tests.chatserver.realtime.devices import Device, bodies, seqs
from tests.chatserver.realtime.servers import HereServer


async def fill(device: Device, count: int) -> None:
    """Write that many messages, several at a time."""
    batch = uuid4().hex
    for n in range(count):
        await device.say("send", conversation="c1", id=f"{batch} {n}", body=f"{n}")
    await device.answer(f"{batch} {count - 1}")


@pytest.mark.parametrize("encoding", ["json", "msgpack"])
@pytest.mark.parametrize("seen", [0, 99, 100, 350])
async def test_everything_after_the_last_seen_comes_once(server: HereServer, seen: int, encoding: Encoding) -> None:
    """Also where it is several pages of the log."""
    async with server.device("tora") as tora:
        await fill(tora, 350)
        async with server.device("mia", {"c1": seen}, encoding=encoding) as mia:
            assert seqs(await mia.messages(350 - seen)) == list(range(seen + 1, 351))
            await tora.write("next")
            [following] = await mia.messages(1)
            assert (following["seq"], following["from"], following["body"]) == (351, "tora", "next")
            assert not [event for event in await mia.silence(0.1) if event["type"] in ("message", "gap")]


async def test_without_resume_nothing_old_comes(server: HereServer) -> None:
    """`last_seq` of the welcome says where to begin; the rest is history."""
    async with server.device("tora") as tora:
        await fill(tora, 5)
        async with server.device("mia") as mia:
            assert mia.welcome["conversations"][0]["last_seq"] == 5
            await tora.write("next")
            assert seqs(await mia.messages(1)) == [6]


async def test_while_messages_keep_flowing(server: HereServer) -> None:
    """Devices come back in the middle of a stream, and write themselves: no gap, no duplicate, same order for all."""
    async with server.device("tora") as tora, AsyncExitStack() as devices:
        await fill(tora, 300)
        stop = asyncio.Event()

        async def flow() -> int:
            written = 0
            while not stop.is_set():
                await tora.say("send", conversation="c1", id=f"flow {written}", body=f"flow {written}")
                written += 1
                await asyncio.sleep(0.001)
            await tora.answer(f"flow {written - 1}")
            return written

        flowing = asyncio.create_task(flow())
        back = []
        for n in range(4):
            device = await devices.enter_async_context(server.device("mia", {"c1": 50 * n}))
            await device.say("send", conversation="c1", id=f"mine {n}", body=f"mine {n}")
            back.append(device)
            await asyncio.sleep(0.05)
        stop.set()
        last = 300 + await flowing + 4
        for n, device in enumerate(back):
            answer = await device.answer(f"mine {n}")
            expected = [seq for seq in range(50 * n + 1, last + 1) if seq != answer["seq"]]
            assert seqs(await device.messages(len(expected))) == expected
            assert not [event for event in await device.silence(0.05) if event["type"] == "message"]


async def test_own_messages_are_part_of_what_is_replayed(server: HereServer) -> None:
    """An answer that was lost with its connection shows itself as the message with its id."""
    async with server.device("mia") as mia:
        await mia.write("one", id="first")
    async with server.device("mia", {"c1": 0}) as mia:
        [message] = await mia.messages(1)
        assert (message["id"], message["from"]) == ("first", "mia")


async def test_beyond_the_log_is_a_gap(server: HereServer) -> None:
    """A store that was restored from a backup has less than the app has seen."""
    async with server.device("tora") as tora:
        await fill(tora, 3)
        async with server.device("mia", {"c1": 9}) as mia:
            assert await mia.hears("gap") == {"type": "gap", "conversation": "c1", "after": 3}
            await tora.write("next")
            assert seqs(await mia.messages(1)) == [4]


async def test_a_trimmed_log_is_a_gap(server: HereServer) -> None:
    """What is still there follows the gap; where nothing is, the next message does."""
    async with server.device("tora") as tora:
        await fill(tora, 150)
        await server.parts.store.request("XTRIM", keys.log("c1"), "MINID", "121-0")
        async with server.device("mia", {"c1": 10}) as mia:
            assert (await mia.hears("gap"))["after"] == 10
            assert seqs(await mia.messages(30)) == list(range(121, 151))
        await server.parts.store.request("XTRIM", keys.log("c1"), "MAXLEN", "0")
        async with server.device("mia", {"c1": 10}) as mia:
            assert (await mia.hears("gap"))["after"] == 10
            await tora.write("next")
            assert seqs(await mia.messages(1)) == [151]
            await mia.say("history", conversation="c1", limit=200)
            assert bodies((await mia.hears("history"))["messages"]) == ["next"]


async def test_a_stranger_in_resume_is_passed_over(server: HereServer) -> None:
    """Someone else's conversation, or none: not in the welcome, not followed."""
    await server.conversation("c2", "basic", member="ola")
    async with server.device("mia", {"c1": 0, "c2": 0, "nowhere": 0}) as mia, server.device("ola") as ola:
        assert [each["id"] for each in mia.welcome["conversations"]] == ["c1"]
        await ola.write("private", conversation="c2")
        assert not [event for event in await mia.silence(0.2) if event["type"] in ("message", "gap")]


async def test_a_published_message_that_was_lost_is_read_from_the_log(server: HereServer) -> None:
    """A hole in seq is filled before what came after it."""
    hub = server.parts.hub
    async with server.device("mia") as mia, server.device("tora") as tora:
        link = server.parts.store
        link.on_push = lambda push: None
        await tora.write("unheard")
        await tora.write("unheard too")
        link.on_push = hub.pushed
        await tora.write("heard")
        assert bodies(await mia.messages(3)) == ["unheard", "unheard too", "heard"]
        assert not [event for event in await mia.silence(0.1) if event["type"] == "message"]
        assert not [event for event in await tora.silence(0.1) if event["type"] == "message"]
