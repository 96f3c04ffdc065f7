"""`python -m benchmarks.fuzz`: what is almost right, thrown at a real server until something gives way.

In process, mutated frames go through the decoder and through the receivers of real connections on a real hub and
store. On the socket, mutated streams go to the server's port. Nothing may be logged as an error, nothing may grow,
and whoever behaves is served all the while. Exit status 1 where that was not so.
"""

import asyncio
import gc
import logging
import os
import sys
import tempfile
import time
import traceback
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from random import Random
from secrets import token_hex
from typing import Annotated, Any

import msgspec
import uvicorn
import uvloop
from cyclopts import App, Parameter
from cyclopts.validators import Number
from rich.console import Console
from rich.progress import Progress
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

from benchmarks.mutations import HANDSHAKE, command_frame, frame, odd_frames, odd_handshake
from chatserver.access.tokens import issue
from chatserver.app import Parts, assembled
from chatserver.client.link import SUBPROTOCOLS
from chatserver.conversations.requests import ConversationDetails, PersonDetails
from chatserver.operating.embedded import EmbeddedStore
from chatserver.protocol.codec import CommandError, Encoding, decode
from chatserver.protocol.events import AnyEvent, Role
from chatserver.realtime import connection as connections
from chatserver.realtime.connection import Connection
from chatserver.server import listening_socket, server_config
from chatserver.setting_values import Rate
from chatserver.settings import Settings

HOST = "127.0.0.1"
PEOPLE: list[tuple[str, Role, Encoding]] = [
    *(("m1", "member", "json"), ("t1", "mentor", "msgpack"), ("s1", "support", "json"), ("m1", "member", "msgpack"))
]
ROOM_IN_FLIGHT = 32
"""Commands in flight at which the fuzzer waits: it goes round the socket, which would pause."""
AT_ONCE = 40
"""Attacks on the socket at a time."""
WARM_UP = 0.2
"""The share of a run after which growth counts: caches and pools are full by then."""
MOST_GROWTH = 12 * 1024 * 1024
MOST_FILES = 8
"""Open files beyond those at the start: connections to the database that the server opens when it first needs them."""
"""Bytes of resident memory. What is kept for each frame or connection would soon be more."""

_from_json: msgspec.json.Decoder[AnyEvent] = msgspec.json.Decoder(AnyEvent)
_from_msgpack: msgspec.msgpack.Decoder[AnyEvent] = msgspec.msgpack.Decoder(AnyEvent)

app = App(name="fuzz", help="Mutated frames and streams against a real server.")
console = Console()


def described(fault: BaseException | None) -> str:
    """Its kind, and the place that raised it."""
    if fault is None:
        return ""
    place = traceback.extract_tb(fault.__traceback__)[-1:]
    return f"{type(fault).__name__}: {str(fault)[:80]} {[f'{Path(at.filename).name}:{at.lineno}' for at in place]}"


class Faults(logging.Handler):
    """Every error that was logged, and every exception that reached the loop or the fuzzer."""

    def __init__(self) -> None:
        super().__init__(logging.ERROR)
        self.found: Counter[str] = Counter()

    def emit(self, record: logging.LogRecord) -> None:
        fault = record.exc_info[1] if record.exc_info else None
        self.found[f"{record.name}: {record.msg} {described(fault)}"] += 1

    def escaped(self, _: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
        self.found[f"escaped: {context.get('message')} {described(context.get('exception'))}"] += 1


class Device:
    """A well-behaved app whose connection is fuzzed from within: it reads, and every answer must be an event."""

    def __init__(self, client: ClientConnection, server_side: Connection, faults: Faults) -> None:
        self.client = client
        self.server_side = server_side
        self.heard: Counter[str] = Counter()
        self._faults = faults
        self.reading = asyncio.create_task(self._read())

    async def _read(self) -> None:
        from_wire = _from_json if self.server_side.encoding == "json" else _from_msgpack
        with suppress(ConnectionClosed):
            while True:
                event = from_wire.decode(await self.client.recv(decode=False))
                self.heard[getattr(event, "code", None) or type(event).__name__] += 1


class Site:
    """A running server in this process."""

    def __init__(self, parts: Parts, port: int, running: uvicorn.Server, secret: str, faults: Faults) -> None:
        self.parts = parts
        self.port = port
        self.running = running
        self.faults = faults
        self._secret = secret

    def token(self, person: str, role: Role) -> str:
        return issue(self._secret, person, role, 86_400, time.time_ns() // 1_000_000)

    async def device(self, person: str, role: Role, encoding: Encoding) -> Device:
        """A welcomed one."""
        known = set(self.parts.hub.connections)
        client = await connect(
            f"ws://{HOST}:{self.port}/v1/chat",
            subprotocols=[SUBPROTOCOLS[encoding]],
            compression=None,
            proxy=None,
            max_size=None,
        )
        hello = {"type": "hello", "token": self.token(person, role), "resume": {"c1": 2**53 - 1}}
        if encoding == "json":
            await client.send(msgspec.json.encode(hello), text=True)
        else:
            await client.send(msgspec.msgpack.encode(hello))
        await client.recv()
        [server_side] = set(self.parts.hub.connections) - known
        return Device(client, server_side, self.faults)


@asynccontextmanager
async def running_site(folder: Path, store_url: str, faults: Faults) -> AsyncIterator[Site]:
    """The server as it is configured in use, but for the bounds that would end a fuzzer's connection early."""
    (folder / "policy.toml").write_text('[plans.anytime]\nwriting = { kind = "always" }\n')  # noqa: ASYNC240 - at start
    secret = token_hex(32)
    settings = Settings(
        data_dir=folder,
        policy=folder / "policy.toml",
        jwt_secret=secret,
        rate_limit=Rate(9_999_999, "second", 9_999_999),
        connections_before_hello=0,
    )
    async with assembled(settings, store_url) as parts:
        await parts.provisioning.put_person("m1", PersonDetails("member", "Member"))
        await parts.provisioning.put_person("t1", PersonDetails("mentor", "Mentor"))
        await parts.provisioning.put_conversation("c1", ConversationDetails("m1", "t1", "anytime"))
        sock = listening_socket(HOST, 0)
        running = uvicorn.Server(server_config(parts.app, parts.door))
        serving = asyncio.create_task(running.serve(sockets=[sock]))
        while not running.started:  # noqa: ASYNC110 - uvicorn has no event for it
            await asyncio.sleep(0.01)
        try:
            yield Site(parts, sock.getsockname()[1], running, secret, faults)
        finally:
            running.should_exit = True
            await serving


class Growth:
    """Memory since the warm-up, and open files since the start."""

    def __init__(self) -> None:
        self.memory, self.files = measured()

    def warmed_up(self) -> None:
        self.memory, _ = measured()

    def since(self) -> tuple[int, int]:
        memory, files = measured()
        return memory - self.memory, files - self.files


def measured() -> tuple[int, int]:
    """Resident bytes, and how many files are open."""
    gc.collect()
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGESIZE"), len(list(Path("/proc/self/fd").iterdir()))


async def fuzz_frames(site: Site, count: int, random: Random, progress: Progress) -> tuple[Counter[str], Growth]:
    """Mutated frames through `decode`, and through the connections of the people."""
    # A fuzzer is nothing but malformed frames; the bound on them has its own test.
    connections.MAX_FAULTS = count + 1
    growth = Growth()
    devices = [await site.device(*person) for person in PEOPLE]
    told: Counter[str] = Counter()
    task = progress.add_task("frames", total=count)
    for number in range(count):
        device = devices[number % len(devices)]
        encoding = device.server_side.encoding
        payload = command_frame(random, encoding)
        try:
            told[type(decode(payload, encoding)).__name__] += 1
        except CommandError as error:
            told[error.code] += 1
        device.server_side.received(payload, text=(encoding == "json") != (random.random() < 0.005))
        if number % 32 == 0:
            await settled(devices)
            progress.update(task, completed=number)
        if number == int(count * WARM_UP):
            growth.warmed_up()
    await settled(devices)
    await asyncio.sleep(0.5)
    progress.update(task, completed=count)
    for device in devices:
        if device.reading.done():
            site.faults.found[f"a connection ended: {device.client.close_code} {device.reading.exception()!r}"] += 1
        await device.client.close()
        await asyncio.wait({device.reading})
    return told, growth


async def settled(devices: list[Device]) -> None:
    """Wait until what is in flight is answered and what was told is read."""
    await asyncio.sleep(0)
    for device in devices:
        while device.server_side.in_flight > ROOM_IN_FLIGHT or device.server_side.is_congested:  # noqa: ASYNC110 - polled
            await asyncio.sleep(0.001)


async def fuzz_socket(site: Site, count: int, random: Random, progress: Progress) -> tuple[Counter[str], Growth]:
    """Mutated streams on the server's port, and somebody who behaves, beside them."""
    told: Counter[str] = Counter()
    growth = Growth()
    task = progress.add_task("streams", total=count)
    good = await site.device("m1", "member", "json")
    for start in range(0, count, AT_ONCE):
        batch = min(AT_ONCE, count - start)
        ends = await asyncio.gather(*(attack(site, Random(random.getrandbits(64))) for _ in range(batch)))
        told.update(ends)
        await good.client.send('{"type":"check","conversation":"c1"}')
        progress.update(task, completed=start + batch)
        if start <= count * WARM_UP < start + AT_ONCE:
            growth.warmed_up()
    await asyncio.sleep(1)
    checked = -(-count // AT_ONCE)
    if good.heard["ComposerChanged"] < checked:
        site.faults.found[f"of {checked} checks, {good.heard['ComposerChanged']} were answered"] += 1
    await good.client.close()
    await asyncio.wait({good.reading})
    async with asyncio.timeout(20):
        while site.running.server_state.connections:  # noqa: ASYNC110 - those that linger are cut after 10 seconds
            await asyncio.sleep(0.1)
    return told, growth


async def attack(site: Site, random: Random) -> str:
    """One connection: an odd handshake, or odd frames before or after hello; how the server took it."""
    reader, writer = await asyncio.open_connection(HOST, site.port)
    kind = random.choice(("handshake", "before hello", "after hello", "after hello"))
    end = "left open"
    try:
        if kind == "handshake":
            writer.write(odd_handshake(random))
        else:
            writer.write(HANDSHAKE)
            await asyncio.wait_for(reader.readuntil(b"\r\n\r\n"), 5)
            if kind == "after hello":
                hello = {"type": "hello", "token": site.token("m1", "member"), "resume": {}}
                writer.write(frame(1, msgspec.json.encode(hello)))
            await dribble(writer, odd_frames(random), random)
        end = await heard(reader, random)
    except (ConnectionError, asyncio.IncompleteReadError):
        end = "closed"
    finally:
        if random.random() < 0.5:
            writer.transport.abort()  # as a peer that crashes
        else:
            writer.close()
            with suppress(ConnectionError):
                await writer.wait_closed()
    return f"{kind}: {end}"


async def dribble(writer: asyncio.StreamWriter, stream: bytes, random: Random) -> None:
    """In one piece, or cut anywhere."""
    at = random.randint(0, len(stream)) if random.random() < 0.5 else len(stream)
    writer.write(stream[:at])
    await writer.drain()
    if at < len(stream):
        await asyncio.sleep(0.001)
        writer.write(stream[at:])


async def heard(reader: asyncio.StreamReader, random: Random) -> str:
    """Listen for a moment."""
    try:
        async with asyncio.timeout(random.choice((0.0, 0.02, 0.05))):
            while await reader.read(65_536):
                pass
    except TimeoutError:
        return "left open"
    return "closed"


def report(name: str, count: int, seconds: float, told: Counter[str], growth: tuple[int, int]) -> bool:
    """Print the figures; whether nothing grew."""
    memory, files = growth
    console.print(f"{name}: {count:,} in {seconds:.0f} s; memory {memory / 2**20:+.1f} MiB, open files {files:+d}")
    console.print("  " + ", ".join(f"{what} {number:,}" for what, number in told.most_common()), highlight=False)
    return memory < MOST_GROWTH and files < MOST_FILES


async def fuzz(folder: Path, store_url: str, frames: int, attempts: int, seed: int) -> bool:
    """Both parts; whether all was well."""
    faults = Faults()
    logging.getLogger().addHandler(faults)
    asyncio.get_running_loop().set_exception_handler(faults.escaped)
    well = True
    async with running_site(folder, store_url, faults) as site:
        with Progress(console=console, disable=not console.is_terminal, transient=True) as progress:
            for name, count, part in (("frames", frames, fuzz_frames), ("streams", attempts, fuzz_socket)):
                if count:
                    started = time.monotonic()
                    told, growth = await part(site, count, Random(seed), progress)
                    well &= report(name, count, time.monotonic() - started, told, growth.since())
    for fault, number in faults.found.most_common():
        console.print(f"[red]{number} ×[/red] {fault}", highlight=False)
    console.print(f"seed {seed}: {'nothing gave way' if well and not faults.found else 'something gave way'}")
    return well and not faults.found


Count = Annotated[int, Parameter(validator=Number(gte=0, lte=100_000_000))]


@app.default
def main(*, frames: Count = 1_000_000, attempts: Count = 20_000, seed: int = 1) -> None:
    """Fuzz a server of this process on an embedded store.

    Parameters
    ----------
    frames
        Mutated frames in process.
    attempts
        Mutated streams on the socket.
    seed
        The same seed makes the same frames.
    """
    with tempfile.TemporaryDirectory(prefix="fuzz-") as root:
        store = EmbeddedStore(Path(root))
        try:
            well = uvloop.run(fuzz(Path(root), store.start(), frames, attempts, seed))
        finally:
            store.stop()
    sys.exit(0 if well else 1)


if __name__ == "__main__":
    app()
