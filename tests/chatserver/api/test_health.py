"""`/livez` and `/readyz`: what each says while store, database and server come and go."""

import asyncio
from pathlib import Path
from typing import Any

import httpx
import pytest
from websockets.asyncio.client import connect
from websockets.exceptions import InvalidStatus

from tests.chatserver.realtime.servers import SECRET, HereServer, here, program
from tests.engines import StoreProcess


async def asked(http: str, path: str) -> tuple[int, dict[str, Any]]:
    """Status and content."""
    async with httpx.AsyncClient(base_url=http) as client:
        answer = await client.get(path)
        return answer.status_code, answer.json()


def take_away(database: Path) -> None:
    """Nothing that could be opened is left in its place."""
    for file in database.parent.glob("records.db*"):
        file.unlink()
    database.mkdir()


async def until(server: HereServer, status: int) -> dict[str, Any]:
    """What /readyz says once it has that status."""
    async with asyncio.timeout(30):
        while True:
            found, content = await asked(server.http, "/readyz")
            if found == status:
                return content
            await asyncio.sleep(0.05)


async def test_a_whole_server_is_ready(tmp_path: Path) -> None:
    """Every check is in order, and none names an address, a folder or a secret."""
    store = StoreProcess(durable=True).start()
    try:
        async with here(store.url, tmp_path, now=None) as server:
            status, content = await asked(server.http, "/readyz")
            assert (status, content["ready"], content["draining"]) == (200, True, False)
            assert set(content["checks"]) == {"store", "database", "migrations", "durability", "clock"}
            assert [name for name, check in content["checks"].items() if not check["ok"]] == []
            for secret in (SECRET, str(tmp_path), store.url, "sqlite", "127.0.0.1"):
                assert secret not in str(content)
            assert await asked(server.http, "/livez") == (200, {"alive": True})
    finally:
        store.stop()


async def test_what_makes_a_store_unsafe_and_a_clock_wrong_is_said(valkey_url: str, tmp_path: Path) -> None:
    """It stays ready: an operator chose both."""
    async with here(valkey_url, tmp_path) as server:
        status, content = await asked(server.http, "/readyz")
        assert status == 200
        assert "append-only file" in content["checks"]["durability"]["detail"]
        assert content["checks"]["clock"]["ok"] is False


async def test_a_store_that_is_gone_and_comes_back(tmp_path: Path) -> None:
    """503 while nobody can write, 200 again without a restart; alive all the time."""
    store = StoreProcess(durable=True).start()
    try:
        async with here(store.url, tmp_path) as server:
            assert (await asked(server.http, "/readyz"))[0] == 200
            await asyncio.to_thread(store.kill)
            content = await until(server, 503)
            assert content["checks"]["store"]["ok"] is False
            assert content["checks"]["database"]["ok"] is True
            assert (await asked(server.http, "/livez"))[0] == 200
            await asyncio.to_thread(store.restart)
            assert (await until(server, 200))["checks"]["store"]["ok"] is True
    finally:
        store.stop()


async def test_a_store_that_hangs_is_not_waited_for(tmp_path: Path) -> None:
    """However many ask, they are answered while it hangs."""
    store = StoreProcess(durable=True).start()
    try:
        async with here(store.url, tmp_path) as server:
            store.pause()
            answers = await asyncio.gather(*(asked(server.http, "/readyz") for _ in range(5)))
            assert {status for status, _ in answers} == {503}
            store.resume()
            await until(server, 200)
    finally:
        store.stop()


async def test_a_database_that_is_gone_leaves_the_chat_ready(valkey_url: str, tmp_path: Path) -> None:
    """Said, and no reason to send people away."""
    async with here(valkey_url, tmp_path) as server:
        assert (await asked(server.http, "/readyz"))[1]["checks"]["migrations"]["ok"] is True
        await server.parts.database.close()
        await asyncio.to_thread(take_away, tmp_path / "records.db")
        async with asyncio.timeout(30):  # what was found a moment ago is said for a second
            while (await until(server, 200))["checks"]["database"]["ok"]:  # noqa: ASYNC110 - asked over HTTP
                await asyncio.sleep(0.05)


async def test_a_stopping_program_turns_new_ones_away(valkey_url: str, tmp_path: Path) -> None:
    """503 at once and until it listens no more; a chat that is open gets its answers and 4000."""
    with program(tmp_path, "--now", "2026-01-06T09:00:00Z", store_url=valkey_url) as server:
        await server.conversation("c1", "basic")
        async with server.device("mia") as mia, httpx.AsyncClient(base_url=server.http) as http:
            assert (await http.get("/readyz")).status_code == 200
            await mia.say("send", conversation="c1", id="last", body="last")
            server.terminate()
            seen = []
            with pytest.raises(httpx.TransportError):
                while True:
                    seen.append((await http.get("/readyz", headers={"Connection": "close"})).status_code)
                    if seen[-1] == 503 and seen.count(503) == 1:
                        with pytest.raises(InvalidStatus) as turned_away:
                            await connect(f"ws://127.0.0.1:{server.port}/v1/chat", proxy=None)
                        assert turned_away.value.response.status_code == 503
            assert seen[-1] == 503
            assert seen == sorted(seen)
            assert (await mia.answer("last"))["type"] == "accepted"
            assert (await mia.end())[0] == 4000
