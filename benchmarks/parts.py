"""Which parts are wanted, and their measurement one after the other."""

from collections.abc import Callable, Iterable, Iterator
from functools import partial

from msgspec import Struct
from msgspec.structs import replace
from rich.console import Console

from benchmarks import apps, conversations, deadlines, idle, storm, sweep, table
from benchmarks.contenders import CONTENDERS, BenchmarkError, Durability
from benchmarks.measure import Load
from benchmarks.progress import Tell, bar, bars
from benchmarks.results import Report
from benchmarks.rows import PRODUCT

Measure = Callable[[Report, Tell], Report]
"""Measures a part: the report with it. Raises BenchmarkError."""


class Wanted(Struct, frozen=True):
    """What to measure; see the options of the same names. `servers` empty: all in the table, elsewhere the product."""

    servers: list[str]
    table: bool = False
    latency: bool = False
    idle: int | None = None
    storm: int | None = None
    deadlines: int | None = None
    conversations: bool = False
    apps: bool = False

    def everything(self) -> "Wanted":
        """Every part, in the sizes of the goals where no other is wanted."""
        return Wanted(
            self.servers, True, True, self.idle or 10_000, self.storm or 5_000, self.deadlines or 1_000_000, True, True
        )

    def or_the_table(self) -> "Wanted":
        """The table where nothing is named."""
        others = self.latency or self.idle or self.storm or self.deadlines or self.conversations or self.apps
        return self if others else replace(self, table=True)


def measured(parts: Iterable[tuple[str, Measure]], console: Console, failed: Callable[[str], None]) -> Iterator[Report]:
    """The report after each part, with a bar each. A part that fails is told of, and the next one is measured."""
    report = Report()
    with bars(console) as progress:
        for part, measure in parts:
            try:
                report = measure(report, bar(progress, part))
            except BenchmarkError as error:
                failed(f"{part}: {error}")
            except Exception as error:  # noqa: BLE001 - whatever it was, it must not cost the other parts
                failed(f"{part}: {error!r}")
            else:
                yield report


def parts_of(wanted: Wanted, load: Load, rounds: int, aof: Durability | None) -> Iterator[tuple[str, Measure]]:
    """The parts that are wanted, by name, in the order in which they are measured."""
    some = wanted.servers or [PRODUCT]
    if wanted.table:
        servers = wanted.servers or list(CONTENDERS)
        yield "table", lambda report, tell: replace(report, table=table.measured(servers, rounds, aof, load, tell))
    if wanted.latency:
        yield "latency", lambda report, tell: replace(report, sweep=sweep.measured(some, report.table, load, tell))
    if wanted.conversations:
        yield "conversations", lambda report, tell: replace(report, conversations=conversations.measured(load, tell))
    if connections := wanted.idle:
        for server in some:
            yield "idle", partial(_with_idle, server, connections)
    if members := wanted.storm:
        yield "storm", lambda report, tell: replace(report, storm=storm.measured(members, tell))
    if count := wanted.deadlines:
        yield "deadlines", lambda report, tell: replace(report, deadlines=deadlines.measured(count, tell))
    if wanted.apps:
        yield "apps", lambda report, tell: replace(report, apps=apps.measured(tell))


def _with_idle(server: str, connections: int, report: Report, tell: Tell) -> Report:
    return replace(report, idle=[*report.idle, idle.measured(server, connections, tell)])
