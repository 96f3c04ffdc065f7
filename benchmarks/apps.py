"""The apps in a browser: first loads, the first message on a slow line, scrolling, and the board with many waits.

One server, one Chromium, nothing else at the same time.
"""

import asyncio
import time
from collections.abc import Iterable
from statistics import median

import msgspec
import websockets
from playwright.async_api import Browser

from benchmarks import apps_board
from benchmarks.apps_browser import SCROLLING, chromium, require_chromium, signed_in
from benchmarks.contenders import CONTENDERS, HOST, BenchmarkError, Site
from benchmarks.plain_requests import Requests
from benchmarks.progress import Tell, within
from benchmarks.results import Apps, Figure, conditions
from benchmarks.servers import ground, serving
from benchmarks.slow_line import SLOW_4G, slow_line
from chatserver.web.assets import Assets, assets_in
from chatserver.web.pages import PAGES

MESSAGES = 5_000
ROUNDS = 9
FIRST_LOAD_KIB, FIRST_MESSAGE_MS, SCROLL_P99_MS = 60, 1_000, 80
PHONE, DESKTOP = (360, 740), (1280, 800)
TEXT = "I tried what we talked about on Tuesday, and it went better than I had feared. "


def measured(tell: Tell) -> Apps:
    """Raises BenchmarkError."""
    require_chromium()
    assets = assets_in()
    if assets is None:
        raise BenchmarkError("the apps are not built: make web")
    under = conditions()
    with ground("off") as (site, _):
        asyncio.run(apps_board.fill(site, within(tell, "waits", 0.0, 0.2)))
        with serving(CONTENDERS["product"], site) as server:
            figures = [*first_loads(assets), *asyncio.run(_in_chromium(site, server.pid, tell))]
    tell("done", 1.0)
    return Apps(under, figures)


def first_loads(assets: Assets) -> list[Figure]:
    """Scripts, style and the largest language of each page, zipped."""
    words = max(len(assets.files[each].zipped) for each in assets.manifest.words.values())
    figures = []
    for page in PAGES:
        loads = assets.manifest.pages[page]
        size = words + sum(len(assets.files[each].zipped) for each in {loads.script, loads.style, *loads.preload})
        figures.append(Figure(f"first load, {page.replace('_', '-')}, zipped", size / 1024, "KiB", FIRST_LOAD_KIB))
    return figures


async def _in_chromium(site: Site, server: int, tell: Tell) -> list[Figure]:
    tell("messages", 0.2)
    await _write(site)
    async with chromium() as browser:
        tell("first message", 0.4)
        first = [await _first_message(browser, site) for _ in range(ROUNDS)]
        tell("scrolling", 0.6)
        frames = await _scrolling(browser, site)
        tell("the board", 0.8)
        board = await apps_board.measured(browser, site, server)
    return [
        Figure(f"first message, {SLOW_4G.name}, median of {ROUNDS}", median(first), "ms", FIRST_MESSAGE_MS),
        Figure(f"a frame of scrolling {MESSAGES:,} messages, p99", _p99(frames), "ms", SCROLL_P99_MS),
        *board,
    ]


async def _write(site: Site) -> None:
    """One conversation with MESSAGES of its mentor."""
    service, requests = site.token("bench", "service"), await Requests.open(site.port, 1)
    for path, body in (
        # In the browser's language: else the page begins again in the person's own.
        ("/v1/people/reader", {"role": "member", "name": "Mia", "zone": "Europe/Oslo", "locale": "en"}),
        ("/v1/people/writer", {"role": "mentor", "name": "Tora", "zone": "Europe/Oslo"}),
        ("/v1/conversations/letters", {"member": "reader", "mentor": "writer", "plan": CONTENDERS["product"].plan}),
    ):
        status, answer = await requests.ask("PUT", path, body, service)
        if status not in (200, 201):
            raise BenchmarkError(f"PUT {path}: {status} {answer}")
    requests.close()
    async with websockets.connect(f"ws://{HOST}:{site.port}/v1/chat", proxy=None) as socket:
        await socket.send(f'{{"type":"hello","token":"{site.token("writer", "mentor")}"}}')
        for number in range(MESSAGES):
            said = {"type": "send", "conversation": "letters", "id": f"n{number}", "body": TEXT * (number % 3 + 1)}
            await socket.send(msgspec.json.encode(said).decode())
            if number % 50 == 49:  # fewer than the commands that may be in flight
                await _until_accepted(socket, f"n{number}")


async def _until_accepted(socket: websockets.ClientConnection, id: str) -> None:
    while f'"id":"{id}"' not in (frame := str(await socket.recv())) or '"accepted"' not in frame:
        if '"error"' in frame:
            raise BenchmarkError(frame)


async def _first_message(browser: Browser, site: Site) -> float:
    """ms from asking for the page to the newest message on the screen, on a slow line; nothing is cached."""
    async with slow_line(site.port, SLOW_4G) as port, signed_in(browser, site, "reader", *PHONE) as page:
        # A cookie is for a host, whatever the port; a cache is for an origin, and this one is new.
        began = time.perf_counter()
        await page.goto(f"http://{HOST}:{port}/app/member", wait_until="commit")
        await page.locator(".msg").last.wait_for()
        return (time.perf_counter() - began) * 1_000


async def _scrolling(browser: Browser, site: Site) -> list[float]:
    """ms of each frame while all messages pass by, sorted."""
    async with signed_in(browser, site, "reader", *PHONE) as page:
        await page.goto(f"http://{HOST}:{site.port}/app/member")
        await page.locator(".msg").last.wait_for()
        await page.wait_for_function(
            """(wanted) => {
              if (document.querySelectorAll('.msg').length >= wanted) return true;
              document.querySelector('.scroller').scrollTop = 0;
              return false;
            }""",
            arg=MESSAGES,
            polling=20,
        )
        took: list[float] = await page.evaluate(SCROLLING, [".scroller", True, 100_000])
        return took


def _p99(sorted_ms: Iterable[float]) -> float:
    """Of what is sorted."""
    values = list(sorted_ms)
    return values[int(len(values) * 0.99)]
