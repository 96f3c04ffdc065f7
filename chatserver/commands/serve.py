"""`chatserver serve`."""

import socket

import structlog

from chatserver import app as composition
from chatserver import demo as demonstration
from chatserver.commands.flags import NO_FLAGS, ServerFlags, settings_of
from chatserver.commands.running import run, store_of
from chatserver.commands.screen import errors, one_sentence
from chatserver.logs import configure_logs
from chatserver.settings import Settings

log = structlog.stdlib.get_logger(__name__)


def serve(flags: ServerFlags = NO_FLAGS) -> None:
    """Start the server; Ctrl-C or SIGTERM stops it when everything in flight is answered."""
    with one_sentence():
        settings = settings_of(flags)
        configure_logs(settings.log_level)
        sock = composition.listening_socket(settings.host, settings.port)
        with store_of(settings) as store_url:
            run(_serve(settings, store_url, sock))


async def _serve(settings: Settings, store_url: str, sock: socket.socket) -> None:
    async with composition.assembled(settings, store_url) as parts:
        now = await parts.ledger.now()

        def ready() -> None:
            warn(parts, now)
            log.info("listening", url=url_of(sock))

        await composition.listen(parts, sock, ready)


def warn(parts: composition.Parts, now: int) -> None:
    notice = demonstration.clock_notice(parts, now)
    for warning in [*parts.warnings, *([notice] if notice else [])]:
        if errors.is_terminal:
            errors.print(f"[yellow]warning:[/yellow] {warning}", highlight=False, soft_wrap=True)
        else:
            log.warning(warning)


def url_of(sock: socket.socket) -> str:
    host, port = sock.getsockname()[:2]
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"
