"""The store goes away while the server runs: senders hear it soon, readers stay, and it goes on without a restart."""

import asyncio
import shutil
import signal
import socket
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path

import pytest
from redis.asyncio import Redis
from websockets.asyncio.client import connect

from chatserver.client.errors import Dropped
from chatserver.client.link import SUBPROTOCOLS, ClientLink, chat_address, open_link
from chatserver.protocol.codec import Encoding
from chatserver.protocol.codes import Close
from chatserver.protocol.commands import Check, Hello, History, Read, Send
from chatserver.protocol.events import Accepted, AnyEvent, ComposerChanged, Error, Gap, HistoryPage, Message, Role
from quotas.store.wire import ANSWER_WITHIN
from tests.chatserver.attachments.files import as_, pdf
from tests.chatserver.realtime.servers import token
from tests.engines import Engine, StoreProcess, engines
from tests.plain_http import http_client
from tests.stories.kept_server import HOST, ServerProcess

CONVERSATION = "c1"
WITHIN = 60.0
"""Seconds that a slow machine has for an answer."""
PAGE_AND_MORE = 250


EACH_ENGINE = pytest.mark.parametrize("engine", [engine for engine in engines() if engine != "cluster"])
"""For tests in which the kind of address counts: a unix socket with Valkey, TCP with Redis."""


@pytest.fixture
def engine() -> Engine:
    """What the store is, where a test does not ask for each engine."""
    return "valkey"


@pytest.fixture
def store(engine: Engine) -> Iterator[StoreProcess]:
    """A store of its own, that may be killed."""
    store = StoreProcess(engine, durable=True).start()
    yield store
    store.stop()


@pytest.fixture
def server(tmp_path: Path, store: StoreProcess) -> Iterator[ServerProcess]:
    """A server on it, with a conversation. No exception may go uncaught."""
    server = ServerProcess(tmp_path, store.url).start()
    server.provision([CONVERSATION])
    yield server
    server.stop()
    assert "Traceback" not in server.log


@asynccontextmanager
async def connected(server: ServerProcess, role: Role) -> AsyncIterator[ClientLink]:
    """A greeted connection that sends nothing again by itself, and hides no error."""
    link, _ = await open_link(
        chat_address(server.url), "json", token(f"{role}-{CONVERSATION}", role), {CONVERSATION: 0}
    )
    try:
        yield link
    finally:
        await link.close()


@asynccontextmanager
async def narrow(server: ServerProcess, role: Role, encoding: Encoding) -> AsyncIterator[ClientLink]:
    """As `connected`, but the system takes little of what it has not read yet: the server has to wait."""
    sock = socket.socket()
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 64 * 1024)
    sock.connect((HOST, server.port))
    address = chat_address(server.url)
    async with connect(address, sock=sock, subprotocols=[SUBPROTOCOLS[encoding]], compression=None) as connection:
        link = ClientLink(connection)
        await link.send(Hello(token=token(f"{role}-{CONVERSATION}", role), resume={CONVERSATION: 0}))
        yield link


def message(number: int, text: str = "") -> Send:
    return Send(conversation=CONVERSATION, id=str(number), body=text or f"message {number}")


async def answer(link: ClientLink, within: float = WITHIN) -> AnyEvent:
    """The next event that answers a command, or is a message."""
    async with asyncio.timeout(within):
        while True:
            event = await link.receive()
            if isinstance(event, Accepted | Error | Message | HistoryPage):
                return event


async def shown(link: ClientLink, number: int) -> list[int]:
    """The seqs of the next messages. Raises AssertionError at anything that is wrong."""
    seqs: list[int] = []
    while len(seqs) < number:
        event = await answer(link)
        assert isinstance(event, Message), event
        seqs.append(event.seq)
    return seqs


async def accepted(link: ClientLink, send: Send) -> int:
    """Send until the store is back; returns the seq. Where the first answer was lost, the message comes too."""
    await link.send(send)
    while True:
        event = await answer(link)
        if isinstance(event, Accepted):
            assert event.id == send.id
            return event.seq
        if not isinstance(event, Message):
            assert is_unavailable(event, send.id), event
            await asyncio.sleep(0.02)
            await link.send(send)


def is_unavailable(event: AnyEvent, id: str | None) -> bool:
    return isinstance(event, Error) and (event.code, event.temporary, event.id) == ("store_unavailable", True, id)


@EACH_ENGINE
async def test_a_killed_store_is_said_and_the_server_goes_on_when_it_is_back(
    server: ServerProcess, store: StoreProcess
) -> None:
    """Every command gets a temporary error, connections stay, and nothing is lost or doubled afterwards."""
    async with connected(server, "member") as member, connected(server, "mentor") as mentor:
        assert await accepted(member, message(1)) == 1
        assert await shown(mentor, 1) == [1]
        store.kill()
        await member.send(message(2))
        assert is_unavailable(await answer(member), "2")
        for command in (Check(CONVERSATION), Read(CONVERSATION, 1), History(CONVERSATION)):
            await mentor.send(command)
            assert is_unavailable(await answer(mentor), None)
        await asyncio.to_thread(store.start)
        assert await accepted(member, message(2)) == 2
        assert await shown(mentor, 1) == [2]
        assert await accepted(mentor, message(1)) == 3
        assert await shown(member, 1) == [3]


async def test_what_carries_files_hears_it_too(server: ServerProcess, store: StoreProcess) -> None:
    """As every other message does, and goes with the same id when the store is back."""
    async with http_client(server.url, headers=as_(f"member-{CONVERSATION}", "member")) as http:
        uploaded = await http.put(f"/v1/attachments/f1?conversation={CONVERSATION}", content=pdf())
        assert uploaded.status_code == 201
    async with connected(server, "member") as member:
        carrying = Send(conversation=CONVERSATION, id="1", body="", attachments=("f1",))
        store.kill()
        await member.send(carrying)
        assert is_unavailable(await answer(member), "1")
        await asyncio.to_thread(store.start)
        assert await accepted(member, carrying) == 1


@EACH_ENGINE
async def test_a_store_that_hangs_is_said_within_two_seconds(server: ServerProcess, store: StoreProcess) -> None:
    """Its sockets stay open and nothing answers: the sender hears it, and what it sent is there at most once."""
    assert ANSWER_WITHIN < 2
    async with connected(server, "member") as member, connected(server, "mentor") as mentor:
        assert await accepted(member, message(1)) == 1
        store.pause()
        await member.send(message(2))
        assert is_unavailable(await answer(member), "2")
        await member.send(message(3))
        assert is_unavailable(await answer(member), "3")
        with pytest.raises(Dropped) as dropped:
            async with connected(server, "mentor"):
                raise AssertionError("welcomed by a server without a store")
        assert dropped.value.code == Close.UNAVAILABLE
        store.resume()
        assert {await accepted(member, message(2)), await accepted(member, message(3))} == {2, 3}
        assert await shown(mentor, 3) == [1, 2, 3]


async def test_a_hello_meanwhile_is_turned_away(server: ServerProcess, store: StoreProcess) -> None:
    """Close code 4002 says: come back. Then it is as if nothing had been."""
    async with connected(server, "member") as member:
        store.kill()
        for _ in range(3):
            with pytest.raises(Dropped) as dropped:
                async with connected(server, "mentor"):
                    raise AssertionError("welcomed by a server without a store")
            assert dropped.value.code == Close.UNAVAILABLE
        await asyncio.to_thread(store.start)
        assert await accepted(member, message(1)) == 1
        async with connected(server, "mentor") as mentor:
            assert await shown(mentor, 1) == [1]


async def test_what_another_server_wrote_meanwhile_arrives(
    server: ServerProcess, store: StoreProcess, tmp_path: Path
) -> None:
    """One server loses its connection to the store while another goes on: its readers miss nothing."""
    async with Redis.from_url(store.url) as redis, connected(server, "mentor") as mentor:
        lost = [each["id"] for each in await redis.client_list() if each["resp"] == "3"]
        other = await asyncio.to_thread(ServerProcess(tmp_path, store.url).start)
        try:
            server.signal(signal.SIGSTOP)
            for client in lost:
                await redis.client_kill_filter(_id=client)
            async with connected(other, "member") as member:
                for number in range(1, PAGE_AND_MORE + 1):
                    await member.send(message(number))
                    assert isinstance(await answer(member), Accepted)
                server.signal(signal.SIGCONT)
                assert await shown(mentor, PAGE_AND_MORE) == list(range(1, PAGE_AND_MORE + 1))
                assert await accepted(mentor, message(1)) == PAGE_AND_MORE + 1
                assert await shown(member, 1) == [PAGE_AND_MORE + 1]
        finally:
            other.stop()
    assert "Traceback" not in other.log


@pytest.mark.parametrize("encoding", ["json", "msgpack"])
async def test_a_replay_that_the_store_interrupted_goes_on(
    encoding: Encoding, server: ServerProcess, store: StoreProcess
) -> None:
    """A reader far behind gets every message once, in order, though the store was killed in the middle."""
    messages, text = 450, "x" * 16_000
    async with connected(server, "member") as member:
        for number in range(1, messages + 1):
            await member.send(message(number, text))
        for _ in range(messages):
            assert isinstance(await answer(member), Accepted)
        async with narrow(server, "mentor", encoding) as mentor:
            assert await shown(mentor, 10) == list(range(1, 11))
            await asyncio.sleep(0.3)  # It reads no more for now, so the server waits for it half-way.
            store.kill()
            before = 10
            with suppress(TimeoutError):
                while True:
                    assert isinstance(event := await answer(mentor, within=0.5), Message)
                    before += 1
                    assert event.seq == before
            assert before < messages
            await asyncio.to_thread(store.start)
            await accepted(member, message(0))
            assert await shown(mentor, messages + 1 - before) == list(range(before + 1, messages + 2))


async def test_lost_functions_are_loaded_again_and_order_is_kept(server: ServerProcess, store: StoreProcess) -> None:
    """Somebody empties the store of functions under load: nobody notices, and no message overtakes another."""
    batches, size = 20, 50
    async with Redis.from_url(store.url) as redis, connected(server, "member") as member:
        for first in range(0, batches * size, size):
            for number in range(first, first + size):
                await member.send(message(number))
                if number == first + size // 2:
                    await redis.function_flush()
            for number in range(first, first + size):
                event = await answer(member)
                assert isinstance(event, Accepted), event
                assert (event.id, event.seq) == (str(number), number + 1)


async def test_functions_that_are_lost_with_the_store_are_loaded_again(
    server: ServerProcess, store: StoreProcess
) -> None:
    """A store that comes back without functions gets them at the new connect, and by a write over HTTP."""
    async with Redis.from_url(store.url) as redis, connected(server, "member") as member:
        await redis.function_flush()
        await asyncio.to_thread(server.provision, ["c2"])
        await redis.function_flush()
        await asyncio.to_thread(store.restart)
        assert await accepted(member, message(1)) == 1
        await member.send(Check(CONVERSATION))
        while not isinstance(event := await member.receive(), ComposerChanged):
            pass
        assert event.composer.open


async def test_messages_that_were_shown_and_lost_are_said_and_come_anew(
    server: ServerProcess, store: StoreProcess, tmp_path: Path
) -> None:
    """The store comes back with less than it had, as after a failover; another message takes the lost one's seq."""
    async with connected(server, "member") as member, connected(server, "mentor") as mentor:
        assert await accepted(member, message(1)) == 1
        kept, saved = store.folder / "appendonlydir", tmp_path / "saved"
        shutil.copytree(kept, saved)
        assert await accepted(member, message(2)) == 2
        assert await shown(mentor, 2) == [1, 2]
        store.kill()
        shutil.rmtree(kept)
        shutil.copytree(saved, kept)
        store.start()
        gap = await the_gap(mentor)
        assert (gap.conversation, gap.after) == (CONVERSATION, 0)
        assert await shown(mentor, 1) == [1]
        store.kill()
        store.start()
        assert await accepted(member, message(3)) == 2
        assert not await gaps_before(mentor, 2), "a loss is said once"


async def gaps_before(link: ClientLink, seq: int) -> list[Gap]:
    """The gaps that come before the next message, which has that seq."""
    gaps: list[Gap] = []
    async with asyncio.timeout(60):
        while not isinstance(event := await link.receive(), Message):
            gaps += [event] if isinstance(event, Gap) else []
    assert event.seq == seq
    return gaps


async def the_gap(link: ClientLink) -> Gap:
    """The next gap; nothing before it is a message."""
    async with asyncio.timeout(60):
        while True:
            event = await link.receive()
            assert not isinstance(event, Message), event
            if isinstance(event, Gap):
                return event
