"""Texts are sealed in the store: what is tampered with is not shown, keys change under load, the database may go."""

import asyncio
import logging
import struct
from typing import cast

import msgspec
import pytest
from msgspec.structs import replace
from redis.asyncio import Redis

from chatserver.conversations.rows import conversations
from chatserver.keys.sealing import number_of
from chatserver.messages.lane import MOST_SENT, Lane, PostOutcome
from chatserver.operating.metrics import Metrics
from chatserver.protocol.entry import Opened, parted, read_opened
from quotas.ledger import keys
from quotas.ledger.base import Posted
from quotas.ledger.state import State
from quotas.store.futures import settling
from tests.chatserver.realtime.devices import Device, Event, bodies, seqs
from tests.chatserver.realtime.servers import HereServer

Pair = tuple[HereServer, HereServer]
CANARY = "canary-in-a-text"
EACH = 120
"""Messages of each writer while keys change."""


async def stored(server: HereServer, conversation: str = "c1") -> list[bytes]:
    """The entries of a conversation as the store holds them."""
    return [entry.entry for entry in await server.parts.ledger.messages(conversation, 0, 10_000, 10_000)]


async def replace_entries(store_url: str, conversation: str, entries: list[bytes]) -> None:
    """Write the conversation's stream anew, as somebody with access to the store may."""
    async with Redis.from_url(store_url) as redis:
        name = keys.log(conversation)
        places = [place for place, _ in cast(list[tuple[bytes, object]], await redis.xrange(name))]
        await redis.delete(name)
        for place, entry in zip(places, entries, strict=True):
            await redis.xadd(name, {"m": entry}, id=place)


async def renew(server: HereServer) -> int:
    """The next key of c1, given as an erasure gives it; its number."""
    parts = server.parts
    async with parts.database.begin() as connection:
        found = await conversations.find_to_change(connection, "c1")
        assert found is not None
        changed = replace(found, key_number=found.key_number + 1, revision=found.revision + 1)
        await conversations.change(connection, changed)
    await parts.provisioning.project(changed)
    return changed.key_number


async def test_the_store_holds_who_wrote_and_never_what(server: HereServer) -> None:
    """Also in the records of ids, and in what it publishes."""
    async with server.device("mia") as mia, server.device("tora") as tora:
        await mia.write(CANARY, id="1")
        [message] = await tora.messages(1)
        assert (message["body"], "erased" in message) == (CANARY, False)
    [entry] = await stored(server)
    head, sealed = parted(entry)
    assert msgspec.json.decode(head) == {"from": "mia", "role": "member", "id": "1"}
    assert (number_of(sealed), CANARY.encode() in sealed) == (1, False)


async def test_what_was_tampered_with_is_not_shown(
    server: HereServer, valkey_url: str, caplog: pytest.LogCaptureFixture
) -> None:
    """A changed text, a text of another conversation, one of no length: each its place, its writer, and no text."""
    await server.conversation("c2", "basic")
    async with server.device("mia") as mia:
        for body in ("first", "second", CANARY, "last"):
            await mia.write(body)
        await mia.write("elsewhere", conversation="c2")
    entries = await stored(server)
    foreign = parted((await stored(server, "c2"))[0])[1]
    heads = [parted(entry)[0] for entry in entries]
    flipped = entries[2][:-1] + bytes([entries[2][-1] ^ 1])
    await replace_entries(
        valkey_url, "c1", [heads[0] + b"\n" + foreign, heads[1] + b"\n" + foreign[:5], flipped, entries[3]]
    )
    caplog.set_level(logging.ERROR)
    for encoding in ("json", "msgpack"):
        async with server.device("tora", {"c1": 0}, encoding="msgpack" if encoding == "msgpack" else "json") as tora:
            messages = await tora.messages(4)
            assert seqs(messages) == [1, 2, 3, 4]
            assert bodies(messages) == ["", "", "", "last"]
            assert [message.get("erased") for message in messages] == [True, True, True, None]
            await tora.say("history", conversation="c1")
            assert bodies((await tora.hears("history"))["messages"]) == ["", "", "", "last"]
    said = [record.getMessage() for record in caplog.records]
    for seq in (1, 2, 3):
        assert f"message {seq} cannot be read: a text sealed with key 1 does not open" in said
    assert CANARY not in caplog.text


async def test_a_forged_publication_is_not_shown(
    server: HereServer, valkey_url: str, caplog: pytest.LogCaptureFixture
) -> None:
    """Somebody publishes an old text under a new place, with another conversation's seal."""
    await server.conversation("c2", "basic")
    async with server.device("mia") as mia, server.device("tora") as tora:
        await mia.write("elsewhere", conversation="c2")
        foreign = parted((await stored(server, "c2"))[0])[1]
        caplog.set_level(logging.ERROR)
        state = b"M" + struct.pack(">IqqB", 1, 1767690000000, -1, 0) + State(last_seq=1).packed() + b"somebody\n"
        head = msgspec.json.encode({"from": "mia", "role": "member", "id": "1"})
        async with Redis.from_url(valkey_url) as redis:
            await redis.execute_command("SPUBLISH", keys.feed("c1"), state + head + b"\n" + foreign)  # type: ignore[no-untyped-call]  # redis-py leaves it so
        forged = await tora.hears("message", conversation="c1")
        assert (forged["body"], forged["erased"]) == ("", True)
    assert "message 1 cannot be read" in caplog.text


async def test_an_erased_text_leaves_its_place(server: HereServer) -> None:
    """Its key was destroyed: order, writer and time stay, in every way of reading."""
    async with server.device("mia") as mia:
        await mia.write("to be erased")
        assert await renew(server) == 2
        await mia.write("stays")
        await server.parts.keys.destroy("c1", before=2)
    async with server.device("tora", {"c1": 0}) as tora:
        gone, stays = await tora.messages(2)
        assert (gone["seq"], gone["from"], gone["body"], gone["erased"]) == (1, "mia", "", True)
        assert (stays["seq"], stays["body"], "erased" in stays) == (2, "stays", False)


async def write_many(device: Device, name: str) -> list[Event]:
    for n in range(EACH):
        await device.say("send", conversation="c1", id=f"{name} {n}", body=f"{name} {n}")
        if n % 10 == 9:
            await device.answer(f"{name} {n}")
    return [await device.answer(f"{name} {n}") for n in range(EACH) if n % 10 != 9]


async def test_keys_change_under_load(servers: Pair) -> None:
    """On two servers that both write: nothing is lost, doubled or out of order, and everyone reads every text."""
    one, other = servers
    async with one.device("mia") as mia, other.device("tora") as tora, one.device("sara", {"c1": 0}) as sara:

        async def change() -> None:
            for _ in range(4):
                await renew(one)
                await asyncio.sleep(0)

        mine, theirs, _ = await asyncio.gather(write_many(mia, "mia"), write_many(tora, "tora"), change())
        assert {answer["type"] for answer in [*mine, *theirs]} == {"accepted"}
        everything = await sara.messages(2 * EACH)
        assert seqs(everything) == list(range(1, 2 * EACH + 1))
        for name in ("mia", "tora"):
            written = [message["body"] for message in everything if message["from"] == name]
            assert written == [f"{name} {n}" for n in range(EACH)]
        assert bodies(await mia.messages(EACH)) == [f"tora {n}" for n in range(EACH)]
        assert bodies(await tora.messages(EACH)) == [f"mia {n}" for n in range(EACH)]
    numbers = [number_of(parted(entry)[1]) for entry in await stored(one)]
    assert numbers == sorted(numbers)
    assert numbers[-1] <= 5
    async with other.device("sara", {"c1": 0}) as later:
        assert await later.messages(2 * EACH) == everything


async def test_a_retry_across_a_key_change_gets_its_first_answer(servers: Pair) -> None:
    """On the server that knew the old key, and on one that never did."""
    one, other = servers
    async with one.device("mia") as mia:
        first = await mia.write("once", id="1")
        assert (await mia.write("another", id="1"))["code"] == "id_reused"
        await renew(other)
        assert (await mia.write("once", id="1"))["seq"] == first["seq"]
        async with other.device("mia") as elsewhere:
            assert (await elsewhere.write("once", id="1"))["seq"] == first["seq"]
        await mia.write("new", id="2")
        assert (await mia.write("other than new", id="2"))["code"] == "id_reused"
    assert len(await stored(one)) == 2


async def test_a_lane_knows_what_it_wrote_until_the_feed_brought_it(server: HereServer) -> None:
    """Once for each message; not what another lane wrote, not by an old key, and not more than MOST_SENT."""
    lane, other = await lane_of(server), await lane_of(server)
    for n in range(3):
        await posted_by(lane, f"{n}")
    first, second, _ = await stored(server)
    assert other.written_here(first) is None
    known = lane.written_here(first)
    assert known is not None
    assert read_opened(known) == Opened(sender="mia", role="member", id="0", body="text 0")
    assert lane.written_here(first) is None
    await renew(server)
    settled = await server.parts.ledger.standing("c1")
    assert settled is not None
    await server.parts.keys.current("c1", settled.settings.key)
    lane.learn(settled)
    assert lane.written_here(second) is None
    for n in range(MOST_SENT + 1):
        await posted_by(lane, f"later {n}")
    entries = await stored(server)
    assert [lane.written_here(entry) is not None for entry in entries[3:]] == [False] * MOST_SENT + [True]


async def lane_of(server: HereServer) -> Lane:
    """A lane of c1 that nothing else uses."""
    parts = server.parts
    standing = await parts.ledger.standing("c1")
    assert standing is not None
    key = await parts.keys.current("c1", standing.settings.key)
    return Lane("c1", standing, key, ledger=parts.ledger, keys=parts.keys, rulebook=parts.rulebook, metrics=Metrics())


async def posted_by(lane: Lane, id: str) -> None:
    """Post a member's text and wait until it is accepted."""
    future: asyncio.Future[PostOutcome] = asyncio.get_running_loop().create_future()
    lane.post("member", "mia", id, f"text {id}", "nobody", settling(future))
    assert isinstance(await future, Posted)
