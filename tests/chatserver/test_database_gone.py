"""The database goes away while the server runs: who is connected chats on, who lacks a key is turned away meanwhile."""

import asyncio
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from websockets.exceptions import ConnectionClosed

from chatserver.keys.master_keys import lines_of
from chatserver.protocol.codes import Close
from tests import databases
from tests.chatserver.realtime.servers import TUESDAY, Server, program, token
from tests.plain_http import http_client


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
    async with http_client(server.http) as api:
        headers = {"Authorization": f"Bearer {token('robot')}"}
        return await api.put(f"/v1/people/{id}", json={"role": "member", "name": "New"}, headers=headers)


def config_with_key(folder: Path) -> str:
    """A file of settings that names a master key: servers with both store and database elsewhere need one."""
    (folder / "master").write_text(lines_of({"tests": bytes(32)}))
    file = folder / "chat.toml"
    file.write_text('master_key_file = "master"\n')
    return str(file)


@pytest.mark.parametrize("kind", [kind for kind in databases.databases() if kind == "postgresql"])
async def test_the_chat_goes_on_without_a_database(
    kind: str, postgres: databases.PostgresServer, valkey_url: str, tmp_path: Path
) -> None:
    """With keys at hand the chat needs no SQL; provisioning gets 503 until it is back, without a restart."""
    database_url = postgres.url(postgres.create())
    flags = ["--now", "2026-01-06T09:00:00Z", "--database-url", database_url, "--config", config_with_key(tmp_path)]
    with program(tmp_path, *flags, store_url=valkey_url) as server:
        await server.conversation("c1", "basic")
        async with server.device("mia") as mia, server.device("tora") as tora:
            assert (await mia.write("before"))["type"] == "accepted"
            await asyncio.to_thread(postgres.halt)
            assert (await mia.write("during"))["type"] == "accepted"
            assert (await tora.write("answered"))["type"] == "accepted"
            async with server.device("mia", {"c1": 0}, encoding="msgpack") as back:
                assert back.welcome["notices"] is None
                assert [message["body"] for message in await back.messages(3)] == ["before", "during", "answered"]
                await back.say("history", conversation="c1")
                assert len((await back.hears("history"))["messages"]) == 3
                await back.say("notices")
                await back.error("store_unavailable")
            refused = await put_person(server, "new")
            assert refused.status_code == 503, refused.text
            assert refused.json()["type"] == "urn:chatserver:problem:unavailable"
            assert refused.headers["Retry-After"] == "1"
            await asyncio.to_thread(postgres.resume)
            async with asyncio.timeout(60):
                while (answer := await put_person(server, "new")).status_code == 503:  # noqa: ASYNC110 - apps try again
                    await asyncio.sleep(0.1)
            assert answer.status_code == 201, answer.text
            assert (await mia.write("after"))["seq"] == 4
    log = server.log.read_text()
    assert "Traceback" not in log, log


@pytest.mark.parametrize("kind", [kind for kind in databases.databases() if kind == "postgresql"])
async def test_keys_at_hand_need_no_database(
    kind: str, postgres: databases.PostgresServer, valkey_url: str, tmp_path: Path
) -> None:
    """Who was here goes on, and comes back; a conversation that nobody opened before waits, and its app tries again."""
    database_url = postgres.url(postgres.create())
    flags = ["--now", TUESDAY, "--database-url", database_url, "--config", config_with_key(tmp_path)]
    with program(tmp_path, *flags, store_url=valkey_url) as server:
        await server.conversation("c1", "basic")
        await server.conversation("c2", "basic", member="ola")
        async with server.device("mia") as mia:
            await asyncio.to_thread(postgres.halt)
            assert (await mia.write("during"))["type"] == "accepted"
        async with server.device("mia", {"c1": 0}) as back:
            assert [message["body"] for message in await back.messages(1)] == ["during"]
            async with server.stranger() as ola:
                await ola.say("hello", token=token("ola"), resume={})
                assert (await ola.end())[0] == Close.UNAVAILABLE
            await asyncio.to_thread(postgres.resume)
            assert (await back.write("after"))["seq"] == 2
        async with asyncio.timeout(30):
            while not await is_welcomed(server, "ola"):  # noqa: ASYNC110 - apps try again
                await asyncio.sleep(0.1)
        async with server.device("ola") as ola_again:
            assert (await ola_again.write("first", conversation="c2"))["seq"] == 1
    log = server.log.read_text()
    assert "Traceback" not in log, log


@pytest.mark.parametrize("kind", [kind for kind in databases.databases() if kind == "postgresql"])
async def test_a_substitute_goes_on_and_gets_their_conversations_back(
    kind: str, postgres: databases.PostgresServer, valkey_url: str, tmp_path: Path
) -> None:
    """On an open socket at once; who comes meanwhile has their own, and the others' once the database is back."""
    database_url = postgres.url(postgres.create())
    flags = ["--now", TUESDAY, "--database-url", database_url, "--config", config_with_key(tmp_path)]
    with program(tmp_path, *flags, store_url=valkey_url) as server:
        await server.conversation("c1", "basic")
        await server.conversation("c2", "basic", member="uma", mentor="ulf")
        absence = {"from": "2026-01-05T00:00:00Z", "until": "2026-01-09T00:00:00Z", "substitute": "ulf"}
        async with http_client(server.http, headers={"Authorization": f"Bearer {token('tora')}"}) as api:
            assert (await api.put("/v1/mentors/tora/absences/flu", json=absence)).status_code == 201
        async with server.device("mia") as mia, server.device("ulf") as ulf:
            await mia.write("question")
            assert (await ulf.hears("message"))["body"] == "question"
            await asyncio.to_thread(postgres.halt)
            assert (await ulf.write("answer"))["type"] == "accepted"
            async with server.device("ulf") as phone:
                assert [each["id"] for each in phone.welcome["conversations"]] == ["c2"]
                await asyncio.to_thread(postgres.resume)
                assert (await phone.hears("conversation"))["conversation"]["id"] == "c1"
                await mia.write("thanks")
                assert (await phone.hears("message", body="thanks"))["seq"] == 3
    log = server.log.read_text()
    assert "Traceback" not in log, log


async def is_welcomed(server: Server, person: str) -> bool:
    """Whether a hello is answered with a welcome now."""
    async with server.stranger() as device:
        await device.say("hello", token=token(person), resume={})
        try:
            await device.hears("welcome")
        except ConnectionClosed:
            return False
        return True
