"""Real servers for tests: in the test's own loop, where settings can be bent, or as the program `chatserver serve`."""

import asyncio
import json
import os
import signal
import subprocess
import time
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import ExitStack, asynccontextmanager, contextmanager, nullcontext
from pathlib import Path
from typing import Any

import httpx
import uvicorn
from starlette.applications import Starlette

from chatserver.access.tokens import issue
from chatserver.app import Parts, assembled
from chatserver.conversations.requests import ConversationDetails, PersonDetails, Written
from chatserver.protocol.codec import Encoding
from chatserver.protocol.events import Role
from chatserver.realtime.door import Door
from chatserver.server import listening_socket, server_config
from chatserver.setting_values import Rate
from chatserver.settings import Settings
from tests import programs
from tests.chatserver.migrated import migrated_sqlite
from tests.chatserver.realtime.devices import Device, opened
from tests.plain_http import http_client

SECRET = "a secret that only these tests know, for a while"
TUESDAY = "2026-01-06T09:00:00.000Z"
"""Ten o'clock in Oslo: every plan may write, and nothing changes by itself for hours."""
READY_SECONDS = 120.0
UNLIMITED = Rate(0, "minute", 0)
"""Most tests write faster than people do."""
ROLES: dict[str, Role] = {
    **{"mia": "member", "ola": "member", "uma": "member", "tora": "mentor", "ulf": "mentor"},
    **{"sara": "support", "robot": "service"},
}


def token(person: str, role: Role | None = None, *, seconds: int = 3600, audience: str = "chatserver") -> str:
    """A token of the tests' secret; the role is the person's own unless another is asked for."""
    return issue(SECRET, person, role or ROLES[person], seconds, int(time.time() * 1000), audience=audience)


class Server:
    """Where a server listens, and what its HTTP API is asked for."""

    def __init__(self, port: int) -> None:
        self.port = port
        self.http = f"http://127.0.0.1:{port}"

    @asynccontextmanager
    async def device(
        self,
        person: str,
        resume: dict[str, int] | None = None,
        *,
        role: Role | None = None,
        encoding: Encoding = "json",
        seconds: int = 3600,
    ) -> AsyncIterator[Device]:
        """A welcomed device; `device.welcome` is what it was told."""
        async with opened(self.port, encoding) as device:
            await device.greet(token(person, role, seconds=seconds), resume or {})
            yield device

    @asynccontextmanager
    async def stranger(self, encoding: Encoding = "json") -> AsyncIterator[Device]:
        """A connection that has said nothing yet."""
        async with opened(self.port, encoding) as device:
            yield device

    async def conversation(
        self, id: str = "c1", plan: str = "light", *, member: str = "mia", mentor: str = "tora"
    ) -> None:
        """Create a conversation and its two people."""
        async with self._api() as api:
            for person in (member, mentor):
                await self._ask(api, "PUT", f"/v1/people/{person}", {"role": ROLES[person], "name": person.title()})
            await self._ask(api, "PUT", f"/v1/conversations/{id}", {"member": member, "mentor": mentor, "plan": plan})

    async def change(self, id: str, **change: str) -> None:
        """Change plan or status."""
        async with self._api() as api:
            await self._ask(api, "PATCH", f"/v1/conversations/{id}", change)

    def _api(self) -> httpx.AsyncClient:
        return http_client(self.http, headers={"Authorization": f"Bearer {token('robot')}"})

    async def _ask(self, api: httpx.AsyncClient, method: str, path: str, body: dict[str, str]) -> None:
        answer = await api.request(method, path, json=body)
        assert answer.is_success, answer.text


class HereServer(Server):
    """A server in this process and this loop."""

    def __init__(self, port: int, parts: Parts, running: uvicorn.Server) -> None:
        super().__init__(port)
        self.parts = parts
        self._running = running

    async def conversation(
        self, id: str = "c1", plan: str = "light", *, member: str = "mia", mentor: str = "tora"
    ) -> None:
        """As the HTTP interface does it, without asking it."""
        provisioning = self.parts.provisioning
        for person in (member, mentor):
            await provisioning.put_person(person, PersonDetails(ROLES[person], person.title()))
        done = await provisioning.put_conversation(id, ConversationDetails(member, mentor, plan))
        assert isinstance(done, Written), done

    def stop(self) -> None:
        """Begin to stop, as SIGTERM would."""
        self._running.should_exit = True


class UnsignalledServer(uvicorn.Server):
    """Leaves the signals of the test process alone, and stops at once: uvicorn looks ten times a second whether to."""

    def __init__(self, config: uvicorn.Config) -> None:
        self._told_to_stop = asyncio.Event()
        super().__init__(config)

    @property
    def should_exit(self) -> bool:
        return self._told_to_stop.is_set()

    @should_exit.setter
    def should_exit(self, value: bool) -> None:
        if value:
            self._told_to_stop.set()

    def capture_signals(self) -> Any:
        return nullcontext()

    async def main_loop(self) -> None:
        await self._told_to_stop.wait()


@asynccontextmanager
async def here(
    store_url: str,
    data_dir: Path,
    *,
    now: str | None = TUESDAY,
    allowed_origins: tuple[str, ...] = (),
    trusted_proxies: tuple[str, ...] = (),
    webhook_networks: tuple[str, ...] = (),
    policy: Path | None = None,
    rate_limit: Rate = UNLIMITED,
    connections_before_hello: int = 100,
    archive_after: int = 60,
    archive_keep_messages: int = 500,
    stun_urls: tuple[str, ...] = (),
    turn_urls: tuple[str, ...] = (),
    turn_secret: str | None = None,
    traces: float | None = None,
    attachments_url: str | None = None,
    clamav: str | None = None,
    database_url: str | None = None,
) -> AsyncIterator[HereServer]:
    """Run a server in this loop; servers with the same store and folder are processes of one chat.

    `database_url` is a migrated database's, as the fixture `records_url`; else there is one in the folder.
    """
    settings = Settings(
        data_dir=data_dir,
        jwt_secret=SECRET,
        now=now,
        allowed_origins=allowed_origins,
        trusted_proxies=trusted_proxies,
        webhook_networks=webhook_networks,
        policy=policy,
        rate_limit=rate_limit,
        connections_before_hello=connections_before_hello,
        archive_after=archive_after,
        archive_keep_messages=archive_keep_messages,
        stun_urls=stun_urls,
        turn_urls=turn_urls,
        turn_secret=turn_secret,
        traces=traces,
        attachments_url=attachments_url,
        clamav=clamav,
        database_url=database_url,
    )
    os.makedirs(data_dir, exist_ok=True)  # noqa: PTH103 - ASYNC240 knows pathlib only, and it is a millisecond
    if database_url is None:
        migrated_sqlite(data_dir)
    async with assembled(settings, store_url) as parts, listening(parts.app, parts.door) as (port, running):
        yield HereServer(port, parts, running)


@asynccontextmanager
async def listening(app: Starlette, door: Door) -> AsyncIterator[tuple[int, uvicorn.Server]]:
    """Serve an application in this loop, configured as the real one."""
    sock = listening_socket("127.0.0.1", 0)
    running = UnsignalledServer(server_config(app, door))
    serving = asyncio.create_task(running.serve(sockets=[sock]))
    while not running.started and not serving.done():  # noqa: ASYNC110 - uvicorn has no event for it
        await asyncio.sleep(0.005)
    try:
        yield sock.getsockname()[1], running
    finally:
        running.should_exit = True
        await serving


class ProgramServer(Server):
    """The program itself, in a process of its own."""

    def __init__(self, port: int, process: programs.Program | subprocess.Popen[bytes], log: Path) -> None:
        super().__init__(port)
        self.process = process
        self.log = log

    def terminate(self) -> None:
        """SIGTERM: a graceful stop."""
        self.process.send_signal(signal.SIGTERM)

    def kill(self) -> None:
        """SIGKILL."""
        self.process.kill()
        self.process.wait()


@contextmanager
def program(
    data_dir: Path, *flags: str, store_url: str | None = None, words: Sequence[str] = (), **variables: str
) -> Iterator[ProgramServer]:
    """Run `chatserver serve` on a free port; on the way out it must stop by SIGTERM with status 0.

    `variables` come on top of `environment`; `words` start the program in another way than forking it.
    """
    data_dir.mkdir(exist_ok=True)
    log = data_dir / f"log-{time.monotonic_ns()}"
    store = ["--redis-url", store_url] if store_url else []
    serve = ["serve", "--port", "0", "--data-dir", str(data_dir), *store, *flags]
    env = environment(**variables)
    process: programs.Program | subprocess.Popen[bytes]
    with log.open("wb") as out:
        if words:
            process = subprocess.Popen([*words, *serve], stdout=out, stderr=out, env=env, cwd=data_dir)
        else:
            process = programs.start(*serve, cwd=data_dir, env=env, stdout=out, stderr=out)
    server = ProgramServer(_port_of(process, log), process, log)
    try:
        yield server
    finally:
        # Gracefully also after a failure: a killed server leaves its embedded store behind.
        try:
            if process.poll() is None:
                server.terminate()
                assert process.wait(READY_SECONDS) == 0, log.read_text()
        finally:
            server.kill()


@asynccontextmanager
async def program_beside(data_dir: Path, store_url: str) -> AsyncIterator[ProgramServer]:
    """`program` beside a server of this process: waiting for it here would stop that one, maybe while it writes."""
    with ExitStack() as stack:
        other = await asyncio.to_thread(stack.enter_context, program(data_dir, store_url=store_url))
        try:
            yield other
        finally:
            await asyncio.to_thread(stack.close)


def environment(**variables: str) -> dict[str, str]:
    """What a program of ours is started with: the tests' secret, no rate limit, and no settings from outside."""
    outside = {name: value for name, value in os.environ.items() if not name.startswith("CHATSERVER_")}
    return {**outside, "CHATSERVER_JWT_SECRET": SECRET, "CHATSERVER_RATE_LIMIT": "off", **variables}


def _port_of(process: programs.Program | subprocess.Popen[bytes], log: Path) -> int:
    deadline = time.monotonic() + READY_SECONDS
    while time.monotonic() < deadline and process.poll() is None:
        for line in log.read_text().splitlines():
            if line.startswith("{") and json.loads(line).get("event") == "listening":
                return int(json.loads(line)["url"].rpartition(":")[2])
        time.sleep(0.02)
    process.kill()
    raise RuntimeError(f"the server did not start:\n{log.read_text()}")
