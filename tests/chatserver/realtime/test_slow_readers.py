"""Readers that do not read: each is closed, resumably, and nobody else notices. The long run is in benchmarks/."""

import asyncio
from contextlib import AsyncExitStack

from chatserver.protocol.codes import Close
from chatserver.realtime.socket import MAX_UNSENT
from chatserver.server import SEND_BUFFER
from tests.chatserver.realtime.devices import Device, seqs
from tests.chatserver.realtime.servers import HereServer
from tests.chatserver.realtime.test_bounds import deaf, write_much

READERS = 20


async def delivered(writer: Device, reader: Device, stop: asyncio.Event) -> int:
    """How many messages were written and delivered, one after the other, while the others are flooded."""
    number = 0
    while not stop.is_set():
        number += 1
        await writer.say("send", conversation="c2", id=f"{number}", body=f"{number}")
        assert (await reader.hears("message", conversation="c2"))["body"] == f"{number}"
        await asyncio.sleep(0.02)
    return number


async def test_many_slow_readers_are_closed_and_others_do_not_notice(server: HereServer) -> None:
    """Each holds at most what it may leave unread; others' messages come as ever; each may come back and resume."""
    await server.conversation("c2", "basic", member="ola")
    async with (
        server.device("tora") as tora,
        server.device("ola") as ola,
        server.device("tora") as reader,
        AsyncExitStack() as stack,
    ):
        slow = [await stack.enter_async_context(deaf(server, "mia", {})) for _ in range(READERS)]
        stop = asyncio.Event()
        delivering = asyncio.create_task(delivered(ola, reader, stop))
        count = await write_much(tora, MAX_UNSENT + 8 * SEND_BUFFER)
        held = [connection.unsent for connection in server.parts.hub.connections if connection.user == "mia"]
        assert max(held) <= 2 * MAX_UNSENT, "the bound, and what one tick of the loop added"
        stop.set()
        assert await delivering
        for each in slow:
            each.socket.transport.resume_reading()
            assert (await each.end())[0] == Close.TOO_SLOW
        got = seqs([event for event in slow[0].waiting if event["type"] == "message"])
        assert got == list(range(1, len(got) + 1))
        async with server.device("mia", {"c1": len(got)}) as back:
            assert seqs(await back.messages(count - len(got))) == list(range(len(got) + 1, count + 1))
        assert server.parts.metrics.closed[Close.TOO_SLOW] == READERS
