"""A million open deadlines: what they take in the store, how long the board's first page takes, how late anything is.

Deadlines far ahead are made first. Then a server starts, and probes fall due while it watches.
"""

import asyncio
import time
from array import array
from collections.abc import Callable
from http.client import HTTPConnection
from statistics import median
from typing import Any

import msgspec
import uvloop
from msgspec.structs import replace

from benchmarks.contenders import CONTENDERS, HOST, BenchmarkError, Site
from benchmarks.dialects import DIALECTS
from benchmarks.filling import Filling, configured
from benchmarks.load import latency
from benchmarks.progress import Tell, within
from benchmarks.provision import ledger_at, rulebook_of, settings_of
from benchmarks.results import Deadlines, conditions
from benchmarks.servers import ground, serving
from benchmarks.wire import ClientSocket
from quotas.instant import HOUR, SECOND
from quotas.ledger import keys
from quotas.ledger.link import Link
from quotas.ledger.redis import RedisLedger

PROBES = 1_000
"""Warnings, and as many misses."""
FIRST_PROBE, LAST_PROBE = 15 * SECOND, 25 * SECOND
"""Milliseconds ahead at which they are due."""
PATIENCE = 30.0
PAGES = 10
WATCH_WITHIN = 60.0
WARN_HOURS = 4
SPREAD = 1_000
"""Different deadlines of the far ones, over two days."""


def measured(count: int, tell: Tell) -> Deadlines:
    """Raises BenchmarkError."""
    with ground("off") as (site, _):
        result = uvloop.run(_measured(site, count, tell))
    tell("done", 1.0)
    return result


async def _measured(site: Site, count: int, tell: Tell) -> Deadlines:
    under = conditions()
    async with ledger_at(site.redis_url) as (link, ledger):
        ahead = [24 * HOUR + place * 48 * HOUR // SPREAD for place in range(SPREAD)]
        await _open(site, ledger, "d", count, ahead, within(tell, "opening deadlines", 0.0, 0.7))
        size = await _bytes_of_indexes(link)
        server = serving(CONTENDERS["product"], site)
        process = await asyncio.to_thread(server.__enter__)
        try:
            tell("the board", 0.75)
            pages, refused = await asyncio.to_thread(_pages, site)
            tell("watching the board", 0.78)
            first_watch, next_watch = await _watch(site), await _watch(site)
            tell("warnings and misses", 0.8)
            warnings, misses = await _probed(site, ledger)
            if process.poll() is not None:
                raise BenchmarkError("the server ended while deadlines rang")
        finally:
            await asyncio.to_thread(server.__exit__, None, None, None)
    return Deadlines(
        conditions=under,
        open=count,
        bytes_each=size / count,
        pages=PAGES,
        pages_refused=refused,
        first_page_ms=median(pages) if pages else None,
        first_page_worst_ms=max(pages, default=None),
        first_watch_ms=first_watch,
        next_watch_ms=next_watch,
        probes=PROBES,
        warned=len(warnings),
        missed=len(misses),
        warning_late=latency(warnings),
        miss_late=latency(misses),
    )


async def _open(
    site: Site, ledger: RedisLedger, prefix: str, count: int, ahead: list[int], tell: Callable[[float], None]
) -> None:
    """Conversations whose member wrote once; deadlines are `ahead` ms from now, in turn."""
    settings = [settings_of(site.couple(number), "bench") for number in range(1, 101)]
    names = ((f"{prefix}{number}", settings[number % len(settings)]) for number in range(count))
    await configured(ledger, names, lambda done: tell(done / count / 2))
    terms = rulebook_of(site.policy).terms("bench", settings[0].zone, "", 0, await ledger.now())
    due = [replace(terms, due_shift=each, due_fixed=0) for each in ahead]
    filling = Filling(ledger)
    for number in range(count):
        await filling.post(f"{prefix}{number}", "member", "w", settings[number % len(settings)], due[number % len(due)])
        if number % 10_000 == 0:
            tell(0.5 + number / count / 2)
    await filling.until()


async def _bytes_of_indexes(link: Link) -> int:
    """Of the sorted sets of waits and timers: what an open deadline adds to a conversation."""
    total = 0
    for partition in range(keys.PARTITIONS):
        for key in (keys.waits(partition), keys.timers(partition)):
            total += await link.request("MEMORY", "USAGE", key, "SAMPLES", 0) or 0
    return total


def _pages(site: Site) -> tuple[list[float], int]:
    """Milliseconds of the board's first page, asked for one after the other, and how often it was refused."""
    authorization = {"Authorization": f"Bearer {site.token('support', 'support')}"}
    taken, refused = [], 0
    connection = HTTPConnection(HOST, site.port, timeout=60)
    for _ in range(PAGES):
        began = time.perf_counter()
        connection.request("GET", "/v1/replies", headers=authorization)
        answer = connection.getresponse()
        body = answer.read()
        if answer.status == 200:
            taken.append((time.perf_counter() - began) * 1_000)
        elif answer.status == 503:
            refused += 1
        else:
            raise BenchmarkError(f"GET /v1/replies: {answer.status} {body[:300].decode(errors='replace')}")
    connection.close()
    return taken, refused


async def _watch(site: Site) -> float | None:
    """Milliseconds from the command to the first rows; None where none came in time, or the server gave up."""
    heard: asyncio.Queue[tuple[str, float]] = asyncio.Queue()
    url = f"ws://{HOST}:{site.port}{DIALECTS['chat'].path}"

    def hear(payload: bytes) -> None:
        event = DIALECTS["chat"].read(payload)
        if event is not None:
            heard.put_nowait((event.type, time.perf_counter()))

    async def until(wanted: str) -> float:
        async with asyncio.timeout(WATCH_WITHIN):
            while True:
                kind, at = await heard.get()
                if kind == wanted:
                    return at
                if kind in ("error", "lost"):
                    raise ConnectionError(f"waiting for {wanted}: {kind}")

    socket = ClientSocket(url, hear, lambda _: heard.put_nowait(("lost", 0.0)))
    await asyncio.get_running_loop().create_connection(lambda: socket, HOST, site.port)
    await socket.opened
    socket.send_text(msgspec.json.encode({"type": "hello", "token": site.token("support", "support"), "resume": {}}))
    await until("welcome")
    began = time.perf_counter()
    socket.send_text(msgspec.json.encode({"type": "watch", "replies": True, "limit": 50}))
    try:
        return (await until("replies") - began) * 1_000
    except (TimeoutError, ConnectionError):
        return None
    finally:
        socket.close()


async def _probed(site: Site, ledger: RedisLedger) -> "tuple[array[int], array[int]]":
    """How late each warning and miss was published, in nanoseconds; by the clock that the store reads too."""
    warnings, misses = array("q"), array("q")
    arrived = asyncio.Event()

    def hear(push: list[Any]) -> None:
        word = bytes(push[2]).split(b" ") if bytes(push[0]) == b"smessage" else []
        # A miss probe is warned too, as soon as it is written: its warnings were due long before.
        if len(word) == 4 and word[0] == b"D":
            name = bytes(push[1]).rpartition(b":")[2]
            kind, hours, due = word[1], float(word[2]), int(word[3])
            now = time.time_ns()
            if kind == b"missed":
                misses.append(now - due * 1_000_000)
            elif name.startswith(b"warn") and hours == WARN_HOURS:
                warnings.append(now - (due - WARN_HOURS * HOUR) * 1_000_000)
            if len(warnings) >= PROBES and len(misses) >= PROBES:
                arrived.set()

    listener = Link(site.redis_url)
    listener.on_push = hear
    await listener.open()
    step = (LAST_PROBE - FIRST_PROBE) / PROBES
    ahead = [FIRST_PROBE + round(step * place) for place in range(PROBES)]
    for prefix in ("miss", "warn"):
        for number in range(PROBES):
            listener.subscribe(keys.feed(f"{prefix}{number}").encode())
    await listener.request("PING")
    await _open(site, ledger, "miss", PROBES, ahead, lambda _: None)
    await _open(site, ledger, "warn", PROBES, [WARN_HOURS * HOUR + each for each in ahead], lambda _: None)
    try:
        async with asyncio.timeout(LAST_PROBE / SECOND + PATIENCE):
            await arrived.wait()
    except TimeoutError:
        pass  # What did not come is missing in the figures.
    finally:
        listener.close()
    return warnings, misses
