"""Bounds and ends: order under stale terms, too much in flight, readers that do not read, servers that stop."""

import asyncio
import socket
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from pathlib import Path

import pytest
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed

from chatserver.protocol.codes import Close
from chatserver.realtime.connection import MAX_IN_FLIGHT
from chatserver.realtime.socket import MAX_UNSENT
from quotas import instant
from tests.chatserver.client.peer import eventually
from tests.chatserver.realtime.devices import Device, Event, bodies, seqs
from tests.chatserver.realtime.servers import HereServer, Server, here, program, token
from tests.engines import StoreProcess

AROUND = 700
"""Milliseconds before and after midnight in which a stream is written across it."""


async def stream(device: Device, is_over: Callable[[], Awaitable[bool]]) -> list[Event]:
    """Write without waiting for answers, in bursts; then the answers, in the order of the writing."""
    written = 0
    while not await is_over():
        for _ in range(5):
            await device.say("send", conversation="c1", id=f"{written}", body=f"text {written}")
            written += 1
        await asyncio.sleep(0.01)
    return [await device.answer(f"{n}") for n in range(written)]


async def stream_across(server: HereServer, device: Device, midnight: str) -> list[Event]:
    """A stream that begins before that instant and ends after it, by the store's clock."""
    ledger, at = server.parts.ledger, instant.parse(midnight)
    assert await ledger.now() < at, "the start took longer than the evening"
    while await ledger.now() < at - AROUND:  # noqa: ASYNC110 - a clock has no event
        await asyncio.sleep(0.01)

    async def is_over() -> bool:
        return await ledger.now() > at + AROUND

    return await stream(device, is_over)


# Order under stale terms


async def test_order_is_kept_across_midnight(valkey_url: str, tmp_path: Path) -> None:
    """Terms run out in the middle of a stream: nothing is lost, nothing overtakes."""
    async with here(valkey_url, tmp_path, now="2026-01-06T22:59:54Z") as server:
        await server.conversation("c1", "basic")
        async with server.device("mia") as mia, server.device("tora") as tora:
            answers = await stream_across(server, mia, "2026-01-06T23:00:00Z")
            assert seqs(answers) == list(range(1, len(answers) + 1))
            assert answers[0]["at"] < "2026-01-06T23:00:00.000Z" <= answers[-1]["at"]
            heard = await tora.messages(len(answers))
            assert bodies(heard) == [f"text {n}" for n in range(len(answers))]


async def test_the_weekend_falls_between_two_messages_of_a_stream(valkey_url: str, tmp_path: Path) -> None:
    """Everything before is accepted, everything after refused and returned, and there is one border."""
    async with here(valkey_url, tmp_path, now="2026-01-09T22:59:54Z") as server:
        await server.conversation("c1", "basic")
        async with server.device("mia") as mia, server.device("tora") as tora:
            answers = await stream_across(server, mia, "2026-01-09T23:00:00Z")
            border = [answer["type"] for answer in answers].index("refused")
            assert border > 0
            assert seqs(answers[:border]) == list(range(1, border + 1))
            assert {(answer["type"], answer["reason"]) for answer in answers[border:]} == {("refused", "closed")}
            assert bodies(answers[border:]) == [f"text {n}" for n in range(border, len(answers))]
            assert bodies(await tora.messages(border)) == [f"text {n}" for n in range(border)]
            assert not [event for event in await tora.silence(0.2) if event["type"] == "message"]


async def test_order_is_kept_while_the_plan_changes(servers: tuple[HereServer, HereServer]) -> None:
    """Changes on both servers, again and again, in the middle of two streams."""
    one, other = servers
    async with one.device("mia") as mia, other.device("tora") as tora:

        async def change() -> None:
            for plan in ("light", "live", "live+", "basic") * 2:
                await (one if plan in ("light", "live") else other).change("c1", plan=plan)

        changing = asyncio.create_task(change())

        async def is_over() -> bool:
            return changing.done()

        hers, theirs = await asyncio.gather(stream(mia, is_over), stream(tora, is_over))
        await changing
        assert seqs(hers) == sorted(seqs(hers))
        assert seqs(theirs) == sorted(seqs(theirs))
        assert sorted(seqs(hers) + seqs(theirs)) == list(range(1, len(hers) + len(theirs) + 1))
        assert seqs(await tora.messages(len(hers))) == seqs(hers)
        assert seqs(await mia.messages(len(theirs))) == seqs(theirs)


# Too much in flight


async def test_reading_pauses_while_the_store_is_slow(tmp_path: Path) -> None:
    """Commands wait in the sender's socket, bounded here; when the store answers again all of them are answered."""
    store = StoreProcess().start()
    try:
        async with here(store.url, tmp_path) as server:
            await server.conversation("c1", "basic")
            async with server.device("mia") as mia, server.device("tora") as tora:
                await mia.write("first")
                [connection] = [each for each in server.parts.hub.connections if each.user == "mia"]
                store.pause()
                count = 200

                async def write() -> None:
                    for n in range(count):
                        await mia.say("send", conversation="c1", id=f"{n}", body=f"{n} ".ljust(16_000, "."))

                writing = asyncio.create_task(write())
                await eventually(lambda: connection.in_flight == MAX_IN_FLIGHT)
                store.resume()
                await writing
                answers = [await mia.answer(f"{n}") for n in range(count)]
                assert seqs(answers) == list(range(2, count + 2))
                assert seqs(await tora.messages(count + 1)) == list(range(1, count + 2))
    finally:
        store.stop()


async def test_a_store_that_is_gone_is_said_so(tmp_path: Path) -> None:
    """A temporary error with the id; the same id again is safe, and the connection lives through it."""
    store = StoreProcess(durable=True).start()
    try:
        async with here(store.url, tmp_path) as server:
            await server.conversation("c1", "basic")
            async with server.device("mia") as mia, server.device("tora") as tora:
                await mia.write("before")
                await asyncio.to_thread(store.kill)
                error = await mia.write("during", id="1")
                assert (error["code"], error["temporary"]) == ("store_unavailable", True)
                await mia.say("check", conversation="c1")
                await mia.error("store_unavailable")
                await asyncio.to_thread(store.restart)
                while (answer := await mia.write("during", id="1"))["type"] == "error":  # noqa: ASYNC110 - apps try again
                    await asyncio.sleep(0.05)
                assert answer["seq"] == 2
                assert bodies(await tora.messages(2)) == ["before", "during"]
    finally:
        store.stop()


# Readers that do not read


@asynccontextmanager
async def deaf(server: Server, person: str, resume: dict[str, int]) -> AsyncIterator[Device]:
    """A device with little room that stops reading once it is welcomed."""
    small = socket.socket()
    small.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 8 * 1024)
    small.setblocking(False)
    await asyncio.get_running_loop().sock_connect(small, ("127.0.0.1", server.port))
    url = f"ws://127.0.0.1:{server.port}/v1/chat"
    async with connect(url, sock=small, proxy=None, max_size=None, max_queue=None, compression=None) as connection:
        device = Device(connection, "json")
        await device.greet(token(person), resume)
        connection.transport.pause_reading()
        yield device


MUCH = "x" * 16_000


def messages_in(size: int) -> int:
    """How many messages `write_much` writes."""
    return size // len(MUCH) + 1


async def write_much(device: Device, size: int, reader: Device | None = None) -> int:
    """Write more than `size` bytes of text; how many messages. A `reader` gets them a few at a time, so it keeps up."""
    count = messages_in(size)
    few = count if reader is None else 32
    for first in range(0, count, few):
        numbers = range(first, min(first + few, count))
        for n in numbers:
            await device.say("send", conversation="c1", id=f"much {n}", body=MUCH)
        for n in numbers:
            await device.answer(f"much {n}")
        if reader is not None:
            await reader.messages(len(numbers))
    return count


async def check_slow_reader(server: Server) -> None:
    """Closed with 4001 while others go on; it resumes without loss."""
    await server.conversation("c1", "basic")
    async with server.device("tora") as tora, server.device("mia") as quick, deaf(server, "mia", {}) as slow:
        # What the kernel holds for a socket comes on top. The quick one reads all the while.
        count = await write_much(tora, MAX_UNSENT + 8 * 1024 * 1024, reader=quick)
        slow.socket.transport.resume_reading()
        assert await slow.end() == (Close.TOO_SLOW, "reader too slow, reconnect and resume")
        got = seqs([event for event in slow.waiting if event["type"] == "message"])
        assert got == list(range(1, len(got) + 1))
        assert len(got) < count
        async with server.device("mia", {"c1": len(got)}) as back:
            assert seqs(await back.messages(count - len(got))) == list(range(len(got) + 1, count + 1))
        assert (await tora.write("unaffected"))["type"] == "accepted"


async def test_a_slow_reader_is_closed_and_resumes(valkey_url: str, tmp_path: Path) -> None:
    """In this loop."""
    async with here(valkey_url, tmp_path) as server:
        await check_slow_reader(server)


async def test_a_slow_reader_of_the_program(valkey_url: str, tmp_path: Path) -> None:
    """The program runs on another event loop, with buffers of its own."""
    with program(tmp_path, "--now", "2026-01-06T09:00:00Z", store_url=valkey_url) as server:
        await check_slow_reader(server)


async def test_a_slow_reader_that_resumes_much_is_waited_for(server: HereServer) -> None:
    """A replay pauses while its reader is behind, however much there is to replay."""
    async with server.device("tora") as tora:
        count = await write_much(tora, 10 * MAX_UNSENT)
        async with deaf(server, "mia", {"c1": 0}) as slow:
            await asyncio.sleep(0.5)
            slow.socket.transport.resume_reading()
            assert seqs(await slow.messages(count)) == list(range(1, count + 1))


# Servers that stop


async def test_a_stop_answers_what_is_in_flight(server: HereServer) -> None:
    """Whatever was read is answered before 4000, idle connections are closed at once, and all may come back."""
    async with server.device("mia") as mia, server.device("tora") as tora, server.stranger() as stranger:
        for n in range(200):
            await mia.say("send", conversation="c1", id=f"{n}", body=f"{n}")
        while not [event for event in mia.waiting if event["type"] == "accepted"]:
            await mia._receive()
        server.stop()
        assert await mia.end() == (Close.RESTARTING, "server restarting, reconnect")
        assert await tora.end() == (Close.RESTARTING, "server restarting, reconnect")
        assert (await stranger.end())[0] == 1012
        answered = [event for event in mia.waiting if event["type"] == "accepted"]
        stored = await server.parts.ledger.messages("c1", 0, 10_000, 10_000)
        assert seqs(answered) == [entry.seq for entry in stored]


@pytest.mark.parametrize("embedded", [True, False], ids=["embedded store", "store of its own"])
async def test_sigterm_loses_nothing(valkey_url: str, tmp_path: Path, embedded: bool) -> None:
    """The program under load: status 0, 4000, and what was not answered is sent again to the next start."""
    store_url = None if embedded else valkey_url
    written = 0
    with program(tmp_path, "--now", "2026-01-06T09:00:00Z", store_url=store_url) as server:
        await server.conversation("c1", "basic")
        async with server.device("mia") as mia:

            async def write() -> None:
                nonlocal written
                with suppress(ConnectionClosed):
                    while True:
                        await mia.say("send", conversation="c1", id=f"{written}", body=f"{written}")
                        written += 1
                        if written % 20 == 0:
                            await asyncio.sleep(0.002)

            writing = asyncio.create_task(write())
            await mia.answer("200")
            server.terminate()
            assert (await mia.end())[0] == Close.RESTARTING
            await writing
            answered = {event["id"]: event["seq"] for event in mia.waiting if event["type"] == "accepted"}
        assert await asyncio.to_thread(server.process.wait, 30) == 0
    with program(tmp_path, store_url=store_url) as server:
        async with server.device("mia") as mia, server.device("sara", {"c1": 0}) as sara:
            for n in range(written):
                await mia.say("send", conversation="c1", id=f"{n}", body=f"{n}")
            again = {f"{n}": (await mia.answer(f"{n}"))["seq"] for n in range(written)}
            assert {id: again[id] for id in answered} == answered
            assert bodies(await sara.messages(written)) == [f"{n}" for n in range(written)]
