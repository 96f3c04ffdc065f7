"""Processes of `chatserver` that start in a tenth of the time: forked where its libraries are imported already.

They are processes as any other: with their own arguments, environment, folder, streams, signals and exit status. What
depends on how the program is found and loaded starts `PROGRAM` itself.
"""

import atexit
import json
import os
import select
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from tempfile import TemporaryFile
from typing import IO

from tests import program_forks

PROGRAM = Path(sys.executable).with_name("chatserver")
WITHIN = 120.0
"""Seconds in which a command must end, on however slow a machine."""


class Program:
    """A running program; its methods are those of subprocess.Popen."""

    def __init__(self, pid: int, told: int) -> None:
        self.pid = pid
        self.returncode: int | None = None
        self._told = told

    def poll(self) -> int | None:
        """Its exit status, negative where a signal ended it; None while it runs."""
        return self._status(0)

    def wait(self, timeout: float | None = None) -> int:
        """Its exit status, once it has ended. Raises subprocess.TimeoutExpired."""
        status = self._status(timeout)
        if status is None:
            raise subprocess.TimeoutExpired(str(PROGRAM), timeout or 0)
        return status

    def send_signal(self, number: int) -> None:
        if self.poll() is None:
            os.kill(self.pid, number)

    def terminate(self) -> None:
        self.send_signal(signal.SIGTERM)

    def kill(self) -> None:
        self.send_signal(signal.SIGKILL)

    def _status(self, timeout: float | None) -> int | None:
        if self.returncode is None and select.select([self._told], [], [], timeout)[0]:
            self.returncode = int(_line(self._told))
            os.close(self._told)
        return self.returncode


def start(
    *words: str | Path,
    cwd: Path,
    env: Mapping[str, str],
    stdin: IO[bytes] | None = None,
    stdout: IO[bytes] | None = None,
    stderr: IO[bytes] | None = None,
) -> Program:
    """Start the program with these arguments; it gets copies of the streams, and os.devnull where there is none."""
    request = {"words": [str(PROGRAM), *map(str, words)], "cwd": str(cwd), "environment": dict(env)}
    told, tell = os.pipe()
    nothing = os.open(os.devnull, os.O_RDWR)
    try:
        streams = [nothing if stream is None else stream.fileno() for stream in (stdin, stdout, stderr)]
        _forks().send(json.dumps(request).encode(), [*streams, tell])
    finally:
        os.close(tell)
        os.close(nothing)
    return Program(int(_line(told)), told)


def run(*words: str | Path, cwd: Path, env: Mapping[str, str], text: str = "") -> subprocess.CompletedProcess[str]:
    """Run the program to its end, with `text` as its input."""
    with TemporaryFile() as stdin, TemporaryFile() as stdout, TemporaryFile() as stderr:
        stdin.write(text.encode())
        stdin.seek(0)
        program = start(*words, cwd=cwd, env=env, stdin=stdin, stdout=stdout, stderr=stderr)
        try:
            status = program.wait(WITHIN)
        finally:
            program.kill()
        said, complained = _text(stdout), _text(stderr)
    return subprocess.CompletedProcess([str(PROGRAM), *map(str, words)], status, said, complained)


class _Forks:
    """The process that forks, one for each process of tests."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._socket, other = socket.socketpair()
        with other:
            command = [sys.executable, "-P", program_forks.__file__, str(other.fileno())]
            self._process = subprocess.Popen(command, pass_fds=[other.fileno()], stdin=subprocess.DEVNULL)
        atexit.register(self._end)

    def send(self, request: bytes, streams: list[int]) -> None:
        with self._lock:
            socket.send_fds(self._socket, [program_forks.LENGTH.pack(len(request))], streams)
            self._socket.sendall(request)

    def _end(self) -> None:
        self._socket.close()
        self._process.wait()


@cache
def _forks() -> _Forks:
    return _Forks()


def _line(told: int) -> bytes:
    """The next line of a pipe; empty lines are none, so its end is a fault."""
    line = b""
    while not line.endswith(b"\n"):
        more = os.read(told, 1)
        if not more:
            raise RuntimeError("who keeps the program has gone")
        line += more
    return line


def _text(stream: IO[bytes]) -> str:
    stream.seek(0)
    return stream.read().decode()
