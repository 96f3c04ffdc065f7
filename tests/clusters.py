"""A real cluster for tests: three masters with a replica each, as six processes, and what an operator does to it."""

import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from random import SystemRandom
from typing import Any

from redis import Redis
from redis.exceptions import RedisError

from tests.engines import Engine, program_of

START_SECONDS = 60.0
NODE_TIMEOUT = 1_500
"""Milliseconds of silence after which a master counts as dead; operators use more, tests have less time."""
SLOTS = 16_384


class Node:
    """One process of a cluster, or beside Sentinels."""

    def __init__(self, folder: Path, engine: Engine, *options: str, clustered: bool = False) -> None:
        self.port = lasting_port()
        self.bus_port = lasting_port()
        self.folder = folder / str(self.port)
        # A Sentinel keeps what it knows in the file that it was started with.
        self._command = [program_of(engine), str(self.folder / "settings"), "--port", str(self.port)]
        self._command += ["--bind", "127.0.0.1", "--dir", str(self.folder), *options]
        if "--sentinel" not in options:
            self._command += ["--save", "", "--appendonly", "yes", "--appendfsync", "always"]
            self._command += ["--repl-diskless-sync-delay", "0"]
        if clustered:
            self._command += ["--cluster-enabled", "yes", "--cluster-port", str(self.bus_port)]
        self._process: subprocess.Popen[bytes] | None = None

    def start(self, *options: str) -> None:
        """Start it, or start it again with more options."""
        self.folder.mkdir(exist_ok=True)
        (self.folder / "settings").touch()
        with (self.folder / "log").open("ab") as log:
            self._process = subprocess.Popen(
                [*self._command, *options], stdout=log, stderr=subprocess.STDOUT, cwd=self.folder
            )

    def wait(self) -> None:
        """Until it answers."""
        try:
            until(lambda: bool(self.ask("PING")), "a node starts")
        except AssertionError:
            raise AssertionError(f"it did not start:\n{(self.folder / 'log').read_text(errors='replace')}") from None

    def kill(self) -> None:
        """SIGKILL."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None

    def pause(self) -> None:
        """Keep it from answering, and from taking what its master sends."""
        assert self._process is not None, "it has not been started"
        self._process.send_signal(signal.SIGSTOP)

    def resume(self) -> None:
        assert self._process is not None, "it has not been started"
        self._process.send_signal(signal.SIGCONT)

    def ask(self, *words: Any) -> Any:
        """The answer to a command."""
        with Redis(port=self.port, decode_responses=True, socket_timeout=30) as client:
            return client.execute_command(*words)

    def facts(self, section: str) -> dict[str, Any]:
        """A section of INFO."""
        with Redis(port=self.port, decode_responses=True, socket_timeout=30) as client:
            found: dict[str, Any] = client.info(section)
        return found


class Cluster:
    """`masters[i]` begins with a third of the slots, and `replicas[i]` follows it."""

    def __init__(self, engine: Engine, *, replicas: bool = True) -> None:
        self._engine = engine
        self._folder = Path(tempfile.mkdtemp(prefix="cluster-"))
        self.masters = [self._node() for _ in range(3)]
        self.replicas = [self._node() for _ in range(3 if replicas else 0)]
        self.nodes = [*self.masters, *self.replicas]

    def _node(self) -> Node:
        # A master that gave its last slot away stays one.
        options = ("--cluster-node-timeout", str(NODE_TIMEOUT), "--cluster-allow-replica-migration", "no")
        return Node(self._folder, self._engine, *options, clustered=True)

    @property
    def url(self) -> str:
        """Two of the masters, by name: the others are found."""
        return "redis://" + ",".join(f"127.0.0.1:{node.port}" for node in self.masters[:2])

    def start(self) -> None:
        for node in self.nodes:
            node.start()
        for node in self.nodes:
            node.wait()
        for number, master in enumerate(self.masters):
            first, after = SLOTS * number // 3, SLOTS * (number + 1) // 3
            master.ask("CLUSTER", "ADDSLOTSRANGE", first, after - 1)
            master.ask("CLUSTER", "SET-CONFIG-EPOCH", number + 1)
        for node in self.nodes[1:]:
            node.ask("CLUSTER", "MEET", "127.0.0.1", self.nodes[0].port, self.nodes[0].bus_port)
        until(lambda: all(self._knows_all(node) for node in self.nodes), "every node knows every other")
        for master, replica in zip(self.masters, self.replicas, strict=False):
            replica.ask("CLUSTER", "REPLICATE", master.ask("CLUSTER", "MYID"))
        until(self.is_whole, "the cluster is whole")

    def is_whole(self) -> bool:
        """Whether every node sees every slot served, with all its replicas."""
        return all(self._is_whole(node) for node in self.nodes)

    def joined(self) -> Node:
        """A further master, without a slot."""
        node = self._node()
        self.nodes.append(node)
        self.masters.append(node)
        node.start()
        node.wait()
        node.ask("CLUSTER", "MEET", "127.0.0.1", self.nodes[0].port, self.nodes[0].bus_port)
        until(lambda: all(self._knows_all(each) for each in self.nodes), "every node knows the new one")
        until(self.is_whole, "the cluster is whole")
        return node

    def stop(self) -> None:
        for node in self.nodes:
            node.kill()
        shutil.rmtree(self._folder, ignore_errors=True)

    def owner(self, slot: int, *, among: Node | None = None) -> Node:
        """The master of a slot, as a node sees it."""
        asked = among or next(node for node in self.nodes if node_is_up(node))
        for first, last, master, *_ in asked.ask("CLUSTER", "SLOTS"):
            if first <= slot <= last:
                return next(node for node in self.nodes if node.port == master[1])
        raise AssertionError(f"nobody has slot {slot}")

    @contextmanager
    def moving(self, slot: int, to: Node) -> Iterator[None]:
        """Move a slot key by key, as `redis-cli --cluster reshard` does; the block runs while half of it has moved."""
        source = self.owner(slot)
        to_id, source_id = to.ask("CLUSTER", "MYID"), source.ask("CLUSTER", "MYID")
        to.ask("CLUSTER", "SETSLOT", slot, "IMPORTING", source_id)
        source.ask("CLUSTER", "SETSLOT", slot, "MIGRATING", to_id)
        keys = source.ask("CLUSTER", "GETKEYSINSLOT", slot, 100_000)
        self._migrate(source, to, keys[::2])
        yield
        while keys := source.ask("CLUSTER", "GETKEYSINSLOT", slot, 100_000):
            self._migrate(source, to, keys)
        for node in (to, source, *(other for other in self.masters if other not in (to, source))):
            node.ask("CLUSTER", "SETSLOT", slot, "NODE", to_id)

    def _migrate(self, source: Node, to: Node, keys: list[str]) -> None:
        if keys:
            source.ask("MIGRATE", "127.0.0.1", to.port, "", 0, 5_000, "REPLACE", "KEYS", *keys)

    def _knows_all(self, node: Node) -> bool:
        return len(node.ask("CLUSTER", "NODES").splitlines()) == len(self.nodes)

    def _is_whole(self, node: Node) -> bool:
        state = node.ask("CLUSTER", "INFO")
        shards = node.ask("CLUSTER", "SLOTS")
        width = 4 if self.replicas else 3
        linked = node in self.masters or node.facts("replication")["master_link_status"] == "up"
        return "cluster_state:ok" in state and all(len(shard) == width for shard in shards) and linked


class Watched:
    """A master with a replica, and three Sentinels that promote it when the master is silent."""

    def __init__(self, engine: Engine) -> None:
        self._folder = Path(tempfile.mkdtemp(prefix="watched-"))
        self.master = Node(self._folder, engine)
        self.replica = Node(self._folder, engine, "--replicaof", f"127.0.0.1 {self.master.port}")
        self._sentinels = [Node(self._folder, engine, "--sentinel") for _ in range(3)]

    @property
    def url(self) -> str:
        return "redis+sentinel://" + ",".join(f"127.0.0.1:{node.port}" for node in self._sentinels) + "/chat"

    def start(self, *, sentinels: bool = True) -> None:
        for node in (self.master, self.replica):
            node.start()
        until(lambda: self.replica.facts("replication")["master_link_status"] == "up", "the replica follows")
        self.synchronise()  # The master counts it only once it has said so itself.
        if not sentinels:
            return
        for sentinel in self._sentinels:
            sentinel.start()
            sentinel.wait()
            sentinel.ask("SENTINEL", "MONITOR", "chat", "127.0.0.1", self.master.port, 2)
            for option, value in (("down-after-milliseconds", NODE_TIMEOUT), ("failover-timeout", 5_000)):
                sentinel.ask("SENTINEL", "SET", "chat", option, value)
        until(lambda: all(self._knows_all(sentinel) for sentinel in self._sentinels), "Sentinels know each other")

    def stop(self) -> None:
        for node in (*self._sentinels, self.replica, self.master):
            node.kill()
        shutil.rmtree(self._folder, ignore_errors=True)

    def synchronise(self) -> None:
        """Wait until the replica has everything."""
        until(lambda: self.master.ask("WAIT", 1, 1000) == 1, "the replica has everything")

    def clients(self) -> list[dict[str, str]]:
        """Who is connected to the master."""
        with Redis(port=self.master.port, decode_responses=True, socket_timeout=30) as client:
            found: list[dict[str, str]] = client.client_list()
        return found

    def follow(self) -> None:
        """Start the old master again, as a replica of the new one. Sentinels would see to it too, after a while."""
        self.master.start("--replicaof", f"127.0.0.1 {self.replica.port}")

    def is_promoted(self) -> bool:
        return bool(self.replica.facts("replication")["role"] == "master")

    def _knows_all(self, sentinel: Node) -> bool:
        known = sentinel.facts("sentinel")["master0"]
        return (known["sentinels"], known["slaves"]) == (3, 1)


def node_is_up(node: Node) -> bool:
    try:
        return bool(node.ask("PING"))
    except RedisError:
        return False


def until(condition: Callable[[], bool], what: str) -> None:
    """Wait for something to become so."""
    deadline = time.monotonic() + START_SECONDS
    while True:
        try:
            if condition():
                return
        except RedisError:
            pass  # Not listening yet.
        if time.monotonic() > deadline:
            raise AssertionError(f"not within {START_SECONDS:.0f} s: {what}")
        time.sleep(0.05)


def lasting_port() -> int:
    """A free port from under the range that connections take theirs from: none of them has it after a restart."""
    while True:
        port = SystemRandom().randrange(10_000, 32_000)
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) != 0:
                return port
