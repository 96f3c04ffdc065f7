"""The servers that are compared: how each is started, when it is ready, how it gets its people."""

import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from http.client import HTTPConnection
from pathlib import Path

import msgspec

from benchmarks.load import Couple
from chatserver.auth import issue
from chatserver.protocol.events import Role

HOST = "127.0.0.1"
TOKEN_SECONDS = 3600


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

    def token(self, person: str, role: Role) -> str:
        """A JWT that outlives the run."""
        return issue(self.secret, person, role, TOKEN_SECONDS, time.time_ns() // 1_000_000)


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
    # High enough that it refuses nothing, so that what it costs is measured too.
    return {"CHATSERVER_JWT_SECRET": site.secret, "CHATSERVER_RATE_LIMIT": "9999999/second"}


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
