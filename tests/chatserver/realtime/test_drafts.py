"""What somebody is writing is on all of their devices, and on nobody else's."""

from pathlib import Path

from chatserver.unsent.rows import drafts as rows
from quotas import instant
from tests.chatserver.realtime.devices import Device, Event
from tests.chatserver.realtime.servers import HereServer, here
from tests.chatserver.realtime.test_urgent import SATURDAY, note

Pair = tuple[HereServer, HereServer]


async def drafts(device: Device, body: str, seen: str | None = None, conversation: str = "c1") -> Event:
    """Write a draft; what stands then."""
    await device.say("draft", conversation=conversation, body=body, seen=seen, ask="draft")
    return await device.hears("draft", ask="draft")


async def listed(device: Device) -> list[Event]:
    await device.say("drafts", ask="list")
    found: list[Event] = (await device.hears("drafts", ask="list"))["drafts"]
    return found


async def test_the_other_devices_have_it_and_nobody_else(servers: Pair) -> None:
    one, other = servers
    async with (
        one.device("tora") as phone,
        other.device("tora", encoding="msgpack") as laptop,
        one.device("mia") as mia,
        one.device("sara") as sara,
    ):
        await sara.say("follow", conversation="c1")
        await sara.hears("following")
        first = await drafts(phone, "Dear Mia")
        assert (first["body"], first["returned"]) == ("Dear Mia", None)
        heard = await laptop.hears("draft")
        assert (heard["body"], heard["at"], heard["ask"]) == ("Dear Mia", first["at"], None)
        second = await drafts(laptop, "Dear Mia, I", heard["at"])
        assert second["returned"] is None
        assert second["at"] > first["at"]
        assert (await phone.hears("draft"))["body"] == "Dear Mia, I"
        assert await listed(phone) == [{"conversation": "c1", "body": "Dear Mia, I", "at": second["at"]}]
        assert await listed(mia) == []
        await sara.say("draft", conversation="c1", body="text")
        await sara.error("read_only")
        await sara.say("drafts")
        await sara.error("not_allowed")
        for device in (mia, sara):
            assert not [event for event in await device.silence(0.1) if event["type"] == "draft"]


async def test_of_two_the_later_stands_and_the_other_is_returned(server: HereServer) -> None:
    async with server.device("mia") as phone, server.device("mia") as laptop:
        await drafts(phone, "on the phone")
        later = await drafts(laptop, "on the laptop")  # without having looked
        assert (later["body"], later["returned"]) == ("on the laptop", "on the phone")
        assert (await phone.hears("draft"))["body"] == "on the laptop"
        assert (await drafts(phone, "on the laptop, too", later["at"]))["returned"] is None


async def test_to_send_clears_it_everywhere(server: HereServer) -> None:
    async with server.device("mia") as phone, server.device("mia") as laptop:
        await drafts(phone, "hello")
        await laptop.hears("draft", body="hello")
        await laptop.write("hello")
        assert (await laptop.hears("draft"))["at"] is None
        cleared = await phone.hears("draft")
        assert (cleared["body"], cleared["at"]) == ("", None)
        assert await listed(phone) == []


async def test_an_urgent_note_clears_what_it_says_and_nothing_else(valkey_url: str, tmp_path: Path) -> None:
    async with here(valkey_url, tmp_path, now=SATURDAY) as server:
        for conversation in ("c1", "c2"):
            await server.conversation(conversation, "basic")
        async with server.device("mia") as phone, server.device("mia") as laptop:
            await drafts(phone, "Please call me\n")
            await laptop.hears("draft", body="Please call me\n")
            assert (await note(laptop))["type"] == "accepted"
            for device in (laptop, phone):
                assert (await device.hears("draft"))["at"] is None
            await drafts(phone, "About something else", conversation="c2")
            await phone.say("urgent", conversation="c2", id="n2", body="Please call me")
            assert (await phone.answer("n2"))["type"] == "accepted"
            assert [each["body"] for each in await listed(phone)] == ["About something else"]


async def test_what_was_not_seen_is_not_cleared(server: HereServer) -> None:
    async with server.device("mia") as phone, server.device("mia") as laptop:
        first = await drafts(phone, "one")
        await drafts(laptop, "two", first["at"])
        still = await drafts(phone, "", first["at"])
        assert still["body"] == "two"
        assert (await drafts(phone, "", still["at"]))["at"] is None
        assert (await drafts(phone, ""))["at"] is None


async def test_what_is_no_draft_is_refused(server: HereServer) -> None:
    async with server.device("mia") as mia, server.device("uma") as uma:
        await mia.say("draft", conversation="c1", body="a" * 20_000)
        await mia.error("text_too_long")
        await mia.say("draft", conversation="c1", body="a", seen="yesterday")
        await mia.error("invalid_field")
        await uma.say("draft", conversation="c1", body="a")
        await uma.error("not_found")
        assert (await drafts(mia, "  "))["body"] == "  "


async def test_a_draft_is_sealed_at_rest(server: HereServer) -> None:
    async with server.device("mia") as mia:
        await drafts(mia, "canary-in-a-draft")
        await mia.say("send", conversation="c1", id="x", body="canary-in-a-later", at="2026-01-06T12:00:00Z")
        await mia.hears("scheduled")
    file = server.parts.database.file
    assert file is not None
    for each in file.parent.rglob("records.db*"):
        assert b"canary-in-a" not in each.read_bytes()


async def test_to_clear_what_one_has_seen_leaves_a_later_one(server: HereServer) -> None:
    """Also where that comes while the first is being cleared."""
    async with server.device("mia") as phone:
        seen = instant.parse((await drafts(phone, "first"))["at"])
        await drafts(phone, "second")
        async with server.parts.database.begin() as connection:
            await rows.remove(connection, "c1", "mia", seen)
        [kept] = await listed(phone)
        assert kept["body"] == "second"
