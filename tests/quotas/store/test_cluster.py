"""A store of several nodes: where calls and subscriptions go, and what happens while a slot or a master changes."""

import asyncio
from collections.abc import AsyncIterator, Callable, Collection, Iterator
from contextlib import asynccontextmanager
from functools import partial
from typing import Any

import pytest

from quotas.ledger import keys
from quotas.ledger.base import Again, Post, Posted, PostResult
from quotas.ledger.redis import RedisLedger
from quotas.store import moving as moving_module
from quotas.store.address import read_address
from quotas.store.cluster import ClusterLinks
from quotas.store.errors import StoreError
from quotas.store.moving import Moving, SlotCall
from quotas.store.stores import store_at
from quotas.store.topology import node_at, slot_of, view_of
from quotas.store.wire import LinkDownError, packed
from quotas.terms import Rulebook
from tests.clusters import Cluster, Node, until
from tests.quotas.ledger.desk import LANE, Desk
from tests.quotas.moments import oslo

MONDAY = oslo("2026-01-05T08:00:00")
KEY = "{5}:key"
SLOT = slot_of(KEY)
SOON = 20.0

pytestmark = pytest.mark.timeout(120)


@pytest.fixture
def cluster() -> Iterator[Cluster]:
    """Three masters, to be harmed."""
    cluster = Cluster("valkey", replicas=False)
    try:
        cluster.start()
        yield cluster
    finally:
        cluster.stop()


@asynccontextmanager
async def opened(url: str) -> AsyncIterator[ClusterLinks]:
    store = store_at(url)
    assert isinstance(store, ClusterLinks)
    await store.open()
    try:
        yield store
    finally:
        store.close()
        await asyncio.sleep(0)


async def eventually(met: Callable[[], bool]) -> None:
    async with asyncio.timeout(SOON):
        while not met():  # noqa: ASYNC110 - nobody sets an event for it
            await asyncio.sleep(0.01)


def another(cluster: Cluster) -> Node:
    return next(master for master in cluster.masters if master is not cluster.owner(SLOT))


async def test_everything_goes_where_its_slot_is(cluster: Cluster) -> None:
    async with opened(cluster.url) as store:
        assert (
            await asyncio.gather(*(store.request("SET", f"{{{each}}}:key", each) for each in range(50))) == [b"OK"] * 50
        )
        assert sum(await store.everywhere("DBSIZE")) == 50
        assert await store.request("PING") == b"PONG"
        await store.kept(KEY)  # Nothing to wait for.
        assert (store.is_up, store.pending) == (True, 0)
    assert not store.is_up
    ClusterLinks([]).close()


async def test_a_cluster_that_is_not_whole_says_so(cluster: Cluster) -> None:
    with pytest.raises(LinkDownError, match="cannot be reached"):
        await store_at("redis://127.0.0.1:1,127.0.0.1:2").open()
    cluster.masters[2].kill()
    with pytest.raises(LinkDownError, match="not every slot of the cluster has a master that answers"):
        await store_at(cluster.url).open()
    # The first node that is named is gone, the second tells of the others.
    cluster.masters[2].start()
    cluster.masters[2].wait()
    ports = [master.port for master in cluster.masters]
    cluster.masters[0].kill()
    with pytest.raises(LinkDownError, match="not every slot"):
        await store_at(f"redis://127.0.0.1:{ports[0]},127.0.0.1:{ports[1]}").open()


async def test_calls_wait_in_order_while_their_slot_moves(
    cluster: Cluster, rulebook: Rulebook, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(moving_module, "HOLD_FOR", SOON)
    async with opened(cluster.url) as store:
        ledger = RedisLedger(store)
        await ledger.load()
        desk = await Desk(ledger, rulebook).opened(MONDAY, "light")
        name = keys.conversation("c")
        await desk.mentor(MONDAY, "first")
        terms = desk.terms(await desk.standing(MONDAY))
        for _ in range(3):
            source = cluster.owner(slot_of(name))
            to = next(master for master in cluster.masters if master is not source)
            with cluster.moving(slot_of(name), to):
                posting = [
                    asyncio.create_task(desk.post("mentor", str(number), desk.settings, terms, MONDAY))
                    for number in range(20)
                ]
                await eventually(lambda: bool(store._moving))
                posting.append(asyncio.create_task(desk.post("mentor", "last", desk.settings, terms, MONDAY)))
                await asyncio.sleep(0)
                # One key is read wherever it is, and so is a function's only one.
                assert await ledger.standing("c", at=MONDAY) is not None
                await ledger.call("claim", (keys.timers(int(keys.tag("c")[1:-1])),), 0, 1000, 1)
            results = await asyncio.gather(*posting)
            seqs = [result.seq for result in results if isinstance(result, Posted)]
            assert seqs == sorted(seqs)
            assert len(seqs) == 21
        assert (await desk.standing(MONDAY)).last_seq == 64


async def test_a_move_that_is_called_off_lets_nothing_overtake(cluster: Cluster, rulebook: Rulebook) -> None:
    """The first post is turned away, the second is not: all of it on one link, so that the places are fixed."""
    async with opened(cluster.url) as store:
        ledger = RedisLedger(store)
        await ledger.load()
        desk = await Desk(ledger, rulebook).opened(MONDAY, "light")
        terms = desk.terms(await desk.standing(MONDAY))
        slot = slot_of(keys.conversation("c"))
        to = next(master for master in cluster.masters if master is not cluster.owner(slot))
        owner = store._owners[slot]
        assert owner is not None

        answers: dict[int, PostResult | StoreError] = {}

        def post(number: int, after: int) -> None:
            post = Post("c", "mentor", "", b"", b"{}", "test", LANE, number, after)
            ledger.post(post, desk.settings, terms, partial(answers.__setitem__, number), at=MONDAY)

        await owner.request("CLUSTER", "SETSLOT", slot, "MIGRATING", to.ask("CLUSTER", "MYID"))
        post(1, 0)
        owner.send(packed("CLUSTER", "SETSLOT", slot, "STABLE"), lambda reply: None)
        post(2, 1)
        await eventually(lambda: len(answers) == 2)
        assert answers[2] == Again()
        assert isinstance(answers[1], Posted)
        assert answers[1].seq == 1


async def test_a_slot_that_moves_too_long_is_a_temporary_fault(
    cluster: Cluster, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(moving_module, "HOLD_FOR", 0.3)
    async with opened(cluster.url) as store:
        await store.request("SET", KEY, "here")
        with (
            cluster.moving(SLOT, another(cluster)),
            pytest.raises(StoreError, match="is moving this part of its data"),
        ):
            await store.request("FCALL", "none", 2, KEY, "{5}:never")
        assert await store.request("GET", KEY) == b"here"


async def test_what_is_held_fails_when_the_store_is_closed(cluster: Cluster) -> None:
    async with opened(cluster.url) as store:
        await store.request("SET", KEY, "here")
        with cluster.moving(SLOT, another(cluster)):
            held = asyncio.create_task(store.request("FCALL", "none", 2, KEY, "{5}:never"))
            await eventually(lambda: bool(store._moving))
            store.close()
            with pytest.raises(LinkDownError):
                await held


async def test_subscriptions_follow_their_slot(cluster: Cluster) -> None:
    heard: list[Any] = []
    missed: list[bytes] = []
    async with opened(cluster.url) as store:
        store.on_push = heard.append
        store.on_missed = missed.extend
        for channel in (b"{5}:a", b"{5}:b"):
            store.subscribe(channel)
        store.unsubscribe(b"{5}:b")
        with cluster.moving(SLOT, another(cluster)):
            pass
        await eventually(lambda: b"{5}:a" in missed)
        await store.request("SPUBLISH", "{5}:b", "nobody")
        await store.request("SPUBLISH", "{5}:a", "hello")
        await eventually(lambda: bool(heard) and heard[-1][0] == b"smessage")
        assert [push[1:] for push in heard if push[0] == b"smessage"] == [[b"{5}:a", b"hello"]]
        # Subscribed at the old owner, it is told where to go.
        owner = next(link for link in store._links.values() if link.node.port == cluster.owner(SLOT).port)
        store._assign({SLOT: next(link for link in store._links.values() if link is not owner)})
        await eventually(lambda: store._owners[SLOT] is owner and b"{5}:a" in owner.channels)
        before = len(heard)
        async with asyncio.timeout(SOON):
            while not any(push[0] == b"smessage" for push in heard[before:]):
                await store.request("SPUBLISH", "{5}:a", "again")
                await asyncio.sleep(0.05)


async def test_a_channel_that_its_node_lets_go_looks_for_another(cluster: Cluster) -> None:
    """Where nothing else told of the move."""
    async with opened(cluster.url) as store:
        assert store._task is not None
        store._task.cancel()
        store.subscribe(b"{5}:a")
        await store.request("GET", KEY)
        with cluster.moving(SLOT, another(cluster)):
            pass
        await eventually(lambda: b"{5}:a" in store._homeless and store._hint.is_set())


async def test_a_fault_of_ours_does_not_end_the_looking(masters: Cluster, caplog: pytest.LogCaptureFixture) -> None:
    """Who is told that something was missed fails once; the next look finds the channel's node as well."""
    faults, missed = [ValueError("once")], list[bytes]()

    def on_missed(channels: Collection[bytes]) -> None:
        if faults:
            raise faults.pop()
        missed.extend(channels)

    async with opened(masters.url) as store:
        store.on_missed = on_missed
        store.subscribe(b"{5}:a")
        for _ in range(2):
            store._homeless.add(b"{5}:a")
            store._hint.set()
            await eventually(lambda: not store._homeless)
        await eventually(lambda: missed == [b"{5}:a"])
    assert "who has what cannot be found out; looking again" in caplog.text


async def test_a_master_that_comes_back_is_used_again(cluster: Cluster) -> None:
    missed: list[bytes] = []
    async with opened(cluster.url) as store:
        store.on_missed = missed.extend
        store.on_up = RedisLedger(store).load_at
        store.subscribe(b"{5}:a")
        victim = cluster.owner(SLOT)
        victim.pause()
        store._hint.set()  # The others tell; this one does not.
        await eventually(lambda: not store.is_up)
        victim.resume()
        await eventually(lambda: store.is_up)
        victim.kill()
        await eventually(lambda: not store.is_up)
        with pytest.raises(LinkDownError):
            await store.request("GET", KEY)
        with pytest.raises(StoreError):
            await store.everywhere("PING")
        victim.start()
        await eventually(lambda: store.is_up and b"{5}:a" in missed)
        async with asyncio.timeout(SOON):
            while True:
                try:
                    assert await store.request("SET", KEY, "back") == b"OK"
                    break
                except StoreError:
                    await asyncio.sleep(0.05)


async def test_nodes_join_and_leave(cluster: Cluster, monkeypatch: pytest.MonkeyPatch) -> None:
    """A fourth master gets a slot, and loses it again."""
    monkeypatch.setattr(moving_module, "HOLD_FOR", SOON)
    fourth = cluster.joined()
    async with opened(cluster.url) as store:
        await store.request("SET", KEY, "here")
        first = cluster.owner(SLOT)
        with cluster.moving(SLOT, fourth):
            never = asyncio.create_task(store.request("GET", "{5}:never"))  # It is at a node that is not known yet.
            await eventually(lambda: bool(store._moving))
        assert await never is None
        async with asyncio.timeout(SOON):
            while await store.request("GET", KEY) != b"here":
                pass
        await eventually(lambda: any(link.node.port == fourth.port for link in store._links.values()))
        with cluster.moving(SLOT, first):
            pass
        assert await store.request("GET", KEY) == b"here"
        await eventually(lambda: all(link.node.port != fourth.port for link in store._links.values()))


async def test_when_no_node_is_left_the_first_that_comes_back_is_asked(cluster: Cluster) -> None:
    async with opened(cluster.url) as store:
        for master in cluster.masters:
            master.kill()
        await eventually(lambda: not any(link.is_up for link in store._links.values()))
        store._hint.set()
        for master in cluster.masters:
            master.start()
        await eventually(lambda: store.is_up)
        await asyncio.to_thread(until, lambda: cluster.is_whole(), "the cluster is whole")
        assert await store.request("PING") == b"PONG"


async def test_a_subscription_that_is_not_allowed_is_given_up(cluster: Cluster) -> None:
    for master in cluster.masters:
        master.ask("ACL", "SETUSER", "deaf", "on", ">any", "+@all", "~*", "resetchannels")
    async with opened(cluster.url.replace("redis://", "redis://deaf:any@")) as store:
        store.subscribe(b"{5}:a")
        await eventually(lambda: not store.is_up)
        store.unsubscribe(b"{5}:a")
        await eventually(lambda: store.is_up)


async def test_what_was_subscribed_before_is_heard_after_opening(masters: Cluster) -> None:
    heard: list[Any] = []
    store = store_at(masters.url)
    store.on_push = heard.append
    store.subscribe(b"{5}:a")
    await store.open()
    await store.request("SPUBLISH", "{5}:a", "hello")
    await eventually(lambda: [b"smessage", b"{5}:a", b"hello"] in [list(push) for push in heard])
    store.close()


async def test_accepted_on_a_replica(rulebook: Rulebook) -> None:
    """Every post waits for a replica of its own master."""
    cluster = Cluster("valkey")
    try:
        cluster.start()
        store = store_at(cluster.url, replicated=True)
        await store.open()
        ledger = RedisLedger(store)
        await ledger.load()
        for name in ("c1", "c2", "c3", "c4"):
            desk = await Desk(ledger, rulebook, name).opened(MONDAY, "light")
            assert isinstance(await desk.mentor(MONDAY, "hello"), Posted)
        await store.kept("{5}:kept")
        store.close()
        await asyncio.sleep(0)
    finally:
        cluster.stop()


async def test_nothing_is_tried_while_something_of_the_slot_is_under_way() -> None:
    under_way, tried = [True], list[SlotCall]()
    moving = Moving(tried.append, lambda slot: not under_way)
    call = SlotCall(1, packed("GET", KEY), lambda reply: None, SLOT, None)
    moving.put_back(call)
    await asyncio.sleep(0)
    await asyncio.sleep(2 * moving_module.TRY_EVERY)
    assert not tried
    under_way.clear()
    await eventually(lambda: tried == [call])
    moving.stop()


async def test_a_slot_without_a_node_is_a_fault() -> None:
    store = ClusterLinks([])
    replies: list[Any] = []
    store.send(packed("GET", KEY), replies.append, SLOT)
    store.subscribe(b"{5}:a")
    assert [str(reply) for reply in replies] == ["no node of the cluster has this part of the data"]
    assert store._homeless == {b"{5}:a"}
    store.unsubscribe(b"{5}:a")
    assert not store._homeless


def test_a_node_that_does_not_name_its_host_means_its_own() -> None:
    asked = read_address("redis://asked:7000").nodes[0]
    assert node_at(":7001", asked).host == asked.host
    view = view_of(b"cluster_current_epoch:3\r\n", [[0, 5, [None, 7001, b"id"]]], asked)
    assert (view.epoch, {node.host for node in view.masters()}) == (3, {asked.host})
