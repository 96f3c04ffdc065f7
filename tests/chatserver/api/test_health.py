"""`/livez` and `/readyz`: what each says while store, database and server come and go."""

import asyncio
import os
import signal
from pathlib import Path
from typing import Any

import httpx
import pytest
from websockets.asyncio.client import connect
from websockets.exceptions import InvalidStatus

from chatserver.operating import health as health_module
from chatserver.operating.embedded import EmbeddedStore
from chatserver.operating.health import HealthCheck
from chatserver.records import database as database_module
from chatserver.records.database import DatabaseError
from tests.chatserver.realtime.servers import SECRET, HereServer, here, program
from tests.engines import StoreProcess
from tests.plain_http import http_client


async def asked(http: str, path: str) -> tuple[int, dict[str, Any]]:
    """Status and content."""
    async with http_client(http) as client:
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
            assert set(content["checks"]) == {"store", "database", "migrations", "durability", "notices", "clock"}
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
            assert "does not answer" in content["checks"]["durability"]["detail"]
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
            await until(server, 503)  # what was found a moment ago is said for a second
            answers = await asyncio.gather(*(asked(server.http, "/readyz") for _ in range(5)))
            assert {status for status, _ in answers} == {503}
            store.resume()
            await until(server, 200)
    finally:
        store.stop()


# It is closed under duties that are at work: a connection that one of them holds just then is left to the collector.
@pytest.mark.filterwarnings("ignore:.*Connection.__del__:pytest.PytestUnraisableExceptionWarning")
async def test_a_database_that_is_gone_leaves_the_chat_ready(valkey_url: str, tmp_path: Path) -> None:
    """Said, and no reason to send people away."""
    async with here(valkey_url, tmp_path) as server:
        assert (await asked(server.http, "/readyz"))[1]["checks"]["migrations"]["ok"] is True
        await asyncio.to_thread(take_away, tmp_path / "records.db")
        async with asyncio.timeout(30):  # what was found a moment ago is said for a second
            while (database := (await until(server, 200))["checks"]["database"])["ok"]:
                await server.parts.database.close()  # A duty may have opened it once more, before it was taken away.
                await asyncio.sleep(0.05)
        assert "turned away with 4002" in database["detail"]


async def test_a_stopping_program_turns_new_ones_away(valkey_url: str, tmp_path: Path) -> None:
    """503 at once and until it listens no more; a chat that is open gets its answers and 4000."""
    with program(tmp_path, "--now", "2026-01-06T09:00:00Z", store_url=valkey_url) as server:
        await server.conversation("c1", "basic")
        async with server.device("mia") as mia, http_client(server.http) as http:
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
        assert '"error"' not in server.log.read_text()


async def test_a_full_store_is_said_once_and_senders_may_try_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """It answers and takes nothing: 503, one line in the log however many write and though nobody asks /readyz."""
    monkeypatch.setattr(health_module, "LOOK_EVERY", 0.02)
    monkeypatch.setattr(health_module, "KEPT_FOR", 0.0)

    def told() -> list[str]:
        return [record.getMessage() for record in caplog.records if "memory is full" in record.getMessage()]

    caplog.set_level("INFO", "chatserver")
    store = StoreProcess(durable=True).start()
    try:
        async with here(store.url, tmp_path) as server:
            await server.conversation("c1", "basic")
            async with server.device("mia") as mia:
                assert (await mia.write("before"))["type"] == "accepted"
                await server.parts.store.request("CONFIG", "SET", "maxmemory", "1", "maxmemory-policy", "noeviction")
                async with asyncio.timeout(60):
                    while not told():  # noqa: ASYNC110 - nobody sets an event for it
                        await asyncio.sleep(0.01)
                for n in range(20):
                    error = await mia.write(f"{n}")
                    assert (error["code"], error["temporary"]) == ("store_unavailable", True)
                content = await until(server, 503)
                assert "memory is full" in content["checks"]["store"]["detail"]
                assert len(told()) == 1
                # A new connect finds the store as full: reading goes on.
                await server.parts.store.request("CLIENT", "KILL", "TYPE", "normal", "SKIPME", "no")
                async with asyncio.timeout(60):
                    while not server.parts.store.is_up:  # noqa: ASYNC110 - nobody sets an event for it
                        await asyncio.sleep(0.01)
                assert (await mia.check())["open"] is True
                await server.parts.store.request("CONFIG", "SET", "maxmemory", "0")
                await until(server, 200)
                assert (await mia.write("after"))["type"] == "accepted"
        assert "the store answers" in caplog.messages
    finally:
        store.stop()


async def test_why_the_embedded_store_is_gone_is_said(tmp_path: Path) -> None:
    """In the words of whoever looks after it."""
    store = await asyncio.to_thread(EmbeddedStore, tmp_path)
    url = await asyncio.to_thread(store.start)
    try:
        async with here(url, tmp_path) as server:
            assert (await asked(server.http, "/readyz"))[0] == 200
            conf = tmp_path / "store" / "valkey.conf"
            conf.unlink()
            conf.symlink_to("/dev/full")
            info = await server.parts.store.request("INFO", "server")
            os.kill(int(info.split(b"process_id:")[1].split()[0]), signal.SIGKILL)
            async with asyncio.timeout(30):
                while "no space left on device" not in str(await until(server, 503)):  # noqa: ASYNC110 - HTTP
                    await asyncio.sleep(0.1)
            conf.unlink()
            async with asyncio.timeout(60):
                while (await asked(server.http, "/readyz"))[0] != 200:  # noqa: ASYNC110 - HTTP has no events
                    await asyncio.sleep(0.1)
    finally:
        await asyncio.to_thread(store.stop)


async def test_a_database_that_cannot_be_written_is_said(
    valkey_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It answers, and what was written last failed: that counts until a write succeeds, or none was tried for long."""
    async with here(valkey_url, tmp_path) as server:
        database, health = server.parts.database, server.parts.health

        async def write(*commands: str) -> None:
            async with database.begin() as connection:
                for command in commands:
                    await connection.exec_driver_sql(command)

        async def check() -> HealthCheck:
            health._checked_at = float("-inf")
            checks = await health.checks()
            assert health.is_ready(checks)
            return checks["database"]

        await health.checks()  # the server's own first look, which may be on its way
        with pytest.raises(DatabaseError):
            await write("PRAGMA max_page_count = 1", "CREATE TABLE more (a)")
        assert "no space left on device" in (await check()).detail
        await write("PRAGMA max_page_count = 1000000")
        assert not (await check()).ok
        await write("CREATE TABLE more (a)", "INSERT INTO more VALUES (1)")
        assert (await check()).ok
        with pytest.raises(DatabaseError):
            await write("PRAGMA query_only = ON", "CREATE TABLE even_more (a)")
        assert "it is read-only" in (await check()).detail
        monkeypatch.setattr(database_module, "FAULT_COUNTS_FOR", 0.0)
        assert (await check()).ok
