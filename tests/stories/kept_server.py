"""The real server as a process of its own, which can be killed and started again on the same address."""

import socket
import time
from collections.abc import Iterable
from pathlib import Path
from random import SystemRandom
from typing import Self

import httpx

from tests import programs
from tests.chatserver.realtime.servers import environment, token
from tests.plain_http import NO_TLS

HOST = "127.0.0.1"
START_SECONDS = 120.0
STOP_SECONDS = 120.0
POLICY = """
[plans.anytime]
writing = { kind = "always" }
"""


class ServerProcess:
    """`chatserver serve` with its data in `folder`; without `redis_url` it starts its embedded store.

    Everybody may write at any time, so that a test does not depend on the day. `kill` is SIGKILL, `stop` is SIGTERM.
    """

    def __init__(
        self,
        folder: Path,
        redis_url: str | None = None,
        *,
        policy: str = POLICY,
        workers: int = 1,
        durability: str = "local",
    ) -> None:
        self.folder = folder
        self.port = _lasting_port()
        self.url = f"http://{HOST}:{self.port}"
        self._redis_url = redis_url
        self._policy = policy
        self._workers = workers
        self._durability = durability
        self._log = folder / f"server-{self.port}.log"
        self._process: programs.Program | None = None

    @property
    def pid(self) -> int:
        assert self._process is not None, "the server has not been started"
        return self._process.pid

    @property
    def log(self) -> str:
        """Everything it wrote, through all its lives."""
        return self._log.read_text(errors="replace")

    def start(self) -> Self:
        """Start it, and wait until it listens."""
        self.folder.mkdir(parents=True, exist_ok=True)
        (self.folder / "policy.toml").write_text(self._policy)
        settings = environment() | {"CHATSERVER_DURABILITY": self._durability}
        with self._log.open("ab") as log:
            self._process = programs.start(*self._command(), cwd=self.folder, env=settings, stdout=log, stderr=log)
        self._wait_until_ready(self._process)
        return self

    def kill(self) -> None:
        """End it at once, whatever it is doing."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None

    def signal(self, number: int) -> None:
        assert self._process is not None, "the server has not been started"
        self._process.send_signal(number)

    def stop(self) -> None:
        """End it in order, as a service manager does. Without effect where it does not run."""
        if self._process is not None:
            self._process.terminate()
            try:
                self._process.wait(STOP_SECONDS)
            finally:
                self.kill()

    def provision(self, conversations: Iterable[str]) -> None:
        """Create conversations, each with people of its own: `c1` is that of `member-c1` and `mentor-c1`."""
        with self._http() as http:
            for name in conversations:
                for role in ("member", "mentor"):
                    http.put(f"people/{role}-{name}", json={"role": role, "name": name}).raise_for_status()
                details = {"member": f"member-{name}", "mentor": f"mentor-{name}", "plan": "anytime"}
                http.put(f"conversations/{name}", json=details).raise_for_status()

    def change_plan(self, conversation: str, plan: str) -> None:
        with self._http() as http:
            http.patch(f"conversations/{conversation}", json={"plan": plan}).raise_for_status()

    def _http(self) -> httpx.Client:
        return httpx.Client(
            base_url=f"{self.url}/v1",
            headers={"Authorization": f"Bearer {token('robot')}"},
            verify=NO_TLS,
            trust_env=False,
        )

    def _command(self) -> list[str]:
        command = ["serve", "--host", HOST, "--port", str(self.port)]
        command += ["--data-dir", str(self.folder), "--policy", str(self.folder / "policy.toml")]
        command += ["--workers", str(self._workers)]
        return command if self._redis_url is None else [*command, "--redis-url", self._redis_url]

    def _wait_until_ready(self, process: programs.Program) -> None:
        deadline = time.monotonic() + START_SECONDS
        while True:
            with socket.socket() as probe:
                if probe.connect_ex((HOST, self.port)) == 0:
                    return
            if process.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError(f"the server did not start:\n{self.log}")
            time.sleep(0.02)


def _lasting_port() -> int:
    """A free port from under the range that connections take theirs from: none of them has it after a restart."""
    while True:
        port = SystemRandom().randrange(15_000, 32_000)
        with socket.socket() as probe:
            if probe.connect_ex((HOST, port)) != 0:
                return port
