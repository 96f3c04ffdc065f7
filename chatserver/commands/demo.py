"""`chatserver demo`."""

import asyncio
import socket

from chatserver import app as composition
from chatserver import demo as demonstration
from chatserver.commands.flags import NO_FLAGS, ServerFlags, settings_of
from chatserver.commands.running import run, store_of
from chatserver.commands.screen import one_sentence, screen
from chatserver.commands.serve import url_of, warn
from chatserver.logs import configure_logs
from chatserver.settings import Settings


def demo(flags: ServerFlags = NO_FLAGS) -> None:
    """Start a server with demo people, and print how to chat as each of them."""
    with one_sentence():
        settings = settings_of(flags)
        configure_logs(settings.log_level)
        sock = composition.listening_socket(settings.host, settings.port)
        with store_of(settings) as store_url:
            run(_demo(settings, store_url, sock))
    screen.print(f"Stopped. Everything accepted is kept in {settings.data_dir}; start again to go on.")


async def _demo(settings: Settings, store_url: str, sock: socket.socket) -> None:
    settings = demonstration.with_quick_plan(settings)
    settings, why = await demonstration.with_open_day(settings, store_url)
    async with composition.assembled(settings, store_url) as parts:
        await demonstration.settle(parts.provisioning)
        tokens = demonstration.write_tokens(settings, parts.rulebook)
        if why:
            screen.print(f"[yellow]{why}[/yellow]")
        warn(parts, await parts.ledger.now())
        ready = asyncio.Event()
        listening = asyncio.get_running_loop().create_task(composition.listen(parts, sock, ready.set))
        waiting = asyncio.get_running_loop().create_task(ready.wait())
        await asyncio.wait({listening, waiting}, return_when=asyncio.FIRST_COMPLETED)
        if ready.is_set():
            await demonstration.start_a_wait(parts)
            await demonstration.show(screen, parts, url_of(sock), tokens)
            screen.print(f"Listening on {url_of(sock)}. Ctrl-C stops.")
        waiting.cancel()
        await listening
