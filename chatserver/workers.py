"""Several processes on one port: started, watched, and stopped together by the one that was started first.

Each worker has a socket of its own for the port, and the system spreads connections evenly over them. The sockets stay
open here: whoever connects while a worker is being started again waits for it and is not turned away.

A worker gives signs of life on its standard output, from the loop that serves. One that gives none for a while hangs:
the system would still give it connections. It is killed, and started again as one that has ended by itself.
"""

import asyncio
import logging
import os
import signal
import socket
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from types import FrameType
from typing import cast

import msgspec
from msgspec import Struct

from chatserver.api.worker_numbers import Seat, socket_path
from chatserver.composition.opening import StartError
from chatserver.operating.embedded import MAX_SOCKET_PATH_BYTES
from chatserver.server import DRAIN_WITHIN, STOP_WITHIN, signals_to
from chatserver.settings import Settings

PROGRAM = "chatserver.commands.worker"
"""The module that a worker runs. Its settings travel on standard input: arguments can be read by everybody."""
END_WITHIN = DRAIN_WITHIN + STOP_WITHIN + 5.0
"""Seconds in which workers must end when told to; one that does not is killed."""
STEADY_AFTER = 10.0
"""Seconds after which a worker counts as well: where it ends later, it is started again at once."""
PAUSES = (1.0, 2.0, 4.0, 8.0)
"""Seconds before the next start of a worker that ends again and again; the last one goes on."""

SIGN_EVERY = 1.0
"""Seconds between two signs of life of a worker."""
SIGN = b"\n"
PATIENCE = 30.0
"""Seconds without a sign of life after which a worker is killed."""
LOOKS = 10
"""How often within that time the parent looks. It counts looks: while it cannot look itself, nobody's time runs."""

logger = logging.getLogger(__name__)


class Job(Struct, frozen=True):
    """What a worker is told, as one line. When the rest of its standard input ends, so did whoever started it."""

    settings: Settings
    store_url: str
    listener: int
    """The file descriptor of its listening socket."""
    seat: Seat

    def line(self) -> bytes:
        """For `job_of`."""
        return msgspec.json.encode(self, enc_hook=str) + b"\n"  # str: paths


def job_of(line: bytes) -> Job:
    """The job in a line."""
    return msgspec.json.decode(line, type=Job, dec_hook=lambda kind, value: kind(value))


class Report(Struct, frozen=True):
    """What a worker answers, as one line among its signs of life: it serves, or a sentence why it cannot start."""

    problem: str | None


class Worker:
    """One of them, through all its lives."""

    def __init__(self, settings: Settings, store_url: str, sock: socket.socket, seat: Seat) -> None:
        self.number = seat.number
        self.serves = False
        self._sock = sock
        self._job = Job(settings, store_url, sock.fileno(), seat)
        self._process: asyncio.subprocess.Process | None = None
        self._watching: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Start it, and wait until it serves. Raises StartError."""
        try:
            self._process = process = await asyncio.create_subprocess_exec(
                *(sys.executable, "-P", "-m", PROGRAM),
                stdin=asyncio.subprocess.PIPE,
                stdout=asyncio.subprocess.PIPE,
                pass_fds=[self._sock.fileno()],
                start_new_session=True,  # Ctrl-C is for the process that tells it to stop.
            )
        except OSError as error:  # The system has no more processes, memory or files at the moment.
            raise StartError(f"worker {self.number} cannot be started: {error.strerror}") from None
        cast(asyncio.StreamWriter, process.stdin).write(self._job.line())
        loop = asyncio.get_running_loop()
        report: asyncio.Future[Report | None] = loop.create_future()
        self._watching = loop.create_task(self._watch(process, report))
        said = await report
        if said is None:
            status = await self.ended()
            raise StartError(f"worker {self.number} ended with status {status} before it served; see its last lines")
        if said.problem:
            await self.ended()
            raise StartError(said.problem)
        self.serves = True

    async def ended(self) -> int:
        """Wait until it has ended: its exit status."""
        if self._process is None:
            return 0
        status = await self._process.wait()
        self.serves = False
        if self._watching is not None:
            self._watching.cancel()
        return status

    async def _watch(self, process: asyncio.subprocess.Process, report: "asyncio.Future[Report | None]") -> None:
        """Take its report, None where it ends without; kill it once it has lived and gives no sign of life any more."""
        said = cast(asyncio.StreamReader, process.stdout)
        has_lived = False
        silent_looks = 0
        try:
            while silent_looks < LOOKS:
                try:
                    async with asyncio.timeout(PATIENCE / LOOKS):
                        line = await said.readline()
                except TimeoutError:
                    silent_looks += has_lived
                    continue
                if not line:
                    return
                has_lived, silent_looks = True, 0
                if line != SIGN and not report.done():
                    report.set_result(msgspec.json.decode(line, type=Report))
            logger.warning(
                "a worker gives no sign of life and is killed",
                extra={"worker": self.number, "silent_seconds": PATIENCE},
            )
            process.kill()
        except Exception:  # Whoever is not watched is of no use.
            logger.exception("what a worker says cannot be read; it is killed", extra={"worker": self.number})
            process.kill()
        finally:
            if not report.done():
                report.set_result(None)

    def send(self, number: signal.Signals) -> None:
        """Signal it, where it runs."""
        if self._process is not None and self._process.returncode is None:
            self._process.send_signal(number)


class Workers:
    """A worker for each socket."""

    def __init__(self, settings: Settings, store_url: str, socks: Sequence[socket.socket], folder: Path) -> None:
        self._socks = socks
        self._all = [
            Worker(settings, store_url, sock, Seat(number, len(socks), folder)) for number, sock in enumerate(socks)
        ]
        self._told_to_stop = asyncio.Event()

    async def serve(self, on_ready: Callable[[], None]) -> None:
        """Serve until SIGINT, SIGTERM or SIGHUP, or until no worker can. Raises StartError."""
        loop = asyncio.get_running_loop()
        with signals_to(self._stop):
            working = loop.create_task(self._work(on_ready))
            stop = loop.create_task(self._told_to_stop.wait())
            try:
                await asyncio.wait({working, stop}, return_when=asyncio.FIRST_COMPLETED)
                if working.done():
                    working.result()
            finally:
                working.cancel()
                stop.cancel()
                await asyncio.gather(working, stop, return_exceptions=True)
                await self._end()

    def _stop(self, number: int, frame: FrameType | None) -> None:
        """The first time in order; the second time at once, but for SIGHUP: shells pass on what the terminal sent."""
        if self._told_to_stop.is_set() and number != signal.SIGHUP:
            for worker in self._all:
                worker.send(signal.SIGKILL)
        self._told_to_stop.set()

    async def _work(self, on_ready: Callable[[], None]) -> None:
        await asyncio.gather(*(worker.start() for worker in self._all))
        on_ready()
        await asyncio.gather(*(self._keep(worker) for worker in self._all))

    async def _keep(self, worker: Worker) -> None:
        """Start it again whenever it has ended. Raises StartError where it cannot and no other serves."""
        loop = asyncio.get_running_loop()
        failures = 0
        while True:
            since = loop.time()
            status = await worker.ended()
            logger.warning("a worker has ended; starting it again", extra={"worker": worker.number, "status": status})
            failures = 0 if loop.time() - since > STEADY_AFTER else failures + 1
            while not await self._start_again(worker, failures):
                failures += 1

    async def _start_again(self, worker: Worker, failures: int) -> bool:
        if failures > 1:
            await asyncio.sleep(PAUSES[min(failures - 2, len(PAUSES) - 1)])
        try:
            await worker.start()
        except StartError as error:
            if not any(other.serves for other in self._all):
                raise
            logger.warning(
                "a worker cannot start; the others go on", extra={"worker": worker.number, "problem": error.args[0]}
            )
            return False
        logger.info("a worker serves again", extra={"worker": worker.number})
        return True

    async def _end(self) -> None:
        """Tell all to drain, and wait for them."""
        for sock in self._socks:
            sock.close()  # Else it would take connections that nobody answers.
        for worker in self._all:
            worker.send(signal.SIGTERM)
        try:
            async with asyncio.timeout(END_WITHIN):
                await asyncio.gather(*(worker.ended() for worker in self._all))
        except TimeoutError:
            logger.warning("workers did not end in time and are killed")
            for worker in self._all:
                worker.send(signal.SIGKILL)
            await asyncio.gather(*(worker.ended() for worker in self._all))


async def serve_with_workers(
    settings: Settings, store_url: str, socks: Sequence[socket.socket], on_ready: Callable[[], None]
) -> None:
    """Serve with a worker for each socket until a signal ends it; `on_ready` is called once all of them serve.

    Raises StartError.
    """
    with TemporaryDirectory(prefix="chatserver-workers-") as name:
        folder = Path(name)
        if len(os.fsencode(socket_path(folder, len(socks)))) > MAX_SOCKET_PATH_BYTES:
            raise StartError(f"{folder} is too long; set TMPDIR to a short path such as /tmp")
        await Workers(settings, store_url, socks, folder).serve(on_ready)
