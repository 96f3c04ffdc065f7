"""Events of the system reach every app as messages do, on every way; and events about sessions pass as they are."""

import asyncio
from typing import Any

import msgspec
import pytest

from chatserver.protocol.codec import Encoding
from chatserver.protocol.entry import event_entry
from quotas.ledger import feed, keys
from quotas.ledger.archive import Keep
from tests.chatserver.realtime.devices import Device, Event, seqs
from tests.chatserver.realtime.servers import HereServer, token
from tests.chatserver.realtime.test_sealed import renew
from tests.plain_http import http_client

Pair = tuple[HereServer, HereServer]
BOOKED = {"booking": "b1", "starts_at": "2026-01-08T17:00:00.000Z", "minutes": 30}
ENCODINGS: list[Encoding] = ["json", "msgpack"]


async def tell(server: HereServer, number: int, name: str = "booked", data: dict[str, Any] | None = None) -> bool:
    """Write an event into c1."""
    entry = event_entry(number, name, BOOKED if data is None else data)
    written = await server.parts.ledger.write_event("c1", number, entry)
    assert written is not None
    return written


def plain(message: Event) -> Event:
    """Without what differs from one run to the next."""
    return {name: value for name, value in message.items() if name != "at"}


def booked(seq: int, number: int) -> Event:
    return {
        "type": "message",
        "conversation": "c1",
        "seq": seq,
        "from": "system",
        "role": "system",
        "id": f"event-{number}",
        "kind": "event",
        "event": {"name": "booked", "data": BOOKED},
        "body": "",
    }


async def test_everyone_on_both_servers_gets_an_event_once_in_its_place(servers: Pair) -> None:
    """Both people and who reads along, in both encodings, between messages that are what they always were."""
    one, other = servers
    async with (
        one.device("mia") as mia,
        other.device("mia", encoding="msgpack") as tablet,
        other.device("tora") as tora,
        one.device("sara", {"c1": 0}, encoding="msgpack") as sara,
    ):
        await mia.write("before")
        assert await tell(one, 1)
        assert not await tell(other, 1)
        await mia.write("after")
        for device in (tablet, tora, sara):
            first, event, second = await device.messages(3)
            assert plain(event) == booked(2, 1)
            assert (first["body"], second["body"]) == ("before", "after")
            names = {"type", "conversation", "seq", "from", "role", "at", "id", "body"}
            assert set(first) == set(second) == names
        assert plain((await mia.messages(1))[0]) == booked(2, 1)
        for device in (mia, tablet, tora, sara):
            assert not [event for event in await device.silence(0.2) if event["type"] == "message"]


@pytest.mark.parametrize("encoding", ENCODINGS)
async def test_what_was_missed_and_what_is_older_has_the_events(servers: Pair, encoding: Encoding) -> None:
    """By resume on the other server, by history there, and over HTTP."""
    one, other = servers
    async with one.device("mia") as mia:
        await mia.write("first")
        await tell(one, 1)
        await tell(one, 2)
        await mia.write("last")
    async with other.device("tora", {"c1": 1}, encoding=encoding) as tora:
        missed = await tora.messages(3)
        assert [plain(message) for message in missed[:2]] == [booked(2, 1), booked(3, 2)]
        await tora.say("history", conversation="c1", before=4, limit=2)
        page = await tora.hears("history")
        assert (page["messages"], page["more"]) == (missed[:2], True)
    async with http_client(one.http, headers={"Authorization": f"Bearer {token('mia')}"}) as api:
        answer = await api.get("/v1/conversations/c1/messages", params={"before": 4, "limit": 2})
    assert answer.json() == {
        "messages": [{name: value for name, value in each.items() if name != "type"} for each in missed[:2]],
        "more": True,
        "first": 2,
    }


@pytest.mark.parametrize("encoding", ENCODINGS)
async def test_archived_events_are_read_like_others(server: HereServer, encoding: Encoding) -> None:
    async with server.device("mia") as mia:
        await mia.write("first")
        await tell(server, 1)
        await mia.write("last")
    while await server.parts.store.request("XLEN", keys.log("c1")):
        await server.parts.archive.archive(["c1"], Keep(0, 0))
    async with server.device("tora", {"c1": 0}, encoding=encoding) as tora:
        first, event, last = await tora.messages(3)
    assert plain(event) == booked(2, 1)
    assert (first["body"], last["body"]) == ("first", "last")


async def test_nothing_is_spent_owed_or_open_by_an_event(server: HereServer) -> None:
    """Composer and reply are told to nobody anew, and are what they were."""
    await server.change("c1", plan="light")
    async with server.device("mia") as mia, server.device("tora") as tora:
        await mia.write("question")
        composer = await mia.check()
        await tora.messages(1)
        reply = (await tora.hears("reply"))["reply"]
        await mia.silence(0.2)
        await tora.silence(0.2)
        for number in (1, 2, 3):
            await tell(server, number)
        assert await mia.check() == composer
        assert {event["type"] for event in await mia.silence(0.2)} == {"message"}
        assert {event["type"] for event in await tora.silence(0.2)} == {"message"}
        async with server.device("tora") as later:
            [conversation] = later.welcome["conversations"]
            assert (conversation["reply"], conversation["composer"]["windows_left"]) == (
                reply,
                composer["windows_left"],
            )
            assert conversation["last_seq"] == 4


async def test_an_event_is_read_up_to_like_a_message(server: HereServer) -> None:
    async with server.device("mia") as mia, server.device("tora") as tora:
        await tell(server, 1)
        assert seqs(await mia.messages(1)) == [1]
        await mia.say("read", conversation="c1", seq=1)
        assert (await tora.hears("read"))["seq"] == 1
    async with server.device("mia") as again:
        [conversation] = again.welcome["conversations"]
        assert (conversation["last_seq"], conversation["read_seq"]) == (1, 1)


@pytest.mark.parametrize("status", ["paused", "ended"])
async def test_events_come_where_nobody_may_write(server: HereServer, status: str) -> None:
    await server.change("c1", status=status)
    async with server.device("mia") as mia, server.device("tora", encoding="msgpack") as tora:
        await tell(server, 1, "cancelled")
        for device in (mia, tora):
            [message] = await device.messages(1)
            assert message["event"]["name"] == "cancelled"


async def test_an_event_needs_no_key_of_the_room(servers: Pair) -> None:
    """Around a change of key, and after all keys of the time before it are gone."""
    one, other = servers
    async with one.device("mia") as mia, other.device("tora") as tora:
        await mia.write("first")
        await tell(one, 1)
        await renew(one)
        await tell(one, 2)
        await mia.write("last")
        assert [message.get("event") is not None for message in await tora.messages(4)] == [False, True, True, False]
        await one.parts.keys.destroy("c1", before=2)
    async with other.device("tora", {"c1": 0}) as later:
        messages = await later.messages(4)
        assert [message.get("erased", False) for message in messages] == [True, False, False, False]
        assert plain(messages[1]) == booked(2, 1)


async def test_events_and_messages_from_everywhere_are_in_one_order(servers: Pair) -> None:
    """Two servers write both, as fast as they can: dense seqs, the same for everyone, nothing twice."""
    one, other = servers
    async with one.device("mia") as mia, other.device("tora") as tora, other.device("sara", {"c1": 0}) as sara:

        async def write(device: Device, name: str) -> None:
            for n in range(40):
                await device.write(f"{name} {n}")

        async def write_events() -> None:
            for number in range(1, 41):
                first, second = await asyncio.gather(tell(one, number), tell(other, number))
                assert first != second

        await asyncio.gather(write(mia, "mia"), write(tora, "tora"), write_events())
        everything = await sara.messages(120)
        assert seqs(everything) == list(range(1, 121))
        events = [message["id"] for message in everything if message.get("kind") == "event"]
        assert events == [f"event-{number}" for number in range(1, 41)]
        assert [message for message in everything if message["from"] != "mia"] == await mia.messages(80)


async def test_an_event_about_a_session_passes_as_it_is(servers: Pair) -> None:
    """To everyone in the room on both servers, in their encoding; what is in it is the publisher's and the apps'."""
    one, other = servers
    said = {"type": "session", "conversation": "c1", "kind": "later", "booking": {"æ": [1, None]}, "credits_left": 2}
    payload = msgspec.json.encode(said)
    async with (
        one.device("mia") as mia,
        other.device("tora", encoding="msgpack") as tora,
        other.device("sara", {"c1": 0}, encoding="msgpack") as sara,
        one.device("uma") as uma,
    ):
        await one.parts.store.request("SPUBLISH", keys.feed("c1"), feed.session(payload))
        for device in (mia, tora, sara):
            assert await device.hears("session") == said
        assert not [event for event in await uma.silence(0.2) if event["type"] == "session"]
