"""The command `search`: who finds what, in both encodings, and that a newer one ends an older."""

import asyncio
from pathlib import Path
from typing import Any

import pytest

from chatserver.client import ChatClient, ChatError
from chatserver.messages.search import MessageSearch
from chatserver.protocol.codec import Encoding
from chatserver.realtime import conversation_list
from tests.chatserver.realtime.devices import Device, Event
from tests.chatserver.realtime.servers import HereServer, here, token
from tests.chatserver.realtime.test_changes import archive, change, play
from tests.chatserver.realtime.test_follow import follow
from tests.chatserver.realtime.test_substitutes import FRIDAY, MONDAY, TUESDAY, away, exchanged, prepared


async def searched(device: Device, query: str, **fields: object) -> Event:
    """The answer to a search."""
    await device.say("search", query=query, **fields)
    return await device.hears("search")


def places(answer: Event) -> list[tuple[str, int]]:
    return [(each["conversation"], each["seq"]) for each in answer["found"]]


@pytest.mark.parametrize("encoding", ["json", "msgpack"])
async def test_the_answer_says_where_and_by_whom(server: HereServer, encoding: Encoding) -> None:
    async with server.device("mia", encoding=encoding) as mia, server.device("tora") as tora:
        await mia.write("Jeg øvde på søndag")
        written = await tora.write("Så fint at du øvde!")
        answer = await searched(mia, "OVDE", ask="s1")
        assert (places(answer), answer["next"], answer["ask"]) == ([("c1", 2), ("c1", 1)], None, "s1")
        assert answer["found"][0] == {
            "conversation": "c1",
            "seq": 2,
            "from": "tora",
            "role": "mentor",
            "at": written["at"],
            "snippet": ["Så fint at du ", "øvde", "!"],
        }
        first = await searched(tora, "øvde", conversation="c1", limit=1)
        second = await searched(tora, "øvde", conversation="c1", limit=1, before=first["next"])
        assert (places(first), places(second), second["next"]) == ([("c1", 2)], [("c1", 1)], None)
        assert places(await searched(mia, "")) == []


async def test_everybody_finds_their_own_alone(server: HereServer) -> None:
    await server.conversation("c2", "basic", member="ola", mentor="tora")
    await server.conversation("c3", "basic", member="uma", mentor="ulf")
    for person, conversation in (("mia", "c1"), ("ola", "c2"), ("uma", "c3")):
        async with server.device(person) as device:
            await device.write("the same word", conversation=conversation)
            assert places(await searched(device, "word")) == [(conversation, 1)]
            other = "c1" if conversation != "c1" else "c2"
            for there in (other, "nowhere"):
                await device.say("search", query="word", conversation=there, ask="s")
                error = await device.error("not_found")
                assert (error["conversation"], error["ask"]) == (there, "s")
    async with server.device("tora") as tora:
        assert sorted(places(await searched(tora, "word"))) == [("c1", 1), ("c2", 1)]
        assert places(await searched(tora, "word", conversation="c2")) == [("c2", 1)]


async def test_support_searches_what_it_follows(server: HereServer) -> None:
    async with server.device("mia") as mia, server.device("sara") as sara:
        await mia.write("a word")
        await sara.say("search", query="word")
        await sara.error("not_allowed")
        await sara.say("search", query="word", conversation="c1")
        await sara.error("not_found")
        await follow(sara)
        assert places(await searched(sara, "word", conversation="c1")) == [("c1", 1)]


async def test_who_stands_in_finds_their_part(store_url: str, tmp_path: Path) -> None:
    async with here(store_url, tmp_path, now=TUESDAY) as server:
        await prepared(server)
        await exchanged(server, 15)
        async with server.device("mia") as mia:
            await mia.write("the question that waits")
            await away(server, MONDAY, FRIDAY)
            async with server.device("ulf") as ulf:
                found = places(await searched(ulf, "question", limit=50))
                assert found == [("c1", 31), *(("c1", seq) for seq in range(29, 10, -2))]
                assert places(await searched(ulf, "answer", conversation="c1", limit=50))[-1] == ("c1", 12)
            async with server.device("tora") as tora:
                assert len(places(await searched(tora, "question", limit=50))) == 16


@pytest.mark.parametrize(
    "fields",
    [{"query": "x" * 201}, {"query": "a", "limit": 0}, {"query": "a", "limit": 51}, {}, {"query": "a", "before": "b"}],
)
async def test_what_is_wrong_with_one_is_said(server: HereServer, fields: Event) -> None:
    async with server.device("mia") as mia:
        await mia.say("search", **fields, ask="s1")
        assert (await mia.error("invalid_field"))["ask"] == "s1"
        assert await mia.is_alive()


async def test_what_is_found_is_what_messages_say_now(server: HereServer) -> None:
    """Before changes are archived, after that, and where the message is archived and its change is not."""
    async with server.device("mia") as mia, server.device("tora") as tora:
        await play(mia, tora)
        for _ in range(2):
            assert places(await searched(tora, "text")) == [("c1", 3)]
            assert places(await searched(tora, "once")) == []
            assert places(await searched(tora, "sentence taken")) == []
            found = (await searched(tora, "twice"))["found"]
            assert [(each["seq"], each["from"], each["snippet"][1]) for each in found] == [(1, "mia", "twice")]
            await archive(server)
        assert (await change(mia, "edit", 3, body="third anew"))["type"] == "accepted"
        assert (await change(mia, "edit", 1, body="edited thrice"))["type"] == "accepted"
        assert places(await searched(tora, "edited")) == [("c1", 1)]
        assert places(await searched(tora, "twice")) == []
        first = await searched(tora, "anew", limit=1)
        assert (places(first), first["next"]) == ([("c1", 3)], None)
        assert (await change(mia, "delete", 3))["type"] == "accepted"
        assert places(await searched(tora, "anew")) == places(await searched(tora, "text")) == []
        await archive(server)
        assert places(await searched(tora, "anew")) == places(await searched(tora, "text")) == []
        assert places(await searched(tora, "thrice")) == [("c1", 1)]


async def test_older_pages_know_of_later_edits(server: HereServer) -> None:
    async with server.device("mia") as mia:
        for number in range(1, 5):
            await mia.write(f"word {number}")
        await change(mia, "edit", 1, body="another")
        await change(mia, "edit", 2, body="word again")
        for _ in range(2):
            first = await searched(mia, "word", limit=2)
            second = await searched(mia, "word", limit=2, before=first["next"])
            assert [*places(first), *places(second)] == [("c1", 4), ("c1", 3), ("c1", 2)]
            assert second["found"][0]["snippet"] == ["", "word", " again"]
            await archive(server)


async def test_who_has_many_conversations_searches_those_too_that_are_opened_late(
    server: HereServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(conversation_list, "MAX_LISTED", 1)
    await server.conversation("c2", "basic", member="ola")
    async with server.device("mia") as mia, server.device("ola") as ola:
        await mia.write("a word")
        await ola.write("a word", conversation="c2")
    async with server.device("tora") as tora:
        assert sorted(places(await searched(tora, "word"))) == [("c1", 1), ("c2", 1)]


async def test_the_python_client_asks_page_by_page(server: HereServer) -> None:
    async with ChatClient(server.http, token("mia")) as mia:
        for number in range(3):
            await mia.send("c1", f"word {number}")
        first = await mia.search("word", limit=2)
        second = await mia.search("word", "c1", first.next, limit=2)
        assert [each.seq for each in [*first.found, *second.found]] == [3, 2, 1]
        assert (second.found[0].sender, second.found[0].snippet, second.next) == ("mia", ["", "word", " 0"], None)
        with pytest.raises(ChatError, match="no such conversation"):
            await mia.search("word", "c9")


async def test_a_newer_one_ends_the_older(server: HereServer, monkeypatch: pytest.MonkeyPatch) -> None:
    original, begun = MessageSearch.search, asyncio.Event()

    async def search(self: MessageSearch, *asked: Any) -> Any:
        """The first never ends by itself."""
        if begun.is_set():
            return await original(self, *asked)
        begun.set()
        async with self._turn_of("mia"):
            return await asyncio.get_running_loop().create_future()

    monkeypatch.setattr(MessageSearch, "search", search)
    async with server.device("mia") as mia, server.device("mia") as other:
        await mia.write("a word")
        await mia.say("search", query="one", ask="older")
        await begun.wait()
        await other.say("search", query="word", ask="waits")
        assert places(await searched(mia, "word", ask="newer")) == [("c1", 1)]
        assert (await mia.error("superseded"))["ask"] == "older"
        assert (await other.hears("search"))["ask"] == "waits"


async def test_whoever_leaves_leaves_no_search_behind(server: HereServer, monkeypatch: pytest.MonkeyPatch) -> None:
    begun, ended = asyncio.Event(), asyncio.Event()

    async def search(self: MessageSearch, *asked: Any) -> Any:
        begun.set()
        try:
            return await asyncio.get_running_loop().create_future()
        finally:
            ended.set()

    monkeypatch.setattr(MessageSearch, "search", search)
    async with server.device("mia") as mia:
        await mia.say("search", query="one")
        await begun.wait()
    await asyncio.wait_for(ended.wait(), 30)
