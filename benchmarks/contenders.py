"""The servers that are compared: what each is, how it is started, when it is ready, how it gets its people."""

import shutil
import sys
import sysconfig
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from importlib.util import find_spec
from pathlib import Path
from typing import Literal

from benchmarks.load import Couple
from chatserver.access.tokens import issue
from chatserver.protocol.events import Role

HOST = "127.0.0.1"
TOKEN_SECONDS = 3 * 3600
NODE_PEERS = Path(__file__).parent / "peers" / "node"

Durability = Literal["off", "always"]
"""The store's append-only file: none, or flushed to disk before the answer."""
Provisioning = Literal["http", "ledger", "none"]
"""How people and conversations come to be: by the product's HTTP interface, in the product's ledger, not at all."""


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

    def couple(self, number: int) -> Couple:
        """The conversation of that number, with tokens."""
        member, mentor = f"m{number}", f"t{number}"
        return Couple(f"c{number}", member, mentor, self.token(member, "member"), self.token(mentor, "mentor"))


def _peer_environment(site: Site) -> dict[str, str]:
    return {
        "BENCH_PORT": str(site.port),
        "BENCH_REDIS_URL": site.redis_url,
        "BENCH_JWT_SECRET": site.secret,
        "NODE_ENV": "production",
    }


@dataclass(frozen=True)
class Contender:
    """A server to measure. Its secret is in the environment, never an argument.

    `what` and `does` are for the table: the parts it is made of, and how much of the product's work it does. It is
    ready when GET `ready_path` answers 200. With `refusals`, every text is to be refused, on a plan that is spent.
    `needs` are the modules, or Node's packages, without which it is left out; `unless` is another reason for that.
    """

    name: str
    what: str
    does: str
    command: Callable[[Site], list[str]]
    environment: Callable[[Site], dict[str, str]] = _peer_environment
    ready_path: str = "/ready"
    provisioning: Provisioning = "none"
    dialect: str = "chat"
    durabilities: tuple[Durability, ...] = ("off",)
    plan: str = "bench"
    refusals: bool = False
    needs: tuple[str, ...] = ()
    needs_node: bool = False
    unless: str | None = None

    def missing(self) -> str | None:
        """Why it cannot run here; None where it can."""
        if self.unless is not None:
            return self.unless
        if self.needs_node and shutil.which("node") is None:
            return "Node is not installed"
        if self.needs_node and not (NODE_PEERS / "node_modules").exists():
            return "its packages are missing: npm ci --prefix benchmarks/peers/node"
        for module in self.needs:
            if find_spec(module) is None:
                return f"{module} is missing: install the extra `bench`"
        return None


COMPILED = any((Path(sysconfig.get_path("platlib")) / "chatserver").glob("**/*.so"))
"""Whether what is installed here has its message path compiled; see docs/operations.md."""


def _product_command(site: Site) -> list[str]:
    return [str(Path(sys.executable).with_name("chatserver")), *_serve(site)]


def _source_command(site: Site) -> list[str]:
    """What is in the checkout, whatever is installed: `-c` looks there first."""
    return [sys.executable, "-c", "from chatserver.cli import main; main()", *_serve(site)]


def _serve(site: Site) -> list[str]:
    return [
        *("serve", "--host", HOST, "--port", str(site.port)),
        *("--data-dir", str(site.directory), "--redis-url", site.redis_url, "--policy", str(site.policy)),
    ]


def _product_environment(site: Site) -> dict[str, str]:
    return {
        "CHATSERVER_JWT_SECRET": site.secret,
        # High enough that they refuse nothing, so that what they cost is measured too.
        "CHATSERVER_RATE_LIMIT": "9999999/second",
        "CHATSERVER_CONNECTIONS_BEFORE_HELLO": "1000000",
        # Its work would fall into one run and not into the next; `benchmarks.archive` measures it.
        "CHATSERVER_ARCHIVE_AFTER": "86400",
    }


def _python(module: str) -> Callable[[Site], list[str]]:
    return lambda _: [sys.executable, "-m", f"benchmarks.peers.{module}"]


def _node(program: str) -> Callable[[Site], list[str]]:
    return lambda _: ["node", str(NODE_PEERS / program)]


def _channels_command(site: Site) -> list[str]:
    return [
        *(sys.executable, "-m", "uvicorn", "--host", HOST, "--port", str(site.port), "--log-level", "warning"),
        *("--loop", "uvloop", "--ws", "websockets-sansio", "--ws-per-message-deflate", "false"),
        "benchmarks.peers.channels_site:application",
    ]


RULES = "everything"
UNSEALED = "all but sealing"
RELAY = "relays"

CONTENDERS = {
    contender.name: contender
    for contender in (
        Contender(
            name="product",
            what="chatserver serve" + (", its message path compiled" if COMPILED else ""),
            does=RULES,
            command=_product_command,
            environment=_product_environment,
            ready_path="/v1/openapi.json",
            provisioning="http",
            durabilities=("off", "always"),
        ),
        Contender(
            name="refusing",
            what="chatserver serve, every text refused",
            does="refuses",
            command=_product_command,
            environment=_product_environment,
            ready_path="/v1/openapi.json",
            provisioning="http",
            plan="spent",
            refusals=True,
        ),
        Contender(
            name="not compiled",
            what="chatserver serve, as it is without a C compiler",
            does=RULES,
            command=_source_command,
            environment=_product_environment,
            ready_path="/v1/openapi.json",
            provisioning="http",
            unless=None if COMPILED else "that is what `product` is here",
        ),
        Contender(
            name="ws",
            what="Node, ws, ioredis with auto-pipelining, the product's own Lua function",
            does=RULES,
            command=_node("ws_server.js"),
            provisioning="ledger",
            needs_node=True,
        ),
        Contender(
            name="plain",
            what="Starlette, redis.asyncio, one awaited call after the other",
            does=UNSEALED,
            command=_python("plain"),
            provisioning="http",
        ),
        Contender(
            name="relay",
            what="Starlette, no store",
            does=RELAY,
            command=_python("relay"),
        ),
        Contender(
            name="socket.io",
            what="Node, socket.io, its Redis streams adapter",
            does=RELAY,
            command=_node("socketio_server.js"),
            dialect="socket.io",
            needs_node=True,
        ),
        Contender(
            name="python-socketio",
            what="AsyncServer, its Redis manager, uvicorn",
            does=RELAY,
            command=_python("python_socketio"),
            dialect="socket.io",
            needs=("socketio",),
        ),
        Contender(
            name="channels",
            what="Django Channels, the pub/sub layer of channels_redis, uvicorn",
            does=RELAY,
            command=_channels_command,
            needs=("channels", "channels_redis", "django"),
        ),
    )
}
