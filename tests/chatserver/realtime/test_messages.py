"""Send, its answers, and how messages reach everyone else: once, in order."""

import asyncio

import pytest

from chatserver.client import ChatClient
from chatserver.protocol.codec import Encoding
from chatserver.protocol.events import Accepted, Message
from quotas import instant
from tests.chatserver.realtime.devices import WITHIN, bodies, seqs
from tests.chatserver.realtime.servers import HereServer, token

UNLIMITED = {
    "open": True,
    "reason": None,
    "opens_at": None,
    "window_ends_at": None,
    "windows_left": None,
    "messages_left": None,
    "live_until": None,
    "help": None,
    "urgent_note": False,
}
LOCKED = {**UNLIMITED, "open": False, "help": [{"number": "112", "kind": "emergency", "name": "", "hours": ""}]}


@pytest.mark.parametrize("writes", ["json", "msgpack"])
@pytest.mark.parametrize("reads", ["json", "msgpack"])
async def test_a_message_is_accepted_and_delivered(server: HereServer, writes: Encoding, reads: Encoding) -> None:
    """Whatever encoding each side speaks, the text arrives unchanged."""
    text = 'Hei æøå 👋 "quoted" \\ back\ttab\r\nline \u2028 \ufeff\u202e \U0010ffff'
    async with server.device("mia", encoding=writes) as mia, server.device("tora", encoding=reads) as tora:
        accepted = await mia.write(text, id="første ✓")
        assert accepted == {
            "type": "accepted",
            "conversation": "c1",
            "id": "første ✓",
            "seq": 1,
            "at": accepted["at"],
            "composer": UNLIMITED,
        }
        assert instant.text(instant.parse(accepted["at"])) == accepted["at"]
        [message] = await tora.messages(1)
        assert message == {
            "type": "message",
            "conversation": "c1",
            "seq": 1,
            "from": "mia",
            "role": "member",
            "at": accepted["at"],
            "id": "første ✓",
            "body": text,
        }
        assert (await tora.write("svar"))["seq"] == 2
        [answer] = await mia.messages(1)
        assert (answer["seq"], answer["from"], answer["role"]) == (2, "tora", "mentor")


async def test_a_refusal_says_why_and_returns_the_text(server: HereServer) -> None:
    """Nothing is stored, nobody else hears of it, and the composer comes along."""
    await server.change("c1", status="paused")
    async with server.device("mia") as mia, server.device("tora") as tora:
        refused = await mia.write("  keep my spaces \n", id="1")
        assert refused == {
            "type": "refused",
            "conversation": "c1",
            "id": "1",
            "reason": "paused",
            "opens_at": None,
            "body": "  keep my spaces \n",
            "composer": {**LOCKED, "reason": "paused", "urgent_note": True},
        }
        assert (await tora.write("the mentor may"))["type"] == "accepted"
        assert not [event for event in await tora.silence() if event["type"] == "message"]


async def test_the_same_id_is_the_same_message(server: HereServer) -> None:
    """Again on this connection, on another device, in the other encoding: the first answer, and one message."""
    async with server.device("mia") as mia, server.device("tora") as tora:
        first = await mia.write("once", id="1")
        assert await mia.write("once", id="1") == first
        async with server.device("mia", encoding="msgpack") as other:
            assert await other.write("once", id="1") == first
        assert (await mia.write("two", id="2"))["seq"] == 2
        assert seqs(await tora.messages(2)) == [1, 2]
        assert not [event for event in await tora.silence() if event["type"] == "message"]


async def test_a_refusal_is_remembered_too(server: HereServer) -> None:
    """The same id gets the same answer, also where writing has opened meanwhile; a new id is a new try."""
    await server.change("c1", status="paused")
    async with server.device("mia") as mia:
        assert (await mia.write("again", id="1"))["reason"] == "paused"
        await server.change("c1", status="open")
        await mia.hears("composer")
        again = await mia.write("again", id="1")
        assert (again["type"], again["reason"], again["body"]) == ("refused", "paused", "again")
        assert again["composer"]["open"] is True
        assert (await mia.write("again", id="2"))["type"] == "accepted"


async def test_an_id_used_for_another_text_is_an_error(server: HereServer) -> None:
    """It is told with the id and writes nothing; ids of the two people do not meet, nor those of conversations."""
    await server.conversation("c2", "basic")
    async with server.device("mia") as mia, server.device("tora") as tora:
        await mia.write("this", id="1")
        error = await mia.write("that", id="1")
        assert (error["type"], error["code"], error["temporary"]) == ("error", "id_reused", False)
        assert (await tora.write("that", id="1"))["seq"] == 2
        assert (await mia.write("that", id="1", conversation="c2"))["seq"] == 1


async def test_the_same_id_twice_at_once_is_one_message(server: HereServer) -> None:
    """Two devices that both resend after an outage, in the same moment."""
    async with server.device("mia") as phone, server.device("mia") as laptop, server.device("tora") as tora:
        for n in range(20):
            answers = await asyncio.gather(phone.write(f"{n}", id=f"{n}"), laptop.write(f"{n}", id=f"{n}"))
            assert {answer["seq"] for answer in answers} == {n + 1}
        assert seqs(await tora.messages(20)) == list(range(1, 21))
        assert not [event for event in await tora.silence() if event["type"] == "message"]


async def test_every_other_connection_of_both_gets_it_once(server: HereServer) -> None:
    """Two devices each: the writer's other one too, the writing one only its answer."""
    async with (
        server.device("mia") as phone,
        server.device("mia", encoding="msgpack") as laptop,
        server.device("tora") as desk,
        server.device("tora") as pocket,
    ):
        written = 0
        for n in range(5):
            for device in (phone, laptop, desk, pocket):
                written += 1
                assert (await device.write(f"{n} {written}"))["seq"] == written
        for device in (phone, laptop, desk, pocket):
            heard = await device.messages(15)
            assert seqs(heard) == sorted(seqs(heard))
            assert len(set(seqs(heard))) == 15
            assert not [event for event in await device.silence(0.1) if event["type"] == "message"]


async def test_pipelined_messages_of_many_keep_each_ones_order(server: HereServer) -> None:
    """Everybody writes at once without waiting; seq is dense, and everyone sees the same order."""
    async with (
        server.device("mia") as phone,
        server.device("mia") as laptop,
        server.device("tora") as desk,
        server.device("sara", {"c1": 0}) as sara,
    ):
        devices = {"phone": phone, "laptop": laptop, "desk": desk}
        for n in range(100):
            for name, device in devices.items():
                await device.say("send", conversation="c1", id=f"{name} {n}", body=f"{name} {n}")
        heard = await sara.messages(300)
        assert seqs(heard) == list(range(1, 301))
        for name, device in devices.items():
            own = [body for body in bodies(heard) if body.startswith(name)]
            assert own == [f"{name} {n}" for n in range(100)]
            answers = [await device.answer(f"{name} {n}") for n in range(100)]
            others = [message for message in heard if not message["body"].startswith(name)]
            assert await device.messages(200) == others
            assert sorted(seqs(answers + others)) == list(range(1, 301))


async def test_history_pages_back_to_the_beginning(server: HereServer) -> None:
    """Oldest first within a page, `more` while there is more, and no page repeats a message."""
    async with server.device("mia") as mia:
        await mia.say("history", conversation="c1")
        assert await mia.hears("history") == {
            "type": "history",
            "conversation": "c1",
            "messages": [],
            "more": False,
            "first": 1,
            "ask": None,
        }
        for n in range(1, 13):
            await mia.write(f"{n}")
        pages = []
        before: int | None = None
        while True:
            await mia.say("history", conversation="c1", before=before, limit=5)
            page = await mia.hears("history")
            pages.append(seqs(page["messages"]))
            if not page["more"]:
                break
            before = page["first"]
        assert pages == [[8, 9, 10, 11, 12], [3, 4, 5, 6, 7], [1, 2]]
        for before, expected in ((0, []), (1, []), (2, [1]), (13, list(range(1, 13))), (2**53 - 1, list(range(1, 13)))):
            await mia.say("history", conversation="c1", before=before, limit=200)
            page = await mia.hears("history")
            assert (seqs(page["messages"]), page["more"]) == (expected, False)


async def test_read_marks_never_move_back_and_reach_the_others(server: HereServer) -> None:
    """Of both sides; one's own other devices hear it too."""
    async with server.device("mia") as phone, server.device("mia") as laptop, server.device("tora") as tora:
        for n in range(3):
            await tora.write(f"{n}")
        await phone.say("read", conversation="c1", seq=2)
        mark = {"type": "read", "conversation": "c1", "from": "mia", "seq": 2}
        assert await tora.hears("read") == mark
        assert await laptop.hears("read") == mark
        await phone.say("read", conversation="c1", seq=1)
        await phone.say("read", conversation="c1", seq=2)
        await laptop.say("read", conversation="c1", seq=0)
        await laptop.say("read", conversation="c1", seq=3)
        assert (await tora.hears("read"))["seq"] == 3
        assert (await phone.hears("read"))["seq"] == 3
        assert not [event for event in await laptop.silence(0.2) if event["type"] == "read"]
        await phone.say("read", conversation="c1", seq=4)
        error = await phone.error("seq_unknown")
        assert "3" in error["message"]
        assert error["conversation"] == "c1"
    async with server.device("tora") as tora:
        assert tora.welcome["conversations"][0]["peer_read_seq"] == 3


async def test_typing_reaches_the_others(server: HereServer) -> None:
    """And not the one who types; nothing of it is kept."""
    async with server.device("mia") as phone, server.device("mia") as laptop, server.device("tora") as tora:
        await phone.say("typing", conversation="c1")
        typing = {"type": "typing", "conversation": "c1", "from": "mia"}
        assert await tora.hears("typing") == typing
        assert await laptop.hears("typing") == typing
        await tora.say("typing", conversation="c1")
        assert (await phone.hears("typing"))["from"] == "tora"
        assert not [event for event in await phone.silence(0.2) if event["type"] == "typing"]


async def test_check_agrees_with_send(server: HereServer) -> None:
    """The answer has the composer that the next refusal or acceptance has."""
    async with server.device("mia") as mia, server.device("tora") as tora:
        assert await mia.check() == UNLIMITED
        assert await tora.check() == UNLIMITED
        await server.change("c1", status="ended")
        await mia.hears("composer")
        checked = await mia.check()
        assert checked == {**LOCKED, "reason": "ended"}
        assert (await mia.write("too late"))["composer"] == checked
        assert (await tora.write("me too"))["reason"] == "ended"


@pytest.mark.parametrize("encoding", ["json", "msgpack"])
async def test_the_client_and_the_server_understand_each_other(server: HereServer, encoding: Encoding) -> None:
    """The client of this package: order of calls kept, everything since the place it names comes once."""
    async with server.device("tora") as tora:
        for n in range(250):
            await tora.say("send", conversation="c1", id=f"{n}", body=f"{n}")
        await tora.answer("249")
        async with ChatClient(server.http, token("mia"), encoding=encoding, resume={"c1": 0}) as mia:
            answers = await asyncio.gather(*(mia.send("c1", f"mine {n}") for n in range(10)))
            assert [answer.seq for answer in answers if isinstance(answer, Accepted)] == list(range(251, 261))
            assert bodies(await tora.messages(10)) == [f"mine {n}" for n in range(10)]
            assert (await mia.check("c1")).open
            assert [message.seq for message in await heard(mia, 250)] == list(range(1, 251))
            assert mia.positions == {"c1": 260}


async def heard(chat: ChatClient, count: int) -> list[Message]:
    """The next `count` messages among the events."""
    found: list[Message] = []
    async with asyncio.timeout(WITHIN):
        async for event in chat.events():
            if isinstance(event, Message):
                found.append(event)
            if len(found) == count:
                break
    return found
