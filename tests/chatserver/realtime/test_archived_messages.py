"""Messages that have left the store: apps find them as before, and a store that was lost comes back."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from chatserver.messages import archive
from chatserver.protocol.codec import Encoding
from quotas.instant import DAY
from quotas.ledger import keys
from quotas.ledger.archive import Keep
from tests.chatserver.realtime.devices import Device, bodies, seqs
from tests.chatserver.realtime.servers import HereServer, here, token
from tests.plain_http import http_client

KEPT = 5
"""Messages that stay in the store."""


@pytest.fixture
async def server(valkey_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[HereServer]:
    """A server that archives all the time, with the conversation c1 of mia (member, on Basic) and tora (mentor)."""
    monkeypatch.setattr(archive, "POLL_EVERY", 0.01)
    async with here(valkey_url, tmp_path, archive_after=0, archive_keep_messages=KEPT) as server:
        await server.conversation("c1", "basic")
        yield server


async def in_store(server: HereServer) -> int:
    return int(await server.parts.store.request("XLEN", keys.log("c1")))


async def trimmed(server: HereServer) -> None:
    """Wait until the store has only what stays there."""
    async with asyncio.timeout(30):
        while await in_store(server) > KEPT:  # noqa: ASYNC110 - the archive offers no event
            await asyncio.sleep(0.01)


async def write(device: Device, first: int, last: int) -> None:
    """The messages with these numbers, several at a time; each id and text is its number."""
    for number in range(first, last + 1):
        await device.say("send", conversation="c1", id=f"{number}", body=f"{number}")
    for number in range(first, last + 1):
        assert (await device.answer(f"{number}"))["type"] == "accepted"


async def paged(device: Device) -> list[dict[str, Any]]:
    """The whole history as the socket gives it, page by page from the end."""
    found: list[dict[str, Any]] = []
    before: int | None = None
    while True:
        await device.say("history", conversation="c1", limit=30, **({"before": before} if before else {}))
        page = await device.hears("history")
        found = [*page["messages"], *found]
        if not page["more"]:
            return found
        before = found[0]["seq"]


async def fetched(server: HereServer) -> list[dict[str, Any]]:
    """The same over HTTP."""
    found: list[dict[str, Any]] = []
    query = {"limit": 40}
    headers = {"Authorization": f"Bearer {token('mia')}"}
    async with http_client(server.http, headers=headers) as api:
        while True:
            answer = await api.get("/v1/conversations/c1/messages", params=query)
            assert answer.status_code == 200, answer.text
            found = [*answer.json()["messages"], *found]
            if not answer.json()["more"]:
                return found
            query["before"] = found[0]["seq"]


@pytest.mark.parametrize("encoding", ["json", "msgpack"])
async def test_apps_find_everything(server: HereServer, encoding: Encoding) -> None:
    """By resume, by history on the socket and over HTTP; `why` too looks back over the seam."""
    async with server.device("tora") as tora:
        await write(tora, 1, 150)
        await trimmed(server)
        async with server.device("mia", {"c1": 20}, encoding=encoding) as mia:
            replayed = await mia.messages(130)
            assert seqs(replayed) == list(range(21, 151))
            assert bodies(replayed) == [f"{number}" for number in range(21, 151)]
            for found in (await paged(mia), await fetched(server)):
                assert seqs(found) == list(range(1, 151))
                assert bodies(found) == [message["id"] for message in found] == [f"{n}" for n in range(1, 151)]
            await tora.write("next")
            assert seqs(await mia.messages(1)) == [151]
        headers = {"Authorization": f"Bearer {token('sara')}"}
        async with http_client(server.http, headers=headers) as api:
            assert (await api.get("/v1/conversations/c1/why")).status_code == 200


async def test_while_messages_are_written_and_trimmed(server: HereServer) -> None:
    """Whoever comes back in the middle of it gets every seq once, in order; so does whoever pages through history."""
    async with server.device("tora") as tora:
        await write(tora, 1, 40)
        writing = asyncio.create_task(write(tora, 41, 440))
        rounds = 0
        while not writing.done() or rounds < 3:
            async with server.device("mia", {"c1": 0}) as mia:
                last = mia.welcome["conversations"][0]["last_seq"]
                assert seqs(await mia.messages(last)) == list(range(1, last + 1))
                found = seqs(await paged(mia))
                assert found == list(range(1, found[-1] + 1))
            found = seqs(await fetched(server))
            assert found == list(range(1, found[-1] + 1))
            rounds += 1
        await writing
        await trimmed(server)
        async with server.device("mia", {"c1": 0}) as mia:
            assert bodies(await mia.messages(440)) == [f"{number}" for number in range(1, 441)]


async def test_a_store_that_is_lost_beneath_a_running_server(valkey_url: str, tmp_path: Path) -> None:
    """Whoever is connected hears what is gone, and goes on; ids still get their first answers."""
    async with here(valkey_url, tmp_path, archive_after=3600) as server:
        await server.conversation("c1", "basic")
        async with server.device("tora") as tora, server.device("mia") as mia:
            await write(tora, 1, 12)
            await server.parts.archive.archive(["c1"], Keep(KEPT, 30 * DAY))
            await write(tora, 13, 14)
            await mia.messages(14)
            await server.parts.store.request("FLUSHALL")
            assert seqs(await fetched(server)) == list(range(1, 13))
            assert await mia.hears("gap") == {"type": "gap", "conversation": "c1", "after": 12}
            assert (await tora.hears("gap"))["after"] == 12
            assert (await tora.write("12"))["seq"] == 12
            assert (await tora.write("anew"))["seq"] == 13
            [anew] = await mia.messages(1)
            assert (anew["seq"], anew["body"]) == (13, "anew")
