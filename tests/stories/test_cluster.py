"""A cluster under load: slots move and masters die, and what was accepted is there, once and in order."""

import asyncio
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from pathlib import Path

import pytest

from quotas import instant
from quotas.ledger import keys
from quotas.store.topology import slot_of
from tests.chatserver.attachments.files import as_, pdf
from tests.chatserver.keys.making import log_of
from tests.chatserver.realtime.devices import Device, opened
from tests.chatserver.realtime.servers import token
from tests.clusters import Cluster, Watched, until
from tests.plain_http import http_client
from tests.stories.kept_app import App, fallen_silent, kept, progress
from tests.stories.kept_server import ServerProcess
from tests.stories.test_kept import CONVERSATIONS, load

pytestmark = pytest.mark.timeout(180)


@pytest.fixture
def cluster() -> Iterator[Cluster]:
    """Three masters, each with a replica."""
    cluster = Cluster("valkey")
    try:
        cluster.start()
        yield cluster
    finally:
        cluster.stop()


@pytest.fixture
def server(tmp_path: Path, cluster: Cluster) -> Iterator[ServerProcess]:
    """A server on it that accepts what a replica has."""
    server = ServerProcess(tmp_path, cluster.url, durability="replicated").start()
    server.provision(CONVERSATIONS)
    yield server
    server.stop()
    assert "Traceback" not in server.log


async def judged(url: str, folder: Path, apps: Sequence[App]) -> None:
    """Nothing accepted is lost, doubled or out of order. `folder` is the server's."""
    async with log_of(url, folder) as log:
        assert await kept(log, apps, after_failover=True) > 0


async def test_slots_move_under_load(server: ServerProcess, cluster: Cluster) -> None:
    """Key by key, there and back, while everybody writes: no app hears of it."""
    async with load(server.url) as apps:
        for _ in range(2):
            for name in CONVERSATIONS[:2]:
                await asyncio.to_thread(move, cluster, slot_of(keys.conversation(name)))
                await progress(apps)
        await fallen_silent(apps)
    await judged(cluster.url, server.folder, apps)


def move(cluster: Cluster, slot: int) -> None:
    to = next(master for master in cluster.masters if master is not cluster.owner(slot))
    with cluster.moving(slot, to):
        time.sleep(0.1)  # Some calls are to meet a slot that is in two places.


async def test_a_master_dies_under_load(server: ServerProcess, cluster: Cluster) -> None:
    """Its replica takes over, and the server follows by itself."""
    slot = slot_of(keys.conversation(CONVERSATIONS[0]))
    async with load(server.url) as apps:
        await asyncio.to_thread(fail_over, cluster, slot)
        await progress(apps)
        await fallen_silent(apps)
    await judged(cluster.url, server.folder, apps)


async def test_files_and_later_messages_while_slots_move_and_a_master_dies(
    server: ServerProcess, cluster: Cluster
) -> None:
    """Each message goes out once, with its file, whatever becomes of its slot meanwhile; what is deleted is gone."""
    content = pdf(1_200_000)
    async with http_client(server.url) as http:
        for name in CONVERSATIONS:
            path = f"/v1/attachments/file-{name}?conversation={name}"
            uploaded = await http.put(path, content=content, headers=as_(f"member-{name}", "member"))
            assert uploaded.status_code == 201, uploaded.text
            async with opened(server.port, "json") as member:
                await member.greet(token(f"member-{name}", "member"), {})
                await member.say("send", conversation=name, id="file", body="", attachments=[f"file-{name}"])
                assert (await member.answer("file"))["seq"] == 1
                soon = instant.text(time.time_ns() // 1_000_000 + 20_000)
                for id in ("later 1", "later 2"):
                    await member.say("send", conversation=name, id=id, body=id, at=soon)
                    assert (await member.answer(id))["type"] == "scheduled"
        await asyncio.to_thread(move, cluster, slot_of(keys.conversation(CONVERSATIONS[0])))
        await asyncio.to_thread(fail_over, cluster, slot_of(keys.conversation(CONVERSATIONS[1])))
        for name in CONVERSATIONS:
            async with opened(server.port, "msgpack") as mentor:
                await mentor.greet(token(f"mentor-{name}", "mentor"), {})
                assert await _written(mentor, name, 3) == ["file", "later 1", "later 2"]
            path = f"/v1/attachments/file-{name}?conversation={name}"
            assert (await http.get(path, headers=as_(f"mentor-{name}", "mentor"))).content == content
            async with opened(server.port, "json") as member:
                await member.greet(token(f"member-{name}", "member"), {})
                await member.say("delete", conversation=name, id="gone", about=1)
                assert (await member.answer("gone"))["seq"] == 4
            assert (await http.get(path, headers=as_(f"mentor-{name}", "mentor"))).status_code == 404


async def _written(device: Device, conversation: str, count: int) -> list[str]:
    """The ids of its messages, once there are so many."""
    async with asyncio.timeout(120):
        while True:
            await device.say("history", conversation=conversation)
            messages = (await device.hears("history"))["messages"]
            if len(messages) >= count:
                return [each["id"] for each in messages]
            await asyncio.sleep(0.1)


def fail_over(cluster: Cluster, slot: int) -> None:
    victim = cluster.owner(slot)
    survivor = next(master for master in cluster.masters if master is not victim)
    victim.kill()
    until(lambda: cluster.owner(slot, among=survivor) is not victim, "a replica takes over")
    # It has no replica of its own now: nothing of its slots is accepted until the old master is back as one.
    victim.start()


@pytest.fixture
def watched() -> Iterator[Watched]:
    """A master, a replica, and three Sentinels that watch them."""
    watched = Watched("valkey")
    try:
        watched.start()
        yield watched
    finally:
        watched.stop()


async def test_sentinels_name_another_master(tmp_path: Path, watched: Watched) -> None:
    """The server goes on with the one that was promoted."""
    server = ServerProcess(tmp_path, watched.url, durability="replicated")
    with ExitStack() as stack:
        stack.callback(server.stop)
        server.start()
        server.provision(CONVERSATIONS)
        async with load(server.url) as apps:
            watched.master.kill()
            await asyncio.to_thread(until, watched.is_promoted, "the replica is promoted")
            # Nothing is accepted until the old master is back as a replica.
            watched.follow()
            await progress(apps)
            await fallen_silent(apps)
        await judged(watched.url, server.folder, apps)
    assert "Traceback" not in server.log
