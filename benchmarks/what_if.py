"""`python -m benchmarks.what_if`: how long another policy takes on a million messages, and how much memory.

Members on four plans and their mentors write over twelve weeks, at random instants; one of twenty attempts was refused.
"""

import asyncio
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from random import Random
from typing import Annotated, Any

import msgspec
from cyclopts import App, Parameter
from cyclopts.validators import Number
from msgspec import Struct
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from benchmarks.contenders import BenchmarkError
from benchmarks.open_deadlines import ROWS, ZONE
from chatserver.records.database import Database, DatabaseError
from chatserver.records.migrate import migrate
from chatserver.records.tables import (
    CONVERSATIONS,
    LEDGER_SNAPSHOTS,
    MESSAGES,
    PEOPLE,
    REFUSED_MESSAGES,
    SUBSCRIPTIONS,
)
from chatserver.settings import Settings
from quotas import instant
from quotas.instant import DAY

POLICY = """
[plans.light]
writing = { kind = "windows", per_week = 3, hours = 12 }
[plans.basic]
reply = { target_hours = 8, from = "first" }
[plans.video]
writing = { kind = "messages", per_week = 5 }
"""
PLANS = ("light", "basic", "video", "live")
UNTIL = instant.parse("2026-03-29T20:00:00Z")
SINCE = UNTIL - 84 * DAY
REFUSED = 20
"""Of so many attempts one."""
SEALED = 160
"""Bytes of a message's text."""
MESSAGES_EACH = 200

app = App(name="benchmarks.what_if", help="How long another policy takes on recorded traffic.")
console = Console()


class Tried(Struct, frozen=True):
    """One run of the command: seconds, its greatest memory in MiB, and what it printed."""

    seconds: float
    memory: float
    report: dict[str, Any]


async def fill(settings: Settings, messages: int, progress: Callable[[int], None]) -> None:
    """Conversations, their people and what was written in them. Raises DatabaseError."""
    database = Database(settings.records_url)
    try:
        await migrate(database)
        await _record(database, messages, progress)
    finally:
        await database.close()


async def _record(database: Database, messages: int, progress: Callable[[int], None]) -> None:
    random = Random(1)
    count = max(1, messages // MESSAGES_EACH)
    stamps = {"created_at": SINCE, "updated_at": SINCE}
    person = {"zone": ZONE, "locale": "nb", **stamps}
    async with database.begin() as connection:
        await connection.execute(PEOPLE.insert(), {"id": "t", "role": "mentor", "name": "t", **person})
    for first in range(0, count, ROWS // MESSAGES_EACH):
        numbers = range(first, min(count, first + ROWS // MESSAGES_EACH))
        names = {number: f"c{number:06}" for number in numbers}
        people = [{"id": f"m{number:06}", "role": "member", "name": "m", **person} for number in numbers]
        conversations = [
            {"id": name, "member_id": f"m{number:06}", "mentor_id": "t", "zone": ZONE, "holidays": "NO"}
            | {"status": "open", "revision": 1, **stamps}
            for number, name in names.items()
        ]
        plans = [
            {"conversation_id": name, "plan": PLANS[number % len(PLANS)], "started_at": SINCE}
            for number, name in names.items()
        ]
        snapshots = [{"conversation_id": name, "seq": 1, "taken_at": UNTIL, "state": "{}"} for name in names.values()]
        written, refused = [], []
        for name in names.values():
            some, others = _traffic(random, name, min(messages, MESSAGES_EACH))
            written += some
            refused += others
        async with database.begin() as connection:
            await connection.execute(PEOPLE.insert(), people)
            await connection.execute(CONVERSATIONS.insert(), conversations)
            await connection.execute(SUBSCRIPTIONS.insert(), plans)
            await connection.execute(LEDGER_SNAPSHOTS.insert(), snapshots)
            await connection.execute(MESSAGES.insert(), written)
            if refused:
                await connection.execute(REFUSED_MESSAGES.insert(), refused)
        progress(len(written))


def _traffic(random: Random, name: str, count: int) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """Rows of messages and of refusals."""
    instants = sorted({random.randrange(SINCE, UNTIL) for _ in range(count + count // REFUSED)})
    written: list[dict[str, Any]] = []
    refused: list[dict[str, Any]] = []
    for place, at in enumerate(instants):
        if place % (REFUSED + 1) == REFUSED:
            refused.append({"conversation_id": name, "at": at, "reason": "closed"})
            continue
        role = "mentor" if random.randrange(5) < 2 else "member"
        row = {"conversation_id": name, "seq": len(written) + 1, "at": at, "sender": role, "role": role}
        written.append(row | {"message_id": b"%d" % place, "sealed": random.randbytes(SEALED), "kind": "text"})
    return written, refused


def tried(settings: Settings, policy: Path) -> Tried:
    """The command, as a process of its own. Raises BenchmarkError."""
    words = ["what-if", "--policy", str(policy), "--json", "--data-dir", str(settings.data_dir)]
    if settings.database_url:
        words += ["--database-url", settings.database_url]
    environment = {name: value for name, value in os.environ.items() if not name.startswith("CHATSERVER_")}
    began = time.perf_counter()
    done = subprocess.run(
        [sys.executable, "-c", "from chatserver.cli import main; main()", *words],
        env=environment,
        capture_output=True,
        check=False,
    )
    seconds = time.perf_counter() - began
    if done.returncode:
        raise BenchmarkError(done.stderr.decode())
    memory = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
    return Tried(seconds, memory, msgspec.json.decode(done.stdout))


@app.default
def main(
    *,
    messages: Annotated[int, Parameter(validator=Number(gte=1, lte=100_000_000))] = 1_000_000,
    database_url: str | None = None,
) -> None:
    """Measure.

    Parameters
    ----------
    messages
        How many are on record, 200 in each conversation.
    database_url
        An empty database as `chatserver` takes it; otherwise a SQLite file.
    """
    columns = TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn()
    with tempfile.TemporaryDirectory(prefix="what-if-") as folder:
        settings = Settings(data_dir=Path(folder), database_url=database_url)
        policy = Path(folder) / "policy.toml"
        policy.write_text(POLICY)
        try:
            with Progress(*columns, console=console, refresh_per_second=2) as bar:
                task = bar.add_task("messages", total=messages)
                asyncio.run(fill(settings, messages, lambda more: bar.advance(task, more)))
            found = tried(settings, policy)
        except (BenchmarkError, DatabaseError) as error:
            sys.exit(str(error))
    total = found.report["total"]
    console.print(
        f"{messages:,} messages: {found.seconds:.1f} s, {found.memory:.0f} MiB; {total['tried']:,} were members' "
        f"attempts, of which today's policy refuses {total['today']['refused']:,} and the new one "
        f"{total['new']['refused']:,}",
        highlight=False,
    )


if __name__ == "__main__":
    app()
