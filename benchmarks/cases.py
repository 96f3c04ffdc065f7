"""`python -m benchmarks.cases`: what open cases cost while nothing happens, and how soon the list of them is there.

100,000 that are open, as many that have ended, each in a conversation of its own; one server, and a Valkey of its own.
"""

import asyncio
import sys
import time
from base64 import b64encode
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from typing import Annotated

from cyclopts import App, Parameter
from cyclopts.validators import Number
from msgspec import Struct
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from benchmarks import open_cases, open_deadlines
from benchmarks.contenders import CONTENDERS, BenchmarkError, Contender, Site
from benchmarks.cpu import cpu_micros
from benchmarks.plain_requests import Requests
from benchmarks.servers import ground, serving
from chatserver import foundation
from chatserver.protocol.events import Role
from chatserver.records.database import DatabaseError
from chatserver.settings import Settings
from quotas.store.errors import StoreError

POLICY = f"""
[plans.{open_deadlines.PLAN}]
writing = {{ kind = "always" }}
sessions = {{ units_per_month = "unlimited", services = ["video_call"] }}
"""
LISTS: tuple[tuple[str, Role, str], ...] = (
    ("", "support", "sara"),
    ("?open=true", "support", "sara"),
    ("?kind=ghosting&open=true", "support", "sara"),
    ("?kind=mentor_switch&state=requested", "support", "sara"),
    ("?assignee=sara&open=true", "support", "sara"),
    ("?kind=no_show&open=true", "support", "sara"),
    ("", "mentor", "t1"),
    ("", "member", "m1"),
)
"""First pages, by whom."""
ASKED = 40
"""How often for each page."""
WARM_UP = 5
"""Requests that do not count."""
GOAL_MS = 50.0
SETTLE_SECONDS = 20.0
"""After the start, in which the server gives timers back: here the store has lost them all."""

app = App(name="benchmarks.cases", help="What open cases cost at rest, and how soon the list of them is there.")
console = Console()


class Page(Struct, frozen=True):
    """One list: ms from the question to the answer, sorted, and ms of the server's CPU for each."""

    query: str
    role: Role
    cases: int
    waited: list[float]
    cpu: float


async def fill(site: Site, url: str | None, count: int, progress: Callable[[int], None]) -> None:
    """Conversations and their cases, in the records. Raises DatabaseError, StoreError."""
    settings = Settings(data_dir=site.directory, database_url=url, policy=site.policy)
    async with foundation.records_and_ledger(settings, site.redis_url) as base:
        now = await base.ledger.now()
        await open_deadlines.record(base.database, count, now, progress)
        await open_cases.record(base.database, base.rulebook, count, now, progress)


async def listed(site: Site, server: int) -> list[Page]:
    """Each of LISTS, one request after the other."""
    with closing(await Requests.open(site.port, 1)) as requests:
        return [await _page(requests, site, server, *each) for each in LISTS]


async def _page(requests: Requests, site: Site, server: int, query: str, role: Role, person: str) -> Page:
    token, waited, found, spent = site.token(person, role), [], 0, 0
    for number in range(WARM_UP + ASKED):
        if number == WARM_UP:
            spent = cpu_micros(server)
        began = time.perf_counter()
        status, answer = await requests.ask("GET", f"/v1/cases{query}", None, token)
        if status != 200:
            raise BenchmarkError(f"GET /v1/cases{query}: {status} {answer}")
        found = len(answer["cases"])
        if number >= WARM_UP:
            waited.append((time.perf_counter() - began) * 1000)
    return Page(query, role, found, sorted(waited), (cpu_micros(server) - spent) / ASKED / 1000)


async def at_rest(pids: tuple[int, int], seconds: float) -> tuple[float, float]:
    """Percent of a core that server and store take."""
    before, began = [cpu_micros(pid) for pid in pids], time.monotonic()
    await asyncio.sleep(seconds)
    passed = time.monotonic() - began
    server, store = ((cpu_micros(pid) - was) / 1e4 / passed for pid, was in zip(pids, before, strict=True))
    return server, store


@app.default
def main(
    *,
    cases: Annotated[int, Parameter(validator=Number(gte=1, lte=1_000_000))] = 100_000,
    seconds: Annotated[float, Parameter(validator=Number(gt=0, lte=600))] = 60.0,
    database_url: str | None = None,
) -> None:
    """Measure. Exit status 1 where a page comes later than it should, at the 99th percentile.

    Parameters
    ----------
    cases
        How many are open.
    seconds
        Of each measurement at rest, without cases and with them.
    database_url
        An empty database as `chatserver` takes it; otherwise a SQLite file.
    """
    try:
        pages = asyncio.run(_measured(cases, seconds, database_url))
    except (BenchmarkError, StoreError, DatabaseError) as error:
        sys.exit(str(error))
    late = False
    for page in pages:
        p50, p99 = (page.waited[int(len(page.waited) * share)] for share in (0.5, 0.99))
        late |= p99 > GOAL_MS
        console.print(
            f"GET /v1/cases{page.query} as {page.role}: {page.cases} cases, p50 {p50:.1f} ms, p99 {p99:.1f} ms; "
            f"{page.cpu:.1f} ms CPU of the server each",
            highlight=False,
        )
    sys.exit(late)


async def _measured(count: int, seconds: float, url: str | None) -> list[Page]:
    columns = TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn()
    with ground("off") as (site, store), Progress(*columns, console=console, refresh_per_second=2) as bar:
        site.policy.write_text(POLICY)
        with serving(server_on(url), site) as server:
            await _tell_rest("no cases", (server.pid, store), seconds)
        task = bar.add_task("conversations and cases", total=2 * count)
        await fill(site, url, count, lambda more: bar.advance(task, more))
        with serving(server_on(url), site) as server:
            await _tell_rest(f"{count:,} open cases", (server.pid, store), seconds)
            return await listed(site, server.pid)


async def _tell_rest(what: str, pids: tuple[int, int], seconds: float) -> None:
    await asyncio.sleep(SETTLE_SECONDS)
    server, store = await at_rest(pids, seconds)
    console.print(f"{what}: server {server:.2f} %, store {store:.2f} % of a core", highlight=False)


def server_on(url: str | None) -> Contender:
    """What is in this checkout, on that database."""
    server = CONTENDERS["not compiled"]
    more = {}
    if url:  # then no folder holds the keys
        more = {"CHATSERVER_DATABASE_URL": url, "CHATSERVER_MASTER_KEY": f"benchmark {b64encode(bytes(32)).decode()}"}
    return replace(server, environment=lambda site: server.environment(site) | more)


if __name__ == "__main__":
    app()
