"""The slow line of the benchmark: every byte arrives, in order, and not before its time."""

import asyncio

from benchmarks.contenders import HOST
from benchmarks.slow_line import LineKind, slow_line

LINE = LineKind("slow", round_trip=0.1, down=100_000, up=50_000)
SENT = bytes(range(256)) * 40


async def test_bytes_wait_for_their_turn_and_the_way() -> None:
    """Back and forth at the rates of each direction, behind the round trip that opening costs."""

    async def echo(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(await reader.readexactly(len(SENT)))
        writer.close()

    server = await asyncio.start_server(echo, HOST, 0)
    loop = asyncio.get_running_loop()
    async with server, slow_line(server.sockets[0].getsockname()[1], LINE) as port:
        began = loop.time()
        reader, writer = await asyncio.open_connection(HOST, port)
        writer.write(SENT)
        assert await reader.read() == SENT
        least = 2 * LINE.round_trip + len(SENT) / LINE.up + len(SENT) / LINE.down
        assert loop.time() - began >= least - 0.01
        writer.close()
