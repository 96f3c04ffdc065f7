"""`python -m benchmarks.session_timers`: everything that falls due at sessions happens, once, while servers are killed.

Three `chatserver serve` on one store and one database, whose clock is shifted: thousands of sessions start a minute
ahead. Then the clock is moved, as `chatserver clock` does, past starts, lateness, ends and a week more; SIGKILL at
random instants. What the records, the log and the timers hold then is compared with what the rules say.
"""

import asyncio
import random
import sys
import time
from collections.abc import AsyncIterator, Collection
from contextlib import asynccontextmanager
from itertools import groupby
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Annotated

from cyclopts import App, Parameter
from cyclopts.validators import Number
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from benchmarks.contenders import BenchmarkError
from benchmarks.fleet import Gap, Member, fleet, harass, store
from benchmarks.session_check import Findings, findings, noted, untold
from benchmarks.session_play import BEGIN, END, book, deeds, do, fill
from benchmarks.slot_places import POLICY
from chatserver.foundation import Foundation, records_and_ledger
from chatserver.records.database import DatabaseError
from chatserver.replies.clock_move import ClockMove
from chatserver.settings import Settings
from quotas import instant
from quotas.store.errors import StoreError

SERVERS = 3
KILL_EVERY = (3.0, 9.0)
"""Seconds between a restart and the next kill."""
PATIENCE = 60.0
"""Seconds after the last step in which all must have been told."""
STEPS_EACH = 9
"""About so many events a session has, for the bar."""

app = App(name="session_timers", help="What falls due at sessions, while servers are killed.")
console = Console()


@asynccontextmanager
async def site() -> AsyncIterator[tuple[Path, str, Foundation]]:
    """A folder, and in it a store of its own, a database, and the parts on them. Raises StoreError, DatabaseError."""
    with TemporaryDirectory(prefix="chatserver-sessions-") as name:
        folder = Path(name)
        (folder / "store").mkdir()
        (folder / "server").mkdir()
        (folder / "policy.toml").write_text(POLICY)
        settings = Settings(data_dir=folder / "server", policy=folder / "policy.toml", now=instant.text(BEGIN))
        async with store(folder / "store") as url, records_and_ledger(settings, url) as parts:
            yield folder, url, parts


async def play(
    parts: Foundation,
    servers: list[Member],
    count: int,
    chance: random.Random,
    every: tuple[float, float],
    bar: Progress,
) -> list[Gap]:
    """The whole course, while servers are killed; when they were down."""
    gaps: list[Gap] = []

    async def left_to_servers(partitions: Collection[int]) -> None:
        await asyncio.sleep(0.1)  # Here nothing is done for them, however long they are down.

    move = ClockMove(parts.ledger, parts.waits, parts.watch.kinds, left_to_servers)
    task = bar.add_task("noted", total=STEPS_EACH * count)

    async def watch() -> None:
        while True:
            shown = instant.text(await parts.ledger.now())
            bar.update(task, completed=await noted(parts), description=f"noted; {len(gaps)} kills; {shown}")
            await asyncio.sleep(1)

    beside = [asyncio.create_task(harass(servers, chance, every, _now, gaps)), asyncio.create_task(watch())]
    try:
        for at, some in groupby(deeds(count), lambda deed: deed.at):
            if at > await parts.ledger.now():
                await move.to(at)
            await do(parts, list(some))
            _none_failed(beside)
        await move.to(END)
        until = time.monotonic() + PATIENCE
        while await untold(parts) and time.monotonic() < until:
            _none_failed(beside)
            await asyncio.sleep(0.2)
    finally:
        for each in beside:
            each.cancel()
        await asyncio.gather(*beside, return_exceptions=True)
    return gaps


def _none_failed(beside: list[asyncio.Task[None]]) -> None:
    for each in beside:
        if each.done():
            each.result()


def _now() -> int:
    return time.time_ns() // 1_000_000


async def run(
    count: int, series: int, seed: int, every: tuple[float, float] = KILL_EVERY
) -> tuple[Findings, list[Gap]]:
    """All of it. Raises BenchmarkError, StoreError, DatabaseError."""
    columns = TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn()
    with Progress(*columns, console=console) as bar:
        async with site() as (folder, url, parts):
            await fill(parts.database, count + series)
            task = bar.add_task("booked", total=count + series)
            await book(parts, count, series, lambda more: bar.advance(task, more))
            async with fleet(folder, url, SERVERS) as servers:
                gaps = await play(parts, servers, count, random.Random(seed), every, bar)  # noqa: S311 - no key
                return await findings(parts, series), gaps


def show(found: Findings, gaps: list[Gap], seconds: float) -> None:
    """In a few lines."""
    downs = sum(gap.servers == SERVERS for gap in gaps)
    console.print(
        f"{len(gaps)} times servers were killed and started again, {downs} times all {SERVERS}; {seconds:.0f} s"
    )
    console.print(
        f"{found.bookings:,} sessions: {found.steps.total():,} steps, {found.entries:,} entries", highlight=False
    )
    console.print(", ".join(f"{name} {count:,}" for name, count in sorted(found.steps.items())), highlight=False)


@app.default
def main(
    *,
    bookings: Annotated[int, Parameter(validator=Number(gte=1, lte=100_000))] = 2_000,
    series: Annotated[int, Parameter(validator=Number(gte=0, lte=1_000))] = 20,
    seed: int = 1,
) -> None:
    """Let sessions run while servers are killed. Exit status 1 where something was missed, came twice or is left over.

    Parameters
    ----------
    bookings
        Sessions, live chats and video calls in turn; to some of them nobody comes, or one of the two.
    series
        Weekly series beside them, whose sessions are made ahead, and memberships that are renewed.
    seed
        Of the instants of kills.
    """
    began = time.monotonic()
    try:
        found, gaps = asyncio.run(run(bookings, series, seed))
    except (BenchmarkError, StoreError, DatabaseError) as error:
        sys.exit(str(error))
    show(found, gaps, time.monotonic() - began)
    for problem in found.problems:
        console.print(f"[bold red]{problem}[/]")
    if not found.problems:
        console.print("none missed, none twice, all told, in their order; timers stand where they must")
    sys.exit(1 if found.problems else 0)


if __name__ == "__main__":
    app()
