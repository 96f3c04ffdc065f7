"""Revoked tokens: refused from then on, and their sockets closed within a second on every process."""

import asyncio
import re
import subprocess
import time
from pathlib import Path

import httpx
import jwt
import pytest
from redis.asyncio import Redis
from websockets.exceptions import ConnectionClosed

from chatserver.access.revocation import LONGEST_TOKEN_DAYS
from chatserver.protocol.codes import Close
from quotas import instant
from quotas.ledger import keys
from tests import programs
from tests.chatserver.realtime.devices import opened
from tests.chatserver.realtime.servers import SECRET, HereServer, Server, environment, here, program, token
from tests.engines import StoreProcess
from tests.plain_http import http_client

CLOSED = (Close.REVOKED, "token revoked")


async def post(server: Server, person: str, body: object, by: str = "robot") -> httpx.Response:
    """`POST /v1/people/{id}/revoke`."""
    async with http_client(server.http) as api:
        headers = {"Authorization": f"Bearer {token(by)}"}
        return await api.post(f"/v1/people/{person}/revoke", json=body, headers=headers)


def issued(seconds_ago: int | None, person: str = "mia") -> str:
    """A member's token issued then; None: without iat."""
    now = int(time.time())
    claims = {"sub": person, "role": "member", "aud": "chatserver", "exp": now + 600}
    return jwt.encode(claims if seconds_ago is None else claims | {"iat": now - seconds_ago}, SECRET)


async def greeted(server: Server, given: str) -> tuple[int | None, str] | None:
    """None where the token is welcomed; else how the connection ended."""
    async with opened(server.port, "json") as device:
        try:
            await device.greet(given, {})
        except ConnectionClosed:
            return await device.end()
        return None


async def test_sockets_close_on_every_process(servers: tuple[HereServer, HereServer]) -> None:
    """All of the person's, and nobody else's."""
    one, other = servers
    async with (
        one.device("mia") as here_,
        other.device("mia", encoding="msgpack") as there,
        one.device("tora") as tora,
        other.device("sara", {"c1": 0}) as sara,
    ):
        answer = await post(one, "mia", {})
        assert answer.status_code == 200, answer.text
        assert [await here_.end(), await there.end()] == [CLOSED, CLOSED]
        assert await tora.is_alive()
        assert await sara.is_alive()


async def test_older_tokens_are_refused_and_newer_ones_are_not(servers: tuple[HereServer, HereServer]) -> None:
    """At hello and over HTTP, on every process; a token that does not say when it was issued is an old one."""
    one, other = servers
    before = instant.text((int(time.time()) - 60) * 1_000)
    answer = await post(one, "mia", {"before": before})
    assert answer.json() == {"person": "mia", "before": before}
    for server in servers:
        assert await greeted(server, issued(120)) == CLOSED
        assert await greeted(server, issued(None)) == CLOSED
        assert await greeted(server, issued(30)) is None
        assert await greeted(server, issued(120, "ola")) is None
    async with http_client(other.http) as api:
        for seconds_ago, status in ((120, 401), (None, 401), (30, 200)):
            headers = {"Authorization": f"Bearer {issued(seconds_ago)}"}
            answer = await api.get("/v1/conversations/c1", headers=headers)
            assert answer.status_code == status
            assert status != 401 or answer.json()["detail"] == "the token was revoked"


async def test_sockets_with_newer_tokens_stay(server: HereServer) -> None:
    async with server.device("mia") as mia:
        assert (await post(server, "mia", {"before": instant.text((int(time.time()) - 300) * 1_000)})).is_success
        assert await mia.is_alive()


async def test_the_instant_never_moves_back_or_ahead(server: HereServer) -> None:
    now = int(time.time()) * 1_000
    later, earlier = instant.text(now - 1_000), instant.text(now - 60_000)
    for before in (later, earlier):
        assert (await post(server, "mia", {"before": before})).json()["before"] == later
    answer = await post(server, "mia", {"before": instant.text(now + 60_000)})
    assert answer.status_code == 422
    assert "must not lie in the future" in answer.json()["errors"][0]["message"]
    assert (await post(server, "mia", {"before": "yesterday"})).status_code == 422
    assert await greeted(server, issued(0)) is None


async def test_only_service_and_support_revoke(server: HereServer) -> None:
    for by, status in (("mia", 403), ("tora", 403), ("sara", 200), ("robot", 200)):
        assert (await post(server, "ola", {}, by)).status_code == status


async def test_what_was_revoked_while_the_store_was_away_is_heard_when_it_is_back(tmp_path: Path) -> None:
    """The message is lost with the connection; what the store knows is not."""
    store = StoreProcess(durable=True).start()
    try:
        async with here(store.url, tmp_path) as server:
            await server.conversation("c1", "basic")
            async with server.device("mia") as mia, server.device("tora") as tora:
                async with Redis.from_url(store.url) as redis:
                    await redis.zadd(keys.revoked("mia"), {"mia": int(time.time() * 1_000) + 1_000})
                assert await mia.is_alive(), "nobody was told"
                await asyncio.to_thread(store.restart)
                assert await mia.end() == CLOSED
                assert "open" in await tora.check()
    finally:
        store.stop()


async def test_it_survives_a_restart_and_is_forgotten_when_every_token_has_expired(
    valkey_url: str, tmp_path: Path
) -> None:
    """Kept in the store as long as the longest token."""
    async with here(valkey_url, tmp_path) as server:
        await post(server, "mia", {})
    async with here(valkey_url, tmp_path, now=None) as server, Redis.from_url(valkey_url) as redis:
        assert await greeted(server, issued(10)) == CLOSED
        long_ago = int(time.time() * 1_000) - (LONGEST_TOKEN_DAYS + 1) * instant.DAY
        await redis.zadd(keys.revoked("mia"), {"someone": long_ago})
        await post(server, "mia", {})
        assert await redis.zrange(keys.revoked("mia"), 0, -1) == [b"mia"]


@pytest.mark.parametrize("embedded", [True, False], ids=["embedded store", "store of its own"])
async def test_the_command(valkey_url: str, tmp_path: Path, embedded: bool) -> None:
    """Beside a running server, and without one."""
    store = None if embedded else valkey_url
    flags = ["--data-dir", str(tmp_path), *([] if embedded else ["--redis-url", valkey_url])]

    async def revoke(*arguments: str) -> subprocess.CompletedProcess[str]:
        return await asyncio.to_thread(programs.run, "revoke", *arguments, *flags, cwd=tmp_path, env=environment())

    with program(tmp_path, store_url=store) as server:
        await server.conversation("c1", "basic")
        async with server.device("mia") as mia:
            done = await revoke("mia")
            assert re.fullmatch(r"Tokens of mia issued before \S+Z are refused\.\s*", done.stdout), done.stderr
            assert await mia.end() == CLOSED
    done = await revoke("ola")
    assert (done.returncode, done.stdout) == (1, "")
    assert "nobody by the id ola is on record, and nothing was revoked" in done.stderr.replace("\n", " ")
    done = await revoke("ola", "--unrecorded", "--before", "2026-01-06T09:00:00+01:00")
    assert "issued before 2026-01-06T08:00:00.000Z" in done.stdout, done.stderr
    for arguments, sentence in (
        (["no name!"], "is no user"),
        (["mia", "--before", "soon"], "--before: 'soon' is not an RFC 3339 date-time"),
        (["mia", "--before", "2100-01-01T00:00:00Z"], "must not lie in the future"),
    ):
        done = await revoke(*arguments)
        assert done.returncode == 1
        assert sentence in done.stderr.replace("\n", " ")
