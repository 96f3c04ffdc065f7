"""Two servers on one store behave as one, on every engine."""

import asyncio

from tests.chatserver.realtime.devices import bodies, seqs
from tests.chatserver.realtime.servers import HereServer
from tests.engines import ON_EACH

pytestmark = ON_EACH

Pair = tuple[HereServer, HereServer]


async def test_messages_cross(servers: Pair) -> None:
    """In order, once, to every other device on both."""
    one, other = servers
    async with (
        one.device("mia") as phone,
        other.device("mia", encoding="msgpack") as laptop,
        other.device("tora") as tora,
    ):
        for n in range(60):
            for name, device in (("phone", phone), ("laptop", laptop), ("tora", tora)):
                await device.say("send", conversation="c1", id=f"{name} {n}", body=f"{name} {n}")
        for name, device in (("phone", phone), ("laptop", laptop), ("tora", tora)):
            answers = [await device.answer(f"{name} {n}") for n in range(60)]
            heard = await device.messages(120)
            assert seqs(heard) == sorted(seqs(heard))
            assert sorted(seqs(answers) + seqs(heard)) == list(range(1, 181))
            assert not [body for body in bodies(heard) if body.startswith(name)]


async def test_the_same_id_on_the_other_server_is_the_same_message(servers: Pair) -> None:
    """An app that reconnects elsewhere and sends again."""
    one, other = servers
    async with one.device("mia") as before, other.device("mia") as after, other.device("tora") as tora:
        first = await before.write("once", id="1")
        assert await after.write("once", id="1") == first
        assert (await after.write("other text", id="1"))["code"] == "id_reused"
        both = await asyncio.gather(before.write("twice", id="2"), after.write("twice", id="2"))
        assert {answer["seq"] for answer in both} == {2}
        assert seqs(await tora.messages(2)) == [1, 2]
        assert not [event for event in await tora.silence(0.2) if event["type"] == "message"]


async def test_a_change_of_plan_here_is_felt_by_the_next_message_there(servers: Pair) -> None:
    """Even when it is sent at once, before the other server has heard of it."""
    one, other = servers
    async with other.device("mia") as mia:
        await mia.write("terms are cached now")
        await one.change("c1", plan="video")
        assert (await mia.write("counts"))["composer"]["messages_left"] == 9
        await one.change("c1", status="paused")
        assert (await mia.write("too late"))["reason"] == "paused"
        assert (await mia.hears("conversation"))["conversation"]["plan"] == "video"
        assert (await mia.hears("conversation"))["conversation"]["status"] == "paused"


async def test_gestures_and_marks_cross(servers: Pair) -> None:
    """Typing, read marks, what is owed, and a new conversation."""
    one, other = servers
    async with one.device("mia") as mia, other.device("tora") as tora:
        await mia.say("typing", conversation="c1")
        assert (await tora.hears("typing"))["from"] == "mia"
        await mia.write("question")
        assert (await tora.hears("reply"))["reply"]["due_at"] is not None
        await tora.say("read", conversation="c1", seq=1)
        assert (await mia.hears("read"))["seq"] == 1
        await one.conversation("c2", "basic")
        for device in (mia, tora):
            assert (await device.hears("conversation"))["conversation"]["id"] == "c2"
        assert (await tora.write("welcome to c2", conversation="c2"))["seq"] == 1
        assert bodies(await mia.messages(1)) == ["welcome to c2"]


async def test_coming_back_on_the_other_server(servers: Pair) -> None:
    """Resume works wherever."""
    one, other = servers
    async with one.device("tora") as tora:
        async with one.device("mia") as mia:
            await tora.write("seen")
            await mia.messages(1)
        for n in range(5):
            await tora.write(f"missed {n}")
        async with other.device("mia", {"c1": 1}) as mia:
            assert bodies(await mia.messages(5)) == [f"missed {n}" for n in range(5)]


async def test_support_reads_along_on_the_other_server(servers: Pair) -> None:
    """In a room that nobody had open there; a plan changed here is told there, and the room closes behind it."""
    one, other = servers
    async with one.device("mia") as mia, other.device("sara") as sara:
        await mia.write("before")
        await sara.say("follow", conversation="c1", resume=0)
        assert (await sara.hears("following"))["conversation"]["peer_online"] is False
        await mia.write("after")
        assert bodies(await sara.messages(2)) == ["before", "after"]
        await one.change("c1", plan="light")
        assert (await sara.hears("conversation"))["conversation"]["plan"] == "light"
        await sara.say("unfollow", conversation="c1")
        await sara.hears("unfollowed")
        sara.waiting.clear()
        assert other.parts.hub.gauges().rooms == 0
        await mia.write("unheard")
        assert not [event for event in await sara.silence(0.2) if event.get("conversation") == "c1"]
        assert not [event for event in await mia.silence(0.1) if event["type"] in ("presence", "read", "typing")]
