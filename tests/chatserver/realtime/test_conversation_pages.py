"""A list of many conversations: told in pages by urgency, all of it followed from hello on."""

import asyncio
from pathlib import Path

import pytest

from chatserver.client import ChatClient
from chatserver.protocol.codec import Encoding
from chatserver.realtime import conversation_list
from chatserver.realtime.room import Room
from chatserver.realtime.rooms import Rooms
from quotas.store.errors import StoreError
from tests.chatserver.realtime.devices import Device, Event, bodies, seqs
from tests.chatserver.realtime.servers import HereServer, here, token

NAMES = ["c1", "c2", "c3", "c4", "c5"]


@pytest.fixture
def of_two(monkeypatch: pytest.MonkeyPatch) -> None:
    """A welcome has two conversations, and rooms are opened one by one."""
    monkeypatch.setattr(conversation_list, "MAX_LISTED", 2)
    monkeypatch.setattr(conversation_list, "AT_ONCE", 1)


async def prepared(server: HereServer) -> None:
    """Five of tora's: in c3 and then c5 mia waits, c1 has ended, something was written in c4, and nothing in c2."""
    for name in NAMES:
        await server.conversation(name, "basic")
    async with server.device("mia") as mia, server.device("tora") as tora:
        for name in ("c1", "c3", "c5"):
            await mia.write("who waits", conversation=name)
        await tora.write("hello", conversation="c4")
    await server.change("c1", status="ended")


def ids(event: Event) -> list[str]:
    """The conversations that an event lists."""
    return [view["id"] for view in event["conversations"]]


async def page(device: Device, after: str | None, limit: int = 2) -> Event:
    """The next page."""
    await device.say("conversations", after=after, limit=limit, ask=f"after {after}")
    return await device.hears("conversations", ask=f"after {after}")


@pytest.mark.usefixtures("of_two")
@pytest.mark.parametrize("encoding", ["json", "msgpack"])
async def test_who_waits_comes_first_and_what_has_ended_last(
    store_url: str, tmp_path: Path, encoding: Encoding
) -> None:
    async with here(store_url, tmp_path) as server:
        await prepared(server)
        async with server.device("tora", encoding=encoding) as tora:
            assert "conversations" in tora.welcome["features"]
            assert (ids(tora.welcome), tora.welcome["more"]) == (["c3", "c5"], True)
            second = await page(tora, "c5")
            assert (ids(second), second["more"]) == (["c4", "c2"], True)
            last = await page(tora, "c2")
            assert (ids(last), last["more"]) == (["c1"], False)
            assert ids(await page(tora, None, 5)) == ["c3", "c5", "c4", "c2", "c1"]
            assert (ids(await page(tora, "c1")), await tora.silence(0.1)) == ([], [])
            view = second["conversations"][0]
            assert (view["last"]["text"], view["names"]["mia"], view["last_seq"]) == ("hello", "Mia", 1)
            await tora.say("conversations", after="c9", ask="none")
            assert (await tora.error("not_found"))["ask"] == "none"
        async with server.device("sara", dict.fromkeys(NAMES, 0), encoding=encoding) as sara:
            assert (ids(sara.welcome), sara.welcome["more"]) == (NAMES, False)
            await sara.say("conversations")
            await sara.error("not_allowed")


@pytest.mark.usefixtures("of_two")
async def test_what_happens_in_one_that_is_on_a_later_page_brings_it_first(
    servers: tuple[HereServer, HereServer],
) -> None:
    """On the servers of both, by whatever happens; whoever has the page hears no more of it."""
    one, other = servers
    await prepared(one)
    async with (
        one.device("tora") as tora,
        other.device("tora", encoding="msgpack") as laptop,
        other.device("mia") as mia,
    ):
        await page(laptop, "c5", 5)
        await mia.write("news", conversation="c2")
        for device in (tora, laptop):
            message = await device.hears("message")
            assert (message["conversation"], message["seq"], message["body"]) == ("c2", 1, "news")
        view = (await tora.hears("conversation"))["conversation"]
        # As it was before, so that the message is news.
        assert (view["id"], view["last_seq"], view["unread"], view["last"]) == ("c2", 0, 0, None)
        await mia.say("read", conversation="c4", seq=1)
        await tora.hears("read", conversation="c4")
        assert (await tora.hears("conversation"))["conversation"]["peer_read_seq"] == 1
        await mia.say("read", conversation="c2", seq=1)
        await tora.hears("read", conversation="c2")
        assert not [each for each in await tora.silence(0.1) if each["type"] == "conversation"]
        assert not [each for each in await laptop.silence(0.1) if each["type"] == "conversation"]
        # That it came by an event takes it from no page.
        assert ids(await page(tora, "c5", 5)) == ["c4", "c2", "c1"]


@pytest.mark.usefixtures("of_two")
async def test_resume_replays_whatever_page_it_stands_on(store_url: str, tmp_path: Path) -> None:
    async with here(store_url, tmp_path) as server:
        await prepared(server)
        async with server.device("tora") as tora:
            for body in ("one", "two"):
                await tora.write(body, conversation="c4")
        async with server.device("tora", {"c4": 1, "c1": 1, "c2": 7, "c3": 0}) as tora:
            heard = await tora.messages(3)
            assert {(each["conversation"], each["seq"]) for each in heard} == {("c4", 2), ("c4", 3), ("c3", 1)}
            assert (await tora.hears("gap"))["after"] == 0
            rest = await tora.silence(0.2)
            assert {each["conversation"]["id"] for each in rest if each["type"] == "conversation"} == {"c4", "c2"}
            assert not [each for each in rest if each["type"] == "message"]


@pytest.mark.usefixtures("of_two")
@pytest.mark.parametrize("encoding", ["json", "msgpack"])
async def test_commands_wait_for_a_room_that_is_not_open_yet(
    valkey_url: str, tmp_path: Path, encoding: Encoding
) -> None:
    """In their order; what is none of theirs is told so at once."""
    async with here(valkey_url, tmp_path) as server:
        await prepared(server)
        async with server.stranger(encoding) as tora:
            await tora.say("hello", token=token("tora"))
            for number in range(5):
                await tora.say("send", conversation="c2", id=f"{number}", body=f"{number}")
            await tora.say("history", conversation="c1", before=None, limit=10, ask="h")
            await tora.say("typing", conversation="c9")
            assert (await tora.error("not_found"))["conversation"] == "c9"
            assert seqs([await tora.answer(f"{number}") for number in range(5)]) == [1, 2, 3, 4, 5]
            assert bodies((await tora.hears("history", ask="h"))["messages"]) == ["who waits"]
            await tora.say("conversations", after="c4")
            assert ids(await tora.hears("conversations")) == ["c2", "c1"]


@pytest.mark.usefixtures("of_two")
async def test_what_waits_for_a_room_is_told_when_it_cannot_be_opened(
    valkey_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And it is opened when it can be."""
    monkeypatch.setattr(conversation_list, "RETRY_AFTER", 0.05)
    async with here(valkey_url, tmp_path) as server:
        await prepared(server)
        found, gone = Rooms._found, True

        async def failing(rooms: Rooms, conversation: str) -> Room | None:
            if conversation in ("c1", "c2", "c4") and gone:
                raise StoreError("the store is away")
            return await found(rooms, conversation)

        monkeypatch.setattr(Rooms, "_found", failing)
        async with server.stranger() as tora:
            await tora.say("hello", token=token("tora"))
            await tora.say("send", conversation="c2", id="1", body="hello")
            assert (await tora.answer("1"))["code"] == "store_unavailable"
            await tora.say("conversations", after="c5", ask="p")
            assert (await tora.error("store_unavailable"))["ask"] == "p"
            gone = False
            assert (await tora.write("hello", id="1", conversation="c2"))["seq"] == 1
            assert ids(await page(tora, "c5", 5)) == ["c4", "c2", "c1"]


async def test_a_page_has_64_kib_at_most(valkey_url: str, tmp_path: Path) -> None:
    """However long the last messages are; and the list is whole, each once."""
    names = {f"d{number}" for number in range(110)}
    async with here(valkey_url, tmp_path) as server:
        for name in names:
            await server.conversation(name, "basic")
        async with server.device("mia") as mia:
            assert (len(ids(mia.welcome)), mia.welcome["more"]) == (100, True)
            for name in sorted(names):
                await mia.say("send", conversation=name, id="1", body="\u20ac" * 200)
            for _ in names:
                await mia.hears("accepted")
        async with server.stranger() as tora:
            await tora.say("hello", token=token("tora"))
            frame = await tora.socket.recv(decode=False)
            assert 60 * 1024 < len(frame) <= 64 * 1024
        async with server.device("tora") as tora:
            found = ids(tora.welcome)
            assert len(found) < 100
            more = tora.welcome["more"]
            while more:
                event = await page(tora, found[-1], 100)
                found += ids(event)
                more = event["more"]
            assert (len(found), set(found)) == (110, names)
        async with ChatClient(server.http, token("tora")) as client:
            welcome = await client.online()
            assert ({view.id for view in welcome.conversations}, welcome.more) == (names, False)
            await asyncio.wait_for(client.send("d42", "an answer"), 30)
            assert client.conversations["d42"].last_seq == 2


@pytest.mark.usefixtures("of_two")
async def test_pushes_about_a_later_page_bring_it_too(valkey_url: str, tmp_path: Path) -> None:
    """A change of plan, and a new conversation, which is on no page."""
    async with here(valkey_url, tmp_path) as server:
        await prepared(server)
        async with server.device("tora") as tora:
            await page(tora, "c5", 1)
            await server.change("c2", plan="light")
            assert (await tora.hears("conversation"))["conversation"]["plan"] == "light"
            await server.conversation("c6", "basic")
            while (await tora.hears("conversation"))["conversation"]["id"] != "c6":
                pass
            assert ids(await page(tora, "c4", 5)) == ["c2", "c1"]
