"""`python -m benchmarks.timers`: every warning and every miss goes out, once, while servers are killed.

Three `chatserver serve` on one store and one database; 100,000 conversations whose warnings and misses fall due within
minutes; SIGKILL at random instants. What went out is counted in the records, where each event of the store is a row.
"""

import asyncio
import random
import sys
import time
from collections import Counter
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Annotated

from cyclopts import App, Parameter
from cyclopts.validators import Number
from msgspec import Struct
from redis import Redis
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from sqlalchemy import func, select

from benchmarks import open_deadlines
from benchmarks.contenders import BenchmarkError
from benchmarks.cpu import cpu_micros
from benchmarks.fleet import Gap, fleet, harass, store
from chatserver.operating.timer_watch import LEASE
from chatserver.records.database import Database, DatabaseError
from chatserver.records.migrate import migrate
from chatserver.records.tables import REPLY_NOTICES
from chatserver.settings import Settings
from quotas.instant import HOUR, SECOND
from quotas.ledger import keys
from quotas.ledger.redis import RedisLedger
from quotas.policy_file import load_policy
from quotas.store.errors import StoreError
from quotas.store.link import Link
from quotas.terms import Rulebook

SERVERS = 3
KILL_EVERY = (3.0, 9.0)
"""Seconds between a restart and the next kill."""
TARGET = HOUR
WARN = 60 * SECOND
"""How long before a deadline its warning goes out."""
RECOVERS = LEASE + SECOND
"""How long after a kill, or a restart, lateness may come of it: the dead process's lease, and a look at the timers."""
PATIENCE = 300
"""Seconds after the last deadline in which all must have gone out."""
POLICY = f"""
[calendar]
closed_weekdays = []

[plans.{open_deadlines.PLAN}]
writing = {{ kind = "always" }}
reply = {{ target_hours = {TARGET / HOUR}, from = "last", clock = "continuous", warn_hours = [{WARN / HOUR}] }}

[notices]
unread_minutes = 0
"""

app = App(name="timers", help="Warnings and misses while servers are killed; what open deadlines cost at rest.")
console = Console()


class Place(Struct, frozen=True):
    """Where a run works."""

    folder: Path
    store_url: str
    store_pid: int
    rulebook: Rulebook
    ledger: RedisLedger
    link: Link
    database: Database


class Notice(Struct, frozen=True):
    """A row of the records: `promised_at` is when it was to go out, `at` when the store took it; both in ms."""

    conversation: str
    kind: str
    promised_at: int
    at: int


def now() -> int:
    return time.time_ns() // 1_000_000


@asynccontextmanager
async def site() -> AsyncIterator[Place]:
    """A store, a database and a policy of their own. Raises StoreError, DatabaseError."""
    with TemporaryDirectory(prefix="chatserver-timers-") as name:
        folder = Path(name)
        (folder / "store").mkdir()
        (folder / "server").mkdir()
        (folder / "policy.toml").write_text(POLICY)
        async with store(folder / "store") as url:
            with Redis.from_url(url) as client:
                store_pid = client.info("server")["process_id"]
            database = Database(Settings(data_dir=folder / "server").records_url)
            link = Link(url)
            try:
                await migrate(database)
                await link.open()
                ledger = RedisLedger(link)
                await ledger.load()
                rulebook = Rulebook(load_policy(folder / "policy.toml"))
                yield Place(folder, url, store_pid, rulebook, ledger, link, database)
            finally:
                link.close()
                await database.close()


async def noted(database: Database) -> int:
    """How many notices the records hold."""
    async with database.read() as connection:
        return int((await connection.execute(select(func.count()).select_from(REPLY_NOTICES))).scalar_one())


async def notices(database: Database) -> list[Notice]:
    columns = REPLY_NOTICES.c
    wanted = select(columns.conversation_id, columns.kind, columns.due_at, columns.event)
    async with database.read() as connection:
        rows = (await connection.execute(wanted)).all()
    return [
        Notice(name, kind, due_at - WARN if kind == "warning" else due_at, int(event.partition("-")[0]))
        for name, kind, due_at, event in rows
    ]


async def left(link: Link) -> tuple[int, int]:
    """Timers that are set, and events that the records do not have, in the whole store."""
    timers = await asyncio.gather(*(link.request("ZCARD", keys.timers(each)) for each in range(keys.PARTITIONS)))
    events = await asyncio.gather(*(link.request("XLEN", keys.events(each)) for each in range(keys.PARTITIONS)))
    return sum(timers), sum(events)


async def let_fall_due(
    where: Place, count: int, spread: float, seed: int, bar: Progress
) -> tuple[list[Notice], list[Gap]]:
    """All of it; what went out, and when servers were down."""
    chance = random.Random(seed)
    task = bar.add_task("people and conversations", total=2 * count)
    began = time.monotonic()
    await open_deadlines.record(where.database, count, now(), lambda more: bar.advance(task, more))
    await open_deadlines.configure(where.ledger, count, lambda more: bar.advance(task, more))
    gaps: list[Gap] = []
    async with fleet(where.folder, where.store_url, SERVERS) as servers:
        # The messages are written in the past, so that their warnings begin to fall due once all are there.
        first = now() + round(SECOND * max(10.0, time.monotonic() - began))
        places = [chance.uniform(0, spread * SECOND) for _ in range(count)]
        task = bar.add_task("messages", total=count)
        await open_deadlines.ask(
            where.ledger,
            where.rulebook,
            count,
            lambda number: round(first + places[number] + WARN - TARGET),
            lambda more: bar.advance(task, more),
        )
        if now() > first:
            raise BenchmarkError("the first warning fell due before all messages were written; try fewer conversations")
        killing = asyncio.create_task(harass(servers, chance, KILL_EVERY, now, gaps))
        try:
            ends_at = first + round(spread * SECOND) + WARN
            await _all_out(where, 2 * count, ends_at + PATIENCE * SECOND, gaps, bar, killing)
        finally:
            killing.cancel()
            await asyncio.gather(killing, return_exceptions=True)
    return await notices(where.database), gaps


async def _all_out(
    where: Place, count: int, until: int, gaps: list[Gap], bar: Progress, killing: asyncio.Task[None]
) -> None:
    """Wait until no timer is set and no event is on its way, or it is too late."""
    task = bar.add_task("warnings and misses", total=count)
    while now() < until:
        if killing.done():
            killing.result()
        bar.update(task, completed=await noted(where.database), description=f"noted; {len(gaps)} kills")
        if await left(where.link) == (0, 0):
            return
        await asyncio.sleep(1)


def judged(found: list[Notice], count: int) -> list[str]:
    """What is wrong with them, as sentences."""
    problems = []
    times = Counter((notice.conversation, notice.kind) for notice in found)
    for kind in ("warning", "missed"):
        each = [times[open_deadlines.name(number), kind] for number in range(count)]
        problems += [f"{each.count(0):,} × {kind} never went out"] * (0 in each)
        problems += [f"{sum(n > 1 for n in each):,} × {kind} went out more than once"] * any(n > 1 for n in each)
    if early := sum(notice.at < notice.promised_at for notice in found):
        problems.append(f"{early:,} went out too early")
    return problems


def show(found: list[Notice], gaps: list[Gap]) -> None:
    """Lateness, of all and of those that no kill can have held up."""

    def is_apart(notice: Notice) -> bool:
        return not any(gap.starts_at - LEASE <= notice.promised_at <= gap.ends_at + RECOVERS for gap in gaps)

    downs = sum(gap.servers == SERVERS for gap in gaps)
    console.print(f"{len(gaps)} times servers were killed and started again, {downs} times all {SERVERS} of them")
    for what, chosen in (("all", found), ("apart from kills", [notice for notice in found if is_apart(notice)])):
        late = sorted(notice.at - notice.promised_at for notice in chosen)
        if late:
            p50, p99 = late[len(late) // 2], late[int(len(late) * 0.99)]
            console.print(f"after the instant, {what} ({len(late):,}): p50 {p50} ms, p99 {p99} ms, worst {late[-1]} ms")


async def at_rest(where: Place, count: int, seconds: float, bar: Progress) -> None:
    """CPU of one server and of the store, without open deadlines and with `count` of them."""
    async with fleet(where.folder, where.store_url, 1) as [server]:

        async def measured(what: str) -> None:
            task = bar.add_task(what, total=round(seconds))
            await asyncio.sleep(5)
            before, start = (cpu_micros(server.pid), cpu_micros(where.store_pid)), time.monotonic()
            while (passed := time.monotonic() - start) < seconds:
                bar.update(task, completed=int(passed))
                await asyncio.sleep(0.5)
            passed = time.monotonic() - start
            bar.update(task, completed=round(seconds))
            shares = [
                (cpu_micros(pid) - earlier) / 1e4 / passed
                for pid, earlier in zip((server.pid, where.store_pid), before, strict=True)
            ]
            console.print(f"{what}: server {shares[0]:.2f} %, store {shares[1]:.2f} % of a core", highlight=False)

        await measured("no open deadlines")
        task = bar.add_task("conversations", total=3 * count)
        done: Callable[[int], None] = lambda more: bar.advance(task, more)  # noqa: E731 - shorter than a function
        await open_deadlines.record(where.database, count, now(), done)
        await open_deadlines.configure(where.ledger, count, done)
        await open_deadlines.ask(where.ledger, where.rulebook, count, lambda _: now(), done)
        await measured(f"{count:,} open deadlines")


@app.default
def main(
    *,
    conversations: Annotated[int, Parameter(validator=Number(gte=1, lte=1_000_000))] = 100_000,
    spread: Annotated[float, Parameter(validator=Number(gt=0, lte=3_600))] = 120.0,
    seed: int = 1,
    idle: Annotated[bool, Parameter(negative="")] = False,
    seconds: Annotated[float, Parameter(validator=Number(gt=0, lte=600))] = 60.0,
) -> None:
    """Let deadlines fall due while servers are killed. Exit status 1 where one was missed or noted twice.

    Parameters
    ----------
    conversations
        How many wait for an answer; each is warned of once and missed once.
    spread
        Seconds over which the warnings fall due; the misses follow a minute later.
    seed
        Of the instants of deadlines and kills.
    idle
        Kill nothing; measure the CPU of one server and the store at rest, without and with that many open deadlines.
    seconds
        Of each such measurement.
    """
    try:
        problems = asyncio.run(_run(conversations, spread, seed, seconds if idle else 0))
    except (BenchmarkError, StoreError, DatabaseError) as error:
        sys.exit(str(error))
    for problem in problems:
        console.print(f"[bold red]{problem}[/]")
    sys.exit(1 if problems else 0)


async def _run(count: int, spread: float, seed: int, idle_seconds: float) -> list[str]:
    with Progress(
        TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn(), console=console
    ) as bar:
        async with site() as where:
            if idle_seconds:
                await at_rest(where, count, idle_seconds, bar)
                return []
            found, gaps = await let_fall_due(where, count, spread, seed, bar)
    show(found, gaps)
    problems = judged(found, count)
    if not problems:
        console.print(f"{len(found):,} warnings and misses: none missed, none twice, none too early")
    return problems


if __name__ == "__main__":
    app()
