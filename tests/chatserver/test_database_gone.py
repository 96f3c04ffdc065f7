"""The database goes away while the server runs: the chat goes on, provisioning says so, and it comes back by itself."""

import asyncio
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from tests import databases
from tests.chatserver.realtime.servers import Server, program, token


@pytest.fixture
def postgres() -> Iterator[databases.PostgresServer]:
    """A PostgreSQL of its own, that may be stopped."""
    server = databases.PostgresServer()
    try:
        server.start()
        yield server
    finally:
        server.stop()


async def put_person(server: Server, id: str) -> httpx.Response:
    async with httpx.AsyncClient(base_url=server.http, trust_env=False, timeout=10) as api:
        headers = {"Authorization": f"Bearer {token('robot')}"}
        return await api.put(f"/v1/people/{id}", json={"role": "member", "name": "New"}, headers=headers)


@pytest.mark.parametrize("kind", [kind for kind in databases.databases() if kind == "postgresql"])
async def test_the_chat_goes_on_without_a_database(
    kind: str, postgres: databases.PostgresServer, valkey_url: str, tmp_path: Path
) -> None:
    """Hello, sending, resuming and history need no SQL; provisioning gets 503 until it is back, without a restart."""
    database_url = postgres.url(postgres.create())
    flags = ["--now", "2026-01-06T09:00:00Z", "--database-url", database_url]
    with program(tmp_path, *flags, store_url=valkey_url) as server:
        await server.conversation("c1", "basic")
        async with server.device("mia") as mia, server.device("tora") as tora:
            assert (await mia.write("before"))["type"] == "accepted"
            await asyncio.to_thread(postgres.halt)
            assert (await mia.write("during"))["type"] == "accepted"
            assert (await tora.write("answered"))["type"] == "accepted"
            async with server.device("mia", {"c1": 0}, encoding="msgpack") as back:
                assert [message["body"] for message in await back.messages(3)] == ["before", "during", "answered"]
                await back.say("history", conversation="c1")
                assert len((await back.hears("history"))["messages"]) == 3
            refused = await put_person(server, "new")
            assert refused.status_code == 503, refused.text
            assert refused.json()["type"] == "urn:chatserver:problem:unavailable"
            assert refused.headers["Retry-After"] == "1"
            await asyncio.to_thread(postgres.resume)
            async with asyncio.timeout(15):
                while (answer := await put_person(server, "new")).status_code == 503:  # noqa: ASYNC110 - apps try again
                    await asyncio.sleep(0.1)
            assert answer.status_code == 201, answer.text
            assert (await mia.write("after"))["seq"] == 4
    log = server.log.read_text()
    assert "Traceback" not in log, log
