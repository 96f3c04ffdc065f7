"""Which parts are wanted, and their measurement one after the other."""

from collections.abc import Iterator

from msgspec import Struct
from msgspec.structs import replace
from rich.console import Console

from benchmarks import conversations, deadlines, idle, storm, sweep, table
from benchmarks.contenders import CONTENDERS, Durability
from benchmarks.measure import Load
from benchmarks.progress import bar, bars
from benchmarks.results import Report
from benchmarks.rows import PRODUCT


class Wanted(Struct, frozen=True):
    """What to measure; see the options of the same names. `servers` empty: all in the table, elsewhere the product."""

    servers: list[str]
    table: bool = False
    latency: bool = False
    idle: int | None = None
    storm: int | None = None
    deadlines: int | None = None
    conversations: bool = False

    def everything(self) -> "Wanted":
        """Every part, in the sizes of the goals where no other is wanted."""
        return Wanted(
            self.servers, True, True, self.idle or 10_000, self.storm or 5_000, self.deadlines or 1_000_000, True
        )

    def or_the_table(self) -> "Wanted":
        """The table where nothing is named."""
        others = self.latency or self.idle or self.storm or self.deadlines or self.conversations
        return self if others else replace(self, table=True)


def measured(wanted: Wanted, load: Load, rounds: int, aof: Durability | None, console: Console) -> Iterator[Report]:
    """The report after each part, with a bar each, so that what was measured is kept. Raises BenchmarkError."""
    report = Report()
    some = wanted.servers or [PRODUCT]
    with bars(console) as progress:
        if wanted.table:
            servers = wanted.servers or list(CONTENDERS)
            report = replace(report, table=table.measured(servers, rounds, aof, load, bar(progress, "table")))
            yield report
        if wanted.latency:
            report = replace(report, sweep=sweep.measured(some, report.table, load, bar(progress, "latency")))
            yield report
        if wanted.conversations:
            part = conversations.measured(load, bar(progress, "conversations"))
            report = replace(report, conversations=part)
            yield report
        if wanted.idle:
            parts = [idle.measured(server, wanted.idle, bar(progress, "idle")) for server in some]
            report = replace(report, idle=parts)
            yield report
        if wanted.storm:
            report = replace(report, storm=storm.measured(wanted.storm, bar(progress, "storm")))
            yield report
        if wanted.deadlines:
            yield replace(report, deadlines=deadlines.measured(wanted.deadlines, bar(progress, "deadlines")))
