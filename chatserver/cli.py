"""The command line. Commands are imported when they are used, so that each starts as fast as it can."""

import io
import os
import sys
from contextlib import suppress
from typing import TYPE_CHECKING

import cyclopts

from chatserver.private_files import keep_private

if TYPE_CHECKING:
    from _typeshed import ReadableBuffer

cli = cyclopts.App(
    name="chatserver",
    help="The chat server for mentoring: writing windows, reply deadlines, messages that are kept.",
)
cli.command("chatserver.commands.serve:serve")
cli.command("chatserver.commands.demo:demo")
cli.command("chatserver.commands.chat:chat")
cli.command("chatserver.commands.replies:replies")
cli.command("chatserver.commands.report:report")
cli.command("chatserver.commands.why:why")
cli.command("chatserver.commands.replay:replay_timeline", name="replay")
cli.command("chatserver.commands.token:token")
cli.command("chatserver.commands.migrate:migrate")
cli.command("chatserver.commands.rebuild:rebuild")
cli.command("chatserver.commands.rotate_key:rotate_key")
cli.command("chatserver.commands.backup:backup")
cli.command("chatserver.commands.restore:restore")
cli.command("chatserver.commands.revoke:revoke")
cli.command("chatserver.commands.clock:clock")
cli.command("chatserver.commands.export:export")
cli.command("chatserver.commands.erase:erase")
cli.command("chatserver.commands.config:config")


STDOUT = 1


class OutputError(Exception):
    """Standard output cannot be written. No OSError: those that talk to the network would take it for theirs."""


class _Output(io.FileIO):
    """Standard output, whose faults are told from all others'."""

    def write(self, data: "ReadableBuffer", /) -> int:
        try:
            return super().write(data)
        except OSError as error:
            raise OutputError(error) from None


def main() -> None:
    """The program `chatserver`."""
    keep_private()
    _open_streams()
    status: int | str | None = 1
    try:
        try:
            _run()
        except SystemExit as end:
            status = end.code
        sys.stdout.flush()
    except OutputError as fault:
        [error] = fault.args
        os.dup2(os.open(os.devnull, os.O_WRONLY), STDOUT)  # for what has not been written
        if not isinstance(error, BrokenPipeError):  # else whoever read the output has seen enough
            sys.stderr.write(f"chatserver: standard output cannot be written: {error.strerror}\n")
        sys.exit(1)
    sys.exit(status)


def _open_streams() -> None:
    """Standard output as `_Output`. Where a stream is closed, nothing that is opened later may take its place."""
    for number in range(3):
        with suppress(OSError):
            os.fstat(number)
            continue
        os.open(os.devnull, os.O_WRONLY if number == 2 else os.O_RDONLY)  # writing to STDOUT is a fault
    sys.stderr = sys.stderr or os.fdopen(2, "w", closefd=False)
    before = sys.stdout
    sys.stdout = io.TextIOWrapper(
        io.BufferedWriter(_Output(STDOUT, "w", closefd=False)),
        encoding=before.encoding if before else "utf-8",
        errors="replace",
        line_buffering=os.isatty(STDOUT),
    )


def _run() -> None:
    if not sys.argv[1:] or sys.argv[1] in cli.help_flags:
        for name in cli:
            cli[name]  # imports it, so that the list says what it does
    cli()
