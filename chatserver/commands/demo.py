"""`chatserver demo`."""

import asyncio
import socket
from collections.abc import Sequence
from typing import Annotated

from cyclopts import Parameter
from msgspec.structs import replace
from rich.text import Text

from chatserver import app as composition
from chatserver.commands.faults import one_sentence
from chatserver.commands.flags import NO_FLAGS, ServerFlags, settings_of
from chatserver.commands.running import known_port, run, store_of
from chatserver.commands.screen import screen
from chatserver.commands.serve import url_of, warn
from chatserver.demo import screen as demo_screen
from chatserver.demo import setting_up, starting
from chatserver.demo.browser import open_demo
from chatserver.operating.logs import configure_logs
from chatserver.server import listen, listening_sockets
from chatserver.settings import Settings
from chatserver.workers import serve_with_workers


def demo(
    *, in_browser: Annotated[bool, Parameter(name="--open", negative="")] = False, flags: ServerFlags = NO_FLAGS
) -> None:
    """Start a server with demo people, and print how to chat as each of them.

    Its data is in the folder demo-data unless another one is named. Started again it goes on from there.

    Args:
        in_browser: Open a member's page in the browser, where there is a desktop.
    """
    with one_sentence():
        settings = settings_of(flags, data_dir=starting.DATA_DIR)
        configure_logs(settings.log_level)
        socks = listening_sockets(settings.host, settings.port, settings.workers)
        port = socks[0].getsockname()[1]
        with store_of(settings) as store_url, known_port(settings.data_dir, port):
            run(_demo(settings, store_url, socks, in_browser))
    screen.print(
        f"Stopped. Everything accepted is kept in {settings.data_dir}; start again to go on.",
        highlight=False,
        soft_wrap=True,
    )


async def _demo(settings: Settings, store_url: str, socks: Sequence[socket.socket], in_browser: bool) -> None:
    await starting.refuse_real_data(settings, store_url)
    settings = starting.with_quick_plan(settings)
    settings, why = await starting.with_open_day(settings, store_url)
    async with composition.assembled(settings, store_url, at_work=len(socks) == 1) as parts:
        await setting_up.settle(parts)
        tokens = starting.write_tokens(settings, parts.rulebook)
        if why:
            screen.print(Text(why, "yellow"))
        warn(parts.warnings, parts.shift, await parts.ledger.now())
        ready = asyncio.Event()
        serving = (
            listen(parts, socks[0], ready.set)
            if len(socks) == 1
            else serve_with_workers(replace(settings, now=None), store_url, socks, ready.set)
        )
        listening = asyncio.get_running_loop().create_task(serving)
        waiting = asyncio.get_running_loop().create_task(ready.wait())
        await asyncio.wait({listening, waiting}, return_when=asyncio.FIRST_COMPLETED)
        if ready.is_set():
            await setting_up.start_a_wait(parts)
            url = url_of(socks[0])
            links = await starting.links_of(parts, settings.public_url or url)
            await demo_screen.show(screen, parts, url, settings, demo_screen.WaysIn(tokens, links))
            screen.print(f"Listening on {url_of(socks[0])}. Ctrl-C stops.")
            if in_browser and (shown := await asyncio.to_thread(open_demo, parts, links)):
                screen.print(f"{shown.name}'s page opens in the browser.")
        waiting.cancel()
        await listening
