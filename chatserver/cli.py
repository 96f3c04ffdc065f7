"""The command line: serve, demo, chat, replay, token, migrate, rebuild, config."""

import asyncio
import os
import socket
import sys
import time
from collections.abc import Coroutine, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Literal, TypeVar

import cyclopts
import msgspec
import structlog
import uvloop
from cyclopts import Parameter
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table

from chatserver import app as composition
from chatserver import demo as demonstration
from chatserver.auth import issue
from chatserver.embedded import EmbeddedStore, EmbeddedStoreError
from chatserver.protocol.events import Role
from chatserver.records.database import Database, DatabaseError
from chatserver.records.migrate import migrate as migrate_database
from chatserver.settings import DESCRIPTIONS, Settings, SettingsError, jwt_secret, load, shown
from chatserver.terminal import chat as terminal_chat
from chatserver.workflows import rebuild as rebuilding
from chatserver.workflows.clock_shift import ClockShiftError
from quotas.ledger.base import Ledger, LedgerError
from quotas.ledger.link import Link
from quotas.ledger.memory import MemoryLedger
from quotas.ledger.redis import RedisLedger
from quotas.plans import PolicyError
from quotas.replay import TimelineError, replay
from quotas.terms import Rulebook

FAULTS = (
    SettingsError,
    PolicyError,
    EmbeddedStoreError,
    DatabaseError,
    LedgerError,
    ClockShiftError,
    TimelineError,
    LookupError,
    composition.StartError,
)
"""What a command can meet that is nobody's bug: each is one sentence for people."""

T = TypeVar("T")

cli = cyclopts.App(
    name="chatserver",
    help="The chat server for mentoring: writing windows, reply deadlines, messages that are kept.",
)
errors = Console(stderr=True)
screen = Console()


@Parameter(name="*")
@dataclass(frozen=True, kw_only=True)
class ServerFlags:
    """Settings given as flags; what is left out comes from the environment, then the file, then the defaults."""

    host: str | None = None
    """Address to listen on."""
    port: int | None = None
    """TCP port to listen on; 0 picks a free one."""
    data_dir: Path | None = None
    """Folder of the embedded store, the SQLite file and the generated secret."""
    redis_url: str | None = None
    """Redis or Valkey to use instead of the embedded one."""
    database_url: str | None = None
    """Database of records instead of the SQLite file."""
    policy: Path | None = None
    """TOML file that changes plans and calendar."""
    now: str | None = None
    """Shift the clock to this instant (RFC 3339), for demos and tests."""
    config: Path | None = None
    """TOML file with settings."""


NO_FLAGS = ServerFlags()


@contextmanager
def one_sentence() -> Iterator[None]:
    """Turn a fault that is nobody's bug into one sentence and exit status 1."""
    try:
        yield
    except FAULTS as error:
        sentence = error.args[0] if error.args else str(error)
        errors.print(f"[red]chatserver:[/red] {sentence}", highlight=False, soft_wrap=True)
        sys.exit(1)


def settings_of(flags: ServerFlags) -> Settings:
    """The settings that flags, environment and file give together."""
    settings, _ = load(asdict(flags), os.environ)
    return settings


@contextmanager
def store_of(settings: Settings) -> Iterator[str]:
    """The URL of the store: the configured one, or the embedded one for as long as it is needed."""
    if settings.redis_url is not None:
        yield settings.redis_url
        return
    embedded = EmbeddedStore(settings.data_dir)
    try:
        yield embedded.start()
    finally:
        embedded.stop()


def run(work: Coroutine[Any, Any, T]) -> T:
    """Run to the end on a uvloop."""
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        return runner.run(work)


def configure_logs() -> None:
    """One line an event on standard error; never message text, never tokens."""
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso"),
            structlog.dev.ConsoleRenderer() if sys.stderr.isatty() else structlog.processors.JSONRenderer(),
        ],
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
    )


@cli.command
def serve(flags: ServerFlags = NO_FLAGS) -> None:
    """Start the server; Ctrl-C or SIGTERM stops it when everything in flight is answered."""
    with one_sentence():
        configure_logs()
        settings = settings_of(flags)
        sock = composition.listening_socket(settings.host, settings.port)
        with store_of(settings) as store_url:
            run(_serve(settings, store_url, sock))


async def _serve(settings: Settings, store_url: str, sock: socket.socket) -> None:
    async with composition.assembled(settings, store_url) as parts:
        now = await parts.ledger.now()

        def ready() -> None:
            _warn(parts, now)
            structlog.get_logger().info("listening", url=_url(sock))

        await composition.listen(parts, sock, ready)


def _warn(parts: composition.Parts, now: int) -> None:
    for warning in parts.warnings:
        errors.print(f"[yellow]warning:[/yellow] {warning}", highlight=False, soft_wrap=True)
    if notice := demonstration.clock_notice(parts, now):
        errors.print(f"[yellow]{notice}[/yellow]", highlight=False, soft_wrap=True)


def _url(sock: socket.socket) -> str:
    host, port = sock.getsockname()[:2]
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


@cli.command
def demo(flags: ServerFlags = NO_FLAGS) -> None:
    """Start a server with demo people, and print how to chat as each of them."""
    with one_sentence():
        configure_logs()
        settings = settings_of(flags)
        sock = composition.listening_socket(settings.host, settings.port)
        with store_of(settings) as store_url:
            run(_demo(settings, store_url, sock))
    screen.print(f"Stopped. Everything accepted is kept in {settings.data_dir}; start again to go on.")


async def _demo(settings: Settings, store_url: str, sock: socket.socket) -> None:
    settings, why = await demonstration.with_open_day(settings, store_url)
    async with composition.assembled(settings, store_url) as parts:
        await demonstration.settle(parts.provisioning)
        tokens = demonstration.write_tokens(settings)
        if why:
            screen.print(f"[yellow]{why}[/yellow]")
        _warn(parts, await parts.ledger.now())
        ready = asyncio.Event()
        listening = asyncio.get_running_loop().create_task(composition.listen(parts, sock, ready.set))
        waiting = asyncio.get_running_loop().create_task(ready.wait())
        await asyncio.wait({listening, waiting}, return_when=asyncio.FIRST_COMPLETED)
        if ready.is_set():
            await demonstration.show(screen, parts, _url(sock), tokens)
            screen.print(f"Listening on {_url(sock)}. Ctrl-C stops.")
        waiting.cancel()
        await listening


@cli.command
def chat(
    *,
    url: str = demonstration.DEFAULT_URL,
    token_file: Path | None = None,
    conversation: str | None = None,
    language: str | None = None,
) -> None:
    """Chat in the terminal. The token is read from a file or from CHATSERVER_TOKEN, never from an argument.

    Parameters
    ----------
    url: Address of the server.
    token_file: File that holds the token.
    conversation: Conversation to open; support must name one.
    language: en, nb or da; the terminal's own by default.
    """
    with one_sentence():
        token = _token(token_file)
        try:
            status = asyncio.run(terminal_chat.run(url=url, token=token, conversation=conversation, language=language))
        except ValueError as error:
            raise composition.StartError(str(error)) from None
        except KeyboardInterrupt:
            status = 0
        sys.exit(status)


def _token(file: Path | None) -> str:
    if file is None:
        if token := os.environ.get("CHATSERVER_TOKEN"):
            return token
        raise SettingsError("no token: name its file with --token-file, or set CHATSERVER_TOKEN")
    try:
        return file.read_text(encoding="ascii").strip()
    except (OSError, UnicodeDecodeError) as error:
        why = error.strerror if isinstance(error, OSError) else "is not a token"
        raise SettingsError(f"--token-file {file}: {why}") from None


@cli.command(name="replay")
def replay_timeline(
    file: Path | None = None,
    /,
    *,
    policy: Path | None = None,
    ledger: Literal["memory", "redis"] = "memory",
    redis_url: str | None = None,
) -> None:
    """Apply a timeline of JSON lines by the rules, one line out for each line in.

    Parameters
    ----------
    file: The timeline; standard input where none is named.
    policy: TOML file that changes plans and calendar.
    ledger: memory is the reference; redis the real one, embedded and empty unless --redis-url names one.
    redis_url: Redis or Valkey for --ledger redis. It must hold none of the timeline's conversations.
    """
    with one_sentence():
        settings, _ = load({"policy": policy, "redis_url": redis_url}, os.environ)
        rulebook = Rulebook(composition.policy_of(settings))
        lines = _lines(file)
        if ledger == "memory":
            asyncio.run(_replayed(lines, rulebook, MemoryLedger(lambda: 0)))
        else:
            run(_replayed_on_redis(lines, rulebook, settings.redis_url))


def _lines(file: Path | None) -> list[bytes]:
    try:
        return (sys.stdin.buffer.read() if file is None else file.read_bytes()).splitlines()
    except OSError as error:
        raise TimelineError(f"{file}: {error.strerror}") from None


async def _replayed_on_redis(lines: list[bytes], rulebook: Rulebook, redis_url: str | None) -> None:
    with TemporaryDirectory(prefix="chatserver-replay-") as folder:
        settings = Settings(data_dir=Path(folder), redis_url=redis_url)
        with store_of(settings) as store_url:
            link = Link(store_url)
            await link.open()
            try:
                real = RedisLedger(link)
                await real.load()
                await _replayed(lines, rulebook, real)
            finally:
                link.close()


async def _replayed(lines: list[bytes], rulebook: Rulebook, ledger: Ledger) -> None:
    """Write the outcomes; where they go elsewhere, show progress on the terminal."""
    out = sys.stdout
    with _progress(len(lines) if not out.isatty() else 0) as progress:
        task = progress.add_task("replaying", total=len(lines))
        try:
            done = 0
            async for outcome in replay(lines, rulebook, ledger):
                out.write(msgspec.json.format(msgspec.json.encode(outcome), indent=0).decode() + "\n")
                done += 1
                if done % 500 == 0:
                    progress.update(task, completed=done)
            progress.update(task, completed=len(lines))
        finally:
            out.flush()


def _progress(lines: int) -> Progress:
    """A bar on the terminal for long work; silent where there is little to do or nobody watches."""
    return Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeRemainingColumn(),
        console=errors,
        disable=lines < LONG or not errors.is_terminal,
        transient=True,
    )


LONG = 2_000
"""Lines from which on a bar is worth looking at."""


@cli.command
def token(user: str, /, *, role: Role, days: int = 1, flags: ServerFlags = NO_FLAGS) -> None:
    """Print a token for a person, signed with the server's secret.

    Parameters
    ----------
    user: Id of the person.
    role: member, mentor, support or service.
    days: How long it is good for, from 1 to 365.
    """
    with one_sentence():
        settings = settings_of(flags)
        if not 1 <= days <= 365:
            raise SettingsError(f"--days {days}: 1 to 365 are allowed")
        try:
            made = issue(
                jwt_secret(settings),
                user,
                role,
                days * 86_400,
                int(time.time() * 1000),
                audience=settings.jwt_audience,
                issuer=settings.jwt_issuer,
            )
        except ValueError as error:
            raise SettingsError(str(error)) from None
        sys.stdout.write(made + "\n")


@cli.command
def migrate(flags: ServerFlags = NO_FLAGS) -> None:
    """Bring the database up to date; the server does it too when it starts."""
    with one_sentence():
        settings = settings_of(flags)

        async def work() -> list[str]:
            database = Database(settings.records_url)
            try:
                return await migrate_database(database)
            finally:
                await database.close()

        done = run(work())
        screen.print(f"Applied: {', '.join(done)}." if done else "The database is up to date.")


@cli.command
def rebuild(flags: ServerFlags = NO_FLAGS) -> None:
    """Recreate the ledger's settings of every conversation from the records."""
    with one_sentence():
        settings = settings_of(flags)
        with store_of(settings) as store_url:
            run(_rebuild(settings, store_url))


async def _rebuild(settings: Settings, store_url: str) -> None:
    rulebook = Rulebook(composition.policy_of(settings))
    async with (
        composition.migrated(settings) as database,
        composition.connected(settings, store_url) as (_, ledger, _shift),
    ):
        with _progress(LONG) as progress:
            task = progress.add_task("rebuilding", total=None)
            rebuilt = await rebuilding.rebuild(
                database,
                ledger,
                rulebook,
                lambda done, total: progress.update(task, completed=done, total=total),
            )
    screen.print(f"{rebuilt.conversations} conversations told to the ledger; {rebuilt.ahead} of them were ahead.")


@cli.command
def config(flags: ServerFlags = NO_FLAGS) -> None:
    """Show every setting, its value, and where it came from."""
    with one_sentence():
        settings, sources = load(asdict(flags), os.environ)
        table = Table("setting", "value", "from", "meaning")
        for key, meaning in DESCRIPTIONS.items():
            table.add_row(key, shown(settings, key), sources[key], meaning)
        screen.print(table)


def main() -> None:
    """The program `chatserver`."""
    try:
        cli()
    except BrokenPipeError:  # whoever read the output has seen enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(1)
