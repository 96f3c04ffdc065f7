"""Acked means kept: servers and stores are killed under load, and nothing that was accepted is lost.

`KEPT_KILLS` sets how often each test kills, for a longer run:
`KEPT_KILLS=20 pytest -s tests/stories/test_kept.py` prints what was killed and how many messages were kept.
"""

import asyncio
import os
import signal
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from random import Random
from typing import Literal

import pytest
from redis.asyncio import Redis

from chatserver.operating.embedded import EmbeddedStore
from chatserver.protocol.events import Role
from quotas.store.address import socket_url
from tests.chatserver.keys.making import log_of
from tests.chatserver.realtime.servers import token
from tests.engines import StoreProcess, engines
from tests.stories.kept_app import App, fallen_silent, kept, progress, until
from tests.stories.kept_server import ServerProcess
from tests.worker_processes import workers_of

KILLS = int(os.environ.get("KEPT_KILLS", "2"))
CONVERSATIONS = ("c1", "c2", "c3")
SINGLE_ENGINES = [engine for engine in engines() if engine != "cluster"]

Victim = Literal["server", "store", "both"]

pytestmark = pytest.mark.timeout(60 + 30 * KILLS)


@pytest.fixture(params=SINGLE_ENGINES)
def durable_store(request: pytest.FixtureRequest) -> Iterator[StoreProcess]:
    """A store that flushes every write, on each engine in turn."""
    store = StoreProcess(request.param, durable=True).start()
    yield store
    store.stop()


@pytest.fixture
def server(tmp_path: Path, durable_store: StoreProcess) -> Iterator[ServerProcess]:
    """A server on it, with conversations."""
    server = ServerProcess(tmp_path, durable_store.url).start()
    server.provision(CONVERSATIONS)
    yield server
    server.stop()


@asynccontextmanager
async def load(*urls: str) -> AsyncIterator[list[App]]:
    """Members and mentors who keep writing: members at the first of `urls`, mentors at the last."""
    roles: tuple[Role, Role] = ("member", "mentor")
    apps: list[App] = []
    for number, name in enumerate(CONVERSATIONS):
        for role, url in zip(roles, (urls[0], urls[-1]), strict=True):
            person = f"{role}-{name}"
            apps.append(App(person, name, token(person, role), "msgpack" if number % 2 else "json"))
            apps[-1].start(url)
    try:
        await progress(apps)
        yield apps
    finally:
        await asyncio.gather(*(app.leave() for app in apps))


async def some_time(chance: Random) -> None:
    """Let the load run on, so that the kill meets it anywhere."""
    await asyncio.sleep(chance.uniform(0.05, 0.3))


def report(what: str, messages: int, apps: Sequence[App]) -> None:
    """The figures of a run, for who runs it with -s. Reached only where nothing was lost, doubled or out of order."""
    accepted = sum(len(app.accepted) for app in apps)
    print(f"\n{what}: {accepted} messages accepted, {messages} in the log, 0 lost, 0 doubled, 0 out of order")


@pytest.mark.parametrize("victim", ["server", "store", "both"])
async def test_what_was_accepted_outlives_kills(
    victim: Victim, server: ServerProcess, durable_store: StoreProcess, tmp_path: Path
) -> None:
    """SIGKILL under load, several times: every message once, in order, and every app saw every seq once."""
    chance = Random(victim)
    async with load(server.url) as apps:
        for _ in range(KILLS):
            await some_time(chance)
            if victim != "store":
                server.kill()
            if victim != "server":
                durable_store.kill()
                await asyncio.to_thread(durable_store.start)
            if victim != "store":
                await asyncio.to_thread(server.start)
            await progress(apps)
        await fallen_silent(apps)
        async with log_of(durable_store.url, tmp_path) as log:
            messages = await kept(log, apps)
    assert_nothing_failed(server)
    report(f"{durable_store.engine}: {KILLS} kills of {victim}", messages, apps)


async def test_apps_of_a_killed_server_go_on_at_another(
    tmp_path: Path, server: ServerProcess, durable_store: StoreProcess
) -> None:
    """Members on one server, mentors on the other; each in turn is killed, and its apps resume at the other."""
    other = ServerProcess(tmp_path, durable_store.url).start()
    chance = Random("two servers")
    try:
        async with load(server.url, other.url) as apps:
            members, mentors = apps[::2], apps[1::2]
            for kill in range(KILLS):
                home, refuge, moving = (server, other, members) if kill % 2 == 0 else (other, server, mentors)
                await some_time(chance)
                home.kill()
                await asyncio.gather(*(app.move(refuge.url) for app in moving))
                await progress(apps)
                await asyncio.to_thread(home.start)
                await asyncio.gather(*(app.move(home.url) for app in moving))
                await progress(apps)
            await fallen_silent(apps)
            async with log_of(durable_store.url, tmp_path) as log:
                messages = await kept(log, apps)
    finally:
        other.stop()
    assert_nothing_failed(server)
    assert_nothing_failed(other)
    report(f"{durable_store.engine}: {KILLS} kills of one of two servers", messages, apps)


async def test_apps_of_a_killed_worker_go_on_at_another(tmp_path: Path) -> None:
    """Workers of one server are killed one by one: their apps reconnect to the same address and resume."""
    store = StoreProcess("valkey", durable=True).start()
    server = ServerProcess(tmp_path, store.url, workers=2)
    chance = Random("workers")
    try:
        await asyncio.to_thread(server.start)
        await asyncio.to_thread(server.provision, CONVERSATIONS)
        async with load(server.url) as apps:
            for kill in range(1, KILLS + 1):
                await some_time(chance)
                os.kill(workers_of(server.pid)[0], signal.SIGKILL)
                await until(lambda kill=kill: server.log.count("a worker serves again") == kill, "it is back")  # type: ignore[misc]  # a lambda's defaults have no types
                await progress(apps)
            await fallen_silent(apps)
            async with log_of(store.url, tmp_path) as log:
                messages = await kept(log, apps)
    finally:
        server.stop()
        store.stop()
    assert_nothing_failed(server)
    report(f"{KILLS} kills of one of two workers", messages, apps)


@pytest.mark.parametrize("victim", ["server", "store"])
async def test_what_the_embedded_store_accepted_outlives_kills(victim: Victim, tmp_path: Path) -> None:
    """A killed server leaves its Valkey behind, and its next start takes over; a killed Valkey is started again."""
    server = ServerProcess(tmp_path)
    chance = Random(f"embedded {victim}")
    try:
        await asyncio.to_thread(server.start)
        await asyncio.to_thread(server.provision, CONVERSATIONS)
        async with load(server.url) as apps:
            for _ in range(KILLS):
                await some_time(chance)
                if victim == "server":
                    server.kill()
                    await asyncio.to_thread(server.start)
                else:
                    await kill_store(tmp_path)
                await progress(apps)
            await fallen_silent(apps)
            async with log_of(store_url(tmp_path), tmp_path) as log:
                messages = await kept(log, apps)
        server.stop()
    finally:
        server.kill()
        end_orphan(tmp_path)
    assert_nothing_failed(server)
    report(f"embedded valkey: {KILLS} kills of {victim}", messages, apps)


def store_url(data_dir: Path) -> str:
    return socket_url(Path((data_dir / "lock").read_text()))


async def kill_store(data_dir: Path) -> None:
    async with Redis.from_url(store_url(data_dir)) as redis:
        os.kill((await redis.info("server"))["process_id"], signal.SIGKILL)


def end_orphan(data_dir: Path) -> None:
    """End a Valkey that a failed test left behind."""
    store = EmbeddedStore(data_dir)
    store.start()
    store.stop()


def assert_nothing_failed(server: ServerProcess) -> None:
    """No exception that nobody caught: in a callback, in a task, in the application."""
    assert "Traceback" not in server.log, server.log
