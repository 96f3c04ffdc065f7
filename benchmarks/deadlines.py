"""A million open deadlines: what they take in the store, how long the board's first page takes, how late anything is.

Deadlines are made first, as far ahead as they are on a working day. Then a server starts, and probes fall due while it
watches.
"""

import asyncio
import time
from array import array
from collections.abc import Callable
from http.client import HTTPConnection
from random import Random
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
from benchmarks.provision import ZONE, ledger_at, rulebook_of, settings_of
from benchmarks.results import Deadlines, conditions
from benchmarks.servers import ground, serving
from benchmarks.wire import ClientSocket
from quotas.instant import DAY, HOUR, MINUTE, SECOND, parse
from quotas.ledger import keys
from quotas.ledger.redis import RedisLedger
from quotas.ledger.timers import Timers
from quotas.ledger.waits import Waits
from quotas.store.link import Link
from quotas.terms import Rulebook

PLAN = CONTENDERS["product"].plan
PROBES = 1_000
"""Warnings, and as many misses."""
FIRST_PROBE, LAST_PROBE = 15 * SECOND, 25 * SECOND
"""Milliseconds ahead at which they are due."""
PATIENCE = 30.0
PAGES = 10
WATCH_WITHIN = 60.0
CATCHES_UP_WITHIN = 120.0
WARN_HOURS = 4
FRIDAY = parse("2026-01-09T13:00:00+01:00")
"""When the share of deadlines that are near is largest; and some are three days ahead."""
DAY_BEGINS, DAY_ENDS = 7, 23
"""Hours between which members write, on weekdays, as evenly as can be. Nobody is answered before the deadline."""
EVERY = MINUTE
"""Between two of them, as a model; there are as many different deadlines as minutes in such a day."""


def measured(count: int, tell: Tell) -> Deadlines:
    """Raises BenchmarkError."""
    with ground("off") as (site, _):
        result = uvloop.run(_measured(site, count, tell))
    tell("done", 1.0)
    return result


async def _measured(site: Site, count: int, tell: Tell) -> Deadlines:
    under = conditions()
    async with ledger_at(site.redis_url) as (link, ledger):
        rulebook = rulebook_of(site.policy)
        ahead = _ahead(rulebook)
        tell_opened = within(tell, "opening deadlines", 0.0, 0.7)
        await _open(rulebook, site, ledger, "d", count, ahead, tell_opened, are_warned=True)
        waits = Waits(link, ledger, 0)
        await asyncio.gather(*(waits.arm(each, rulebook.policy.warn_first) for each in range(keys.PARTITIONS)))
        size, timers = await _bytes_of_indexes(link)
        server = serving(CONTENDERS["product"], site)
        process = await asyncio.to_thread(server.__enter__)
        try:
            tell("what fell due before there was a server", 0.72)
            await _caught_up(Timers(link, ledger), ledger)
            tell("the board", 0.75)
            pages, refused = await asyncio.to_thread(_pages, site)
            tell("watching the board", 0.78)
            first_watch, next_watch = await _watch(site), await _watch(site)
            tell("warnings and misses", 0.8)
            warnings, misses = await _probed(rulebook, site, ledger)
            if process.poll() is not None:
                raise BenchmarkError("the server ended while deadlines rang")
        finally:
            await asyncio.to_thread(server.__exit__, None, None, None)
    return Deadlines(
        conditions=under,
        open=count,
        timers=timers,
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


def _ahead(rulebook: Rulebook) -> list[int]:
    """How many ms ahead the deadlines of open waits are at FRIDAY, in a random order that is always the same."""
    midnight = FRIDAY - 13 * HOUR
    ahead = []
    for day in range(5):  # those of Monday to Friday; earlier ones are over
        begins_at = midnight - day * DAY
        for asked_at in range(begins_at + DAY_BEGINS * HOUR, begins_at + DAY_ENDS * HOUR, EVERY):
            due_at = rulebook.terms(PLAN, ZONE, "", 0, asked_at).due(asked_at)
            if asked_at < FRIDAY < due_at:
                ahead.append(due_at - FRIDAY)
    Random(1).shuffle(ahead)
    return ahead


async def _open(
    rulebook: Rulebook,
    site: Site,
    ledger: RedisLedger,
    prefix: str,
    count: int,
    ahead: list[int],
    tell: Callable[[float], None],
    *,
    are_warned: bool = False,
) -> None:
    """Conversations whose member wrote once; deadlines are `ahead` ms from now, in turn.

    With `are_warned` the next look is at the next warning, as though a server had been there for the earlier ones.
    """
    settings = [settings_of(site.couple(number), PLAN) for number in range(1, 101)]
    names = ((f"{prefix}{number}", settings[number % len(settings)]) for number in range(count))
    await configured(ledger, names, lambda done: tell(done / count / 2))
    terms = rulebook.terms(PLAN, ZONE, "", 0, await ledger.now())
    promise = rulebook.plan(PLAN).reply
    warnings = [round(hours * HOUR) for hours in promise.warnings] if promise else []
    due = [
        replace(
            terms,
            due_shift=each,
            due_fixed=0,
            warn_first=max((at for at in warnings if at < each or not are_warned), default=0),
            unread_after=0,  # What has a timer is a deadline.
        )
        for each in ahead
    ]
    filling = Filling(ledger)
    for number in range(count):
        await filling.post(f"{prefix}{number}", "member", "w", settings[number % len(settings)], due[number % len(due)])
        if number % 10_000 == 0:
            tell(0.5 + number / count / 2)
    await filling.until()


async def _bytes_of_indexes(link: Link) -> tuple[int, int]:
    """Of waits, timers and up to where they are armed: what an open deadline adds to a conversation. And the timers."""
    total, timers = 0, 0
    for partition in range(keys.PARTITIONS):
        for key in (keys.waits(partition), keys.timers(partition), keys.armed(partition)):
            total += await link.request("MEMORY", "USAGE", key, "SAMPLES", 0) or 0
        timers += await link.request("ZCARD", keys.timers(partition))
    return total, timers


async def _caught_up(timers: Timers, ledger: RedisLedger) -> None:
    """Wait until no timer is late. Raises BenchmarkError."""
    try:
        async with asyncio.timeout(CATCHES_UP_WITHIN):
            while True:
                before = await ledger.now() - SECOND
                late = (timers.late(partition, before) for partition in range(keys.PARTITIONS))
                if not any(await asyncio.gather(*late)):
                    return
                await asyncio.sleep(0.2)
    except TimeoutError:
        raise BenchmarkError(f"the server still has late timers after {CATCHES_UP_WITHIN:.0f} seconds") from None


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


async def _probed(rulebook: Rulebook, site: Site, ledger: RedisLedger) -> "tuple[array[int], array[int]]":
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
    await _open(rulebook, site, ledger, "miss", PROBES, ahead, lambda _: None)
    warned = [WARN_HOURS * HOUR + each for each in ahead]
    await _open(rulebook, site, ledger, "warn", PROBES, warned, lambda _: None)
    try:
        async with asyncio.timeout(LAST_PROBE / SECOND + PATIENCE):
            await arrived.wait()
    except TimeoutError:
        pass  # What did not come is missing in the figures.
    finally:
        listener.close()
    return warnings, misses
