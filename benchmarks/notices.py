"""`python -m benchmarks.notices`: how fast the outbox sends, and that nothing stays unsent where its process is killed.

The relay is a real SMTP server, the store a Valkey, the database SQLite. One process notes and sends; at random
instants it is killed (SIGKILL) and started again. What the relay took is then compared with what was noted, key by key.
A mail may come twice only where the relay said 250 and the process died before it could note that.
"""

import asyncio
import random
import sys
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from itertools import pairwise
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Annotated

from cyclopts import App, Parameter
from cyclopts.validators import Number
from msgspec import Struct
from rich.console import Console
from rich.progress import Progress, TaskID
from sqlalchemy import func, select

from benchmarks import program
from benchmarks.contenders import BenchmarkError
from benchmarks.fleet import CHECKOUT, store
from benchmarks.mail_sink import MailSink, Received, mail_sink
from benchmarks.notices_worker import MEMBERS, POLICY, member, note, settings_in
from chatserver.conversations.requests import PersonDetails
from chatserver.foundation import Foundation, records_and_ledger
from chatserver.notices.mail_message import key_of_message, message_id
from chatserver.notices.outbox import LEASE
from chatserver.records.database import DatabaseError
from chatserver.records.tables import OUTBOX
from chatserver.replies.clock_move import ClockMove
from quotas.instant import SECOND
from quotas.store.errors import StoreError

BEGIN = "2026-11-27T12:00:00Z"
READY_WITHIN = 60.0
LIVES = (0.3, 1.5)
"""Seconds from a start to the kill."""
RATE = 100.0
"""Facts a second while processes are killed."""
SLOWNESS = 0.05
"""Seconds at most that the relay takes for a mail meanwhile."""
NOTED_WITHIN = 5.0
"""Seconds after a 250 in which it is noted by who lives; who dies later has noted it."""
PATIENCE = 120.0
"""Seconds in which all must be sent in the end."""

app = App(name="notices", help="How fast the outbox sends, and what becomes of it where its process is killed.")
console = Console()


class Life(Struct):
    """One process, from its start to its end, in seconds of the monotonic clock."""

    name: str
    began_at: float
    ended_at: float = float("inf")


class Tally(Struct, frozen=True):
    """What came of a run."""

    noted: int
    unsent: int
    """Rows without outcome, or with another than `sent`; and those that the relay does not know."""
    doubles: int
    """Mails that the relay took again, each where its sender died right after the first time."""
    unexplained: int
    """Mails that it took again though their sender lived on, or had long noted them."""
    kills: int
    died_sending: int
    """Kills at which mails came twice."""


class Site(Struct, frozen=True):
    """Where a run takes place."""

    folder: Path
    store_url: str
    sink: MailSink
    parts: Foundation


@asynccontextmanager
async def site(slowness: float) -> AsyncIterator[Site]:
    """A store, a database with people, and a relay, all empty. Raises StoreError, DatabaseError."""
    with TemporaryDirectory(prefix="chatserver-notices-") as name:
        folder = Path(name)
        for part in ("store", "server"):
            (folder / part).mkdir()
        (folder / "policy.toml").write_text(POLICY)
        settings = settings_in(folder, now=BEGIN)
        async with (
            store(folder / "store") as url,
            records_and_ledger(settings, url) as parts,
            mail_sink(slowness) as sink,
        ):
            for number in range(MEMBERS):
                details = PersonDetails("member", "Mia", email=f"{member(number)}@example.org")
                await parts.provisioning.put_person(member(number), details)
            yield Site(folder, url, sink, parts)


class Worker:
    """The process, and after a kill the next one."""

    def __init__(self, site: Site) -> None:
        self._site = site
        self._process: asyncio.subprocess.Process | None = None
        self.lives: list[Life] = []

    async def start(self, rate: float) -> None:
        """Start it, and wait until it is at work. Raises BenchmarkError."""
        here = self._site
        name = f"life{len(self.lives)}"
        words = [here.folder, here.store_url, here.sink.url, name, rate]
        self.lives.append(Life(name, time.monotonic()))
        with (here.folder / "worker.log").open("ab") as log:
            self._process = await asyncio.create_subprocess_exec(
                sys.executable,
                *("-m", "benchmarks.notices_worker", *map(str, words)),
                cwd=CHECKOUT,
                stdin=asyncio.subprocess.DEVNULL,
                stdout=asyncio.subprocess.PIPE,
                stderr=log,
            )
        assert self._process.stdout is not None
        try:
            said = await asyncio.wait_for(self._process.stdout.readline(), READY_WITHIN)
        except TimeoutError:
            said = b""
        if said != b"ready\n":
            raise BenchmarkError(f"a process does not start; its last words:\n{self.last_words()}")

    async def kill(self) -> None:
        """SIGKILL; nothing happens where there is none."""
        if self._process is not None and self._process.returncode is None:
            self._process.kill()
            await self._process.wait()
            self.lives[-1].ended_at = time.monotonic()

    def last_words(self) -> str:
        """Of whatever process wrote any."""
        return "\n".join((self._site.folder / "worker.log").read_text(errors="replace").splitlines()[-15:])


@asynccontextmanager
async def worker_of(site: Site) -> AsyncIterator[Worker]:
    """Killed in the end."""
    worker = Worker(site)
    try:
        yield worker
    finally:
        await worker.kill()


async def killed(kills: int, seed: int, bar: Progress, lives: tuple[float, float] = LIVES) -> Tally:
    """Note and send while the process is killed, then send the rest. Raises as `measured`."""
    chance = random.Random(seed)  # noqa: S311 - no key
    async with site(SLOWNESS) as here, worker_of(here) as worker:
        task = bar.add_task("kills", total=kills)
        for _ in range(kills):
            await worker.start(RATE)
            await asyncio.sleep(chance.uniform(*lives))
            await worker.kill()
            bar.update(task, advance=1, description=f"kills; {len(here.sink.received):,} mails")
        await worker.start(0)
        await leases_run_out(here.parts)
        noted = await rows_noted(here.parts)
        task = bar.add_task("sent", total=noted)
        until = time.monotonic() + PATIENCE
        while (left := await rows_left(here.parts)) and time.monotonic() < until:
            bar.update(task, completed=noted - left)
            await asyncio.sleep(0.2)
        bar.update(task, completed=noted - left)
        return await tally(here, worker.lives, kills)


async def leases_run_out(parts: Foundation) -> None:
    """Move the clock on by a lease: who waits for it in earnest waits a minute."""

    async def left_to_the_process(_: object) -> None:
        await asyncio.sleep(0.1)

    move = ClockMove(parts.ledger, parts.waits, parts.watch.kinds, left_to_the_process)
    await move.to(await parts.ledger.now() + LEASE + SECOND)


async def rows_noted(parts: Foundation) -> int:
    """All of the outbox. Raises DatabaseError."""
    async with parts.database.read() as connection:
        return await connection.scalar(select(func.count()).select_from(OUTBOX)) or 0


async def rows_left(parts: Foundation) -> int:
    """Those without an outcome. Raises DatabaseError."""
    async with parts.database.read() as connection:
        query = select(func.count()).select_from(OUTBOX).where(OUTBOX.c.done_at.is_(None))
        return await connection.scalar(query) or 0


async def tally(here: Site, lives: list[Life], kills: int) -> Tally:
    """Compare what was noted with what the relay took, key by key. Raises DatabaseError."""
    async with here.parts.database.read() as connection:
        outcomes = {key: outcome for key, outcome in await connection.execute(select(OUTBOX.c.key, OUTBOX.c.outcome))}
    taken: dict[str, list[Received]] = {}
    for mail in here.sink.received:
        taken.setdefault(mail.key, []).append(mail)
    unsent = [key for key, outcome in outcomes.items() if outcome != "sent" or as_received(key) not in taken]
    found = [repeats(mails, lives) for mails in taken.values()]
    fatal = [life.name for explained, _ in found for life in explained]
    unexplained = sum(count for _, count in found)
    return Tally(len(outcomes), len(unsent), len(fatal), unexplained, kills, len(set(fatal)))


def repeats(mails: Sequence[Received], lives: Sequence[Life]) -> tuple[list[Life], int]:
    """Of one key, in their order: who died right after a 250 so that it came again; how often it did otherwise."""
    explained: list[Life] = []
    for first, again in pairwise(mails):
        life = next(each for each in lives if each.began_at <= first.at <= each.ended_at)
        if again.at > life.ended_at and life.ended_at - first.at < NOTED_WITHIN:
            explained.append(life)
    return explained, max(0, len(mails) - 1 - len(explained))


def as_received(key: str) -> str:
    """The key as it comes back from a Message-ID."""
    return key_of_message(message_id(key, "example.org"))


async def measured(rows: int, bar: Progress) -> float:
    """How many rows were sent an hour. Raises BenchmarkError, StoreError, DatabaseError."""
    async with site(0.0) as here, worker_of(here) as worker:
        task = bar.add_task("noted", total=rows)
        for first in range(0, rows, 500):
            await note(here.parts, "rows", first, min(500, rows - first))
            bar.update(task, completed=first + 500)
        task = bar.add_task("sent", total=rows)
        await worker.start(0)
        began = time.monotonic()
        await until_sent(here.parts, rows, bar, task)
        return rows / (time.monotonic() - began) * 3600


async def until_sent(parts: Foundation, rows: int, bar: Progress, task: TaskID) -> None:
    """Raises BenchmarkError where nothing is sent any more."""
    left, changed_at = rows, time.monotonic()
    while left:
        await asyncio.sleep(0.5)
        now_left = await rows_left(parts)
        if now_left < left:
            left, changed_at = now_left, time.monotonic()
        elif time.monotonic() - changed_at > PATIENCE:
            raise BenchmarkError(f"{left} rows are not sent")
        bar.update(task, completed=rows - left)


@app.command(name="rate")
def show_rate(*, rows: Annotated[int, Parameter(validator=Number(gte=100, lte=1_000_000))] = 10_000) -> None:
    """Send many mails that are due.

    Parameters
    ----------
    rows
        How many.
    """
    with Progress(console=console) as bar:
        try:
            rate = asyncio.run(measured(rows, bar))
        except (BenchmarkError, StoreError, DatabaseError) as error:
            program.stop(console, str(error))
    console.print(f"{rows:,} mails by one process on SQLite: {rate:,.0f} an hour", highlight=False)


@app.command(name="kills")
def show_kills(*, kills: Annotated[int, Parameter(validator=Number(gte=1, lte=10_000))] = 200, seed: int = 1) -> None:
    """Note and send while the process is killed. Exit status 1 where something stayed unsent or came twice unexplained.

    Parameters
    ----------
    kills
        How often.
    seed
        Of the instants.
    """
    with Progress(console=console) as bar:
        try:
            found = asyncio.run(killed(kills, seed, bar))
        except (BenchmarkError, StoreError, DatabaseError) as error:
            program.stop(console, str(error))
    console.print(
        f"{found.noted:,} noted over {found.kills} kills: {found.unsent} unsent; {found.doubles} mails taken twice, at "
        f"{found.died_sending} kills right after a 250; {found.unexplained} taken twice otherwise",
        highlight=False,
    )
    sys.exit(1 if found.unsent or found.unexplained else 0)


if __name__ == "__main__":
    program.run(app)
