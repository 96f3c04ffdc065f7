"""The command line. Commands are imported when they are used, so that each starts as fast as it can."""

import ast
import io
import os
import sys
from contextlib import suppress
from importlib.abc import InspectLoader
from importlib.util import find_spec
from typing import TYPE_CHECKING

import cyclopts

from chatserver.private_files import keep_private

if TYPE_CHECKING:
    from _typeshed import ReadableBuffer

SUBCOMMANDS = {
    "serve": "chatserver.commands.serve:serve",
    "demo": "chatserver.commands.demo:demo",
    "chat": "chatserver.commands.chat:chat",
    "replies": "chatserver.commands.replies:replies",
    "report": "chatserver.commands.report:report",
    "statement": "chatserver.commands.statement:statement",
    "why": "chatserver.commands.why:why",
    "book": "chatserver.commands.book:book",
    "bookings": "chatserver.commands.bookings:bookings",
    "credits": "chatserver.commands.credits:credits",
    "slots": "chatserver.commands.slots:slots",
    "hours": "chatserver.commands.hours:hours",
    "cases": "chatserver.commands.cases:cases",
    "case": "chatserver.commands.case:case",
    "absences": "chatserver.commands.absences:absences",
    "mail": "chatserver.commands.mail:mail",
    "webhooks": "chatserver.commands.webhooks:webhooks",
    "what-if": "chatserver.commands.what_if:what_if",
    "replay": "chatserver.commands.replay:replay_timeline",
    "token": "chatserver.commands.token:token",
    "invite": "chatserver.commands.invite:invite",
    "notices": "chatserver.commands.notices:notices",
    "migrate": "chatserver.commands.migrate:migrate",
    "rebuild": "chatserver.commands.rebuild:rebuild",
    "rotate-key": "chatserver.commands.rotate_key:rotate_key",
    "backup": "chatserver.commands.backup:backup",
    "restore": "chatserver.commands.restore:restore",
    "revoke": "chatserver.commands.revoke:revoke",
    "clock": "chatserver.commands.clock:clock",
    "export": "chatserver.commands.export:export",
    "erase": "chatserver.commands.erase:erase",
    "audit": "chatserver.commands.audit:audit",
    "config": "chatserver.commands.config:config",
}
"""Each command and its function, as `module:function`; or, where it has commands of its own, its `App`."""
HELP_FLAGS = ("--help", "-h")


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


def command_line(*, listed: bool = False) -> cyclopts.App:
    """The commands, none imported yet; `listed` with the first line about each, which replaces the rest of its help."""
    cli = cyclopts.App(
        name="chatserver",
        help="The chat server for mentoring: writing windows, reply deadlines, messages that are kept.",
        help_flags=HELP_FLAGS,
        help_format="plaintext",
    )
    for name, place in SUBCOMMANDS.items():
        cli.command(place, name=name, help=first_line(place) if listed else None)
    return cli


def first_line(place: str) -> str:
    """What `module:function` says of itself, read from its source: to import all commands is to import everything.

    An `App` says what its default command does.
    """
    module, _, name = place.partition(":")
    loader = getattr(find_spec(module), "loader", None)
    assert isinstance(loader, InspectLoader), place  # noqa: S101 - commands are modules of this package
    for statement in ast.parse(loader.get_source(module) or "").body:
        if isinstance(statement, ast.FunctionDef) and name in (statement.name, _default_of(statement)):
            return (ast.get_docstring(statement) or "").partition("\n")[0]
    raise AssertionError(f"there is no {place}")


def _default_of(function: ast.FunctionDef) -> str | None:
    """The name of the App whose default command it is: decorated by `name.default`."""
    for decorator in function.decorator_list:
        match decorator:
            case ast.Attribute(value=ast.Name(id=name), attr="default"):
                return name
    return None


def _run() -> None:
    for word in sys.argv[1:]:
        _require_text(word)
    command_line(listed=not sys.argv[1:] or sys.argv[1] in HELP_FLAGS)()


def _require_text(word: str) -> None:
    """Bytes that are no text in the terminal's encoding can be written nowhere: no record has them for an id."""
    try:
        word.encode()
    except UnicodeEncodeError:
        encoding = sys.getfilesystemencoding().upper()
        sys.exit(f"chatserver: arguments are text in {encoding}, and {os.fsencode(word)!r} is none")
