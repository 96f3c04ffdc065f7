"""The link to a store: replies in order, and what happens when the store does not answer, dies and comes back."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator
from typing import Any

import hiredis
import pytest
from redis import Redis

from quotas.store import link as link_module
from quotas.store import wire as wire_module
from quotas.store.errors import StoreError
from quotas.store.link import Link
from quotas.store.port import Store
from quotas.store.wire import LinkDownError, packed
from tests.engines import StoreProcess
from tests.quotas.ledgers import closed, link_to

PING = packed("PING")


@pytest.fixture
def own_store() -> Iterator[StoreProcess]:
    """A store of the test's own, to be killed and paused."""
    store = StoreProcess().start()
    yield store
    store.stop()


@pytest.fixture
async def link(valkey_url: str) -> AsyncIterator[Link]:
    async with link_to(valkey_url) as link:
        yield link


async def _until(met: Callable[[], bool]) -> None:
    async with asyncio.timeout(30):
        while not met():  # noqa: ASYNC110 - nobody sets an event for it
            await asyncio.sleep(0.01)


async def test_replies_come_in_the_order_of_requests_over_both_kinds_of_address(store_url: str) -> None:
    async with link_to(store_url) as link:
        replies = await asyncio.gather(*(link.request("ECHO", str(number)) for number in range(100)))
    assert replies == [str(number).encode() for number in range(100)]


async def test_an_error_of_the_store_is_raised_and_harms_nobody_else(link: Link) -> None:
    good, bad, also_good = await asyncio.gather(
        link.request("ECHO", "1"), link.request("NOSUCH"), link.request("ECHO", "2"), return_exceptions=True
    )
    assert (good, also_good) == (b"1", b"2")
    assert isinstance(bad, StoreError)
    assert "unknown command" in str(bad)


async def test_send_hands_over_the_reply_or_the_error(link: Link) -> None:
    replies: list[Any] = []
    link.send(PING, replies.append)
    link.send(packed("NOSUCH"), replies.append)
    await link.request("PING")
    assert replies[0] == b"PONG"
    assert isinstance(replies[1], hiredis.ReplyError)


async def test_a_request_given_up_leaves_the_others_in_order(link: Link, caplog: pytest.LogCaptureFixture) -> None:
    given_up = asyncio.create_task(link.request("ECHO", "1"))
    await asyncio.sleep(0)
    given_up.cancel()
    assert await link.request("ECHO", "2") == b"2"
    assert not caplog.records


async def test_who_cannot_take_bad_news_does_not_keep_it_from_the_others(
    own_store: StoreProcess, caplog: pytest.LogCaptureFixture
) -> None:
    told: list[Any] = []

    def fails(reply: Any) -> None:
        raise RuntimeError("a fault of the receiver")

    async with link_to(own_store.url) as link:
        own_store.pause()
        link.send(PING, fails)
        link.send(PING, told.append)
        own_store.kill()
        await _until(lambda: bool(told))
    assert isinstance(told[0], LinkDownError)
    assert "an answer could not be delivered" in caplog.text


@pytest.mark.parametrize(
    ("url", "why"),
    [
        ("unix:///nowhere/store.sock", "the store cannot be reached: .*No such file"),
        ("redis://127.0.0.1:1", "the store cannot be reached: .*127.0.0.1"),
    ],
)
async def test_a_store_that_is_not_there_is_a_clear_error(url: str, why: str) -> None:
    link = Link(url)
    with pytest.raises(LinkDownError, match=why):
        await link.open()
    assert not link.is_up
    await closed(link)


async def test_tls_to_a_store_that_speaks_none_is_an_error(stores: Any) -> None:
    link = Link(stores.cleared("cluster").url.replace("redis:", "rediss:"))
    with pytest.raises(LinkDownError, match="the store cannot be reached"):
        await link.open()
    await closed(link)


async def test_a_server_that_speaks_another_protocol_is_an_error(caplog: pytest.LogCaptureFixture) -> None:
    async def answer(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 400 Bad Request\r\n\r\n")
        writer.close()

    async with await asyncio.start_server(answer, "127.0.0.1") as server:
        link = Link(f"redis://127.0.0.1:{server.sockets[0].getsockname()[1]}")
        with pytest.raises(LinkDownError):
            await link.open()
        await closed(link)
    assert "the store does not speak its protocol" in caplog.text


async def test_passwords_users_and_databases_of_the_url(own_store: StoreProcess) -> None:
    with Redis.from_url(own_store.url) as client:
        client.acl_setuser("alice", enabled=True, passwords=["+secret"], categories=["+@all"], keys=["*"])
        client.config_set("requirepass", "open sesame")
    path = own_store.url.removeprefix("unix://")
    for url, user, database in (
        (f"unix://:open%20sesame@{path}", b"default", b"db=0"),
        (f"unix://alice:secret@{path}?db=3", b"alice", b"db=3"),
    ):
        async with link_to(url) as link:
            assert await link.request("ACL", "WHOAMI") == user
            assert database in await link.request("CLIENT", "INFO")
    for url, why in (
        (f"unix://:wrong@{path}", "WRONGPASS"),
        (own_store.url, "NOAUTH"),
        (f"unix://alice:secret@{path}?db=99", "DB index is out of range"),
    ):
        link = Link(url)
        with pytest.raises(LinkDownError, match=f"the store cannot be reached: .*{why}") as error:
            await link.open()
        assert "wrong" not in str(error.value)
        await closed(link)


async def test_a_store_with_too_many_clients_says_so(own_store: StoreProcess) -> None:
    with Redis.from_url(own_store.url) as client:
        client.config_set("maxclients", 1)
        link = Link(own_store.url)
        with pytest.raises(LinkDownError, match="max number of clients reached"):
            await link.open()
    await closed(link)


async def test_before_and_after_nothing_is_let_through(valkey_url: str) -> None:
    link, replies = Link(valkey_url), list[Any]()
    link.subscribe(b"x")
    link.unsubscribe(b"x")
    link.send(PING, replies.append)
    with pytest.raises(LinkDownError, match="the store is not connected"):
        await link.request("PING")
    await link.open()
    link.send(PING, replies.append)
    await asyncio.sleep(0)
    link.close()
    link.send(PING, replies.append)
    await asyncio.sleep(0)
    link.send(PING, replies.append)
    assert [str(reply) for reply in replies] == [
        "the store is not connected",
        "the store went away before it answered",
        "the store went away before it answered",
        "the store is not connected",
    ]
    assert all(isinstance(reply, LinkDownError) for reply in replies)
    assert not link.is_up
    Link(valkey_url).close()


async def test_what_is_published_arrives_beside_the_replies(valkey_url: str) -> None:
    pushed: list[Any] = []
    link = Link(valkey_url)
    link.on_push = pushed.append
    await link.open()
    link.subscribe(b"{1}a")
    link.subscribe(b"{1}b")
    assert await link.request("SPUBLISH", "{1}a", "hello") == 1
    assert [list(push) for push in pushed] == [
        [b"ssubscribe", b"{1}a", 1],
        [b"ssubscribe", b"{1}b", 2],
        [b"smessage", b"{1}a", b"hello"],
    ]
    await closed(link)


async def test_a_link_without_listener_ignores_what_is_published(link: Link) -> None:
    link.subscribe(b"{1}a")
    assert await link.request("SPUBLISH", "{1}a", "hello") == 1
    assert await link.request("PING") == b"PONG"


async def test_a_refused_subscription_is_nobody_elses_answer(
    own_store: StoreProcess, caplog: pytest.LogCaptureFixture
) -> None:
    """The connection is given up instead, and made anew, with what is subscribed by then."""
    with Redis.from_url(own_store.url) as client:
        client.acl_setuser("deaf", enabled=True, nopass=True, categories=["+@all"], keys=["*"], reset_channels=True)
    link = Link(own_store.url.replace("unix://", "unix://deaf:any@"))
    await link.open()
    link.subscribe(b"{1}a")
    with pytest.raises(LinkDownError, match="went away before it answered"):
        await link.request("ECHO", "1")
    link.unsubscribe(b"{1}a")
    await _until(lambda: link.is_up)
    assert await link.request("ECHO", "2") == b"2"
    assert "the store refuses a subscription; reconnecting: NOPERM" in caplog.text
    await closed(link)


async def test_a_store_killed_and_restarted_is_found_again(own_store: StoreProcess) -> None:
    ups: list[bytes] = []

    async def up(link: Store) -> None:
        ups.append(await link.request("PING"))

    link = Link(own_store.url)
    link.on_up = up
    await link.open()
    own_store.pause()
    on_its_way = asyncio.create_task(link.request("PING"))
    await asyncio.sleep(0.05)
    await asyncio.to_thread(own_store.kill)
    with pytest.raises(LinkDownError, match="went away before it answered"):
        await on_its_way
    with pytest.raises(LinkDownError, match="not connected"):
        await link.request("PING")
    await asyncio.sleep(0.3)  # several attempts in vain
    await asyncio.to_thread(own_store.start)
    await _until(lambda: link.is_up)
    assert await link.request("ECHO", "1") == b"1"
    assert ups == [b"PONG", b"PONG"]
    await closed(link)


async def test_a_store_that_does_not_answer_for_two_seconds_counts_as_gone(
    own_store: StoreProcess, caplog: pytest.LogCaptureFixture
) -> None:
    async with link_to(own_store.url) as link:
        await asyncio.sleep(1.2)  # an idle link is fine
        assert await link.request("PING") == b"PONG"
        own_store.pause()
        with pytest.raises(LinkDownError, match="went away before it answered"):
            await link.request("PING")
        own_store.resume()
        await _until(lambda: link.is_up)
        assert await link.request("PING") == b"PONG"
    assert [record.message for record in caplog.records] == [
        "the store went away; reconnecting",
        "the store is back",
    ]


async def test_a_store_that_answers_slowly_but_does_is_not_given_up(own_store: StoreProcess) -> None:
    """Something is owed at every look, and something was answered since the one before."""
    async with link_to(own_store.url) as link:

        async def chat() -> None:
            for number in range(14):
                assert await link.request("BLPOP", "{1}none", "0.1") is None
                assert await link.request("ECHO", str(number)) == str(number).encode()

        await chat()
        assert link.is_up


async def test_connecting_to_a_store_that_does_not_answer_ends_in_time(
    own_store: StoreProcess, caplog: pytest.LogCaptureFixture
) -> None:
    own_store.pause()
    link = Link(own_store.url)
    with pytest.raises(LinkDownError, match="the store cannot be reached: "):
        async with asyncio.timeout(link_module.CONNECT_WITHIN + 20):
            await link.open()
    await closed(link)
    own_store.resume()
    assert not caplog.records


async def test_where_coming_up_fails_opening_fails_and_reconnecting_goes_on(own_store: StoreProcess) -> None:
    """The store breaks the connection while `on_up` works: one attempt after the other, never two at once."""
    attempts: list[bool] = []

    async def up(link: Store) -> None:
        attempts.append(link.is_up)
        if len(attempts) in (1, 3, 4):
            await link.request("CLIENT", "KILL", "SKIPME", "no", "TYPE", "normal")
            await link.request("PING")

    link = Link(own_store.url)
    link.on_up = up
    with pytest.raises(LinkDownError, match="the store cannot be reached"):
        await link.open()
    await asyncio.sleep(0.2)
    assert len(attempts) == 1, "an open that failed does not try again by itself"
    await link.open()
    await asyncio.to_thread(own_store.restart)
    await _until(lambda: len(attempts) == 5 and link.is_up)
    with Redis.from_url(own_store.url) as client:
        assert len(client.client_list()) == 2
    assert attempts == [True] * 5
    await closed(link)


async def test_a_connection_lost_unnoticed_while_coming_up_is_noticed(own_store: StoreProcess) -> None:
    async def up(link: Store) -> None:
        link.send(packed("CLIENT", "KILL", "SKIPME", "no", "TYPE", "normal"), lambda reply: None)
        await _until(lambda: not link.is_up)

    link = Link(own_store.url)
    link.on_up = up
    with pytest.raises(LinkDownError, match="it went away again"):
        await link.open()
    await closed(link)


async def test_a_closed_link_stays_closed(own_store: StoreProcess) -> None:
    link = Link(own_store.url)
    await link.open()
    await asyncio.to_thread(own_store.kill)
    await _until(lambda: not link.is_up)
    link.close()
    await asyncio.to_thread(own_store.start)
    await asyncio.sleep(0.3)
    assert not link.is_up


async def test_too_many_requests_at_once_are_refused(link: Link, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(wire_module, "MAX_PENDING", 3)
    replies: list[Any] = []
    for _ in range(5):
        link.send(PING, replies.append)
    assert [str(reply) for reply in replies] == ["too many requests are waiting for the store"] * 2
    await _until(lambda: len(replies) == 5)
    assert replies[2:] == [b"PONG"] * 3


async def test_one_who_cannot_take_an_answer_keeps_nobody_from_theirs(link: Link) -> None:
    """Those behind get theirs at once, over the same connection."""

    def refuse(_: Any) -> None:
        raise ValueError

    wire, replies = link._wire, list[Any]()
    link.send(PING, refuse)
    link.send(PING, replies.append)
    assert await link.request("ECHO", "after") == b"after"
    assert len(replies) == 1
    assert link._wire is wire


async def test_a_fault_of_ours_at_a_connect_does_not_end_the_trying(own_store: StoreProcess) -> None:
    """What is done after a connect fails once: the next one succeeds."""
    faults = [ValueError("once")]

    async def up(_: Store) -> None:
        if faults:
            raise faults.pop()

    async with link_to(own_store.url) as link:
        link.on_up = up
        await asyncio.to_thread(own_store.restart)
        await _until(lambda: link.is_up and not faults)
        assert await link.request("ECHO", "back") == b"back"
