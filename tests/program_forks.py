"""A process that has imported what the program stands on, and forks a program for each request.

Not the program's own commands: each program imports those itself, with the environment that it is given. Requests come
by the socket whose number is the only argument: four bytes of length, then JSON, with four file descriptors (standard
input, output and error of the program, and where its process id and its exit status are written, a line each).
"""

import gc
import importlib
import json
import os
import socket
import struct
import sys
import tempfile
import time
from contextlib import suppress

LENGTH = struct.Struct("!I")
IMPORTED = (
    *("alembic.command", "asyncpg", "aiosqlite", "cyclopts", "jwt", "prompt_toolkit", "rich.progress", "uvicorn"),
    *("chatserver.app", "chatserver.server", "chatserver.demo.setting_up"),
    *("chatserver.terminal.chat", "chatserver.backup.making"),
)


def serve(requests: socket.socket) -> None:
    """Fork until nobody asks any more; returns in each program, to be run."""
    while True:
        first, given, *_ = socket.recv_fds(requests, LENGTH.size, 4)
        if not first:
            _reap()
            os._exit(0)
        [length] = LENGTH.unpack(first)
        body = requests.recv(length, socket.MSG_WAITALL)
        if os.fork() == 0:
            requests.close()
            _keep(json.loads(body), given)
            return
        for number in given:
            os.close(number)
        _reap()


def _reap() -> None:
    """Take note of who kept a program that has ended, so that their time counts as ours."""
    with suppress(ChildProcessError):
        while os.waitpid(-1, os.WNOHANG)[0]:
            pass


def _keep(request: dict[str, object], given: list[int]) -> None:
    """Be the parent of a program until it has ended; returns in the program."""
    *streams, told = given
    program = os.fork()
    if program == 0:
        os.close(told)
        _become(request, streams)
        return
    for number in streams:
        os.close(number)
    os.write(told, b"%d\n" % program)
    _, status = os.waitpid(program, 0)
    os.write(told, b"%d\n" % os.waitstatus_to_exitcode(status))
    os._exit(0)


def _become(request: dict[str, object], streams: list[int]) -> None:
    for number, stream in enumerate(streams):
        os.dup2(stream, number)
        os.close(stream)
    os.chdir(str(request["cwd"]))
    os.environ.clear()
    os.environ.update(request["environment"])  # type: ignore[call-overload]  # a JSON object of texts
    time.tzset()
    tempfile.tempdir = None
    sys.argv = list(request["words"])  # type: ignore[call-overload]  # a JSON array of texts


if __name__ == "__main__":
    for name in IMPORTED:
        importlib.import_module(name)
    gc.freeze()
    serve(socket.socket(fileno=int(sys.argv[1])))
    from chatserver.cli import main

    main()
