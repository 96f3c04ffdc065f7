"""`python -m benchmarks.slots`: of all who want a slot at once one gets it, and what that costs.

At the room's own function, `Bookings.book`, from one process and from two; over HTTP from a server of its own; and how
long a booking takes at 50 requests a second. Each on a Valkey of its own, and on SQLite or the database that is named.
"""

import asyncio
import sys
import time
from collections import Counter
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from multiprocessing import get_context
from queue import Empty
from random import Random
from typing import Annotated, Any

from cyclopts import App, Parameter
from cyclopts.validators import Number
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn

from benchmarks import slot_places
from benchmarks.contenders import CONTENDERS, BenchmarkError, Site
from benchmarks.cpu import cpu_micros
from benchmarks.plain_requests import Requests
from benchmarks.servers import ground, serving
from chatserver import foundation
from chatserver.conversations.rebuild import rebuild
from chatserver.conversations.requests import Conflict, Invalid, Missing
from chatserver.records.database import DatabaseError
from chatserver.sessions.new_bookings import BookOutcome
from chatserver.sessions.outcomes import BookingDone, BookingRefused
from chatserver.settings import Settings
from quotas import instant
from quotas.session_book import WantedBooking
from quotas.store.errors import StoreError

TOGETHER = 10
"""Slots that are raced for at the same time."""
CONNECTIONS = 40
"""Of the HTTP client."""
RATE = 50
"""Bookings a second in the open loop."""
WARM_UP = 100
"""Bookings of the open loop that do not count: the server has just started."""
GOAL_MS = 50.0
"""Booking p99 at that rate, on SQLite."""

app = App(name="benchmarks.slots", help="Of all who want a slot at once one gets it, and what that costs.")
console = Console()

Count = Annotated[int, Parameter(validator=Number(gte=0, lte=1_000_000))]
Advance = Callable[[int], None]
"""Called with how many more attempts are done."""


def answer_of(outcome: BookOutcome) -> str:
    """`booked`, why not, or what is wrong."""
    match outcome:
        case BookingDone():
            return "booked"
        case BookingRefused(reason):
            return reason
        case Invalid() | Conflict() | Missing():
            return type(outcome).__name__


async def race(
    book: Callable[[WantedBooking], Any], slots: int, requests: int, begin: int, racer: str, advance: Advance
) -> list[Counter[str]]:
    """The answers at each slot. All requests for some slots are on their way at once, in an order that chance picks."""
    found: list[Counter[str]] = [Counter() for _ in range(slots)]

    async def attempt(slot: int, number: int) -> None:
        found[slot][await book(slot_places.wanted(slot, number, begin, racer))] += 1

    for first in range(0, slots, TOGETHER):
        some = range(first, min(slots, first + TOGETHER))
        asked = [(slot, number) for slot in some for number in range(requests)]
        Random(first).shuffle(asked)
        await asyncio.gather(*(attempt(*each) for each in asked))
        advance(len(asked))
    return found


def check(answers: list[Counter[str]], requests: int) -> None:
    """Raises BenchmarkError where a slot has not one booking and clear answers for all others."""
    for slot, found in enumerate(answers):
        if found != Counter(booked=1, busy=requests - 1):
            raise BenchmarkError(f"slot {slot}: not 1 booked and {requests - 1} busy, but {dict(found)}")


@asynccontextmanager
async def parts(site: Site, database_url: str | None) -> AsyncIterator[foundation.Foundation]:
    """The parts of a server on that store and database."""
    settings = Settings(data_dir=site.directory, database_url=database_url, policy=site.policy)
    async with foundation.records_and_ledger(settings, site.redis_url) as base:
        yield base


async def at_the_function(site: Site, url: str | None, slots: int, requests: int, advance: Advance) -> float:
    """Attempts a second."""
    async with parts(site, url) as base:
        begin = await _filled(base, slots)

        async def book(wanted: WantedBooking) -> str:
            return answer_of(await base.bookings.book(wanted, "mentor"))

        began = time.perf_counter()
        check(await race(book, slots, requests, begin, "", advance), requests)
        return slots * requests / (time.perf_counter() - began)


async def _filled(base: foundation.Foundation, slots: int) -> int:
    """Make everybody, in the records and in the ledger; when the first slots start."""
    now = await base.ledger.now()
    await slot_places.fill(base.database, -(-slots // slot_places.SLOTS_EACH), now)
    parts = base.database, base.ledger, base.restorer, base.rulebook, base.appointments
    await rebuild(*parts, lambda done, total: None)
    return slot_places.first_day(now)


async def from_two_processes(site: Site, url: str | None, slots: int, requests: int, advance: Advance) -> float:
    """Attempts a second; each process has half of the requests for every slot."""
    async with parts(site, url) as base:
        begin = await _filled(base, slots)
    processes = get_context("spawn")
    gate, told = processes.Barrier(2), processes.Queue()
    work = (site, url, slots, requests // 2, begin, gate, told)
    racers = [processes.Process(target=_racer, args=(*work, name), daemon=True) for name in "ab"]
    for racer in racers:
        racer.start()
    answers: list[list[Counter[str]]] = []
    seconds: list[float] = []
    while len(answers) < len(racers):
        try:
            match await asyncio.to_thread(told.get, timeout=1):
                case int(done):
                    advance(done)
                case (found, took):
                    answers.append(found)
                    seconds.append(took)
        except Empty:
            if any(racer.exitcode for racer in racers):
                raise BenchmarkError("a racing process has failed") from None
    check([one + other for one, other in zip(*answers, strict=True)], requests // 2 * 2)
    return slots * (requests // 2 * 2) / max(seconds)


def _racer(site: Site, url: str | None, slots: int, requests: int, begin: int, gate: Any, told: Any, name: str) -> None:
    async def run() -> None:
        async with parts(site, url) as base:

            async def book(wanted: WantedBooking) -> str:
                return answer_of(await base.bookings.book(wanted, "mentor"))

            gate.wait(60)
            began = time.perf_counter()
            found = await race(book, slots, requests, begin, f"{name}-", told.put)
            told.put((found, time.perf_counter() - began))

    asyncio.run(run())


async def over_http(site: Site, url: str | None, slots: int, requests: int, advance: Advance) -> float:
    """Attempts a second at a server of its own."""
    begin = await _filled_for_server(site, url, slots)
    with serving(_server(url), site):
        client = await _client(site)
        began = time.perf_counter()
        try:
            check(await race(client.book, slots, requests, begin, "", advance), requests)
        finally:
            client.close()
        return slots * requests / (time.perf_counter() - began)


async def open_loop(site: Site, url: str | None, bookings: int, advance: Advance) -> tuple[list[float], float]:
    """Milliseconds from the instant at which each booking was to be asked for until it was answered; all are made.

    And milliseconds of CPU that the server spent on each.
    """
    bookings += WARM_UP
    begin = await _filled_for_server(site, url, bookings)
    waited: list[float] = []
    with serving(_server(url), site) as server:
        client = await _client(site)
        spent = cpu_micros(server.pid)
        started = time.perf_counter() + 0.5

        async def one(slot: int) -> None:
            at = started + slot / RATE
            await asyncio.sleep(max(0.0, at - time.perf_counter()))
            answer = await client.book(slot_places.wanted(slot, slot, begin))
            if answer != "booked":
                raise BenchmarkError(f"slot {slot}: {answer}")
            if slot >= WARM_UP:
                waited.append((time.perf_counter() - at) * 1000)
                advance(1)

        try:
            await asyncio.gather(*(one(slot) for slot in range(bookings)))
        finally:
            client.close()
        spent = cpu_micros(server.pid) - spent
    return sorted(waited), spent / bookings / 1000


async def _filled_for_server(site: Site, url: str | None, slots: int) -> int:
    async with parts(site, url) as base:
        return await _filled(base, slots)


def _server(url: str | None) -> Any:
    """What is in this checkout, on that database."""
    server = CONTENDERS["not compiled"]
    more = {"CHATSERVER_DATABASE_URL": url} if url else {}
    return replace(server, environment=lambda site: server.environment(site) | more)


class BookingClient:
    """Books over HTTP, as a service may."""

    def __init__(self, requests: Requests, token: str) -> None:
        self._requests = requests
        self._token = token
        self.close = requests.close

    async def book(self, wanted: WantedBooking) -> str:
        body = {
            "conversation": wanted.conversation,
            "service": wanted.service,
            "starts_at": instant.text(wanted.starts_at),
            "minutes": wanted.minutes,
        }
        status, answer = await self._requests.ask("PUT", f"/v1/bookings/{wanted.id}", body, self._token)
        if status == 201:
            return "booked"
        return str(answer.get("reason") or f"{status} {answer}")


async def _client(site: Site) -> BookingClient:
    return BookingClient(await Requests.open(site.port, CONNECTIONS), site.token("bench", "service"))


@app.default
def slots(
    *,
    slots: Count = 10_000,
    requests: Annotated[int, Parameter(validator=Number(gte=2, lte=10_000))] = 200,
    http_slots: Count = 500,
    shared_slots: Count = 500,
    bookings: Count = 1_500,
    database_url: str | None = None,
) -> None:
    """Race. Exit status 1 where a slot has not exactly one booking, and `busy` for all others.

    Parameters
    ----------
    slots
        How many are raced for at the room's own function; 0 leaves that out.
    requests
        How many want each of them.
    http_slots
        How many are raced for over HTTP.
    shared_slots
        How many two processes race for at the function.
    bookings
        How many are made in an open loop of 50 a second.
    database_url
        An empty database as `chatserver` takes it; otherwise SQLite files. It can be used for one of the parts only.
    """
    chosen = [bool(each) for each in (slots, http_slots, shared_slots, bookings)]
    if database_url and sum(chosen) != 1:
        sys.exit("an empty database serves one part: give 0 for the other numbers")
    on = (database_url or "sqlite").partition(":")[0]
    try:
        if slots:
            _race("one process", at_the_function, database_url, slots, requests, on)
        if shared_slots:
            _race("two processes", from_two_processes, database_url, shared_slots, requests, on)
        if http_slots:
            _race("over HTTP", over_http, database_url, http_slots, requests, on)
        if bookings:
            _open_loop(database_url, bookings, on)
    except (BenchmarkError, StoreError, DatabaseError) as error:
        sys.exit(str(error))


def _race(part: str, run: Any, url: str | None, slots: int, requests: int, on: str) -> None:
    with ground("off") as (site, _), _bar() as bar:
        site.policy.write_text(slot_places.POLICY)
        task = bar.add_task(f"{part}, {on}", total=slots * requests)
        rate = asyncio.run(run(site, url, slots, requests, lambda done: bar.advance(task, done)))
    console.print(
        f"{part}, {on}: {slots:,} slots, {requests} requests for each: 1 booked and {requests - 1} busy at every "
        f"slot; {rate:,.0f} attempts/s"
    )


def _open_loop(url: str | None, bookings: int, on: str) -> None:
    with ground("off") as (site, _), _bar() as bar:
        site.policy.write_text(slot_places.POLICY)
        task = bar.add_task(f"open loop, {on}", total=bookings)
        waited, cpu = asyncio.run(open_loop(site, url, bookings, lambda done: bar.advance(task, done)))
    p50, p99 = (waited[int(len(waited) * share)] for share in (0.5, 0.99))
    console.print(
        f"open loop, {on}: {bookings:,} bookings over HTTP, {RATE} a second: p50 {p50:.1f} ms, p99 {p99:.1f} ms, "
        f"worst {waited[-1]:.1f} ms (goal on SQLite: p99 {GOAL_MS:.0f} ms); {cpu:.1f} ms CPU of the server each"
    )


def _bar() -> Progress:
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
    return Progress(*columns, TimeElapsedColumn(), TimeRemainingColumn(), console=console, refresh_per_second=2)


if __name__ == "__main__":
    app()
