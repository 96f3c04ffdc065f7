"""Durability `replicated`: what a replica has not is not accepted. On a pair of each engine, and behind Sentinels."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from typing import Any

import pytest

from quotas.store import keeper as keeper_module
from quotas.store.errors import StoreError
from quotas.store.keeper import NotReplicatedError, mark_at
from quotas.store.link import Link
from quotas.store.sentinel import SentinelLink
from quotas.store.stores import store_at
from quotas.store.wire import LinkDownError, packed
from tests.clusters import Watched
from tests.engines import Engine, engines

SOON = 20.0
MARK = mark_at("{5}:kept")

pytestmark = pytest.mark.timeout(120)


@pytest.fixture(params=[engine for engine in engines() if engine != "cluster"])
def pair(request: pytest.FixtureRequest) -> Iterator[Watched]:
    """A master with a replica, on each engine: the one waits for its disk, the other for its memory."""
    yield from started(request.param)


@pytest.fixture
def watched() -> Iterator[Watched]:
    """The same, with Sentinels."""
    yield from started("valkey", sentinels=True)


def started(engine: Engine, *, sentinels: bool = False) -> Iterator[Watched]:
    watched = Watched(engine)
    try:
        watched.start(sentinels=sentinels)
        yield watched
    finally:
        watched.stop()


@asynccontextmanager
async def linked(pair: Watched) -> AsyncIterator[Link]:
    link = Link(f"redis://127.0.0.1:{pair.master.port}", replicated=True)
    await link.open()
    try:
        yield link
    finally:
        link.close()
        await asyncio.sleep(0)


async def eventually(met: Callable[[], bool]) -> None:
    async with asyncio.timeout(SOON):
        while not met():  # noqa: ASYNC110 - nobody sets an event for it
            await asyncio.sleep(0.01)


async def kept_at_last(link: Link) -> None:
    """A replica that was stopped is late at first: whoever wrote tries again."""
    async with asyncio.timeout(SOON):
        while True:
            try:
                await link.kept("{5}:kept")
            except StoreError:
                await asyncio.sleep(0.05)
            else:
                return


async def test_replies_come_in_order_once_a_replica_has_them(pair: Watched, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(keeper_module, "REPLICA_WITHIN", 3_500)
    replies: list[Any] = []
    async with linked(pair) as link:
        for number in range(200):
            link.send_kept(packed("SET", f"{{5}}:{number}", number), replies.append, MARK)
            link.send_kept(packed("ECHO", number), replies.append, MARK)
            await asyncio.sleep(0)
        link.send_kept(packed("NOSUCH"), replies.append, MARK)
        await eventually(lambda: len(replies) == 401)
        assert not [reply for reply in replies if isinstance(reply, NotReplicatedError)]
        assert [reply for reply in replies if reply == b"OK"] == [b"OK"] * 200
        assert [int(reply) for reply in replies if isinstance(reply, bytes) and reply.isdigit()] == list(range(200))
        await link.kept("{5}:kept")


async def test_what_the_replica_has_not_is_a_temporary_fault_and_later_accepted(pair: Watched) -> None:
    """Also what another connection wrote, as when an answer is asked for again."""
    async with linked(pair) as link:
        pair.replica.pause()
        assert await link.request("SET", "{5}:a", 1) == b"OK"
        with pytest.raises(NotReplicatedError, match="no replica had it in time"):
            await link.kept("{5}:kept")
        assert await link.request("GET", "{5}:a") == b"1"  # Nobody else waits.
        pair.replica.resume()
        await kept_at_last(link)


async def test_without_it_nothing_waits(pair: Watched) -> None:
    link = Link(f"redis://127.0.0.1:{pair.master.port}")
    await link.open()
    pair.replica.pause()
    await link.kept("{5}:kept")
    pair.replica.resume()
    link.close()


async def test_a_mark_that_cannot_be_written_is_no_acceptance(pair: Watched) -> None:
    replies: list[Any] = []
    async with linked(pair) as link:
        link.send_kept(packed("PING"), replies.append, packed("NOSUCH"))
        await eventually(lambda: bool(replies))
        assert isinstance(replies[0], NotReplicatedError)
        assert "no replica is known to have it" in str(replies[0])


async def test_where_either_connection_breaks_both_are_made_anew(pair: Watched) -> None:
    replies: list[Any] = []
    async with linked(pair) as link:
        for skip in (0, 1):
            pair.replica.pause()
            link.send_kept(packed("SET", "{5}:a", 1), replies.append, MARK)
            await link.request("PING")
            link.send_kept(packed("SET", "{5}:b", 1), replies.append, MARK)  # This one waits for the next wait.
            await link.request("PING")
            others = [each for each in pair.clients() if each["cmd"] != "client|list"]
            mine = [each["id"] for each in others if each["flags"] in ("N", "b")]
            pair.master.ask("CLIENT", "KILL", "ID", sorted(mine, key=int)[skip])
            await eventually(lambda: len(replies) == 2)
            assert all(isinstance(reply, StoreError) for reply in replies)
            replies.clear()
            pair.replica.resume()
            await eventually(lambda: link.is_up)
            await kept_at_last(link)


async def test_a_second_connection_that_is_refused_is_no_connection(pair: Watched) -> None:
    pair.master.ask("ACL", "SETUSER", "nowait", "on", ">any", "+@all", "-command", "~*", "&*")
    link = Link(f"redis://nowait:any@127.0.0.1:{pair.master.port}", replicated=True)
    with pytest.raises(LinkDownError, match="the store cannot be reached"):
        await link.open()
    link.close()


async def test_the_master_that_sentinels_name_is_followed(watched: Watched) -> None:
    store = store_at(watched.url)
    assert isinstance(store, SentinelLink)
    await store.open()
    await store.request("SET", "{5}:a", 1)
    await asyncio.to_thread(watched.synchronise)
    watched.master.kill()
    await eventually(lambda: not store.is_up)
    await eventually(lambda: store.is_up)
    assert watched.is_promoted()
    assert await store.request("GET", "{5}:a") == b"1"
    store.close()


async def test_sentinels_that_do_not_know_and_nodes_that_are_no_master(watched: Watched) -> None:
    with pytest.raises(LinkDownError, match="No master found for 'other'"):
        await store_at(watched.url.replace("/chat", "/other")).open()
    watched.master.ask("REPLICAOF", "127.0.0.1", watched.replica.port)
    with pytest.raises(LinkDownError, match="name a node that is no master"):
        await store_at(watched.url).open()


def test_a_replica_has_less_time_than_the_store() -> None:
    assert keeper_module.ANSWER_WITHIN > 2 * keeper_module.REPLICA_WITHIN / 1000
