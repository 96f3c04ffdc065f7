"""How much is unread: the same on every device and server, counted by nobody but the server."""

from pathlib import Path

import pytest

from chatserver.client import ChatClient
from chatserver.protocol.codec import Encoding
from chatserver.protocol.entry import event_entry
from chatserver.sessions.absence_requests import AbsenceDetails
from tests.chatserver.realtime.devices import Device
from tests.chatserver.realtime.servers import HereServer, here, token
from tests.stories.clock import when


def unread(device: Device, conversation: str = "c1") -> int:
    """What a welcome says."""
    [view] = [each for each in device.welcome["conversations"] if each["id"] == conversation]
    count: int = view["unread"]
    return count


async def exchanged(server: HereServer, pairs: int) -> None:
    """Questions and answers, from seq 1 on."""
    async with server.device("mia") as mia, server.device("tora") as tora:
        for number in range(pairs):
            await mia.write(f"question {number}")
            await tora.write(f"answer {number}")


@pytest.mark.parametrize("encoding", ["json", "msgpack"])
async def test_all_devices_are_told_what_a_mark_leaves_unread(
    servers: tuple[HereServer, HereServer], encoding: Encoding
) -> None:
    """Wherever the mark is, and on whichever device it was set."""
    one, other = servers
    await exchanged(one, 5)
    async with one.device("mia", encoding=encoding) as phone, other.device("mia", encoding=encoding) as laptop:
        assert (unread(phone), unread(laptop)) == (5, 5)
        for seq, left in ((4, 3), (7, 2), (9, 1), (10, 0)):
            await phone.say("read", conversation="c1", seq=seq)
            for device in (phone, laptop):
                assert (await device.hears("unread"))["unread"] == left
    async with other.device("tora") as tora, one.device("sara", {"c1": 10}) as sara:
        assert (unread(tora), unread(sara)) == (5, 0)


async def test_events_are_unread_to_both_and_ones_own_messages_never(server: HereServer) -> None:
    async with server.device("mia") as mia, server.device("tora") as tora:
        await mia.write("mine")
        await server.parts.ledger.write_event("c1", 1, event_entry(1, "booked", {"minutes": 30}))
        await tora.hears("message", seq=2)
    async with server.device("mia") as mia, server.device("tora") as tora:
        assert (unread(mia), unread(tora)) == (1, 2)
        await tora.say("read", conversation="c1", seq=1)
        assert await tora.hears("unread") == {"type": "unread", "conversation": "c1", "unread": 1, "last_seq": 2}
        for device in (mia, tora):
            await device.say("read", conversation="c1", seq=2)
            assert (await device.hears("unread"))["unread"] == 0


async def test_what_was_archived_is_counted_too(valkey_url: str, tmp_path: Path) -> None:
    async with here(valkey_url, tmp_path, archive_after=0, archive_keep_messages=2) as server:
        await server.conversation("c1", "basic")
        await exchanged(server, 60)
        async with server.device("tora") as tora:
            await tora.say("read", conversation="c1", seq=3)
            assert (await tora.hears("unread"))["unread"] == 58
            await tora.say("read", conversation="c1", seq=118)
            assert (await tora.hears("unread"))["unread"] == 1


async def test_the_client_counts_on(server: HereServer) -> None:
    """Each message of the other side is one more, and a mark says it anew."""
    await exchanged(server, 1)
    async with (
        ChatClient(server.http, token("mia")) as mia,
        ChatClient(server.http, token("mia"), encoding="msgpack") as also_mia,
        server.device("tora") as tora,
    ):
        await mia.online()
        await also_mia.online()
        assert mia.conversations["c1"].unread == 1
        await mia.send("c1", "mine")
        await tora.write("theirs")
        async for event in mia.events():
            if getattr(event, "body", "") == "theirs":
                break
        assert mia.conversations["c1"].unread == 2
        await mia.read("c1", 2)
        for each in (mia, also_mia):
            async for event in each.events():
                if type(event).__name__ == "UnreadLeft":
                    break
            assert each.conversations["c1"].unread == 1


async def test_whoever_stands_in_has_their_own(valkey_url: str, tmp_path: Path) -> None:
    """Of what they may read; and the mentor's is untouched."""
    async with here(valkey_url, tmp_path, now=when("tuesday", "09:00")) as server:
        await server.conversation("c1", "basic")
        await server.conversation("c2", "basic", member="uma", mentor="ulf")
        await exchanged(server, 30)
        details = AbsenceDetails(when("monday", "09:00"), when("friday", "09:00"), "ulf")
        async with server.device("mia") as mia:
            await mia.write("who answers")
            await server.parts.absences.put("tora", "flu", details)
            async with server.device("ulf") as ulf:
                assert unread(ulf) == 11  # ten of the twenty before, and the one that waits
                await ulf.say("read", conversation="c1", seq=59)
                assert (await ulf.hears("unread"))["unread"] == 1
                await ulf.say("read", conversation="c1", seq=61)
                assert (await ulf.hears("unread"))["unread"] == 0
                await mia.write("still there")
                await ulf.hears("message", body="still there")
            async with server.device("ulf") as ulf, server.device("tora") as tora:
                assert (unread(ulf), unread(tora)) == (1, 32)
