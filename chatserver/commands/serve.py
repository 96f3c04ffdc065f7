"""`chatserver serve`."""

import logging
import socket
import sys
from collections.abc import Sequence

from msgspec.structs import replace

from chatserver import app as composition
from chatserver.commands.faults import one_sentence
from chatserver.commands.flags import NO_FLAGS, ServerFlags, settings_of
from chatserver.commands.running import known_port, run, store_of
from chatserver.operating.clock_shift import clock_notice
from chatserver.operating.logs import configure_logs
from chatserver.server import listen, listening_sockets
from chatserver.settings import Settings
from chatserver.workers import serve_with_workers

logger = logging.getLogger(__name__)


def serve(flags: ServerFlags = NO_FLAGS) -> None:
    """Start the server; Ctrl-C, SIGTERM or the end of its terminal stops it when everything in flight is answered."""
    with one_sentence():
        settings = settings_of(flags)
        configure_logs(settings.log_level)
        socks = listening_sockets(settings.host, settings.port, settings.workers)
        serving = _serve if settings.workers == 1 else _serve_with_workers
        port = socks[0].getsockname()[1]
        with store_of(settings) as store_url, known_port(settings.data_dir, port):
            run(serving(settings, store_url, socks))
        logger.info("stopped")


async def _serve(settings: Settings, store_url: str, socks: Sequence[socket.socket]) -> None:
    [sock] = socks
    async with composition.assembled(settings, store_url) as parts:
        now = await parts.ledger.now()

        def ready() -> None:
            warn(parts.warnings, parts.shift, now)
            logger.info("listening", extra={"url": url_of(sock)})

        await listen(parts, sock, ready)


async def _serve_with_workers(settings: Settings, store_url: str, socks: Sequence[socket.socket]) -> None:
    """What is done once is done here: one migration, one setting of the clock, one word of warning."""
    async with composition.assembled(settings, store_url, at_work=False) as parts:
        now = await parts.ledger.now()

    def ready() -> None:
        warn(parts.warnings, parts.shift, now)
        logger.info("listening", extra={"url": url_of(socks[0]), "workers": len(socks)})

    await serve_with_workers(replace(settings, now=None), store_url, socks, ready)


def warn(warnings: Sequence[str], shift: int, now: int) -> None:
    notice = clock_notice(shift, now)
    for warning in [*warnings, *([notice] if notice else [])]:
        if sys.stderr.isatty():
            from rich.text import Text  # rich is for those who have something to print

            from chatserver.commands.screen import errors

            errors.print(Text.assemble(("warning:", "yellow"), f" {warning}"), soft_wrap=True)
        else:
            logger.warning("%s", warning)


def url_of(sock: socket.socket) -> str:
    host, port = sock.getsockname()[:2]
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"
